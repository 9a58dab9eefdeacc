"""Real files of every kind, of which mutations are made: small ones, so that many can be tried."""

import io
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from evolve.domains.music.midi import write_midi
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.sources import _music21_corpus
from evolve.domains.music.tokenizers.kinds import KINDS
from evolve.randomness import derive_rng
from evolve.settings import CoreSettings, Settings
from tests.conftest import SHARED_MUSIC
from tests.domains.music.exports import example
from tests.fuzz.kinds import Input, Kind
from tests.fuzz.made_up_scores import archive
from tests.fuzz.written import written_inputs

LARGEST_BYTES: Final = 12_000
A_FEW: Final = 40
WRITTEN_TIMES: Final = 5
"""Those with rare signs count as so many, since there are few of them."""

SPACES: Final = Path(__file__).parents[2] / "search_spaces"
ORDERS: Final = ("C > A = B > D ! E", "a > b > ...", "! A B C D E", "g0-1 > g0-2 = G0-3 > ... ! d, e", "... ! A")


@cache
def real_inputs(kind: Kind) -> tuple[Input, ...]:
    """Some inputs of a kind that are as they should be, and the odd ones that people met."""
    files = {
        Kind.MIDI: _midi,
        Kind.MUSICXML: _musicxml,
        Kind.ABC: lambda: _of_music21("*.abc", Kind.ABC),
        Kind.KERN: lambda: _of_music21("*.krn", Kind.KERN),
        Kind.SPACE: _spaces,
        Kind.SETTING: _settings,
        Kind.BALLOT: _ballots,
        Kind.OPENING: _openings,
        Kind.EXPORT: _exports,
    }
    return (*files[kind](), *([*written_inputs(kind)] * WRITTEN_TIMES))


def _midi() -> Iterator[Input]:
    for number in range(10):
        yield Input(Kind.MIDI, ".mid", write_midi(made_up_song(number)))
    if SHARED_MUSIC.is_dir():  # it is where this project is developed; what evolve writes itself does elsewhere
        for path in sorted(SHARED_MUSIC.rglob("*.mid")):
            if 0 < path.stat().st_size <= LARGEST_BYTES:
                yield Input(Kind.MIDI, ".mid", path.read_bytes())


def made_up_song(number: int) -> Song:
    """One to three tracks of sixty notes."""
    rng = derive_rng(number, "fuzz")
    tracks = []
    for track in range(int(rng.integers(1, 4))):
        onsets = rng.integers(0, 24, 60).cumsum()
        rows = zip(rng.integers(30, 90, 60), onsets, rng.integers(1, 48, 60), rng.integers(1, 128, 60), strict=True)
        tracks.append(Track(Notes.of(Note(*map(int, row)) for row in rows), f"track {track}", int(rng.integers(128))))
    return Song(tuple(tracks), float(rng.integers(40, 200)))


def _musicxml() -> Iterator[Input]:
    for one in _of_music21("*.mxl", Kind.MUSICXML):
        yield one
        if len(score := score_in(one.data)) <= 5 * LARGEST_BYTES:
            yield Input(Kind.MUSICXML, ".musicxml", score)
    yield from _of_music21("*.xml", Kind.MUSICXML)


def _of_music21(pattern: str, kind: Kind) -> Iterator[Input]:
    """Small files of the music that comes with music21, spread over all that there are."""
    found = [path for path in sorted(_music21_corpus().rglob(pattern)) if path.stat().st_size <= LARGEST_BYTES]
    for path in found[:: max(1, len(found) // A_FEW)]:
        yield Input(kind, path.suffix, path.read_bytes())


def _spaces() -> Iterator[Input]:
    for path in sorted(SPACES.glob("*.yaml")):
        yield Input(Kind.SPACE, ".yaml", path.read_bytes())


def _settings() -> Iterator[Input]:
    for name, value in Settings(CoreSettings(), MusicSettings()).dump().items():
        told = value[0] if isinstance(value, list) else value
        yield Input(Kind.SETTING, ".txt", f"{name}={told}".encode())


def _ballots() -> Iterator[Input]:
    for order in ORDERS:
        yield Input(Kind.BALLOT, ".txt", order.encode())
    steps = [
        {"do": "up", "id": "g0-1"},
        {"do": "answer", "a": "g0-1", "b": "g0-2", "better": None},
        {"do": "order", "tiers": [["g0-1"], ["g0-2", "g0-3"]], "rejected": ["g0-4", "g0-5"], "method": "pairs"},
    ]
    yield Input(Kind.BALLOT, ".json", json.dumps(steps).encode())


def _openings() -> Iterator[Input]:
    for one in (*real_inputs(Kind.MIDI), *real_inputs(Kind.ABC)[:4], *real_inputs(Kind.MUSICXML)[:4]):
        yield Input(Kind.OPENING, one.suffix, one.data)


def _exports() -> Iterator[Input]:
    for kind in KINDS:
        card, vocabulary = example(kind)
        yield Input(Kind.EXPORT, ".json", json.dumps([card, vocabulary]).encode())


def archive_of(name: str, data: bytes) -> bytes:
    """A ZIP archive with one file."""
    return archive({name: data})


def score_in(archive: bytes) -> bytes:
    """The score of a real compressed MusicXML file."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return max((file.read(name) for name in file.namelist() if "META-INF" not in name), key=len)
