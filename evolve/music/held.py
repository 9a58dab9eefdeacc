"""Tones that sound for as long as they are played: pipes, reeds, bows and voices.

One period of the sound is the sum of its harmonics, and is read again and again (Mathews, The Technology of Computer
Music, 1969). The pace sways for a vibrato; several players of one note are a few cents apart, as no two are in tune.
"""

from dataclasses import dataclass

import numpy as np

from evolve.music.acoustics import CARRIED_SHARE, DEEPEST_HZ, HIGHEST_PARTIAL_HZ, as_loud_as_one, key_frequency
from evolve.music.envelopes import Release, rise

PERIOD = 2048
"""Samples in a period: a straight line between two of them is off by less than -60 dB of any partial below."""

VIBRATO_HZ = 5.4
"""Singers and violinists sway 5 to 6 times a second (Sundberg, The Science of the Singing Voice, 1987)."""

VIBRATO_FROM_S, VIBRATO_FULL_S = 0.12, 0.5
"""A note begins straight, so that short ones are in tune."""

SWAY_PER_CENT = 0.006
"""How much the loudness goes with the vibrato."""

SOFT_TILT = 0.7
"""The softest tone lacks this power of the harmonics' numbers, and so does the beginning of every tone."""

BLOOM = 3.0
"""A tone is as bright as it gets after so many times its attack: the higher harmonics of a trumpet come last
(Risset & Mathews, "Analysis of musical-instrument tones", Physics Today 22, 1969)."""

STAGE = 0.5
"""How far from the middle the outermost of several players sit, as an angle whose quarter turn is the whole width."""

Formant = tuple[float, float, float]
"""Middle in Hz, width in Hz, and how much stronger the middle is."""

LET_GO = Release(0.25, 0.06)


@dataclass(frozen=True, slots=True)
class Held:
    """The timbre of an instrument that holds its notes.

    Attributes:
        harmonics: Amplitudes of the harmonics, the fundamental first.
        formants: What the body, the bell or the mouth makes stronger, whatever the note.
        attack_s: Until the tone is full.
        release: How it ends.
        players: How many play each note.
        apart_cents: How far the outermost of them are from the note.
        vibrato_cents: How far the pitch sways at most.
        level: Amplitude beside the piano's, which is loud for a moment and dies away.
    """

    harmonics: tuple[float, ...]
    formants: tuple[Formant, ...] = ()
    attack_s: float = 0.04
    release: Release = LET_GO
    players: int = 1
    apart_cents: float = 0.0
    vibrato_cents: float = 0.0
    level: float = 0.52


def held_tone(timbre: Held, pitch: int, velocity: int, samples: int, sample_rate: int) -> np.ndarray:
    """A note that is held for all of it, float32 [2, samples], of about equal loudness for every pitch and velocity.

    Args:
        timbre: Of what.
        pitch: MIDI note number, 0 .. 127.
        velocity: How loud it is played, 1 .. 127: more is brighter.
        samples: How many, 1 or more.
        sample_rate: Samples a second.
    """
    rng = np.random.default_rng(pitch)
    seconds = np.arange(samples) / sample_rate
    tilt = SOFT_TILT * (1 - velocity / 127)
    full, dull = (_period(timbre, pitch, tilt + more, sample_rate) for more in (0.0, SOFT_TILT))
    bloom = rise(int(BLOOM * timbre.attack_s * sample_rate), samples)
    sound = np.zeros((2, samples), dtype=np.float32)
    for cents, place in zip(_apart(timbre.apart_cents, timbre.players), _apart(STAGE, timbre.players), strict=True):
        periods, loudness = _vibrato(timbre.vibrato_cents, seconds, rng)
        places = (periods * key_frequency(pitch) * 2 ** (cents / 1200) + rng.uniform()) * PERIOD
        voice = _read(full, dull, bloom, places) * loudness
        sound[0] += voice * np.float32(np.cos(np.pi / 4 + place))
        sound[1] += voice * np.float32(np.sin(np.pi / 4 + place))
    sound *= rise(max(8, int(timbre.attack_s * sample_rate)), samples) * np.float32(timbre.level)
    return sound


def _harmonics(timbre: Held, pitch: int, tilt: float, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and amplitudes of the harmonics of a note; the power of all, as the ear weighs it, is 1.

    Args:
        timbre: Of what.
        pitch: MIDI note number, 0 .. 127.
        tilt: The power of the harmonics' numbers by which they are weaker than at their loudest.
        sample_rate: Samples a second; the fundamental is there whatever it is.
    """
    fundamental = key_frequency(pitch)
    carried = int(min(HIGHEST_PARTIAL_HZ, CARRIED_SHARE * sample_rate) / fundamental)
    numbers = np.arange(1, min(max(1, carried), len(timbre.harmonics)) + 1)
    frequencies = numbers * fundamental
    body = 1 + sum(more / (1 + ((frequencies - middle) / (width / 2)) ** 2) for middle, width, more in timbre.formants)
    amplitudes = np.array(timbre.harmonics[: len(numbers)]) * body / numbers**tilt
    return frequencies, as_loud_as_one(frequencies, amplitudes, deepest_hz=DEEPEST_HZ)


def _period(timbre: Held, pitch: int, tilt: float, sample_rate: int) -> np.ndarray:
    """One period and its first sample once more, float32 [PERIOD + 1], of power 1 over all players."""
    _, amplitudes = _harmonics(timbre, pitch, tilt, sample_rate)
    phases = np.random.default_rng(pitch).uniform(0, 2 * np.pi, len(amplitudes))
    waves = np.zeros(PERIOD // 2 + 1, dtype=np.complex128)
    waves[1 : len(amplitudes) + 1] = amplitudes * np.exp(1j * phases) * PERIOD / 2
    period = np.fft.irfft(waves) / np.sqrt(timbre.players)
    return np.append(period, period[0]).astype(np.float32)


def _read(full: np.ndarray, dull: np.ndarray, bloom: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A period at some places, counted in its samples: at first the dull one, the full one once in bloom."""
    whole = places.astype(np.intp)
    parts = (places - whole).astype(np.float32)
    whole %= PERIOD
    sound = _between(full, whole, parts)
    still = np.searchsorted(bloom, 1.0)
    sound[:still] *= bloom[:still]
    sound[:still] += (1 - bloom[:still]) * _between(dull, whole[:still], parts[:still])
    return sound


def _between(period: np.ndarray, whole: np.ndarray, parts: np.ndarray) -> np.ndarray:
    return np.asarray(period[whole] + parts * np.diff(period)[whole])


def _vibrato(cents: float, seconds: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | np.float32]:
    """How much of the note's time has passed with a pace that sways, and how loud it is meanwhile, about 1."""
    if not cents:
        return seconds, np.float32(1)
    rate = 2 * np.pi * VIBRATO_HZ * rng.uniform(0.94, 1.06)
    angles = rate * seconds + rng.uniform(0, 2 * np.pi)
    depth = np.clip((seconds - VIBRATO_FROM_S) / (VIBRATO_FULL_S - VIBRATO_FROM_S), 0, 1)
    lag = depth * np.cos(angles) * (2 ** (cents / 1200) - 1) / rate
    return seconds - lag, (1 + SWAY_PER_CENT * cents * depth * np.sin(angles)).astype(np.float32)


def _apart(width: float, players: int) -> np.ndarray:
    """Places of players from minus to plus a width, a single one in the middle."""
    return np.linspace(-width, width, players) if players > 1 else np.zeros(1)
