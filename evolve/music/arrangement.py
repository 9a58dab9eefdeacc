"""Which tracks of a piece are learned: all as one piano, or each in a role such as melody, chords or bass."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from evolve.errors import CorpusError
from evolve.music.reshaping import merged
from evolve.music.song import Notes, Song, Track

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
    """The lines of a single track."""
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
