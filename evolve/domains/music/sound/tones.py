"""Tones that ring after a blow, as strings, bars, bells and drums do, and tones that are held by breath or bow.

A plucked string lacks the partials that have a node where it is plucked; its movement falls with the square of their
number, and what its bridge passes on with the number itself, less for a hard plectrum. A stiff string is a little sharp
in its high partials; bars and membranes have modes of their own (Fletcher & Rossing, The Physics of Musical
Instruments, 2nd ed., ch. 2, 9, 18 and 19). The higher a mode, the sooner it is gone.

One period of a held sound is the sum of its harmonics, and is read again and again (Mathews, The Technology of Computer
Music, 1969). The pace sways for a vibrato; several players of one note are a few cents apart, as no two are in tune.
"""

from dataclasses import dataclass

import numpy as np

from evolve.domains.music.sound.acoustics import (
    CARRIED_SHARE,
    DEEPEST_HZ,
    HIGHEST_PARTIAL_HZ,
    Modes,
    Release,
    as_loud_as_one,
    key_frequency,
    rise,
)

MOST_PARTIALS = 40
MIDDLE_C = 60
ATTACK_S = 0.002
SEMITONES_TO_DECAY_TWICE_AS_FAST = 16
RINGING_SOFT_TILT = 0.8
"""The softest note lacks this power of its modes' multiples."""


DAMPED = Release(0.3, 0.06)


@dataclass(frozen=True, slots=True)
class Ringing:
    """The timbre of an instrument whose notes die away.

    Attributes:
        modes: Frequencies of a bar's modes as multiples of the note, and their amplitudes; none for a string.
        plucked_at: Where a string is plucked, as a share of its length.
        falling: The power of their number with which a string's partials fall, but for where it is plucked.
        stiffness: B of the stiff-string equation.
        edge_hz: Above it partials are weak.
        decay_per_s: How fast middle C dies away.
        loss: How much faster a mode dies away for each Hz squared.
        release: How it ends when it is damped.
        level: Amplitude beside the piano's.
    """

    modes: tuple[tuple[float, float], ...] = ()
    plucked_at: float = 0.2
    falling: float = 1.0
    stiffness: float = 1e-4
    edge_hz: float = 2000.0
    decay_per_s: float = 2.0
    loss: float = 5e-7
    release: Release = DAMPED
    level: float = 1.0


def ringing_tone(timbre: Ringing, pitch: int, velocity: int, samples: int, sample_rate: int) -> np.ndarray:
    """A note from its blow on, float32 [2, samples], of about equal loudness for every pitch and velocity.

    Args:
        timbre: Of what.
        pitch: MIDI note number, 0 .. 127.
        velocity: How hard it is struck or plucked, 1 .. 127: more is brighter.
        samples: How many, 1 or more.
        sample_rate: Samples a second.
    """
    frequencies, amplitudes = _partials(timbre, pitch, velocity, min(HIGHEST_PARTIAL_HZ, CARRIED_SHARE * sample_rate))
    slower = 2 ** ((pitch - MIDDLE_C) / SEMITONES_TO_DECAY_TWICE_AS_FAST)
    poles = -timbre.decay_per_s * slower - timbre.loss * frequencies**2 + 2j * np.pi * frequencies
    sound = Modes(poles, *_both_sides(pitch, amplitudes * timbre.level)).ring(samples, sample_rate)
    return np.asarray(sound * rise(max(8, int(ATTACK_S * sample_rate)), samples))


def _partials(timbre: Ringing, pitch: int, velocity: int, highest_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and amplitudes of a note's partials; the power of all, as the ear weighs it, is 1.

    The lowest is there even above the highest frequency, so that no note is silent.
    """
    ratios, amplitudes = _of_bar(timbre) if timbre.modes else _of_string(timbre)
    frequencies = ratios * key_frequency(pitch)
    edge = timbre.edge_hz + 0.35 * key_frequency(pitch)
    amplitudes = amplitudes / (1 + (frequencies / edge) ** 2) / ratios ** (RINGING_SOFT_TILT * (1 - velocity / 127))
    carried = frequencies < highest_hz
    carried[0] = True
    return frequencies[carried], as_loud_as_one(frequencies[carried], amplitudes[carried], deepest_hz=DEEPEST_HZ)


def _of_bar(timbre: Ringing) -> tuple[np.ndarray, np.ndarray]:
    ratios, amplitudes = zip(*timbre.modes, strict=True)
    return np.array(ratios), np.array(amplitudes)


def _of_string(timbre: Ringing) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.arange(1, MOST_PARTIALS + 1)
    ratios = numbers * np.sqrt((1 + timbre.stiffness * numbers**2) / (1 + timbre.stiffness))
    return ratios, (np.abs(np.sin(np.pi * timbre.plucked_at * numbers)) + 0.03) / numbers**timbre.falling


def _both_sides(pitch: int, amplitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes left and right: as loud, the phases of both a little apart."""
    rng = np.random.default_rng(pitch)
    phases, apart = rng.uniform(0, 2 * np.pi, len(amplitudes)), rng.uniform(-0.4, 0.4, len(amplitudes))
    middle = amplitudes * np.sqrt(0.5)
    return middle * np.exp(1j * (phases - apart)), middle * np.exp(1j * (phases + apart))


PERIOD = 2048
"""Samples in a period: a straight line between two of them is off by less than -60 dB of any partial below."""

VIBRATO_HZ = 5.4
"""Singers and violinists sway 5 to 6 times a second (Sundberg, The Science of the Singing Voice, 1987)."""

VIBRATO_FROM_S, VIBRATO_FULL_S = 0.12, 0.5
"""A note begins straight, so that short ones are in tune."""

SWAY_PER_CENT = 0.006
"""How much the loudness goes with the vibrato."""

HELD_SOFT_TILT = 0.7
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
    tilt = HELD_SOFT_TILT * (1 - velocity / 127)
    full, dull = (_period(timbre, pitch, tilt + more, sample_rate) for more in (0.0, HELD_SOFT_TILT))
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
