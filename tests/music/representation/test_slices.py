"""Tracks are cut into slices, and slices sound as the tracks did."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.representation.slices import HELD, Slice, cut, sound
from evolve.music.representation.steps import placed_steps
from evolve.music.song import Note, Notes, Song, Track
from tests.music.pieces import aligned_songs, songs


@given(aligned_songs())
def test_tracks_of_chords_in_a_row_come_back_as_they_were(song: Song) -> None:
    """Where the notes of each chord start and stop together nothing is lost, whatever the other tracks do."""
    assert sound(cut(song), len(song.tracks)) == tuple(track.notes for track in song.tracks)


@given(songs(tracks=st.just(1)))
def test_a_single_track_is_the_papers_line(song: Song) -> None:
    """With one track a slice is a step: nothing is held."""
    slices = cut(song, keeps_upbeat=False)
    steps = list(placed_steps(song))
    assert [(one.voices, one.ticks, one.velocity) for one in slices] == [
        ((step.pitches,), step.ticks, step.velocity) for step in steps
    ]


@given(songs(), st.integers(0, 40))
def test_slices_last_as_long_as_the_song(song: Song, silence: int) -> None:
    """Together they fill the time from the bar line to where the caller says, but for a silence too short to be one."""
    end = song.length_ticks + silence
    first = int(song.notes.onsets_ticks[0])
    assert sum(one.ticks for one in cut(song, end)) == end - (first if first < 6 else 0)


def test_a_melody_moves_over_a_held_bass_and_rests_are_told() -> None:
    """What a track holds, strikes and rests stands beside what the others do."""
    melody = Notes.of([Note(72, 0, 24, 90), Note(74, 24, 24, 60)])
    bass = Notes.of([Note(48, 0, 36, 50)])
    assert cut(Song((Track(melody), Track(bass)))) == [
        Slice(((72,), (48,)), 24, 90),
        Slice(((74,), HELD), 12, 60),
        Slice((HELD, ()), 12, 60),
    ]


def test_an_upbeat_is_a_rest_of_all_tracks() -> None:
    """The silence before the first note is kept where bars are to be kept."""
    song = Song((Track(Notes.of([Note(60, 72, 24)])), Track(Notes.of([Note(48, 96, 24)]))))
    assert cut(song)[0] == Slice(((), ()), 72, 80)
    assert cut(song, keeps_upbeat=False)[0] == Slice(((60,), ()), 24, 80)


def test_notes_a_tick_apart_are_struck_together() -> None:
    """What is played almost at once is one moment on all tracks."""
    song = Song((Track(Notes.of([Note(60, 0, 24)])), Track(Notes.of([Note(48, 1, 23)]))))
    assert cut(song) == [Slice(((60,), (48,)), 24, 80)]


def test_silence_has_no_slices() -> None:
    """A song without notes is nothing."""
    assert cut(Song((Track(Notes.of(())),))) == []
    assert sound([], 2) == (Notes.of(()), Notes.of(()))
