"""What files may say of tempo, metre, instruments and names, brought within what music and MIDI know."""

import math
from typing import Final

from evolve.music.song import PIANO, Metre

SLOWEST_TEMPO_BPM: Final = 10.0
FASTEST_TEMPO_BPM: Final = 600.0
PROGRAMS: Final = 128
MOST_BEATS: Final = 32
"""Upper numbers of time signatures beyond this are a program's, not a musician's."""

LONGEST_NAME: Final = 80
"""Of a track, in characters."""


def within_reach(tempo_bpm: float) -> float:
    """The tempo nearest to one that a file says, a number, that anybody plays in."""
    return min(max(tempo_bpm, SLOWEST_TEMPO_BPM), FASTEST_TEMPO_BPM)


def plain_metre(beats: int, unit: int) -> Metre | None:
    """A time signature that can be written on the grid; None for any other."""
    return Metre(beats, unit) if 1 <= beats <= MOST_BEATS and unit in (1, 2, 4, 8, 16, 32) else None


def plain_program(program: int | None) -> int:
    """A General MIDI program; the piano where a file says none, or one that there is not."""
    return program if program is not None and 0 <= program < PROGRAMS else PIANO


def plain_name(name: str) -> str:
    """A track's name without what cannot be seen."""
    return "".join(c for c in name if c.isprintable()).strip()[:LONGEST_NAME]


def is_tempo(tempo_bpm: float | None) -> bool:
    """Whether what a file says is a tempo at all."""
    return tempo_bpm is not None and math.isfinite(tempo_bpm) and tempo_bpm > 0
