"""The melody is the upper edge of a song."""

from hypothesis import given

from evolve.music.facts.melody import melody_of
from evolve.music.song import Note, Notes, Song
from tests.music.facts.songs import melody, songs


def test_a_melody_alone_is_itself() -> None:
    """Nothing of one voice is left out."""
    notes = melody([60, 72, 55, 60]).notes
    assert melody_of(notes) == notes


def test_voices_that_move_below_a_held_note_are_no_melody() -> None:
    """They are again once it has ended."""
    held = Note(72, 0, 48)
    below = [Note(60, 0, 24), Note(64, 24, 24), Note(65, 48, 24)]
    assert melody_of(Notes.of([held, *below])) == Notes.of([held, below[-1]])


def test_a_note_that_laps_over_by_a_tick_hides_nothing() -> None:
    """As where somebody has played it."""
    notes = Notes.of([Note(72, 0, 25), Note(60, 24, 24)])
    assert melody_of(notes) == notes


@given(songs)
def test_no_note_of_a_melody_has_a_higher_one_that_starts_with_it(song: Song) -> None:
    """And of a song that sounds there always is one."""
    line = melody_of(song.notes)
    assert (len(line) > 0) == (len(song.notes) > 0)
    for note in line:
        assert all(other.pitch <= note.pitch for other in song.notes if other.onset_ticks == note.onset_ticks)
