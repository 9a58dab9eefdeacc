"""What comes back in a song: the longest passage that stands in it twice."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evolve.music.facts.loops import numbered

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Return:
    """A passage that stands in a sequence twice, without overlapping itself.

    Attributes:
        start: Place of its first element where it stands first.
        again: Place of its first element where it stands last; at least `length` later.
        length: Its elements, at least 1.
    """

    start: int
    again: int
    length: int


def longest_return(pattern: Sequence[Hashable], *, again_from: int = 0) -> Return | None:
    """The longest passage that stands in a sequence twice without overlapping itself; None when nothing comes back.

    Of equally long ones it is the first. A passage that returns does so without its last element too, so the length is
    found bit by bit, from the highest: n log² n steps for n elements. Stretches of 1, 2, 4, … elements are numbered by
    doubling (Karp, Miller and Rosenberg, "Rapid Identification of Repeated Patterns", STOC 1972); any other stretch is
    the pair of two of them that cover it.

    Args:
        pattern: The elements.
        again_from: The place from which the second of the two must begin.
    """
    halves = [numbered(pattern)]
    while _returning(halves[-1], 1 << (len(halves) - 1), again_from):
        halves.append(_numbers_of_pairs(halves[-1], 1 << (len(halves) - 1)))
    longest: Return | None = None
    length = 0
    for power in reversed(range(len(halves) - 1)):
        longer = length + (1 << power)
        largest = longer.bit_length() - 1
        stretches = _pairs(halves[largest], longer - (1 << largest))
        if found := _returning(stretches, longer, again_from):
            longest, length = found, longer
    return longest


def _pairs(stretches: Numbers, apart: int) -> Numbers:
    """A number for each pair of a stretch and the one so many places on, equal for equal pairs."""
    return stretches[: len(stretches) - apart] * (len(stretches) + 1) + stretches[apart:]


def _numbers_of_pairs(stretches: Numbers, length: int) -> Numbers:
    """The numbers of stretches that are twice as long, below how many of them there are."""
    return np.unique(_pairs(stretches, length), return_inverse=True)[1]


def _returning(stretches: Numbers, length: int, again_from: int) -> Return | None:
    """The first stretch that stands again at least its length later; the numbers are of stretches of that length."""
    if len(stretches) <= length:
        return None
    order = stretches.argsort(kind="stable")
    is_last = np.diff(stretches[order], append=-1) != 0
    lasts = order[is_last]
    firsts = order[np.roll(is_last, 1)]  # whoever comes after the last of its like is the first of the next
    returns = (lasts - firsts >= length) & (lasts >= again_from)
    if not returns.any():
        return None
    start = firsts[returns].min()
    return Return(int(start), int(lasts[firsts == start][0]), length)
