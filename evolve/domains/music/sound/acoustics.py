"""What every instrument's sound rests on: the tuning, how the ear weighs frequencies, envelopes, and ringing modes."""

from dataclasses import dataclass
from typing import Self

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


@dataclass(frozen=True, slots=True)
class Release:
    """How a tone falls silent once its key is let go.

    Attributes:
        duration_s: Until nothing is left.
        decay_s: In which it falls to 1/e at first.
    """

    duration_s: float
    decay_s: float

    def gains(self, sample_rate: int) -> np.ndarray:
        """From 1 to 0, float32 [samples]."""
        seconds = np.arange(int(self.duration_s * sample_rate)) / sample_rate
        return np.asarray(np.exp(-seconds / self.decay_s) * (1 - seconds / self.duration_s), dtype=np.float32)


def rise(length: int, samples: int) -> np.ndarray:
    """From 0 to 1 over a length, half a cosine, and 1 from there on; float32 [samples]."""
    length = min(samples, length)
    gains = np.ones(samples, dtype=np.float32)
    gains[:length] = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
    return gains


@dataclass(frozen=True, slots=True)
class Modes:
    """Decaying oscillations that together are the sound of a string or a bar.

    Attributes:
        poles: Complex logarithm of what one second does to each mode: minus decay, plus i times angular frequency.
        left: Complex amplitude of each mode in the left channel.
        right: The same in the right channel.
    """

    poles: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def below(self, frequency_hz: float) -> Self:
        """The modes that a sample rate can carry."""
        carried = self.poles.imag < 2 * np.pi * frequency_hz
        return type(self)(self.poles[carried], self.left[carried], self.right[carried])

    def ring(self, samples: int, sample_rate: int) -> np.ndarray:
        """Their sound from the blow on, float32 [2, samples].

        Every mode is a geometric series, so the sound is one matrix product: what each block of samples begins with,
        times what happens within a block.
        """
        block = 1 << max(5, int(np.ceil(np.log2(samples) / 2)))
        steps = self.poles / sample_rate
        within = np.exp(steps[:, None] * np.arange(block))
        starts = np.exp(steps[:, None] * (block * np.arange(-(-samples // block))))
        inner = np.concatenate([within.real, within.imag]).astype(np.float32)
        sound = np.empty((2, samples), dtype=np.float32)
        for channel, amplitudes in enumerate((self.left, self.right)):
            outer = starts * amplitudes[:, None]
            rows = np.concatenate([outer.real, -outer.imag]).astype(np.float32)
            sound[channel] = (rows.T @ inner).ravel()[:samples]
        return sound
