"""Songs made of songs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.reshaping import joined, merged, shifted, since, transposed, until, without_overlaps
from evolve.music.song import Note, Notes, Song, Track
from tests.music.pieces import songs


@given(songs(), st.integers(-24, 24))
def test_transposing_there_and_back_is_where_it_was(song: Song, semitones: int) -> None:
    """Within MIDI's range nothing is lost."""
    assert transposed(transposed(song, semitones), -semitones) == song


@given(songs(), st.integers(-140, 140))
def test_transposing_keeps_pitch_classes_and_range(song: Song, semitones: int) -> None:
    """However far, pitches stay MIDI's, and their names move by the interval."""
    for before, after in zip(song.tracks, transposed(song, semitones).tracks, strict=True):
        assert after.notes.pitches.min() >= 0
        assert after.notes.pitches.max() <= 127
        assert set((before.notes.pitches + semitones) % 12) == set(after.notes.pitches % 12)


@given(songs(), st.integers(0, 500))
def test_a_song_is_what_sounds_until_a_tick_and_what_starts_since(song: Song, ticks: int) -> None:
    """Cut in two, every note is on one side; those that would last beyond the cut end there."""
    first, rest = until(song, ticks), since(song, ticks)
    for whole, before, after in zip(song.tracks, first.tracks, rest.tracks, strict=True):
        assert len(before.notes) + len(after.notes) == len(whole.notes)
        assert before.notes.ends_ticks.max(initial=0) <= ticks
    goes_on = tuple(track.notes for track in shifted(rest, -ticks).tracks)
    together = joined(first, goes_on, ticks)
    for whole, again in zip(song.tracks, together.tracks, strict=True):
        assert np.array_equal(whole.notes.table[:2], again.notes.table[:2])


def test_tracks_are_merged_without_striking_twice() -> None:
    """A unison of two tracks is one note, the longer; a pitch struck again ends the one before."""
    song = Song(
        (Track(Notes.of([Note(60, 0, 24), Note(62, 24, 48)])), Track(Notes.of([Note(60, 0, 12), Note(62, 48, 12)])))
    )
    (track,) = merged(song).tracks
    assert track.notes == Notes.of([Note(60, 0, 24), Note(62, 24, 24), Note(62, 48, 12)])
    assert merged(merged(song)) == merged(song)


def test_notes_of_no_length_are_gone() -> None:
    """What is struck with a longer one of its pitch makes no sound of its own."""
    table = Notes.of([Note(60, 0, 24), Note(60, 0, 12)]).table
    assert without_overlaps(table) == Notes.of([Note(60, 0, 24)])
