"""What stands in a bar, and where: its beats and their parts, note values, and the grid that fits its notes best."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.domains.music.song import COMMON_TIME, TICKS_PER_BEAT, Metre

SHORTEST_TICKS: Final = 3
"""A 32nd note, the shortest that is written."""

SHORTEST_UNIT: Final = 32
EIGHTH_UNIT: Final = 8
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
    has_threes = metre.unit >= EIGHTH_UNIT and metre.beats % 3 == 0
    beat = 3 * unit if has_threes else max(unit, TICKS_PER_BEAT) if metre.unit < EIGHTH_UNIT else TICKS_PER_BEAT
    bar = metre.bar_ticks
    parts = [bar, *_halves_of_bar(metre), beat]
    part = unit if has_threes else beat // 2
    while part >= SHORTEST_TICKS:
        parts.append(part)
        part //= 2
    return BarLines(bar, beat, tuple(dict.fromkeys(part for part in parts if part <= bar)), has_threes)


def _halves_of_bar(metre: Metre) -> tuple[int, ...]:
    """What a bar of four or twelve is divided into, or one of six quarters."""
    is_divided = metre.beats % 4 == 0 or (metre.beats == 6 and metre.unit < EIGHTH_UNIT)  # noqa: PLR2004
    return (metre.bar_ticks // 2,) if is_divided else ()


@dataclass(frozen=True, slots=True)
class Tone:
    """One notehead.

    Attributes:
        pitch: MIDI note number.
        is_held: Whether a tie leads to it.
        goes_on: Whether a tie leads on from it.
    """

    pitch: int
    is_held: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class NoteValue:
    """How long a note or rest looks.

    Attributes:
        name: As in MusicXML: whole, half, quarter, eighth, 16th, 32nd.
        dots: 0 or 1.
        flags: How many flags or beams it has.
    """

    name: str
    dots: int
    flags: int


@dataclass(frozen=True, slots=True)
class Triplet:
    """That a chord or rest belongs to a group of three in the time of two.

    Attributes:
        unit: What there are three of, as in MusicXML.
        is_first: Whether the group starts with this chord or rest.
        is_last: Whether it ends with it.
    """

    unit: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class ChordRest:
    """A note, a chord, or a rest.

    Attributes:
        start: Where it stands, in ticks from the bar line.
        ticks: How long it sounds.
        value: How long it looks.
        tones: From the lowest up; none for a rest.
        triplet: The group it belongs to, if any.
        beams: What the beams do at it, the first beam first, as in MusicXML: begin, continue, end, forward hook,
            backward hook.
        is_hidden: Whether a rest only keeps its place, since something else is to be seen there.
        fills_bar: Whether it is the rest of a whole bar, which stands in its middle.
    """

    start: int
    ticks: int
    value: NoteValue
    tones: tuple[Tone, ...] = ()
    triplet: Triplet | None = None
    beams: tuple[str, ...] = ()
    is_hidden: bool = False
    fills_bar: bool = False


ScoreVoice = tuple[ChordRest, ...]
"""Symbols one after the other, without a gap."""


_PLAIN: Final = (
    (96, "whole", 0),
    (48, "half", 0),
    (24, "quarter", 0),
    (12, "eighth", 1),
    (6, "16th", 2),
    (3, "32nd", 3),
)

VALUES: Final = {
    **{ticks: NoteValue(name, 0, flags) for ticks, name, flags in _PLAIN},
    **{ticks * 3 // 2: NoteValue(name, 1, flags) for ticks, name, flags in _PLAIN if ticks > SHORTEST_TICKS},
}
"""Every value that is written, by its length in ticks."""


@dataclass(frozen=True, slots=True)
class TripletCell:
    """A place within a bar that holds three of something in the time of two.

    Attributes:
        start: In ticks from the bar line.
        ticks: 48, 24 or 12: three quarter notes, eighths or sixteenths.
    """

    start: int
    ticks: int

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + self.ticks

    @property
    def unit(self) -> str:
        """What it holds three of."""
        return VALUES[self.ticks // 2].name

    @property
    def lines(self) -> BarLines:
        """Its parts, as long as they look: half as long again as they sound."""
        unit = self.ticks // 2
        halves = [unit >> k for k in range(6) if unit >> k >= SHORTEST_TICKS]
        return BarLines(3 * unit, 3 * unit, (3 * unit, *halves), has_threes=True)

    def holds(self, place: int) -> bool:
        """Whether a place lies within it, not on its edges."""
        return self.start < place < self.stop


ValuePiece = tuple[int, int, NoteValue]
"""From where to where it sounds, in ticks from the bar line, and how it looks."""


def pieces(start: int, stop: int, lines: BarLines, *, is_rest: bool) -> Iterator[ValuePiece]:
    """Single values that fill a stretch of a bar, one after the other; multiples of 3 ticks."""
    if _is_single(start, stop, lines, is_rest=is_rest):
        yield start, stop, VALUES[stop - start]
        return
    line, _ = lines.strongest_inside(start, stop)
    yield from pieces(start, line, lines, is_rest=is_rest)
    yield from pieces(line, stop, lines, is_rest=is_rest)


def triplet_pieces(start: int, stop: int, cell: TripletCell, *, is_rest: bool) -> Iterator[ValuePiece]:
    """Single values that fill a stretch of a triplet; multiples of 4 ticks from its start."""
    for begin, end, value in pieces(
        (start - cell.start) * 3 // 2, (stop - cell.start) * 3 // 2, cell.lines, is_rest=is_rest
    ):
        yield cell.start + begin * 2 // 3, cell.start + end * 2 // 3, value


def _is_single(start: int, stop: int, lines: BarLines, *, is_rest: bool) -> bool:
    """Whether one value may stand for a stretch of a bar: such that the eye still finds the beats.

    A note may cross lines twice as strong as that on which it starts (a syncopation), a rest none that is stronger. In
    beats of three parts, what crosses a beat has to fill beats.
    """
    value = VALUES.get(stop - start)
    if value is None:
        return False
    _, crossed = lines.strongest_inside(start, stop)
    fills_beats = start % lines.beat == 0 and stop % lines.beat == 0
    if lines.has_threes and crossed >= lines.beat:
        return fills_beats
    if is_rest:
        is_plain = value.dots == 0 or (lines.has_threes and fills_beats)
        return is_plain and crossed <= lines.level_at(start)
    return crossed <= 2 * lines.level_at(start)


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
    middle, stop = start + ticks // 2, start + ticks
    first, first_divisions = _best(start, ticks // 2, [p for p in onsets if p < middle], was_written)
    second, second_divisions = _best(middle, ticks // 2, [p for p in onsets if middle < p < stop], was_written)
    tie = _cost(0.0, PRICE_OF_A_TIE if ticks == QUARTER and middle not in onsets else 0.0, was_written)
    return (first[0] + second[0] + tie[0], first[1] + second[1] + tie[1]), (*first_divisions, *second_divisions)


def _cost(error: float, price: float, was_written: bool) -> _Cost:  # noqa: FBT001
    """Costs compare in order: an error outweighs every price where music was written."""
    return (error, price) if was_written else (error + price, 0.0)
