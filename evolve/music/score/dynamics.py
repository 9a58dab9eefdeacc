"""Dynamics marks, where the loudness of a part changes and stays."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from evolve.music.song import Notes

MARKS: Final = ((20, "ppp"), (36, "pp"), (50, "p"), (64, "mp"), (80, "mf"), (96, "f"), (112, "ff"), (128, "fff"))
"""Below which MIDI velocity each mark stands: they lie around those that notation programs play, 16 apart."""

FEWEST_BARS: Final = 4
"""How long a level must stay to be marked."""


def dynamics(notes: Notes, bar_ticks: int) -> dict[int, str]:
    """The marks of a part, by the number of the bar from 0 at whose first note they stand; none where it is level.

    The loudness of a bar is the median velocity of the notes that begin in it.
    """
    bars = notes.onsets_ticks // bar_ticks
    sounding = np.unique(bars)
    velocities = notes.table[3]
    levels = _without_passing([_level(float(np.median(velocities[bars == bar]))) for bar in sounding])
    changes = {
        int(bar): level for (before, level), bar in zip(pairwise(levels), sounding[1:], strict=True) if before != level
    }
    return {int(sounding[0]): levels[0], **changes} if changes else {}


def _level(velocity: float) -> str:
    return next(mark for limit, mark in MARKS if velocity < limit)


def _without_passing(levels: Sequence[str]) -> list[str]:
    """The levels of bars, where one that does not stay is replaced by the one before it."""
    kept = [levels[0]]
    for at, level in enumerate(levels[1:], 1):
        stays = levels[at : at + FEWEST_BARS].count(level) == FEWEST_BARS
        kept.append(level if stays else kept[-1])
    return kept
