"""Sound that rings by itself: oscillations that die away."""

from dataclasses import dataclass
from typing import Self

import numpy as np


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
