"""A voice of a bar as symbols, one after the other: lengths become note values, and ties join what was split."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from evolve.music.score.bar_lines import BarLines
from evolve.music.score.note_values import TripletCell, pieces, triplet_pieces
from evolve.music.score.symbols import Symbol, Tone, Triplet
from evolve.music.score.voices import Segment


def symbols(voice: Sequence[Segment], cells: Sequence[TripletCell], lines: BarLines) -> Iterator[Symbol]:
    """The symbols of a voice.

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


def _parts(segment: Segment, cells: Sequence[TripletCell], lines: BarLines) -> Iterator[Symbol]:
    """The values of a segment, without its tones."""
    edges = {edge for cell in cells for edge in (cell.start, cell.stop) if segment.start < edge < segment.stop}
    is_rest = not segment.tones
    for start, stop in pairwise([segment.start, *sorted(edges), segment.stop]):
        cell = next((cell for cell in cells if cell.start <= start and stop <= cell.stop), None)
        if cell is None:
            for begin, end, value in pieces(start, stop, lines, is_rest=is_rest):
                yield Symbol(begin, end - begin, value, is_hidden=segment.is_hidden)
        else:
            for begin, end, value in triplet_pieces(start, stop, cell, is_rest=is_rest):
                triplet = Triplet(cell.unit, is_first=begin == cell.start, is_last=end == cell.stop)
                # Never hidden: a bracket over nothing would be a riddle.
                yield Symbol(begin, end - begin, value, triplet=triplet)


def _tied(tones: Sequence[Tone], *, is_first: bool, is_last: bool) -> tuple[Tone, ...]:
    """The tones of one of several symbols that stand for a segment."""
    return tuple(
        replace(tone, is_held=tone.is_held or not is_first, goes_on=tone.goes_on or not is_last) for tone in tones
    )
