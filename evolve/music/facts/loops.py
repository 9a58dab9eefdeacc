"""Loops: patterns of pitches that come again and again in direct succession, whatever their rhythm."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LOOP_ROUNDS = 3
"""A pattern must come this often in direct succession to be a loop: once more is a repeat, as good pieces have."""

SHORTEST_LOOP_NOTES = 8
"""Fewer notes and chords than this are no loop: three equal notes are a rhythm."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch in which every element from the (period + 1)-th equals the one a period before it.

    Attributes:
        start: Place of its first element.
        stop: Place behind its last; the last round may be cut short.
        period: Elements of the pattern, at least 1.
    """

    start: int
    stop: int
    period: int

    @property
    def length(self) -> int:
        """Its elements."""
        return self.stop - self.start

    @property
    def rounds(self) -> int:
        """How often the whole pattern comes."""
        return self.length // self.period


def find_loops(pattern: Sequence[Hashable]) -> tuple[Loop, ...]:
    """Every loop of at least `LOOP_ROUNDS` rounds and `SHORTEST_LOOP_NOTES` elements, short periods first.

    Each is as long as it can be. What repeats with one period does so with its multiples too, and is told of each.
    """
    codes = numbered(pattern)
    return tuple(loop for period in range(1, len(codes) // LOOP_ROUNDS + 1) for loop in _of_period(codes, period))


def share_in_loops(loops: Iterable[Loop], elements: int) -> float:
    """Share of the elements that lie in a loop, 0 .. 1; 0 without elements."""
    inside = np.zeros(elements, dtype=bool)
    for loop in loops:
        inside[loop.start : loop.stop] = True
    return float(inside.mean()) if elements else 0.0


def longest_loop(loops: Iterable[Loop]) -> Loop | None:
    """The loop of most elements, of equals the one of the shortest period; None without any."""
    return max(loops, key=lambda loop: (loop.length, -loop.period), default=None)


def numbered(pattern: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    """A number for each element, equal for equal elements, int64 [n]."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(element, len(numbers)) for element in pattern], dtype=np.int64)


def _of_period(codes: npt.NDArray[np.int64], period: int) -> Iterator[Loop]:
    same = codes[period:] == codes[:-period]
    shortest = max(LOOP_ROUNDS * period, SHORTEST_LOOP_NOTES)
    if np.count_nonzero(same) < shortest - period:  # most periods end here, at a third of the time
        return
    edges = np.flatnonzero(np.diff(same, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start + period >= shortest:
            yield Loop(start, stop + period, period)
