"""A pianist's notes are parted between the hands."""

from hypothesis import given

from evolve.music.score.hands import right_hand
from evolve.music.song import Note, Notes
from tests.music.score.songs import line, notes_anywhere


@given(notes_anywhere)
def test_at_each_onset_the_right_hand_is_above_the_left(notes: list[Note]) -> None:
    """Of notes struck together none of the right hand's is lower than one of the left hand's."""
    columns = Notes.of(notes)
    is_right = right_hand(columns)
    for onset in set(columns.onsets_ticks.tolist()):
        here = columns.onsets_ticks == onset
        left, right = columns.pitches[here & ~is_right], columns.pitches[here & is_right]
        assert not len(left) or not len(right) or left.max() < right.min()


def test_melody_and_bass_go_to_different_hands() -> None:
    """A melody that dips below middle C stays in the right hand above a bass."""
    melody = line((72, 24), (67, 24), (59, 24), (64, 24))
    bass = line((43, 24), (47, 24), (40, 24), (48, 24))
    notes = Notes.of([*melody, *bass])
    assert right_hand(notes).tolist() == [pitch >= 59 for pitch in notes.pitches.tolist()]
