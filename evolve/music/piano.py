"""The sound of one piano key: inharmonic partials that are struck, ring and die away.

A stiff string's partials lie above the harmonics: f(n) = n f sqrt(1 + B n^2) (Fletcher & Rossing, The Physics of
Musical Instruments, 2nd ed., ch. 12). B over the keyboard follows Rigaud, David & Daudet, "A parametric
model of piano tuning" (DAFx 2011). A partial dies away fast at first and slowly later, since the strings of one key
are coupled and a little out of tune with each other (Weinreich, "Coupled piano strings", JASA 62, 1977), and the
sooner the higher it is (Chaigne & Askenfelt, "Numerical simulations of piano strings", JASA 95, 1994). A harder blow
is a brighter one.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

HIGHEST_PARTIAL_HZ = 11_000.0
MOST_PARTIALS = 56
FAINTEST_PARTIAL = 10 ** (-66 / 20)
"""Partials weaker than the strongest by more than this are not heard."""

STRIKING_POINT = 0.121
"""Where the hammer meets the string, as a share of its length: partials with a node there stay weak."""

AFTERSOUND_SHARE = 0.22
AFTERSOUND_SLOWER = 3.6
DETUNING_CENTS = (0.55, -0.4)
"""The aftersound of two strings, each a little beside the note."""

KNOCKS_HZ = (97.0, 163.0, 246.0, 391.0, 610.0)
KNOCK_DECAY_PER_S = 55.0
KNOCK_SHARE = 0.05
"""The thump of the keybed and soundboard at the blow."""

ATTACK_S = 0.003
MIDDLE_C = 60


@dataclass(frozen=True, slots=True)
class Modes:
    """Decaying oscillations that together are the sound of a key.

    Attributes:
        poles: Complex logarithm of what one second does to each mode: minus decay, plus i times angular frequency.
        left: Complex amplitude of each mode in the left channel.
        right: The same in the right channel.
    """

    poles: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of_key(cls, pitch: int, velocity: int) -> Self:
        """The modes of a MIDI pitch, 0 .. 127, struck with a velocity of 1 .. 127."""
        frequencies, amplitudes = partials(pitch, velocity)
        decays = _decays(pitch, frequencies)
        poles, weights = [-decays + 2j * np.pi * frequencies], [amplitudes * (1 - AFTERSOUND_SHARE)]
        for cents in DETUNING_CENTS:
            poles.append(-decays / AFTERSOUND_SLOWER + 2j * np.pi * frequencies * 2 ** (cents / 1200))
            weights.append(amplitudes * AFTERSOUND_SHARE / len(DETUNING_CENTS))
        poles.append(-KNOCK_DECAY_PER_S + 2j * np.pi * np.array(KNOCKS_HZ))
        weights.append(np.full(len(KNOCKS_HZ), KNOCK_SHARE * velocity / 127))
        return cls(np.concatenate(poles), *_spread(pitch, np.concatenate(weights)))

    def below(self, frequency_hz: float) -> Self:
        """The modes that a sample rate can carry."""
        carried = self.poles.imag < 2 * np.pi * frequency_hz
        return type(self)(self.poles[carried], self.left[carried], self.right[carried])


def tone(pitch: int, velocity: int, samples: int, sample_rate: int) -> np.ndarray:
    """The sound of a key that is held, float32 [2, samples], of about equal loudness for every key and velocity.

    Every mode is a geometric series, so the sound is one matrix product: what each block of samples begins with, times
    what happens within a block.
    """
    modes = Modes.of_key(pitch, velocity).below(0.45 * sample_rate)
    block = 1 << max(5, int(np.ceil(np.log2(samples) / 2)))
    steps = modes.poles / sample_rate
    within = np.exp(steps[:, None] * np.arange(block))
    starts = np.exp(steps[:, None] * (block * np.arange(-(-samples // block))))
    inner = np.concatenate([within.real, within.imag]).astype(np.float32)
    sound = np.empty((2, samples), dtype=np.float32)
    for channel, amplitudes in enumerate((modes.left, modes.right)):
        outer = starts * amplitudes[:, None]
        rows = np.concatenate([outer.real, -outer.imag]).astype(np.float32)
        sound[channel] = (rows.T @ inner).ravel()[:samples]
    sound *= _attack(pitch, velocity, samples, sample_rate)
    return sound


def partials(pitch: int, velocity: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and amplitudes of the partials of a key; the power of all, as the ear weighs it, is 1."""
    fundamental = key_frequency(pitch)
    stiffness = inharmonicity(pitch)
    numbers = np.arange(1, MOST_PARTIALS + 1)
    frequencies = numbers * fundamental * np.sqrt((1 + stiffness * numbers**2) / (1 + stiffness))
    struck = np.abs(np.sin(np.pi * STRIKING_POINT * numbers)) + 0.1
    edge = 300.0 + 1200.0 * (velocity / 127) ** 1.5 + 0.35 * fundamental
    hammer = 1 / (1 + (frequencies / edge) ** 2)
    soundboard = frequencies**2 / (frequencies**2 + 85.0**2)
    amplitudes = struck * hammer * soundboard / numbers**0.6
    heard = (amplitudes > FAINTEST_PARTIAL * amplitudes.max()) & (frequencies < HIGHEST_PARTIAL_HZ)
    heard[0] = True
    frequencies, amplitudes = frequencies[heard], amplitudes[heard]
    return frequencies, amplitudes / np.sqrt(np.sum((amplitudes * _weight_of_the_ear(frequencies)) ** 2))


