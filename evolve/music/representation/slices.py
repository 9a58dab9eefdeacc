"""Several tracks as one line: a slice at each moment in which any of them changes, with what each does there."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from evolve.music.representation.likeness import Pitches
from evolve.music.representation.steps import SHORTEST_REST_TICKS, TOGETHER_TICKS, PlacedStep, placed_steps
from evolve.music.song import Note, Notes, Song, Track

HELD: Final = None
"""What a track does in a slice when its note or chord sounds on."""

Voice = Pitches | None
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

    voices: tuple[Voice, ...]
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
