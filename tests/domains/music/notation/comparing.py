"""Two readings of one piece, note by note."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from evolve.domains.music.song import TICKS_PER_BEAT, Song

Heard = tuple[int, Fraction, Fraction]
"""Pitch, onset and duration, in quarter notes."""

CLOSE = Fraction(1, TICKS_PER_BEAT) * Fraction(3, 4)
"""Onsets are alike within the rounding to the grid; ends are rounded too, so durations within twice as much."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A note that only one of two readings has, or that both have for another time.

    Attributes:
        beat: Where it starts, in quarter notes after the first note.
        pitch: MIDI note number.
        ours: How long it lasts in our reading; None where we do not have it.
        theirs: And in the other's.
    """

    beat: float
    pitch: int
    ours: float | None
    theirs: float | None


def heard_in(song: Song) -> list[Heard]:
    """The notes of all tracks of a song."""
    return [
        (note.pitch, Fraction(note.onset_ticks, TICKS_PER_BEAT), Fraction(note.duration_ticks, TICKS_PER_BEAT))
        for track in song.tracks
        for note in track.notes
    ]


def differences(ours: Iterable[Heard], theirs: Iterable[Heard]) -> list[Difference]:
    """What two readings of a piece differ in; both count from their first note."""
    left: dict[int, list[tuple[Fraction, Fraction]]] = defaultdict(list)
    for pitch, onset, duration in _from_first(theirs):
        left[pitch].append((onset, duration))
    found = []
    for pitch, onset, duration in _from_first(ours):
        alike = [one for one in left[pitch] if abs(one[0] - onset) <= CLOSE]
        nearest = min(alike, key=lambda one: abs(one[1] - duration), default=None)
        if nearest is not None:
            left[pitch].remove(nearest)
        if nearest is None or abs(nearest[1] - duration) > 2 * CLOSE:
            found.append(Difference(float(onset), pitch, float(duration), nearest and float(nearest[1])))
    missed = [Difference(float(onset), pitch, None, float(d)) for pitch, own in left.items() for onset, d in own]
    return sorted([*found, *missed], key=lambda one: (one.beat, one.pitch))


def _from_first(notes: Iterable[Heard]) -> list[Heard]:
    notes = sorted(notes, key=lambda note: (note[1], note[0]))
    return [(pitch, onset - notes[0][1], duration) for pitch, onset, duration in notes]
