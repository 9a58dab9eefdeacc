"""Dynamics stand where the loudness changes and stays."""

from evolve.music.score.dynamics import dynamics
from evolve.music.song import Note, Notes


def marks(*velocities: int) -> dict[int, str]:
    """The marks of a part with four notes of each of these velocities in a bar."""
    notes = [Note(60, 96 * bar + 24 * k, 24, velocity) for bar, velocity in enumerate(velocities) for k in range(4)]
    return dynamics(Notes.of(notes), 96)


def test_a_level_part_has_no_marks() -> None:
    """Music as loud from beginning to end says nothing of it."""
    assert marks(*[80] * 8) == {}


def test_a_lasting_change_is_marked_with_what_was_before() -> None:
    """Soft bars, then loud ones: both are marked, where they begin."""
    assert marks(40, 42, 44, 40, 90, 92, 88, 90, 94) == {0: "p", 4: "f"}


def test_a_single_loud_bar_is_an_accent() -> None:
    """What does not stay is not marked."""
    assert marks(40, 42, 44, 40, 90, 44, 40, 41, 42) == {}
