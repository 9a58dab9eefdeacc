"""Songs made of songs: moved to another key or place, cut, joined, all tracks in one."""

import dataclasses
from collections.abc import Callable

import numpy as np

from evolve.music.bars import bar_lines_moved, bar_lines_until
from evolve.music.song import PITCHES, Notes, Song, Table, Track

_OCTAVE = 12


def transposed(song: Song, semitones: int) -> Song:
    """Every note moved by some semitones; one that would leave MIDI's range sounds in the nearest octave within."""
    if not semitones:
        return song

    def move(notes: Notes) -> Notes:
        pitches = notes.pitches + semitones
        too_high = np.maximum(pitches - (PITCHES - 1), 0)
        too_low = np.maximum(-pitches, 0)
        pitches += _whole_octaves(too_low) - _whole_octaves(too_high)
        return without_overlaps(np.array((pitches, *notes.table[1:])))

    return _with_each(song, move)


def shifted(song: Song, ticks: int) -> Song:
    """Every note starting later by some ticks, or sooner where they are negative, and every bar with them."""
    if not ticks:
        return song
    moved = _with_each(song, lambda notes: Notes(notes.table + np.array([[0], [ticks], [0], [0]])))
    return dataclasses.replace(moved, bar_lines=bar_lines_moved(song, ticks))


def until(song: Song, ticks: int) -> Song:
    """What sounds before some tick; a note that would last longer ends there."""

    def cut(notes: Notes) -> Notes:
        pitches, onsets, durations, velocities = notes.table[:, notes.onsets_ticks < ticks]
        return Notes(np.array((pitches, onsets, np.minimum(durations, ticks - onsets), velocities)))

    return dataclasses.replace(_with_each(song, cut), bar_lines=bar_lines_until(song, ticks))


def since(song: Song, ticks: int) -> Song:
    """The notes that start at some tick or later, where they are."""
    return _with_each(song, lambda notes: Notes(notes.table[:, notes.onsets_ticks >= ticks]))


def merged(song: Song) -> Song:
    """All tracks as one, played on the first track's instrument; a pitch struck again while it sounds ends there."""
    if len(song.tracks) == 1:
        return song
    notes = without_overlaps(song.notes.table)
    return dataclasses.replace(song, tracks=(Track(notes, program=song.tracks[0].program),))


def joined(first: Song, rest: tuple[Notes, ...], ticks: int) -> Song:
    """A song that goes on, from some tick, with more notes for each of its tracks; those count from 0.

    Its last bars go on as well.
    """
    shift = np.array([[0], [ticks], [0], [0]])
    tracks = tuple(
        dataclasses.replace(track, notes=Notes(np.concatenate([track.notes.table, more.table + shift], axis=1)))
        for track, more in zip(first.tracks, rest, strict=True)
    )
    return dataclasses.replace(first, tracks=tracks, bar_lines=bar_lines_until(first, ticks))


def equally_loud(notes: Notes, velocity: int) -> Notes:
    """The notes, all with one velocity."""
    table = notes.table.copy()
    table[3] = velocity
    return Notes(table)


def without_overlaps(table: Table) -> Notes:
    """Notes of which no two of one pitch sound together, as `stops_without_overlaps` says.

    Args:
        table: As in `Notes`, int64 [4, notes], in any order.
    """
    pitches, onsets, durations, velocities = table
    stops = stops_without_overlaps(pitches, onsets, onsets + durations, velocities)
    changed = np.array((pitches, onsets, stops - onsets, velocities), dtype=np.int64)
    return Notes(changed[:, stops > onsets])


def stops_without_overlaps(
    pitches: np.ndarray, onsets: np.ndarray, ends: np.ndarray, velocities: np.ndarray
) -> np.ndarray:
    """The ends at which no two notes of one pitch sound together, in the order of the notes.

    Where a pitch is struck that still sounds, the earlier note ends there. A note that was struck with another of its
    pitch, as long or longer, ends at its onset. Pitches of one byte are sorted without comparing any.
    """
    order = np.lexsort((velocities, ends, onsets, pitches))
    pitches, onsets, ends = pitches[order], onsets[order], ends[order]
    is_struck_again = pitches[:-1] == pitches[1:]
    np.copyto(ends[:-1], np.minimum(ends[:-1], onsets[1:]), where=is_struck_again)
    stops = np.empty_like(ends)
    stops[order] = ends
    return stops


def _whole_octaves(semitones: np.ndarray) -> np.ndarray:
    octaves: np.ndarray = -(-semitones // _OCTAVE) * _OCTAVE
    return octaves


def _with_each(song: Song, change: Callable[[Notes], Notes]) -> Song:
    tracks = tuple(dataclasses.replace(track, notes=change(track.notes)) for track in song.tracks)
    return dataclasses.replace(song, tracks=tracks)
