"""Notes in unison on several tracks share the row of their pitch."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.roll_axes import placed_notes
from evolve.domains.music.song import Note, Notes, Song, Track

short = st.builds(Note, st.integers(60, 63), st.integers(0, 60), st.integers(1, 20))
songs = st.lists(st.lists(short, max_size=10).map(Notes.of).map(Track), min_size=1, max_size=4).map(
    lambda tracks: Song(tuple(tracks))
)


@given(songs)
def test_every_note_has_a_place_of_its_own(song: Song) -> None:
    """No note is lost, and notes of two tracks never lie on each other."""
    placed = list(placed_notes(song))
    assert sorted(map(hash, (one.note for one in placed))) == sorted(map(hash, song.notes))
    assert all(0 <= one.lane < one.lanes <= len(song.tracks) for one in placed)
    for one, other in combinations(placed, 2):
        meet = max(one.note.onset_ticks, other.note.onset_ticks) < min(one.note.end_ticks, other.note.end_ticks)
        if one.track != other.track and one.note.pitch == other.note.pitch and meet:
            assert one.lanes == other.lanes
            assert one.lane != other.lane


def test_a_row_is_divided_only_where_tracks_meet() -> None:
    """The first track is above, and what it plays alone has the whole row."""
    song = Song(tuple(Track(Notes.of(notes)) for notes in ([Note(60, 0, 10), Note(60, 50, 10)], [Note(60, 5, 10)])))
    assert [(one.note.onset_ticks, one.lane, one.lanes) for one in placed_notes(song)] == [
        (0, 0, 2),
        (5, 1, 2),
        (50, 0, 1),
    ]
