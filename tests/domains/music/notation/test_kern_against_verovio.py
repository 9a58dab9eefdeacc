"""Kern that comes with music21 is read as verovio reads it, note by note."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
import verovio

from evolve.domains.music.notation.kern import read_kern
from tests.domains.music.notation.kern_rows import sounding

pytestmark = pytest.mark.slow

CORPUS: Final = Path(str(find_spec("music21").origin)).parent / "corpus"  # type: ignore[union-attr]
SCORES: Final = (
    "bach/bwv277.krn",
    "bach/bwv281.krn",
    "bach/bwv366.krn",
    "chopin/mazurka06-2.krn",
    "beethoven/opus18no1/movement3.krn",
)
EVERY: Final = 150
"""Of the Palestrina movements one in so many is compared."""


def scores() -> list[Path]:
    """The files that are compared."""
    masses = sorted((CORPUS / "palestrina").glob("*.krn"))
    return [*(CORPUS / name for name in SCORES), *masses[::EVERY]]


def without_ornaments(text: str) -> str:
    """The same music without what verovio plays in a manner of its own: grace notes and arpeggios."""
    return "\n".join(_plain(row) if row and row[0] not in "!*=" else row for row in text.splitlines())


def _plain(row: str) -> str:
    tokens = [
        " ".join(note for note in token.split(" ") if "q" not in note).replace(":", "") for token in row.split("\t")
    ]
    if "q" in row and not any(re.search(r"[0-9]", token) for token in tokens):
        return "!! grace notes alone"
    return "\t".join(token or "." for token in tokens)


def verovio_notes(text: str) -> Iterator[tuple[int, float, float]]:
    """Pitch, onset and duration in quarter notes of what verovio reads, tied notes each by itself."""
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"expandNever": True})
    toolkit.setInputFrom("humdrum")
    assert toolkit.loadData(text)
    starts: dict[str, float] = {}
    for moment in toolkit.renderToTimemap({}):
        for note in moment.get("off", ()):
            start = starts.pop(note)
            pitch = toolkit.getMIDIValuesForElement(note)["pitch"]
            yield pitch, round(start, 3), round(moment["qstamp"] - start, 3)
        starts |= dict.fromkeys(moment.get("on", ()), moment["qstamp"])


@pytest.mark.parametrize("path", scores(), ids=lambda path: path.name)
def test_each_note_is_where_verovio_has_it(path: Path) -> None:
    """Pitches, onsets and durations of all notes are the same, and nothing is doubtful but ties."""
    score = read_kern(path.read_bytes())
    ours = [
        (pitch, round(float(on), 3), round(float(beats), 3))
        for part in score.parts
        for pitch, on, beats in sounding(part)
    ]
    assert sorted(ours) == sorted(verovio_notes(without_ornaments(path.read_text("utf-8"))))
    assert [doubt for doubt in score.doubts if "lead" not in doubt] == []
