"""A voice of a bar as chords and rests: lengths become note values, ties join what was split, beams short notes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Final

from evolve.domains.music.score.divisions import (
    BarLines,
    ChordRest,
    ScoreVoice,
    Tone,
    Triplet,
    TripletCell,
    pieces,
    triplet_pieces,
)
from evolve.domains.music.score.voices import Segment
from evolve.domains.music.song import TICKS_PER_BEAT


def chord_rests(voice: Sequence[Segment], cells: Sequence[TripletCell], lines: BarLines) -> Iterator[ChordRest]:
    """The chords and rests of a voice.

    Args:
        voice: Without gaps, on the grid.
        cells: Where triplets may stand; those are used within which the voice changes.
        lines: The parts of the bar.
    """
    places = [segment.start for segment in voice]
    used = [cell for cell in cells if any(cell.holds(place) for place in places)]
    for segment in voice:
        parts = list(_parts(segment, used, lines))
        for number, part in enumerate(parts):
            yield replace(part, tones=_tied(segment.tones, is_first=number == 0, is_last=number == len(parts) - 1))


def _parts(segment: Segment, cells: Sequence[TripletCell], lines: BarLines) -> Iterator[ChordRest]:
    edges = {edge for cell in cells for edge in (cell.start, cell.stop) if segment.start < edge < segment.stop}
    is_rest = not segment.tones
    for start, stop in pairwise([segment.start, *sorted(edges), segment.stop]):
        cell = next((cell for cell in cells if cell.start <= start and stop <= cell.stop), None)
        if cell is None:
            for begin, end, value in pieces(start, stop, lines, is_rest=is_rest):
                yield ChordRest(begin, end - begin, value, is_hidden=segment.is_hidden)
        else:
            for begin, end, value in triplet_pieces(start, stop, cell, is_rest=is_rest):
                triplet = Triplet(cell.unit, is_first=begin == cell.start, is_last=end == cell.stop)
                # Never hidden: a bracket over nothing would be a riddle.
                yield ChordRest(begin, end - begin, value, triplet=triplet)


def _tied(tones: Sequence[Tone], *, is_first: bool, is_last: bool) -> tuple[Tone, ...]:
    """The tones of one of several chords and rests that stand for a segment."""
    return tuple(
        replace(tone, is_held=tone.is_held or not is_first, goes_on=tone.goes_on or not is_last) for tone in tones
    )


EIGHTH_TICKS: Final = TICKS_PER_BEAT // 2
BAR_OF_THREE_TICKS: Final = 3 * TICKS_PER_BEAT


def beamed(voice: ScoreVoice, lines: BarLines) -> ScoreVoice:
    """The voice with beams over neighbouring short notes of a beat, or of half a bar where it has eighths alone."""
    beams: list[tuple[str, ...]] = [()] * len(voice)
    groups = _groups(voice, lines)
    places = range(len(voice))
    for (_, is_short), run in groupby(places, key=lambda i: (groups[i], bool(voice[i].tones and voice[i].value.flags))):
        joined = list(run)
        if is_short and len(joined) > 1:
            for i, marks in zip(joined, _marks([voice[i].value.flags for i in joined]), strict=True):
                beams[i] = marks
    return tuple(replace(item, beams=marks) if marks else item for item, marks in zip(voice, beams, strict=True))


def _groups(voice: ScoreVoice, lines: BarLines) -> list[int]:
    """Where the group of each chord or rest starts: what has the same start may share a beam."""
    if lines.has_threes:
        return [item.start // lines.beat * lines.beat for item in voice]
    wide = BAR_OF_THREE_TICKS if lines.bar == BAR_OF_THREE_TICKS else 2 * TICKS_PER_BEAT
    eighths = Counter(item.start // wide for item in voice if _is_plain_eighth(item))
    return [
        item.start // wide * wide
        if eighths[item.start // wide] * EIGHTH_TICKS == wide
        else item.start // TICKS_PER_BEAT * TICKS_PER_BEAT
        for item in voice
    ]


def _is_plain_eighth(item: ChordRest) -> bool:
    return bool(item.tones) and item.ticks == EIGHTH_TICKS and item.triplet is None


def _marks(flags: Sequence[int]) -> list[tuple[str, ...]]:
    """What each beam does at each note of a group, from the flags that they would have alone, 1 or more each."""
    marks: list[list[str]] = [[] for _ in flags]
    for level in range(1, max(flags) + 1):
        has_beam = [count >= level for count in flags]
        for is_joined, run in groupby(range(len(flags)), key=has_beam.__getitem__):
            joined = list(run)
            if is_joined:
                for i, mark in zip(joined, _along(len(joined), at_start=joined[0] == 0), strict=True):
                    marks[i].append(mark)
    return [tuple(parts) for parts in marks]


def _along(notes: int, *, at_start: bool) -> list[str]:
    """One beam from its first note to its last; a stub at a single note, within the group."""
    if notes == 1:
        return ["forward hook" if at_start else "backward hook"]
    return ["begin", *["continue"] * (notes - 2), "end"]
