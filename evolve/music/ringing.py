"""Tones that are struck or plucked and then left alone: strings, bars, bells and drums with a pitch.

A plucked string lacks the partials that have a node where it is plucked; its movement falls with the square of their
number, and what its bridge passes on with the number itself, less for a hard plectrum. A stiff string is a little sharp
in its high partials; bars and membranes have modes of their own (Fletcher & Rossing, The Physics of Musical
Instruments, 2nd ed., ch. 2, 9, 18 and 19). The higher a mode, the sooner it is gone.
"""

from dataclasses import dataclass

import numpy as np

from evolve.music.acoustics import CARRIED_SHARE, DEEPEST_HZ, HIGHEST_PARTIAL_HZ, as_loud_as_one, key_frequency
from evolve.music.envelopes import Release, rise
from evolve.music.modes import Modes

MOST_PARTIALS = 40
MIDDLE_C = 60
ATTACK_S = 0.002
SEMITONES_TO_DECAY_TWICE_AS_FAST = 16
SOFT_TILT = 0.8
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
    amplitudes = amplitudes / (1 + (frequencies / edge) ** 2) / ratios ** (SOFT_TILT * (1 - velocity / 127))
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
