"""The paper's sequential list: a song as one line of notes, chords and rests, each with a duration."""

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evolve.music.song import PITCHES, Note, Notes, Song, Track

DURATIONS = (3, 4, 6, 8, 9, 12, 16, 18, 24, 30, 32, 36, 42, 48, 60, 72, 84, 96, 120, 144, 192)
"""The durations a step can have, in ticks: a 32nd (3) to two whole notes (192), with triplets (4, 8, 16, 32)."""

SHORTEST_REST_TICKS = 6
"""A shorter silence, less than a sixteenth, is a way to play the note before it, not a rest."""

TOGETHER_TICKS = 1
"""Notes that start at most this long after the first of a chord belong to the chord."""

LOWEST_PITCH, HIGHEST_PITCH = 21, 108
"""The keys of a piano, A0 to C8, as MIDI note numbers; a pitch beyond them sounds in the nearest octave within."""

_PLAIN, _COMMON = (3, 6, 12, 24, 48, 96, 192), (4, 8, 16, 18, 36, 72, 144)
_RELUCTANCE = {d: 0.0 if d in _PLAIN else 0.05 if d in _COMMON else 0.12 for d in DURATIONS}
"""How much nearer, in octaves of time, a played duration must be to one that is rarer in written music: plain note
values are the commonest, then triplets and dotted notes, then all others. Too little to move a duration that is met."""


@dataclass(frozen=True, slots=True)
class Step:
    """What sounds next, and for how long.

    Attributes:
        pitches: MIDI note numbers, ascending and distinct: one for a note, several for a chord, none for a rest.
        duration_ticks: How long until the next step.
    """

    pitches: tuple[int, ...]
    duration_ticks: int

    @property
    def is_rest(self) -> bool:
        """Whether nothing sounds."""
        return not self.pitches


class PlacedStep(NamedTuple):
    """A step as it lies in its song, before its duration becomes one of `DURATIONS`; a tuple, for there are many.

    Attributes:
        start_ticks: When it starts.
        ticks: How long until the next step.
        pitches: As in `Step`.
        velocity: Loudness of its loudest note, 1 .. 127; of a rest that of the step before it.
    """

    start_ticks: int
    ticks: int
    pitches: tuple[int, ...]
    velocity: int


def fold(song: Song) -> tuple[Step, ...]:
    """A song, all tracks together, as one line of steps.

    A chord is the notes that start together. A step lasts until the next onset; where its notes end earlier and
    silence of a sixteenth or more follows, that silence is a rest. Silence before the first and after the last note
    is dropped. Durations are those of `DURATIONS`, the likeliest; what is longer becomes the longest of them.
    """
    return tuple(Step(placed.pitches, nearest_duration(placed.ticks)) for placed in placed_steps(song))


def placed_steps(song: Song, end_ticks: int | None = None) -> Iterator[PlacedStep]:
    """The steps of `fold` where they lie.

    Args:
        song: All its tracks.
        end_ticks: Where the last step ends, not before its notes do; None: where they do.
    """
    notes = song.notes
    if not len(notes):
        return
    firsts = chord_starts(notes.onsets_ticks.tolist())
    onsets = notes.onsets_ticks[firsts]
    ends = np.maximum.reduceat(notes.ends_ticks, firsts)
    loudest = np.maximum.reduceat(notes.table[3], firsts)
    stop = ends[-1] if end_ticks is None else max(int(ends[-1]), end_ticks)
    next_onsets = np.append(onsets[1:], stop)
    is_rest_next = next_onsets - ends >= SHORTEST_REST_TICKS
    sounding = np.where(is_rest_next, ends, next_onsets) - onsets
    silent = np.where(is_rest_next, next_onsets - ends, 0)
    rows = zip(*(row.tolist() for row in (onsets, sounding, silent, loudest)), strict=True)
    for pitches, (start, ticks, rest_ticks, velocity) in zip(_chords(notes, firsts), rows, strict=True):
        yield PlacedStep(start, ticks, pitches, velocity)
        if rest_ticks:
            yield PlacedStep(start + ticks, rest_ticks, (), velocity)


def unfold(steps: Sequence[Step], *, tempo_bpm: float, title: str = "") -> Song:
    """Steps as a song of one piano track, from tick 0."""
    onsets = itertools.accumulate((step.duration_ticks for step in steps), initial=0)
    notes = Notes.of(
        Note(pitch, onset, step.duration_ticks)
        for onset, step in zip(onsets, steps, strict=False)
        for pitch in step.pitches
    )
    return Song((Track(notes),), tempo_bpm=tempo_bpm, title=title)


@functools.cache
def nearest_duration(ticks: int) -> int:
    """The duration of `DURATIONS` that some ticks are most likely meant to be: near by ratio, and rather a plain one.

    Written music keeps its durations; of played music 7 ticks become a sixteenth (6), not an eighth triplet (8).
    """
    return min(DURATIONS, key=lambda duration: abs(math.log2(ticks / duration)) + _RELUCTANCE[duration])


def chord_starts(onsets_ticks: Sequence[int]) -> list[int]:
    """The places of the notes that start a chord; onsets come ascending."""
    places, first_ticks = [], -math.inf
    for place, onset_ticks in enumerate(onsets_ticks):
        if onset_ticks - first_ticks > TOGETHER_TICKS:
            places.append(place)
            first_ticks = onset_ticks
    return places


def _chords(notes: Notes, firsts: Sequence[int]) -> list[tuple[int, ...]]:
    """The pitches of each chord, on the piano."""
    keys = _PIANO_KEYS[notes.pitches].tolist()
    return [
        (keys[start],) if stop - start == 1 else tuple(sorted(set(keys[start:stop])))
        for start, stop in itertools.pairwise([*firsts, len(keys)])
    ]


def _within(pitch: int) -> int:
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    return pitch


_PIANO_KEYS = np.array([_within(pitch) for pitch in range(PITCHES)])
"""The key of the piano for each pitch of MIDI."""
