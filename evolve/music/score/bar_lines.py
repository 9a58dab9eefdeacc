"""Where the bars of a metre and their parts begin: what notation must not hide."""

from dataclasses import dataclass
from typing import Final

from evolve.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre

SHORTEST_TICKS: Final = 3
"""A 32nd note, the shortest that is written."""

SHORTEST_UNIT: Final = 32
EIGHTH: Final = 8
MOST_BEATS: Final = 32


@dataclass(frozen=True, slots=True)
class BarLines:
    """The parts of a bar, in ticks.

    Attributes:
        bar: How long it is.
        beat: What is beamed together, and what a rest does not cross: a quarter note, or three units in 3/8 and 6/8.
        levels: The bar, its halves, its beats and so on down to 32nds: at multiples of each, counted from the bar
            line, stands a line, the stronger the longer the part.
        has_threes: Whether a beat has three parts.
    """

    bar: int
    beat: int
    levels: tuple[int, ...]
    has_threes: bool

    def strongest_inside(self, start: int, stop: int) -> tuple[int, int]:
        """The strongest line strictly between two places of the bar and its level; (0, 0) where there is none.

        Of several the last where `start` lies on such a line itself, else the first: so the longest value comes first.
        """
        for level in self.levels:
            first = (start // level + 1) * level
            if first < stop:
                return ((stop - 1) // level * level if start % level == 0 else first), level
        return 0, 0

    def level_at(self, place: int) -> int:
        """How strong the line is on which a place of the bar lies."""
        return next(level for level in self.levels if place % level == 0)


def printable(metre: Metre) -> Metre:
    """The metre, or common time for one that cannot be printed: counted in less than 32nds, or in very many beats."""
    is_plain = 1 <= metre.unit <= SHORTEST_UNIT and metre.unit & (metre.unit - 1) == 0
    return metre if is_plain and 1 <= metre.beats <= MOST_BEATS else COMMON_TIME


def bar_lines(metre: Metre) -> BarLines:
    """The parts of a bar of a `printable` metre."""
    unit = 4 * TICKS_PER_BEAT // metre.unit
    has_threes = metre.unit >= EIGHTH and metre.beats % 3 == 0
    beat = 3 * unit if has_threes else max(unit, TICKS_PER_BEAT) if metre.unit < EIGHTH else TICKS_PER_BEAT
    bar = metre.bar_ticks
    parts = [bar, *_halves_of_bar(metre), beat]
    part = unit if has_threes else beat // 2
    while part >= SHORTEST_TICKS:
        parts.append(part)
        part //= 2
    return BarLines(bar, beat, tuple(dict.fromkeys(part for part in parts if part <= bar)), has_threes)


def _halves_of_bar(metre: Metre) -> tuple[int, ...]:
    """What a bar of four or twelve is divided into, or one of six quarters."""
    is_divided = metre.beats % 4 == 0 or (metre.beats == 6 and metre.unit < EIGHTH)  # noqa: PLR2004
    return (metre.bar_ticks // 2,) if is_divided else ()
