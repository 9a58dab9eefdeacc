"""How the beats of a bar are divided: for each the binary or the triplet grid that fits better."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.music.score.bar_lines import SHORTEST_TICKS, BarLines
from evolve.music.song import TICKS_PER_BEAT

QUARTER: Final = TICKS_PER_BEAT
EIGHTH: Final = QUARTER // 2
SIXTEENTH: Final = QUARTER // 4
HALF: Final = 2 * QUARTER

PRICES: Final[Mapping[int, Mapping[int, float]]] = {
    HALF: {16: 2},
    QUARTER: {24: 0, 12: 0, 6: 1, 8: 2, 3: 8, 4: 9},
    EIGHTH: {12: 0, 6: 1, 4: 3, 3: 5},
    SIXTEENTH: {6: 0, 3: 3},
    SHORTEST_TICKS: {3: 0},
}
"""By the length of a part the steps it may be divided into, and what each costs: a fine grid fits everything, and
nobody can read it. In squared ticks, which is what notes off a grid cost where music was played."""

PRICE_OF_A_TIE: Final = 4.0
"""What it costs to divide the halves of a part each by itself when a note is held from one to the other."""


@dataclass(frozen=True, slots=True)
class Division:
    """How a part of a bar is divided.

    Attributes:
        start: In ticks from the bar line.
        ticks: How long the part is.
        step: The grid's.
    """

    start: int
    ticks: int
    step: int

    @property
    def is_triplet(self) -> bool:
        """Whether it holds three of something in the time of two."""
        return self.step % SHORTEST_TICKS != 0

    def nearest(self, place: int, step: int) -> int:
        """The nearest line to a place of the part on a grid that starts with it; halves are rounded down."""
        return self.start + (2 * (place - self.start) + step - 1) // (2 * step) * step


def spans(lines: BarLines) -> Iterator[tuple[int, int]]:
    """The parts of a bar that are divided each by itself, as (start, ticks): half notes at most."""
    longest = lines.beat // 3 if lines.has_threes else HALF
    start = 0
    while start < lines.bar:
        ticks = next(t for t in PRICES if t <= longest and start % t == 0 and start + t <= lines.bar)
        yield start, ticks
        start += ticks


def divided(start: int, ticks: int, onsets: Sequence[int], *, was_written: bool) -> tuple[Division, ...]:
    """The divisions of a part that fit the notes which begin within it.

    Where they end does not count: nobody writes a triplet for the sake of a rest.

    Args:
        start: Where the part starts, in ticks from the bar line.
        ticks: Its length, one of `PRICES`.
        onsets: What begins strictly within it, in ticks from the bar line.
        was_written: Whether fitting exactly comes before all else. Otherwise small errors are borne for the sake of a
            plain grid.
    """
    return _best(start, ticks, onsets, was_written)[1]


_Cost = tuple[float, float]
_Option = tuple[_Cost, tuple[Division, ...]]


def _best(start: int, ticks: int, onsets: Sequence[int], was_written: bool) -> _Option:  # noqa: FBT001
    """The cheapest divisions of a part, and what they cost."""
    options = [_uniform(Division(start, ticks, step), onsets, was_written) for step in PRICES[ticks]]
    if ticks > EIGHTH:
        options.append(_halved(start, ticks, onsets, was_written))
    return min(options, key=lambda option: option[0])


def _uniform(division: Division, onsets: Sequence[int], was_written: bool) -> _Option:  # noqa: FBT001
    """One division of a whole part."""
    error = float(sum((place - division.nearest(place, division.step)) ** 2 for place in onsets))
    return _cost(error, PRICES[division.ticks][division.step], was_written), (division,)


def _halved(start: int, ticks: int, onsets: Sequence[int], was_written: bool) -> _Option:  # noqa: FBT001
    """The best divisions of both halves of a part."""
    middle, stop = start + ticks // 2, start + ticks
    first, first_divisions = _best(start, ticks // 2, [p for p in onsets if p < middle], was_written)
    second, second_divisions = _best(middle, ticks // 2, [p for p in onsets if middle < p < stop], was_written)
    tie = _cost(0.0, PRICE_OF_A_TIE if ticks == QUARTER and middle not in onsets else 0.0, was_written)
    return (first[0] + second[0] + tie[0], first[1] + second[1] + tie[1]), (*first_divisions, *second_divisions)


def _cost(error: float, price: float, was_written: bool) -> _Cost:  # noqa: FBT001
    """Costs compare in order: an error outweighs every price where music was written."""
    return (error, price) if was_written else (error + price, 0.0)
