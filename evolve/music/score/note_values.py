"""Lengths of time as single note values, split where a reader looks for a beat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evolve.music.score.bar_lines import SHORTEST_TICKS, BarLines
from evolve.music.score.symbols import Value

_PLAIN: Final = (
    (96, "whole", 0),
    (48, "half", 0),
    (24, "quarter", 0),
    (12, "eighth", 1),
    (6, "16th", 2),
    (3, "32nd", 3),
)

VALUES: Final = {
    **{ticks: Value(name, 0, flags) for ticks, name, flags in _PLAIN},
    **{ticks * 3 // 2: Value(name, 1, flags) for ticks, name, flags in _PLAIN if ticks > SHORTEST_TICKS},
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


Piece = tuple[int, int, Value]
"""From where to where it sounds, in ticks from the bar line, and how it looks."""


def pieces(start: int, stop: int, lines: BarLines, *, is_rest: bool) -> Iterator[Piece]:
    """Single values that fill a stretch of a bar, one after the other; multiples of 3 ticks."""
    if _is_single(start, stop, lines, is_rest=is_rest):
        yield start, stop, VALUES[stop - start]
        return
    line, _ = lines.strongest_inside(start, stop)
    yield from pieces(start, line, lines, is_rest=is_rest)
    yield from pieces(line, stop, lines, is_rest=is_rest)


def triplet_pieces(start: int, stop: int, cell: TripletCell, *, is_rest: bool) -> Iterator[Piece]:
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
