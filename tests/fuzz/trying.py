"""What the program does with an input, by the very functions that its commands call."""

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import evolve.domains.music.reading_process
from evolve.cli.running import options_given
from evolve.domains.music.cache import Outcome
from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.export import CARD, NETWORK, VOCABULARY, read_export
from evolve.domains.music.key import semitones_to_common_key
from evolve.domains.music.material import _opening_files, budget_of, sampling_of
from evolve.domains.music.opening import read_opening
from evolve.domains.music.reading import Reading
from evolve.domains.music.reading_process import SMALL_MEMORY_MB, ReadingLimits, ReadingProcess
from evolve.domains.music.reshaping import PIANO, arrange, transposed
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.tokenizers.kinds import KINDS, learn
from evolve.domains.music.tokenizers.steps import NoteStep
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from evolve.genetics.breeding import found
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.judging.draft import BallotDraft
from evolve.judging.order import format_order, parse_order
from evolve.network.genes import GENES
from evolve.search.chosen_space import space_given
from evolve.settings import Given, settle
from evolve.shipped import find_space
from tests.domains.music.pieces import song_of
from tests.fuzz.kinds import Kind
from tests.fuzz.made_up import IDS, LETTERS, SONGS

ROLES: Final = ("melody", "bass")
GROUPS: Final = ("jig", "reel", "1")
FOUNDERS: Final = 2
OPENING_NOTES: Final = 10
MOST_STEPS_LEARNED: Final = 2_000
LIMITS: Final = ReadingLimits(3.0, SMALL_MEMORY_MB)
"""Of reading a file of notation: less time than usual, which would be all that some inputs take."""

_SCALE: Final = song_of([NoteStep((60 + k,), 12) for k in (0, 2, 4, 5, 7, 9, 11, 12) * 4])

Tried = Callable[[Path], None]
"""Raises an `EvolveError` when the input is refused."""


class _Reader(Protocol):
    def read(self, path: Path) -> Outcome: ...


class SharedReader:
    """One reading process for all files, since starting one for each would take most of the time."""

    def __init__(self) -> None:
        """Does not start it yet."""
        self.process = ReadingProcess(LIMITS)

    def read(self, path: Path) -> Outcome:
        """See `ReadingProcess`."""
        return self.process.read(path)

    def close(self) -> None:
        """It is asked again."""

    @property
    def pid(self) -> int | None:
        """The process, when there is one."""
        child = self.process._child
        return child.pid if child else None


def trials(reader: SharedReader) -> Mapping[Kind, Tried]:
    """What is done with each kind of input; all notation is read by the reader."""
    evolve.domains.music.reading_process.ReadingProcess = lambda: reader  # type: ignore[assignment,misc]
    music = (Kind.MIDI, Kind.MUSICXML, Kind.ABC, Kind.KERN)
    return dict.fromkeys(music, _learn_from) | {
        Kind.SPACE: _read_space,
        Kind.SETTING: _settle,
        Kind.BALLOT: _count,
        Kind.OPENING: _open,
        Kind.EXPORT: _import,
    }


def _learn_from(path: Path) -> None:
    """As `evolve start --corpus` does it, up to the tokens that networks learn."""
    (outcome,) = evolve.domains.music.reading_process.read_files((path,))
    if isinstance(outcome, str):
        raise CorpusError(outcome)
    for reading in [piece for piece in outcome if isinstance(piece, Reading)][:3]:
        _as_tokens(reading)


def _as_tokens(reading: Reading) -> None:
    assert reading.song.title.isprintable()
    for roles in (PIANO, ROLES):
        with contextlib.suppress(CorpusError):  # a single line has no bass
            semitones = semitones_to_common_key(reading.sharps)
            piece = Piece.of("piece", transposed(arrange(reading.song, roles), semitones), semitones)
            assert piece.song.notes.table[0].max(initial=0) < 128
            if len(piece.steps) <= MOST_STEPS_LEARNED:
                for kind in KINDS:
                    tokenizer = learn(kind, [piece.song], roles, TokenizerSettings(), [piece.song.metre])
                    tokenizer.decode(tokenizer.encode(piece.song).streams)


def _open(path: Path) -> None:
    """As `evolve start --opening` does it, up to the sound and the picture of it."""
    for kind in KINDS:
        tokenizer = learn(kind, [_SCALE], PIANO, TokenizerSettings(), [_SCALE.metre])
        opening = read_opening(path, tokenizer, PIANO, notes=OPENING_NOTES)
        tokenizer.encode(opening.song, opening.goes_on_at)
    assert all(len(file.data) < 20_000_000 for file in _opening_files(opening))


def _read_space(path: Path) -> None:
    name, text = find_space(str(path))
    parsed = parse_space(text, name, GENES)
    _found_in(parsed.space.with_groups(GROUPS), settle(space_given(name, parsed.settings), MusicSettings).own)


def _found_in(space: SearchSpace, settings: MusicSettings) -> None:
    """As the founders of a run are born, on a corpus of some groups, up to what says how they learn and play."""
    for one in found(space, population=int(min(FOUNDERS, space.size)), seed=0):
        assert one.genome in space
        assert 0 < budget_of(one.genome) <= 1
        sampling_of(one.genome, settings)


def _settle(path: Path) -> None:
    """A text for ``--set``, or a name and a value as a space has them."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    if path.suffix == ".txt":
        settle(options_given({}, [text]), MusicSettings)
        return
    name, value = _given(text)
    settle([Given(str(name), value, "space.yaml, line 1", is_firm=False)], MusicSettings)


def _given(text: str) -> tuple[Any, Any]:
    """A name and a value, however the text was mutated."""
    try:
        name, value = json.loads(text)
    except (ValueError, TypeError):
        return text, text
    return name, value


def _count(path: Path) -> None:
    """An order as it is typed, or the steps of a ballot that is gone on with."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    if path.suffix == ".txt":
        ballot = parse_order(text, LETTERS, SONGS)
        assert parse_order(format_order(ballot, LETTERS), LETTERS, SONGS) == ballot
        return
    try:
        steps = json.loads(text)
    except ValueError:
        steps = [text]
    draft = BallotDraft.from_json(IDS, steps)
    assert sorted(draft.ballot.ids) == sorted(IDS)
    assert BallotDraft.from_json(IDS, draft.to_json()).ballot == draft.ballot


def _import(path: Path) -> None:
    """A card and a vocabulary, as `evolve compose` reads them, and the first tokens of a song."""
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    card, vocabulary = _halves(path.read_bytes())
    (folder / CARD).write_bytes(card)
    (folder / VOCABULARY).write_bytes(vocabulary)
    (folder / NETWORK).write_bytes(b"a network")
    context = read_export(folder).context
    begun = context.tokenizer.encode(context.opening.song, context.opening.goes_on_at)
    context.tokenizer.decode(begun.streams)
    mask = context.tokenizer.token_mask(begun, 10)
    mask.allowed()
    mask.context()


def _halves(data: bytes) -> tuple[bytes, bytes]:
    """What becomes each of the two files, however the bytes were mutated."""
    try:
        card, vocabulary = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        return data, data
    return json.dumps(card).encode(), json.dumps(vocabulary).encode()
