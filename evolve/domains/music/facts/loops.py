"""What a song strikes, where it goes in loops, and whether it got stuck in one.

A network that is stuck composes the same few notes over and over. Real pieces have loops as well: trills and tremolos
are cycles of two notes, up to 22 rounds and 45 notes of them, and a dance is played through three, four, and now and
then six times. So a loop counts from `FEWEST_ROUNDS` on, and it takes many notes, as a share of the song or at a
stretch, to call the song stuck. docs/decisions/facts-of-songs.md has what was measured on real pieces.
"""

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from evolve.domains.music.song import Column, Metre, Notes
from evolve.domains.music.tokenizers.likeness import Pitches
from evolve.domains.music.tokenizers.steps import chord_starts


@dataclass(frozen=True, slots=True, eq=False)
class Struck:
    """Notes and chords in order; a chord is the notes that start together, on whatever tracks, as `fold` has it.

    Attributes:
        pitches: Of each, ascending and distinct MIDI note numbers, at least one.
        onsets_ticks: When each begins, ascending, int64 [struck].
    """

    pitches: tuple[Pitches, ...]
    onsets_ticks: Column

    @classmethod
    def of(cls, notes: Notes) -> Self:
        """What some notes strike."""
        onsets = notes.onsets_ticks.tolist()
        firsts = chord_starts(onsets)
        keys = notes.pitches.tolist()
        chords = (tuple(sorted(set(keys[a:b]))) for a, b in itertools.pairwise([*firsts, len(keys)]))
        return cls(tuple(chords), np.array([onsets[first] for first in firsts], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.pitches)

    @property
    def repeated(self) -> int:
        """How many are equal to the one before."""
        return sum(a == b for a, b in itertools.pairwise(self.pitches))


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


FEWEST_ROUNDS = 5
"""Fewer are verses: with four, a tenth of the folk tunes would be stuck."""

FEWEST_NOTES = 24
"""Notes in loops of that many rounds; fewer are a figure, however short the song. With 16, half as many piano windows
of 60 notes again would be stuck."""

SHARE = 1 / 3
"""Of the song's notes, in such loops. With a quarter, 2.2 % of the piano windows of 120 notes would be stuck."""

NOTES_AT_A_STRETCH = 48
"""In one such loop; that is stuck however long the song. The longest trill measured has 45, and with 40 notes two of
the 24 piano pieces would be stuck."""


def stuck_in(struck: Struck, loops: Iterable[Loop], metre: Metre) -> str:
    """What a song is stuck in, empty when it is not: ``one note, 40 times``, ``a bar, 9 times``.

    A cycle is called a bar, or several, when each of its rounds takes exactly so long; else it is
    ``a cycle of 7 notes, 6 times``. Of several the longest is told. Each chord is one of the notes.
    """
    many = [loop for loop in loops if loop.rounds >= FEWEST_ROUNDS]
    longest = longest_loop(many)
    if longest is None or not _is_stuck(longest, share_in_loops(many, len(struck)), len(struck)):
        return ""
    return f"{_name(longest, struck, metre)}, {longest.rounds} times"


def _is_stuck(longest: Loop, share: float, notes: int) -> bool:
    return longest.length >= NOTES_AT_A_STRETCH or (share >= SHARE and round(share * notes) >= FEWEST_NOTES)


def _name(loop: Loop, struck: Struck, metre: Metre) -> str:
    if loop.period == 1:
        return "one note" if len(struck.pitches[loop.start]) == 1 else "one chord"
    if bars := _bars(loop, struck, metre):
        return "a bar" if bars == 1 else f"{bars} bars"
    return f"a cycle of {loop.period} notes"


def _bars(loop: Loop, struck: Struck, metre: Metre) -> int:
    """How many bars each round takes; 0 when it is no whole number of them, or not the same in all rounds."""
    rounds_ticks = np.diff(struck.onsets_ticks[loop.start : loop.stop : loop.period])
    bars, left_ticks = divmod(int(rounds_ticks[0]), metre.bar_ticks)
    return bars if not left_ticks and (rounds_ticks == rounds_ticks[0]).all() else 0
