"""Loops by their definition, without counting on from step to step."""

from collections.abc import Sequence

import numpy as np


def longest_overrun(song: Sequence[int], shortest: int = 8) -> int:
    """By how many elements a song's most overdrawn loop is longer than three rounds and `shortest`; 0 or less: none."""
    elements = np.array(song)
    overrun = 0
    for period in range(1, len(song) // 3 + 1):
        broken = np.flatnonzero(np.diff(np.pad(elements[period:] == elements[:-period], 1).astype(int)))
        runs = broken[1::2] - broken[::2]
        overrun = max(overrun, int(runs.max(initial=-period)) + period - max(3 * period, shortest))
    return overrun
