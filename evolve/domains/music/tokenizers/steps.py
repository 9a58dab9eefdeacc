"""A song as one line of notes, chords and rests, or as slices of several tracks."""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from evolve.domains.music.song import PITCHES, Note, Notes, Song, Track
from evolve.domains.music.tokenizers.likeness import Pitches

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
class NoteStep:
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
        pitches: As in `NoteStep`.
        velocity: Loudness of its loudest note, 1 .. 127; of a rest that of the step before it.
    """

    start_ticks: int
    ticks: int
    pitches: tuple[int, ...]
    velocity: int


def fold(song: Song) -> tuple[NoteStep, ...]:
    """A song, all tracks together, as one line of steps.

    A chord is the notes that start together. A step lasts until the next onset; where its notes end earlier and
    silence of a sixteenth or more follows, that silence is a rest. Silence before the first and after the last note
    is dropped. Durations are those of `DURATIONS`, the likeliest; what is longer becomes the longest of them.
    """
    return tuple(NoteStep(placed.pitches, nearest_duration(placed.ticks)) for placed in placed_steps(song))


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


def unfold(steps: Sequence[NoteStep], *, tempo_bpm: float, title: str = "") -> Song:
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


HELD: Final = None
"""What a track does in a slice when its note or chord sounds on."""

SliceVoice = Pitches | None
"""What a track does in a slice: pitches that are struck, none of them for a rest, or `HELD`."""

SNAP_TICKS: Final = SHORTEST_REST_TICKS // 2
"""A note that ends so near to a later start, of its own track or of others, ends there."""


class Slice(NamedTuple):
    """What each track does at one moment; a tuple, for there are many.

    Attributes:
        voices: Of each track.
        ticks: How long until the next slice, at least 1.
        velocity: Loudness of the loudest note struck, 1 .. 127; where none is, that of the slice before.
    """

    voices: tuple[SliceVoice, ...]
    ticks: int
    velocity: int


def cut(song: Song, end_ticks: int | None = None, *, keeps_upbeat: bool = True) -> list[Slice]:
    """A song as slices.

    Of a song with a single track a slice is a step of `steps.fold`: a note that sounds on while others start ends
    there. With several tracks each holds what it has until it changes itself.

    Args:
        song: With any number of tracks.
        end_ticks: Where the last slice ends, not before its notes do; None: where they do.
        keeps_upbeat: Whether the silence before the first note becomes a slice.
    """
    if not len(song.notes):
        return []
    slices = _cut_one(song, end_ticks) if len(song.tracks) == 1 else _cut_several(song, end_ticks)
    silence = int(song.notes.onsets_ticks[0])
    if silence > first_tick(song, keeps_upbeat=keeps_upbeat):
        slices.insert(0, Slice(((),) * len(song.tracks), silence, slices[0].velocity))
    return slices


def first_tick(song: Song, *, keeps_upbeat: bool) -> int:
    """Where the first slice of `cut` begins."""
    first = int(song.notes.onsets_ticks[0]) if len(song.notes) else 0
    return 0 if keeps_upbeat and first >= SHORTEST_REST_TICKS else first


def sound(slices: Iterable[Slice], tracks: int) -> tuple[Notes, ...]:
    """The notes of each track that some slices stand for, from tick 0; what is held at the end ends there."""
    struck: list[list[Note]] = [[] for _ in range(tracks)]
    sounding: list[tuple[Pitches, int, int]] = [((), 0, 0)] * tracks
    now = 0
    for one in (*slices, Slice(((),) * tracks, 1, 1)):
        for track, voice in enumerate(one.voices):
            if voice is HELD:
                continue
            pitches, start, velocity = sounding[track]
            struck[track] += [Note(pitch, start, now - start, velocity) for pitch in pitches]
            sounding[track] = (voice, now, one.velocity)
        now += one.ticks
    return tuple(Notes.of(notes) for notes in struck)


def _cut_one(song: Song, end_ticks: int | None) -> list[Slice]:
    return [Slice((step.pitches,), step.ticks, step.velocity) for step in placed_steps(song, end_ticks)]


def _cut_several(song: Song, end_ticks: int | None) -> list[Slice]:
    moments = _moments(song.notes.onsets_ticks)
    lines = [_line(track, moments) for track in song.tracks]
    stop = max(*(max(line, default=0) for line in lines), end_ticks or 0)
    changes = sorted({start for line in lines for start in line if start < stop})
    slices: list[Slice] = []
    velocity = max(line[changes[0]].velocity for line in lines if changes[0] in line)
    for start, end in zip(changes, [*changes[1:], stop], strict=True):
        here = [line.get(start) for line in lines]
        velocity = max((step.velocity for step in here if step and step.pitches), default=velocity)
        slices.append(Slice(tuple(HELD if step is None else step.pitches for step in here), end - start, velocity))
    return _with_known_silence(slices)


def _moments(onsets_ticks: np.ndarray) -> np.ndarray:
    """The ticks at which anything starts, those that belong together as the first of them."""
    ticks = np.unique(onsets_ticks).tolist()
    moments = ticks[:1]
    for tick in ticks[1:]:
        if tick - moments[-1] > TOGETHER_TICKS:
            moments.append(tick)
    return np.array(moments)


def _line(track: Track, moments: np.ndarray) -> dict[int, PlacedStep]:
    """What a track does, by the moment at which it does it; the last is the rest in which it ends."""
    line: dict[int, PlacedStep] = {}
    struck = end = 0
    for step in placed_steps(Song((track,))):
        end = step.start_ticks + step.ticks
        if step.pitches:
            struck = int(moments[np.searchsorted(moments, step.start_ticks, side="right") - 1])
            line[struck] = step
        else:
            line[_let_go(step.start_ticks, struck, moments)] = step
    if line:
        line[_let_go(end, struck, moments)] = PlacedStep(end, 1, (), 1)
    return line


def _let_go(end_ticks: int, struck: int, moments: np.ndarray) -> int:
    """Where something ends that was struck at one of the moments: at the nearest later one, if that is near."""
    near = moments[(moments > struck) & (np.abs(moments - end_ticks) <= SNAP_TICKS)]
    return int(near[np.abs(near - end_ticks).argmin()]) if len(near) else end_ticks


def _with_known_silence(slices: Sequence[Slice]) -> list[Slice]:
    """The slices with a rest, not something held, for tracks that have not begun or have ended."""
    told: list[Slice] = []
    is_silent = [True] * len(slices[0].voices)
    for one in slices:
        voices = tuple(
            () if voice is HELD and silent else voice for voice, silent in zip(one.voices, is_silent, strict=True)
        )
        is_silent = [not voice if voice is not HELD else False for voice in voices]
        told.append(Slice(voices, one.ticks, one.velocity))
    return told
