"""All Notes Off and its like end what sounds on their channel."""

import pytest
from mido import MetaMessage

from evolve.music.midi import read_sequences
from tests.music.midi_tracks import control, heard, off, on, saved

REST = MetaMessage("end_of_track", time=96)


@pytest.mark.parametrize(
    ("controller", "length"),
    [(120, 1), (121, 2), (122, 2), (123, 1), (124, 1), (125, 1), (126, 1), (127, 1), (7, 2), (64, 2)],
)
def test_a_note_ends_with_all_notes(controller: int, length: int) -> None:
    """With All Sound Off, All Notes Off and changes of mode, not with other controllers."""
    assert heard([on(60), control(controller, 24), on(62, 24), off(62)]) == [[(0, 60, 0, length), (0, 62, 2, 1)]]


def test_all_that_sounds_ends_and_nothing_else() -> None:
    """Notes of other channels go on, and so do those that are struck later."""
    track = [on(60), on(64), on(67, 0, 1), control(123, 24), on(60), off(60, 72), off(67, 0, 1)]
    assert heard(track) == [[(0, 60, 0, 1), (0, 64, 0, 1), (0, 60, 1, 3), (0, 67, 0, 4)]]


def test_ends_that_come_too_late_end_nothing() -> None:
    """Two ends after a note was cut and struck again: the first is the new note's."""
    assert heard([on(60), control(123, 24), on(60), off(60), off(60)]) == [[(0, 60, 0, 1), (0, 60, 1, 1)]]


def test_in_another_track_only_a_note_without_an_end_is_ended() -> None:
    """A program that gives all its tracks one channel does not mean the others when one is over."""
    assert heard([on(60), off(60, 96)], [control(123, 24)])[0] == [(0, 60, 0, 4)]
    assert heard([on(60), REST], [control(123, 24)])[0] == [(0, 60, 0, 1)]
    assert heard([on(60), REST], [control(123, 24, 1)])[0] == [(0, 60, 0, 4)]
    port = [MetaMessage("midi_port", port=1), control(123, 24)]
    assert heard([on(60), REST], port)[0] == [(0, 60, 0, 4)]


def test_silence_before_and_after_all_notes_changes_none() -> None:
    """Many programs send it to every channel at the beginning and the end."""
    silences = [control(controller, 0, channel) for channel in range(16) for controller in (120, 123)]
    tune = [on(60), off(60), on(62), off(62)]
    assert heard([*silences, *tune, *silences]) == heard(tune)


def test_a_note_that_is_silenced_has_an_end() -> None:
    """It is not told as one without; one that was over long before is."""
    (silenced,) = read_sequences(saved(1, [on(60), control(123, 24), on(62), off(62)]), "")
    assert silenced.doubts == ()
    (hanging,) = read_sequences(saved(1, [on(60), on(62, 24), off(62), control(123, 24)]), "")
    assert hanging.doubts == ("1 note without an end",)
