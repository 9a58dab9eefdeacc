"""Where each step lies: in its bar, in which metre, and in which bar of the piece; read by networks, never predicted.

A step is told where the next one begins, since that is the one that is predicted. The number of the bar is what
phrases and ends keep to: without it networks end tunes at any eighth bar (docs/decisions/networks.md).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from evolve.domains.music.bars import bar_lines_of, bar_numbers, places_in_bars
from evolve.domains.music.plain import metre_from_json
from evolve.domains.music.song import COMMON_TIME, Column, Metre, Song

PLACE: Final = "place"
"""The stream of how many ticks after the beginning of its bar the next step begins."""

METRE: Final = "metre"
"""The stream of the metre in force there: its place among the known ones, from 1, or that of one with bars as long; 0
is any other."""

BAR: Final = "bar"
"""The stream of which bar of the piece it is: 1 is the first full one, 0 an upbeat, and what comes before a note has
sounded; all from `MOST_BARS` - 1 on are alike. So equally many bars end on equal numbers, with an upbeat or without."""

MOST_BARS: Final = 64
"""Bars that are told apart: tunes and chorales have 16 to 32."""

MOST_PLACES: Final = 384
"""Four whole notes; in longer bars places begin anew after so many ticks."""

MOST_METRES: Final = 16


@dataclass(frozen=True, slots=True)
class BarPlace:
    """Where in its bar a moment lies.

    Attributes:
        ticks: After the beginning of the bar.
        metre: Of the bar.
        bar: Its number in the song, 1 for the first full one; None until a note has sounded.
    """

    ticks: int
    metre: Metre
    bar: int | None = None


_NOT_BEGUN: Final = -1

FIRST_PLACE: Final = BarPlace(0, COMMON_TIME)
"""Where a song begins that says nothing."""


@dataclass(frozen=True, slots=True)
class BarPositions:
    """The metres that are told apart.

    Attributes:
        metres: At least one, each once, the most frequent first.
    """

    metres: tuple[Metre, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """How many tokens each stream has: of `PLACE` as many as the longest bar has ticks, within `MOST_PLACES`."""
        longest = max(metre.bar_ticks for metre in self.metres)
        return {PLACE: min(longest, MOST_PLACES), METRE: 1 + len(self.metres), BAR: MOST_BARS}

    def tokens(self, place: BarPlace) -> dict[str, int]:
        """What a step is told when the next one begins at a place."""
        bar = min(place.bar or 0, MOST_BARS - 1)
        return {PLACE: place.ticks % self.sizes[PLACE], METRE: self._number(place.metre), BAR: bar}

    def streams(self, song: Song, ticks: Column) -> dict[str, npt.NDArray[np.int32]]:
        """What each step of a song is told.

        Args:
            song: Whose bar lines count.
            ticks: When the step after each begins, int64 [n].
        """
        lines = bar_lines_of(song)
        places, which = places_in_bars(lines, ticks)
        numbers = np.array([self._number(line.metre) for line in lines], np.int32)
        bars = _numbers_from_the_first(song, ticks)
        return {
            PLACE: (places % self.sizes[PLACE]).astype(np.int32),
            METRE: numbers[which],
            BAR: np.clip(bars, 0, MOST_BARS - 1).astype(np.int32),
        }

    def to_json(self) -> list[list[int]]:
        """What `json.dumps` takes: two numbers of each metre."""
        return [[metre.beats, metre.unit] for metre in self.metres]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Self:
        """What `to_json` described; `TypeError` or `ValueError` when it is something else."""
        metres = tuple(map(metre_from_json, data))
        if not 0 < len(metres) == len(set(metres)) <= MOST_METRES:
            raise ValueError(f"bars in {len(metres)} metres, some of them alike, too many or none")
        return cls(metres)

    def _number(self, metre: Metre) -> int:
        """Of a metre that is not known that of one with bars as long, which a network has met, else 0."""
        alike = [known for known in self.metres if known.bar_ticks == metre.bar_ticks]
        return 1 + self.metres.index(metre if metre in self.metres else alike[0]) if alike else 0


class BarClock:
    """Where in the bar a song has come to while it is written; its bars go on as they are."""

    def __init__(self, positions: BarPositions | None, start: BarPlace) -> None:
        """At a place.

        Args:
            positions: What is told; None tells nothing.
            start: Where the first step that is written begins.
        """
        self._positions = positions
        self._place = start
        self._begins = start.bar

    @property
    def tokens(self) -> dict[str, int]:
        """What the step written last is told."""
        return self._positions.tokens(self._place) if self._positions else {}

    def strike(self) -> None:
        """A note starts: if it is the first, the bars are counted from it on."""
        if self._begins is None:
            self._begins = _first_number(self._place.ticks, self._place.metre)

    def pass_ticks(self, ticks: int) -> None:
        """Let time pass."""
        if ticks > 0:
            metre = self._place.metre
            bars, left = divmod(self._place.ticks + ticks, metre.bar_ticks)
            before = self._begins if self._place.bar is None else self._place.bar
            self._place = BarPlace(left, metre, None if before is None else before + bars)


def bar_place(song: Song, tick: int) -> BarPlace:
    """Where in its bar a tick of a song lies."""
    lines = bar_lines_of(song)
    ticks = np.array([tick], np.int64)
    places, which = places_in_bars(lines, ticks)
    number = int(_numbers_from_the_first(song, ticks)[0])
    return BarPlace(int(places[0]), lines[int(which[0])].metre, None if number == _NOT_BEGUN else number)


def _numbers_from_the_first(song: Song, ticks: Column) -> Column:
    """The numbers of the bars in which ticks lie, as `BarPlace` has them, `_NOT_BEGUN` until a note has sounded."""
    onsets = song.notes.onsets_ticks[:1]
    if not len(onsets):
        return np.full(len(ticks), _NOT_BEGUN)
    lines = bar_lines_of(song)
    (place,), (line,) = places_in_bars(lines, onsets)
    numbers = bar_numbers(lines, ticks) - bar_numbers(lines, onsets) + _first_number(int(place), lines[line].metre)
    return np.where(ticks > onsets, numbers, _NOT_BEGUN)


def _first_number(place_ticks: int, metre: Metre) -> int:
    """The number of the bar in which the first note starts: in its second half it is an upbeat."""
    return 0 if 2 * place_ticks >= metre.bar_ticks else 1


def bars_from_json(data: Any) -> BarPositions | None:  # noqa: ANN401 - JSON
    """What a tokenizer tells of bars; None is nothing."""
    return None if data is None else BarPositions.from_json(data)


def learn_bars(songs: Sequence[Song]) -> BarPositions:
    """The metres in which most time passes; of equals those with fewer beats, then those of longer ones, come first.

    Args:
        songs: At least one with notes.
    """
    ticks: Counter[Metre] = Counter()
    for song in songs:
        lines, length = bar_lines_of(song), song.length_ticks
        ends = [*(line.tick for line in lines[1:]), length]
        for line, start, end in zip(lines, [0, *ends], ends, strict=False):
            ticks[line.metre] += max(0, min(end, length) - start)
    order = sorted(+ticks, key=lambda metre: (-ticks[metre], metre.beats, metre.unit))
    return BarPositions(tuple(order[:MOST_METRES]))
