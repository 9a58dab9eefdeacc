"""Tracks sit side by side, and the melody is heard."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.sound.acoustics import key_frequency, weight_of_the_ear
from evolve.domains.music.sound.orchestra import instrument_of, perform, track_gains, voices_at_once
from evolve.domains.music.sound.piano import inharmonicity, partials, tone

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
    gains = track_gains([MELODY] * count)
    places = np.arctan2(gains[:, 1], gains[:, 0])
    assert (np.diff(places) > 0).all()
    assert places[0] + places[-1] == pytest.approx(np.pi / 2)
    assert places[0] > np.pi / 8
    assert np.hypot(*gains[0]) > np.hypot(*gains[1:].T).max()


def test_a_track_alone_is_left_as_it_is() -> None:
    """One track sits in the middle at its own loudness, also beside a track that never plays."""
    assert (track_gains([CHORDS]) == 1).all()
    np.testing.assert_array_equal(powers(CHORDS, REST), powers(CHORDS))


def test_the_melody_is_louder_than_each_of_the_others() -> None:
    """Chords of four notes do not cover a melody, nor does a bass."""
    tracks = (MELODY, CHORDS, BASS)
    alone = [heard(track) * np.mean(gains**2) for track, gains in zip(tracks, track_gains(tracks), strict=True)]
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
    assert instrument_of(48) is instrument_of(49)
    assert instrument_of(0) is instrument_of(1)
    assert instrument_of(40) is not instrument_of(0)


def levels_db(sound: np.ndarray, block_s: float = 0.1) -> np.ndarray:
    """The level of each block of a sound, in decibels."""
    size = int(block_s * RATE)
    blocks = sound[:, : sound.shape[1] // size * size].reshape(2, -1, size)
    return np.asarray(10 * np.log10(np.mean(blocks**2, axis=(0, 2)) + 1e-20))


@pytest.mark.parametrize(("pitch", "hertz"), [(33, 55.0), (60, 261.626), (69, 440.0), (93, 1760.0)])
def test_the_strongest_low_partial_is_in_tune(pitch: int, hertz: float) -> None:
    """The fundamental of a key is where equal temperament puts it, within two cents."""
    sound = tone(pitch, 80, 4 * RATE, RATE).sum(axis=0)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 20))
    frequencies = np.fft.rfftfreq(1 << 20, 1 / RATE)
    near = np.flatnonzero(np.abs(frequencies - hertz) < hertz / 4)
    found = frequencies[near[spectrum[near].argmax()]]
    assert abs(1200 * np.log2(found / hertz)) < 2


@given(st.integers(0, 127), st.integers(1, 127))
def test_partials_lie_above_the_harmonics(pitch: int, velocity: int) -> None:
    """A stiff string's partials are sharp, the higher the more, and their power is one as the ear weighs it."""
    frequencies, amplitudes = partials(pitch, velocity)
    stretch = frequencies / (key_frequency(pitch) * np.arange(1, len(frequencies) + 1))
    assert (np.diff(stretch) > 0).all()
    assert stretch[0] == pytest.approx(1)
    assert (amplitudes > 0).all()


def test_stiffness_is_a_pianos() -> None:
    """Middle C has a B of some 0.0003, and both ends of the keyboard have more than the middle."""
    assert 2e-4 < inharmonicity(60) < 5e-4
    assert inharmonicity(21) > inharmonicity(45) < inharmonicity(108)


def test_a_held_key_dies_away_fast_then_slowly() -> None:
    """Middle C loses some 10 dB in its first second and less in each that follows."""
    levels = levels_db(tone(60, 80, 4 * RATE, RATE))
    first, last = levels[1] - levels[11], levels[28] - levels[38]
    assert 6 < first < 16
    assert last < first


def test_treble_dies_away_sooner_than_bass() -> None:
    """After a second a high key has lost more than a low one."""
    high, low = (levels_db(tone(pitch, 80, 2 * RATE, RATE)) for pitch in (96, 36))
    assert high[1] - high[11] > 2 * (low[1] - low[11])


def test_a_harder_blow_is_brighter() -> None:
    """The centre of the spectrum rises with velocity."""
    centres = []
    for velocity in (20, 70, 120):
        frequencies, amplitudes = partials(60, velocity)
        centres.append(np.sum(frequencies * amplitudes**2) / np.sum(amplitudes**2))
    assert centres == sorted(centres)
    assert centres[2] > 1.3 * centres[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 127), st.integers(1, 127), st.integers(1, 20_000), st.sampled_from([8000, 32_000, 44_100]))
def test_every_key_sounds_and_begins_from_nothing(pitch: int, velocity: int, samples: int, rate: int) -> None:
    """Any key, velocity, length and sample rate gives finite sound that starts at zero."""
    sound = tone(pitch, velocity, samples, rate)
    assert sound.shape == (2, samples)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound[:, 0]).max() < 1e-6
    assert np.abs(sound).max() < 6
