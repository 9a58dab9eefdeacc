"""What every instrument's sound rests on: the tuning, and how the ear weighs frequencies."""

import numpy as np

HIGHEST_PARTIAL_HZ = 11_000.0
"""What lies above is left out: it is faint, and costs as much as the rest."""

DEEPEST_HZ = 40.0
"""About the lowest that small loudspeakers and orchestras sound."""

CARRIED_SHARE = 0.45
"""The share of a sample rate up to which sound is carried without doubt."""


def key_frequency(pitch: int) -> float:
    """The fundamental of a MIDI pitch in Hz, equal temperament at A4 = 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def weight_of_the_ear(frequencies: np.ndarray) -> np.ndarray:
    """Half of the A-weighting in decibels (IEC 61672-1): what is low sounds softer, though less so in a mix."""
    f2 = frequencies**2
    band = np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2))
    weighting = 1.2589 * 12194.0**2 * f2**2 / ((f2 + 20.6**2) * band * (f2 + 12194.0**2))
    return np.asarray(np.sqrt(weighting))


def as_loud_as_one(frequencies: np.ndarray, amplitudes: np.ndarray, *, deepest_hz: float = 0.0) -> np.ndarray:
    """The amplitudes at which the power of all partials, as the ear weighs it, is 1.

    Args:
        frequencies: Of the partials, in Hz.
        amplitudes: Beside each other.
        deepest_hz: Below it nothing is made louder still, as a loudspeaker could not.
    """
    weights = weight_of_the_ear(np.maximum(frequencies, deepest_hz))
    return np.asarray(amplitudes / np.sqrt(np.sum((amplitudes * weights) ** 2)))
