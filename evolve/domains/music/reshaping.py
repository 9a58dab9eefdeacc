"""Songs made of songs: moved to another key or place, cut, joined, and their tracks brought into roles."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from evolve.domains.music.bars import bar_lines_moved, bar_lines_until
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.song import PITCHES, Notes, Song, Table, Track

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


PIANO: Final = ("piano",)
"""The only role of a piece whose tracks are played on one piano, the paper's way."""

FEWEST_NOTES: Final = 8
"""A line that was taken out of a single track and has fewer notes is no line of its own."""

_TOP: Final = ("melody", "soprano")
_LINES: Final = ("melody", "bass")
"""Roles that are one note at a time where nobody named them."""


def arrange(song: Song, roles: Sequence[str]) -> Song:
    """A song with one track for each role, in their order, each on the instrument of the track it was taken from.

    Tracks that bear the names of all roles, as the voices of a chorale do, take them as they are. Otherwise the highest
    track (by mean pitch) is the melody or soprano and the lowest the bass; alto and tenor follow in order, and chords
    are all tracks that are left; of these a melody keeps its upper line alone, a bass its lower one. Of a song with a
    single track, as of a piano, the melody is its upper line, the bass its lower one, and chords are all notes but the
    melody's.

    Args:
        song: With at least one note.
        roles: ``("piano",)``, or several of ``melody``, ``chords``, ``bass``, ``soprano``, ``alto``, ``tenor``.

    Raises:
        CorpusError: Its text is the reason alone, such as ``a single track without bass``.
    """
    if tuple(roles) == PIANO:
        return dataclasses.replace(song, tracks=(Track(merged(song).tracks[0].notes),))
    tracks = _by_name(song, roles) or _by_height(song, roles)
    named = (dataclasses.replace(track, name=role.capitalize()) for track, role in zip(tracks, roles, strict=True))
    return dataclasses.replace(song, tracks=tuple(named))


def _by_name(song: Song, roles: Sequence[str]) -> list[Track]:
    """The tracks that bear the roles' names; none where a role is missing."""
    found = {role: [one for one in song.tracks if re.match(rf"{role}\b", one.name.casefold())] for role in roles}
    return [found[role][0] for role in roles] if all(found.values()) else []


def _by_height(song: Song, roles: Sequence[str]) -> list[Track]:
    """The tracks in their roles, as they lie above each other; a single track's lines."""
    left = sorted(song.tracks, key=lambda track: -float(track.notes.pitches.mean()))
    if len(left) == 1 and (len(roles) > 1 or roles[0] not in _TOP):
        return _lines_of(song, roles)
    taken: dict[str, Track] = {}
    for role in sorted(roles, key=_turn):
        if not left:
            msg = f"{len(song.tracks)} tracks, too few for {'+'.join(roles)}"
            raise CorpusError(msg)
        if role == "chords":
            taken[role] = merged(dataclasses.replace(song, tracks=tuple(left))).tracks[0]
            left = []
        else:
            taken[role] = _in_line(left.pop(-1 if role == "bass" else 0), role)
    return [taken[role] for role in roles]


def _turn(role: str) -> int:
    """Whose turn it is to take a track: the outer voices first, chords take what is left."""
    return (*_TOP, "bass", "alto", "tenor", "chords").index(role)


def _lines_of(song: Song, roles: Sequence[str]) -> list[Track]:
    (track,) = song.tracks
    melody = upper_line(track.notes)
    beside = Notes(track.notes.table[:, ~np.isin(_keys(track.notes), _keys(melody))])
    lines = {"melody": melody, "chords": beside, "bass": lower_line(beside)}
    for role in roles:
        if len(lines.get(role, ())) < FEWEST_NOTES:
            msg = (
                f"a single track without {role}" if role in lines else f"a single track, too few for {'+'.join(roles)}"
            )
            raise CorpusError(msg)
    return [dataclasses.replace(track, notes=lines[role]) for role in roles]


def _in_line(track: Track, role: str) -> Track:
    if role not in _LINES:
        return track
    line = upper_line(track.notes) if role == "melody" else lower_line(track.notes)
    return dataclasses.replace(track, notes=line)


def upper_line(notes: Notes) -> Notes:
    """The notes above which nothing sounds when they start, each until the next of them starts at the latest."""
    return _line(notes, notes.pitches)


def lower_line(notes: Notes) -> Notes:
    """The notes below which nothing sounds when they start, each until the next of them starts at the latest."""
    return _line(notes, -notes.pitches)


def _line(notes: Notes, heights: np.ndarray) -> Notes:
    """One note at a time: of those that start together the highest, unless a higher one still sounds."""
    kept: list[int] = []
    sounding: list[int] = []
    onsets, ends = notes.onsets_ticks.tolist(), notes.ends_ticks.tolist()
    for place in np.lexsort((-heights, onsets)).tolist():
        sounding = [other for other in sounding if ends[other] > onsets[place]]
        if not any(heights[other] > heights[place] or onsets[other] == onsets[place] for other in sounding):
            kept.append(place)
        sounding.append(place)
    table = notes.table[:, kept].copy()
    table[2, :-1] = np.minimum(table[2, :-1], np.diff(table[1]))
    return Notes(table)


def _keys(notes: Notes) -> np.ndarray:
    """One number for each place in time and pitch."""
    keys: np.ndarray = notes.onsets_ticks * 128 + notes.pitches
    return keys
