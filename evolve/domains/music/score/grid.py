"""Notes moved to places that can be written.

A score tells what is meant, not how it was played: it is the print alone that is snapped, and it says less of lengths
than of onsets. Where a song lies on the grid, its onsets stay exactly where they are.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evolve.domains.music.score.divisions import (
    EIGHTH,
    SHORTEST_TICKS,
    SIXTEENTH,
    BarLines,
    Division,
    TripletCell,
    divided,
    spans,
)
from evolve.domains.music.song import Note, Notes

SHARE_OF_WRITTEN_BEATS: Final = 0.9
"""Music of which as many beats as this, or more, lie on one of the grids was written; other music was played."""


@dataclass(frozen=True, slots=True)
class WrittenNotes:
    """What a staff shows.

    Attributes:
        notes: On the grid, by onset and pitch; no pitch sounds twice at once.
        triplets: Where triplets may stand, by the number of the bar from 0.
    """

    notes: tuple[Note, ...]
    triplets: Mapping[int, tuple[TripletCell, ...]]


def on_grid(notes: Notes, lines: BarLines) -> WrittenNotes:
    """The notes of a staff where they can be written; at least one."""
    onsets = tuple(sorted(set(notes.onsets_ticks.tolist())))
    was_written = _was_written(onsets, lines)
    held = [
        Note(n.pitch, n.onset_ticks, _length(n, onsets, lines.beat, was_written=was_written), n.velocity) for n in notes
    ]
    divisions = _divisions(onsets, lines, was_written=was_written)
    grid = _ScoreGrid(lines.bar, dict(spans(lines)), divisions, frozenset(onsets), was_written)
    return WrittenNotes(tuple(_one_at_a_time(grid.written(note) for note in held)), grid.triplets())


def _length(note: Note, onsets: Sequence[int], beat: int, *, was_written: bool) -> int:
    """How long a note lasts without the small gaps and overlaps of playing: to the next onset, or to the beat.

    A gap is small when it is less than a sixteenth or an eighth of the time from note to note; where music was played,
    when it is an eighth note at most and no longer than what sounded.
    """
    at = bisect_right(onsets, note.end_ticks)
    previous, following = onsets[at - 1], onsets[at] if at < len(onsets) else None
    if note.end_ticks - previous < min(SIXTEENTH, previous - note.onset_ticks):
        return previous - note.onset_ticks
    if following is not None:
        whole, gap = following - note.onset_ticks, following - note.end_ticks
        if gap <= max(SIXTEENTH - 1, whole // 8 if was_written else min(EIGHTH, whole // 2)):
            return whole
    before_beat = -note.end_ticks % beat
    return note.duration_ticks + (before_beat if before_beat < SIXTEENTH else 0)


_Part = tuple[int, int]
"""The number of a bar and where in it a part starts."""


@dataclass(frozen=True, slots=True)
class _ScoreGrid:
    """Where what begins and ends at any tick is written.

    Attributes:
        bar_ticks: How long a bar is.
        lengths: Of the parts of a bar, by where they start.
        divisions: Of the parts within which notes begin.
        onsets: When notes begin.
        was_written: Whether ends are told as exactly as they can be.
    """

    bar_ticks: int
    lengths: Mapping[int, int]
    divisions: Mapping[_Part, tuple[Division, ...]]
    onsets: frozenset[int]
    was_written: bool

    def written(self, note: Note) -> Note:
        """A note between lines of the grid, at least one step long."""
        onset = self._onset(note.onset_ticks)
        stop = self._end(note)
        if stop <= onset:
            stop = onset + self._shortest_at(onset)
        return Note(note.pitch, onset, stop - onset, note.velocity)

    def triplets(self) -> dict[int, tuple[TripletCell, ...]]:
        """Where the grid is one of threes, by bar."""
        cells: defaultdict[int, list[TripletCell]] = defaultdict(list)
        for bar, start in sorted(self.divisions):
            for division in self.divisions[bar, start]:
                if division.is_triplet:
                    cells[bar].append(TripletCell(division.start, division.ticks))
        return {bar: tuple(found) for bar, found in cells.items()}

    def _onset(self, tick: int) -> int:
        """The line of the grid on which what begins at a tick is written."""
        division = self._division_at(tick)
        return self._nearest(tick, division, division.step)

    def _end(self, note: Note) -> int:
        """Where the end of a note is written: with what begins there, else on the grid of ends."""
        if note.end_ticks in self.onsets:
            return self._onset(note.end_ticks)
        division = self._division_at(note.end_ticks)
        began_before = note.onset_ticks < note.end_ticks // self.bar_ticks * self.bar_ticks + division.start
        if division.is_triplet and began_before and not self.was_written:
            return self._nearest(note.end_ticks, division, division.ticks)  # no triplet for the sake of an end
        return self._nearest(note.end_ticks, division, self._step_of_ends(division))

    def _nearest(self, tick: int, division: Division, step: int) -> int:
        bar, place = divmod(tick, self.bar_ticks)
        return bar * self.bar_ticks + division.nearest(place, step)

    def _step_of_ends(self, division: Division) -> int:
        """How exactly the end of a note is told: to a 32nd where music was written, else to a sixteenth."""
        if division.is_triplet:
            return division.step
        return SHORTEST_TICKS if self.was_written else min(SIXTEENTH, division.ticks)

    def _shortest_at(self, tick: int) -> int:
        """How long the shortest note is that may begin at a line of the grid."""
        division = self._division_at(tick)
        return division.step if division.is_triplet else SHORTEST_TICKS

    def _division_at(self, tick: int) -> Division:
        """The division in which a tick lies, which may be its first; a whole part where no note begins within it."""
        bar, place = divmod(tick, self.bar_ticks)
        start = _start_of(place, self.lengths)
        divisions = self.divisions.get((bar, start), (Division(start, self.lengths[start], self.lengths[start]),))
        return _containing(divisions, place)


def _was_written(onsets: Iterable[int], lines: BarLines) -> bool:
    """Whether as good as all of the beats lie on a grid."""
    divisions = _divisions(onsets, lines, was_written=True)
    exact = [
        all(_lies_on(_containing(divisions[part], place), place) for place in places)
        for part, places in _within_parts(onsets, lines).items()
    ]
    return sum(exact) >= SHARE_OF_WRITTEN_BEATS * len(exact)


def _lies_on(division: Division, place: int) -> bool:
    return division.nearest(place, division.step) == place


def _containing(divisions: Sequence[Division], place: int) -> Division:
    return next(found for found in reversed(divisions) if found.start <= place)


def _divisions(onsets: Iterable[int], lines: BarLines, *, was_written: bool) -> dict[_Part, tuple[Division, ...]]:
    lengths = dict(spans(lines))
    within = _within_parts(onsets, lines)
    return {part: divided(part[1], lengths[part[1]], at, was_written=was_written) for part, at in within.items()}


def _within_parts(onsets: Iterable[int], lines: BarLines) -> dict[_Part, list[int]]:
    """The places in the bar of the onsets that lie strictly within a part of it."""
    starts = dict(spans(lines))
    parts: defaultdict[_Part, list[int]] = defaultdict(list)
    for tick in onsets:
        bar, place = divmod(tick, lines.bar)
        start = _start_of(place, starts)
        if place > start:
            parts[bar, start].append(place)
    return parts


def _start_of(place: int, starts: Iterable[int]) -> int:
    """Where the part of a bar starts in which a place lies, of some that ascend."""
    return max(start for start in starts if start <= place)


def _one_at_a_time(notes: Iterable[Note]) -> Iterator[Note]:
    """The notes by onset and pitch, each ended where its pitch is struck again; of two struck at once the longer."""
    next_onsets: dict[int, int] = {}
    kept = []
    for note in sorted(notes, key=lambda note: (note.onset_ticks, note.duration_ticks), reverse=True):
        following = next_onsets.get(note.pitch)
        if following != note.onset_ticks:
            stop = note.end_ticks if following is None else min(note.end_ticks, following)
            kept.append(Note(note.pitch, note.onset_ticks, stop - note.onset_ticks, note.velocity))
            next_onsets[note.pitch] = note.onset_ticks
    yield from sorted(kept, key=lambda note: (note.onset_ticks, note.pitch))
