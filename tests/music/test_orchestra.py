"""Tracks sit side by side, and the melody is heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.acoustics import weight_of_the_ear
from evolve.music.orchestra import player_of, seats, voices_at_once
from evolve.music.performance import perform
from evolve.music.song import Note, Notes, Song, Track

RATE = 32_000
MELODY = Track(Notes.of(Note(72 + i % 3, 24 * i, 24) for i in range(8)))
CHORDS = Track(Notes.of(Note(pitch, 48 * i, 48) for i in range(4) for pitch in (48, 55, 60, 64)))
BASS = Track(Notes.of(Note(36 + i % 5, 24 * i, 24) for i in range(8)), program=32)
REST = Track(Notes.of(()))


def powers(*tracks: Track) -> np.ndarray:
    """The mean power left and right of some tracks together."""
    return np.asarray(np.mean(perform(Song(tracks), 5 * RATE, RATE, lead_s=0.05) ** 2, axis=1))


def heard(track: Track) -> float:
    """The power of a track that plays alone, as the ear weighs it."""
    sound = perform(Song((track,)), 5 * RATE, RATE, lead_s=0.05)
    weights = weight_of_the_ear(np.fft.rfftfreq(sound.shape[1], 1 / RATE))
    return float(np.mean(np.abs(np.fft.rfft(sound) * weights) ** 2))


@given(st.integers(2, 20))
def test_tracks_sit_from_left_to_right(count: int) -> None:
    """Each track is further to the right than the one before, none at the very edge, the first the loudest."""
    gains = seats([MELODY] * count)
    places = np.arctan2(gains[:, 1], gains[:, 0])
    assert (np.diff(places) > 0).all()
    assert places[0] + places[-1] == pytest.approx(np.pi / 2)
    assert places[0] > np.pi / 8
    assert np.hypot(*gains[0]) > np.hypot(*gains[1:].T).max()


def test_a_track_alone_is_left_as_it_is() -> None:
    """One track sits in the middle at its own loudness, also beside a track that never plays."""
    assert (seats([CHORDS]) == 1).all()
    np.testing.assert_array_equal(powers(CHORDS, REST), powers(CHORDS))


def test_the_melody_is_louder_than_each_of_the_others() -> None:
    """Chords of four notes do not cover a melody, nor does a bass."""
    tracks = (MELODY, CHORDS, BASS)
    alone = [heard(track) * np.mean(gains**2) for track, gains in zip(tracks, seats(tracks), strict=True)]
    assert alone[0] > max(alone[1:])


def test_a_quiet_track_stays_quiet() -> None:
    """Balance leaves a track the loudness that its velocities give it."""
    soft = Track(Notes.of(Note(n.pitch, n.onset_ticks, n.duration_ticks, 40) for n in BASS.notes), program=32)
    assert powers(MELODY, soft)[1] < powers(MELODY, BASS)[1] * 0.6


def test_voices_at_once_are_counted_while_any_sounds() -> None:
    """A chord of three is three voices whatever rests there are; nothing counts as one."""
    chords = Notes.of(Note(pitch, onset, 12) for onset in (0, 96, 400) for pitch in (60, 64, 67))
    assert voices_at_once(chords) == 3
    assert voices_at_once(MELODY.notes) == 1
    assert voices_at_once(REST.notes) == 1


def test_programs_that_sound_alike_share_a_player() -> None:
    """So that their notes are made once."""
    assert player_of(48) is player_of(49)
    assert player_of(0) is player_of(1)
    assert player_of(40) is not player_of(0)