def key_frequency(pitch: int) -> float:
    """The fundamental of a MIDI pitch in Hz, equal temperament at A4 = 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def inharmonicity(pitch: int) -> float:
    """B of the stiff-string equation for a MIDI pitch: the bass bridge's and the treble bridge's law together."""
    return float(np.exp(-0.0847 * pitch - 5.82) + np.exp(0.0926 * pitch - 13.64))


def _decays(pitch: int, frequencies: np.ndarray) -> np.ndarray:
    """How fast each partial first dies away, per second: middle C some 10 dB a second, four octaves up 80."""
    return np.asarray(1.1 * 2 ** ((pitch - MIDDLE_C) / 16) + 2.4e-7 * frequencies**2)


def _weight_of_the_ear(frequencies: np.ndarray) -> np.ndarray:
    """Half of the A-weighting in decibels (IEC 61672-1): what is low sounds softer, though less so in a mix."""
    f2 = frequencies**2
    band = np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2))
    weighting = 1.2589 * 12194.0**2 * f2**2 / ((f2 + 20.6**2) * band * (f2 + 12194.0**2))
    return np.asarray(np.sqrt(weighting))


def _spread(pitch: int, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes left and right: bass to the left, treble to the right, the phases of both a little apart."""
    rng = np.random.default_rng(pitch)
    phases, apart = rng.uniform(0, 2 * np.pi, len(weights)), rng.uniform(-0.6, 0.6, len(weights))
    place = np.pi / 4 * (1 + 0.4 * np.clip((pitch - MIDDLE_C) / 36, -1, 1))
    left = weights * np.cos(place) * np.exp(1j * (phases - apart))
    return left, weights * np.sin(place) * np.exp(1j * (phases + apart))


def _attack(pitch: int, velocity: int, samples: int, sample_rate: int) -> np.ndarray:
    """A rise from nothing within milliseconds: slower for a bass string and for a soft blow."""
    slower = 2 ** ((MIDDLE_C - pitch) / 24) * (1.5 - velocity / 254)
    length = min(samples, max(8, int(ATTACK_S * slower * sample_rate)))
    envelope = np.ones(samples, dtype=np.float32)
    envelope[:length] = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
    return envelope
