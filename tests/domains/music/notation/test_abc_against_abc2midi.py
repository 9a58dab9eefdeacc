"""The tunes that come with music21 are read note for note as abc2midi plays them, but for what is named here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from evolve.domains.music.notation.reader import read_notation
from evolve.domains.music.song import ReadSong
from evolve.domains.music.sources import FIDDLE_TUNES
from tests.domains.music.notation.abc2midi import heard_by_abc2midi, needs_abc2midi, tunes_of
from tests.domains.music.notation.comparing import differences, heard_in

pytestmark = [pytest.mark.slow, needs_abc2midi]

GRACE = "the accidental of a grace note holds for its bar, as it does in abc2midi when it plays grace notes"
CHORD = "notes of a chord have lengths of their own; abc2midi gives all that of the first"
MAIL = "the file went through mail: =3D is a natural sign, = at the end of a line none"
LINE_END = "a single ! ends a line of old ABC; abc2midi takes what stands between two for a decoration"
GRID = "notes are shorter than the grid"
SIMPLE_METRE = (
    "3/4 is no compound metre: five notes are played in the time of two (ABC 2.1, section 4.13), not of three"
)

DIFFERENT: Final[Mapping[str, str]] = {
    "BuckleysHornpipe": CHORD,
    "DickCarrolsClog": CHORD,
    "ImOverYoungToMarryYetReel": MAIL,
    "MollShurkiesJig": "a broken rhythm between chords of unequal length is not applied, which fills the bar",
    "MugbyJimsHighlandFling": CHORD,
    "MyLadysGoonHasGairsOntStrathspey": 'abc2midi plays the word of ["Coda" as a chord',
    "TidalWaveJig": MAIL,
    "book3 0579": "abc2midi stops at a field without a colon",
    "book6 1091": LINE_END,
    "book6 1101": GRACE,
    "book6 1110": LINE_END,
    "0001-0050 25": GRID,
    "0051-0100 71": SIMPLE_METRE,
    "0051-0100 94": SIMPLE_METRE,
    "0101-0200 174": SIMPLE_METRE,
    "0811-0899 811": "+E3A3+ is a chord, in ABC before 2.0; abc2midi plays it only when it is told to",
    "1701-1780 1766": CHORD,
    "han2 374": "abc2midi stops at K: H, which is no key",
    "han2 445": "abc2midi stops at K: H, which is no key",
    "petiteCamusette 5": "a tuplet begins while another is not over; abc2midi then drops the broken rhythm in it",
    "americanfifeopus 108": CHORD,
    "americanfifeopus 114": CHORD,
}
"""Tunes that are read otherwise, by file and number, and why we are right."""


def different(paths: list[Path], every: int = 1) -> tuple[list[str], int]:
    """The names of tunes that differ though they are not to, and how many tunes there were."""
    names, compared = [], 0
    for path in paths:
        data = path.read_bytes()
        pieces, tunes = read_notation(data, ".abc", "x"), tunes_of(data.decode().replace("\r\n", "\n"))
        assert len(pieces) == len(tunes), path.name
        for piece, tune in list(zip(pieces, tunes, strict=True))[::every]:
            number = tune.split("\n", 1)[0][2:].strip()
            name = path.stem if len(tunes) == 1 else f"{path.stem} {number}"
            compared += 1
            if name not in DIFFERENT and not _is_alike(piece, tune):
                names.append(name)
    return names, compared


def _is_alike(piece: object, tune: str) -> bool:
    heard = [note for voice in heard_by_abc2midi(tune) for note in voice]
    return isinstance(piece, ReadSong) and not differences(heard_in(piece.song), heard)


def test_the_built_in_tunes() -> None:
    """All 1,059 of them."""
    names, compared = different(list(FIDDLE_TUNES.files()))
    assert (names, compared) == ([], 1059)


@pytest.mark.parametrize(
    ("pattern", "every"),
    [("airdsAirs/*", 6), ("oneills1850/1*", 8), ("essenFolksong/[ek]*", 20), ("josquin/*", 1), ("miscFolk/*", 2)],
)
def test_other_tunes_of_music21(pattern: str, every: int) -> None:
    """Aird's airs, O'Neill's and the Essen collection: every so many-th tune, since all of them take minutes."""
    corpus = FIDDLE_TUNES.files()[0].parents[1]
    names, compared = different(sorted(corpus.glob(f"{pattern}.abc")), every)
    assert names == []
    assert compared
