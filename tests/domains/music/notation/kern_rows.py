"""Kern for tests: columns two spaces apart, and what sounds of it."""

import re
from fractions import Fraction

from evolve.domains.music.notation.kern import read_kern
from evolve.domains.music.notation.written import WrittenPart, WrittenScore

Sounding = tuple[int, int | Fraction, int | Fraction]
"""Pitch, onset and duration in quarter notes."""

SCALE: list[Sounding] = [(60, 0, 1), (62, 1, 1), (64, 2, 1), (65, 3, 1)]
"""What most of the examples sound like."""


def kern(text: str) -> bytes:
    """The bytes of a kern file, written with two or more spaces between columns instead of tabs."""
    lines = (re.sub(r" {2,}", "\t", line.strip()) for line in text.strip().splitlines())
    return ("\n".join(lines) + "\n").encode()


def read(text: str) -> WrittenScore:
    """The score of such a text."""
    return read_kern(kern(text))


def sounding(part: WrittenPart) -> list[Sounding]:
    """The notes of a part in order, tied ones each by itself."""
    notes: list[Sounding] = []
    start = Fraction(0)
    for bar in part.bars:
        notes += [(note.pitch, start + note.onset_beats, note.duration_beats) for note in bar.notes]
        start += bar.length_beats
    return sorted(notes, key=lambda note: (note[1], note[0], note[2]))
