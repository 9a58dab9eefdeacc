"""The sound of one piano key: inharmonic partials that are struck, ring and die away.

A stiff string's partials lie above the harmonics: f(n) = n f sqrt(1 + B n^2) (Fletcher & Rossing, The Physics of
Musical Instruments, 2nd ed., ch. 12). B over the keyboard follows Rigaud, David & Daudet, "A parametric
model of piano tuning" (DAFx 2011). A partial dies away fast at first and slowly later, since the strings of one key
are coupled and a little out of tune with each other (Weinreich, "Coupled piano strings", JASA 62, 1977), and the
sooner the higher it is (Chaigne & Askenfelt, "Numerical simulations of piano strings", JASA 95, 1994). A harder blow
is a brighter one.
"""

import numpy as np

from evolve.domains.music.sound.acoustics import (
    CARRIED_SHARE,
    HIGHEST_PARTIAL_HZ,
    Modes,
    as_loud_as_one,
    key_frequency,
    rise,
)

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


def tone(pitch: int, velocity: int, samples: int, sample_rate: int) -> np.ndarray:
    """The sound of a key that is held, float32 [2, samples], of about equal loudness for every key and velocity.

    Args:
        pitch: MIDI note number, 0 .. 127.
        velocity: How hard it is struck, 1 .. 127.
        samples: How many, 1 or more.
        sample_rate: Samples a second.
    """
    sound = _modes(pitch, velocity).below(CARRIED_SHARE * sample_rate).ring(samples, sample_rate)
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
    return frequencies, as_loud_as_one(frequencies, amplitudes)


def inharmonicity(pitch: int) -> float:
    """B of the stiff-string equation for a MIDI pitch: the bass bridge's and the treble bridge's law together."""
    return float(np.exp(-0.0847 * pitch - 5.82) + np.exp(0.0926 * pitch - 13.64))


def _modes(pitch: int, velocity: int) -> Modes:
    """The modes of a key: partials with their aftersound, and the knock of the blow."""
    frequencies, amplitudes = partials(pitch, velocity)
    decays = _decays(pitch, frequencies)
    poles, weights = [-decays + 2j * np.pi * frequencies], [amplitudes * (1 - AFTERSOUND_SHARE)]
    for cents in DETUNING_CENTS:
        poles.append(-decays / AFTERSOUND_SLOWER + 2j * np.pi * frequencies * 2 ** (cents / 1200))
        weights.append(amplitudes * AFTERSOUND_SHARE / len(DETUNING_CENTS))
    poles.append(-KNOCK_DECAY_PER_S + 2j * np.pi * np.array(KNOCKS_HZ))
    weights.append(np.full(len(KNOCKS_HZ), KNOCK_SHARE * velocity / 127))
    return Modes(np.concatenate(poles), *_spread(pitch, np.concatenate(weights)))


def _decays(pitch: int, frequencies: np.ndarray) -> np.ndarray:
    """How fast each partial first dies away, per second: middle C some 10 dB a second, four octaves up 80."""
    return np.asarray(1.1 * 2 ** ((pitch - MIDDLE_C) / 16) + 2.4e-7 * frequencies**2)


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
    return rise(max(8, int(ATTACK_S * slower * sample_rate)), samples)
