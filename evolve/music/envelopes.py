"""How a tone begins and ends without a click."""

from dataclasses import dataclass

import numpy as np


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
