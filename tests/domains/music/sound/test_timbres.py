"""Every program sounds, in tune, as loud as the others, and unlike them."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.sound.acoustics import key_frequency
from evolve.domains.music.sound.audio import loudness_lufs
from evolve.domains.music.sound.orchestra import instrument_of, perform
from evolve.domains.music.sound.timbres import TIMBRES
from evolve.domains.music.sound.tones import Ringing

RATE = 32_000
PIANOS = {0, 1, 2, 3}
ONE_A_TIMBRE = [min(p for p in TIMBRES if TIMBRES[p] is timbre) for timbre in dict.fromkeys(TIMBRES.values())]
FAMILIES = {
    "piano": 0,
    "harpsichord": 6,
    "organ": 19,
    "guitar": 24,
    "violin": 40,
    "choir": 52,
    "trumpet": 56,
    "flute": 73,
}
timbred = st.sampled_from(ONE_A_TIMBRE)


@cache
def scale(program: int, velocity: int = 80) -> np.ndarray:
    """Two octaves up in minor thirds, played, a short rest after each note."""
    notes = (Note(48 + 3 * i, 24 * i, 18, velocity) for i in range(9))
    return played(Song((Track(Notes.of(notes), program=program),), tempo_bpm=100))


@cache
def level_lufs(program: int, velocity: int = 80) -> float:
    """How loud the scale is."""
    return loudness_lufs(scale(program, velocity), RATE)


def played(song: Song) -> np.ndarray:
    """The song without a room."""
    return perform(song, int((song.duration_s + 1) * RATE), RATE, lead_s=0.05)


def power_at(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz, and the power of a sound at each."""
    spectra = np.fft.rfft(sound * np.hanning(sound.shape[1]), 1 << 17)
    return np.fft.rfftfreq(1 << 17, 1 / RATE), (np.abs(spectra) ** 2).sum(axis=0)


def centre_hz(sound: np.ndarray) -> float:
    """The middle of a sound's spectrum."""
    frequencies, power = power_at(sound)
    return float(np.sum(frequencies * power) / np.sum(power))


def test_every_program_has_a_timbre_but_the_pianos() -> None:
    """No General MIDI program is forgotten, and the pianos keep their own model."""
    assert set(TIMBRES) == set(range(128)) - PIANOS


@settings(max_examples=60)
@given(timbred, st.integers(28, 96), st.integers(1, 127))
def test_every_timbre_is_in_tune(program: int, pitch: int, velocity: int) -> None:
    """The strongest partial is a multiple of the note's frequency, or a mode of its bar, but for a vibrato."""
    frequencies, power = power_at(instrument_of(program).tone(pitch, velocity, RATE, RATE))
    ratio = frequencies[power.argmax()] / key_frequency(pitch)
    timbre = TIMBRES[program]
    modes = [mode for mode, _ in timbre.modes] if isinstance(timbre, Ringing) else []
    nearest = min(modes or [max(1, round(ratio))], key=lambda mode: abs(ratio - mode))
    assert nearest <= 12
    assert abs(1200 * np.log2(ratio / nearest)) < 33


@settings(max_examples=60)
@given(
    timbred,
    st.integers(0, 127),
    st.integers(1, 127),
    st.integers(1, 20_000),
    st.sampled_from([8000, 16_000, 32_000, 44_100]),
)
def test_every_note_sounds_and_begins_from_nothing(
    program: int, pitch: int, velocity: int, samples: int, rate: int
) -> None:
    """Any timbre, pitch, velocity, length and sample rate gives finite sound that starts at zero, with no offset."""
    sound = instrument_of(program).tone(pitch, velocity, samples, rate)
    assert sound.shape == (2, samples)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound[:, 0]).max() < 1e-6
    assert np.abs(sound).max() < 12
    assert sound.any() or samples < 5


@pytest.mark.parametrize("program", ONE_A_TIMBRE)
def test_a_scale_is_as_loud_on_every_instrument(program: int) -> None:
    """Nobody drowns a piano, and nobody is drowned by one."""
    assert level_lufs(program) == pytest.approx(level_lufs(0), abs=3)


@pytest.mark.parametrize("program", ONE_A_TIMBRE)
def test_a_louder_note_is_louder_and_brighter(program: int) -> None:
    """Velocity is heard on every instrument, twice over."""
    assert level_lufs(program, 110) > level_lufs(program, 40) + 10
    assert centre_hz(scale(program, 110)) > centre_hz(scale(program, 40))


@pytest.mark.parametrize("program", ONE_A_TIMBRE)
def test_notes_neither_click_nor_leave_an_offset(program: int) -> None:
    """Starts and ends leave nothing above the highest partial, and no constant."""
    sound = scale(program)
    frequencies, spectrum = np.fft.rfftfreq(sound.shape[1], 1 / RATE), np.abs(np.fft.rfft(sound)) ** 2
    assert spectrum[:, frequencies > 12_000].sum() < 1e-5 * spectrum.sum()
    assert np.abs(sound.mean(axis=1)).max() < 2e-3 * np.abs(sound).max()


@pytest.mark.parametrize("program", ONE_A_TIMBRE)
def test_pipes_and_bows_hold_a_note_and_strings_and_bars_let_it_die(program: int) -> None:
    """A held note is as loud in its third second as in its first, but for beats; a struck one is much softer."""
    sound = instrument_of(program).tone(60, 80, 3 * RATE, RATE)
    first, third = (np.mean(sound[:, second * RATE : (second + 1) * RATE] ** 2) for second in (0, 2))
    lost_db = 10 * np.log10(first / third)
    assert lost_db > 8 if isinstance(TIMBRES[program], Ringing) else abs(lost_db) < 2.5


@pytest.mark.parametrize(("one", "other"), combinations(FAMILIES, 2))
def test_families_are_told_apart(one: str, other: str) -> None:
    """One note has another spectrum or another course: an eighth of the amplitude lies at other times or harmonics."""
    assert np.abs(_fingerprint(FAMILIES[one]) - _fingerprint(FAMILIES[other])).sum() / 2 > 1 / 8


def test_a_clarinet_has_odd_harmonics_and_an_ah_its_vowel() -> None:
    """What makes an instrument itself is there: weak even harmonics, and a mouth's resonance whatever the note."""
    frequencies, power = power_at(instrument_of(71).tone(50, 80, RATE, RATE))
    second, third = (power[abs(frequencies - n * key_frequency(50)) < 10].sum() for n in (2, 3))
    assert third > 10 * second
    for pitch in (45, 50, 55):
        frequencies, power = power_at(instrument_of(52).tone(pitch, 80, RATE, RATE))
        assert power[(frequencies > 650) & (frequencies < 1450)].sum() > power.sum() / 2


@cache
def _fingerprint(program: int) -> np.ndarray:
    """Shares of amplitude in sixth parts of a middle note's time and among its harmonics."""
    song = Song((Track(Notes.of([Note(60, 0, 48)]), program=program),), tempo_bpm=60)
    parts = np.array_split(played(song), 6, axis=1)
    edges = key_frequency(60) * np.array([0, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 50])
    spectra = map(power_at, parts)
    power = np.array([np.histogram(frequencies, edges, weights=weights)[0] for frequencies, weights in spectra])
    return np.asarray(power**0.5 / np.sum(power**0.5))
