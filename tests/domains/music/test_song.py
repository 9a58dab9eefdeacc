"""Notes side by side: as columns, and one after the other."""

import json
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.plain import song_from_json, song_to_json
from evolve.domains.music.song import TICKS_PER_BEAT, Metre, Note, Notes, Song, Track
from tests.domains.music.pieces import songs

some_notes = st.lists(
    st.builds(Note, st.integers(0, 127), st.integers(0, 10_000), st.integers(1, 500), st.integers(1, 127)), max_size=20
)


@given(some_notes)
def test_notes_come_back_sorted(notes: list[Note]) -> None:
    """Whatever order notes are given in, they come one by one by onset, then pitch."""
    assert list(Notes.of(notes)) == sorted(notes, key=lambda note: (note.onset_ticks, note.pitch))


@given(some_notes)
def test_columns_say_what_notes_say(notes: list[Note]) -> None:
    """Each column has the same numbers as the notes taken one by one."""
    columns = Notes.of(notes)
    assert columns.pitches.tolist() == [note.pitch for note in columns]
    assert columns.onsets_ticks.tolist() == [note.onset_ticks for note in columns]
    assert columns.durations_ticks.tolist() == [note.duration_ticks for note in columns]
    assert columns.ends_ticks.tolist() == [note.end_ticks for note in columns]
    assert len(columns) == len(notes)


@given(some_notes, some_notes)
def test_equal_songs_are_those_of_equal_notes(some: list[Note], others: list[Note]) -> None:
    """Songs made apart of the same notes are equal and have one hash; of other notes they differ."""
    song, again, other = (Song((Track(Notes.of(notes)),)) for notes in (some, list(some), others))
    assert song == again
    assert hash(song) == hash(again)
    assert (song == other) == (list(song.notes) == list(other.notes))


@given(some_notes)
def test_a_pickled_song_is_the_same_and_cannot_be_changed(notes: list[Note]) -> None:
    """Another process gets an equal song, whose columns are as fixed as they were."""
    song = Song((Track(Notes.of(notes)),))
    copy = pickle.loads(pickle.dumps(song))  # noqa: S301 - of our own
    assert copy == song
    with pytest.raises(ValueError, match="read-only"):
        copy.notes.pitches[:] = 0


def test_a_table_that_was_given_stays_as_it_was() -> None:
    """Notes keep a copy: what they were made of can go on being changed, and does not change them."""
    table = np.array([[60, 64], [24, 0], [12, 12], [80, 80]])
    notes = Notes(table)
    table[0] = 0
    assert notes.pitches.tolist() == [64, 60]


def test_tracks_sound_together() -> None:
    """A song's notes are those of all its tracks, and it lasts until the last of them stops."""
    low, high = Note(48, 0, 96), Note(72, 0, 24)
    song = Song((Track(Notes.of([high])), Track(Notes.of([low]))), tempo_bpm=60)
    assert tuple(song.notes) == (low, high)
    assert song.duration_s == 4


@pytest.mark.parametrize(
    ("metre", "beats"),
    [
        (Metre(4, 4), 4),
        (Metre(6, 8), 3),
        (Metre(7, 8), Fraction(7, 2)),
        (Metre(5, 16), Fraction(5, 4)),
        (Metre(3, 1), 12),
    ],
)
def test_a_bar_is_as_long_in_quarter_notes_as_on_the_grid(metre: Metre, beats: Fraction) -> None:
    """Exactly, whatever its unit."""
    assert metre.bar_beats == beats
    assert metre.bar_ticks == beats * TICKS_PER_BEAT


@given(songs())
def test_a_song_survives_json(song: Song) -> None:
    """Tracks, instruments, tempo, metre and bar lines come back as they were."""
    assert song_from_json(json.loads(json.dumps(song_to_json(song)))) == song


def test_a_song_without_notes_survives_json() -> None:
    """An empty track is one."""
    song = Song((Track(Notes.of(())),), title="silence")
    assert song_from_json(song_to_json(song)) == song


def test_a_song_that_was_kept_without_bar_lines_has_none() -> None:
    """Openings of runs that were started before there were any are read."""
    song = Song((Track(Notes.of(())),))
    data = song_to_json(song)
    del data["bar_lines"]
    assert song_from_json(data) == song


@pytest.mark.parametrize(
    "damage",
    [
        {"tracks": [{}]}, {"metre": [4]}, {"metre": [1, 512]}, {"tempo_bpm": "fast"}, {"tracks": 3},
        {"bar_lines": [[96, 4, 4], [0, 3, 4]]}, {"bar_lines": [[-1, 4, 4]]}, {"bar_lines": [[0, 4]]}, {"bar_lines": 3},
    ],
)  # fmt: skip
def test_what_is_no_song_raises_what_its_keepers_expect(damage: dict[str, object]) -> None:
    """A damaged entry is one of the errors that a cache takes for damage."""
    data = {**song_to_json(Song((Track(Notes.of(())),))), **damage}
    with pytest.raises((KeyError, TypeError, ValueError)):
        song_from_json(data)
