"""The validation loss: how well a network predicts whole held-out pieces, read as it composes.

Each piece is read from its first note to its last with the state carried along. A loss in windows would hide what a
network forgets, and what it does after as many notes as a window has.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from evolve.network.windows import Batch, Lanes, Pieces, steps_in_piece, validation_lanes

POSITIONS: Final = (0, 50, 100, 200)
"""Where in a piece the loss is told apart: from so many notes before a note on, to the next of them."""

ROWS: Final = 64
"""Pieces that are read side by side at most, whatever the batch size."""

MOST_WINDOWS: Final = 512
"""Of the held-out pieces no more than so many windows are read after each epoch: 25,600 notes tell bits a note to about
0.02."""

Positions = tuple[tuple[int, float], ...]
"""Bits a note by position: from so many notes on."""


@dataclass(frozen=True)
class Validation:
    """What a network is measured with.

    Attributes:
        pieces: The held-out pieces.
        window: Steps read at once.
        symbols_per_note: Predicted steps of a note: bits are told by the note.
    """

    pieces: Pieces
    window: int
    symbols_per_note: float = 1.0

    def batches(self) -> Iterator[Batch]:
        """What is to be read, in order."""
        return self._lanes.batches(self.pieces)

    def bits(self, nats: Sequence[np.ndarray]) -> tuple[float, Positions]:
        """The mean loss in bits a note, and the same by position, of the positions that pieces have.

        Args:
            nats: The loss of every step of all batches in order, float32 [.., batch, window] together.
        """
        losses = np.concatenate(nats)[self._lanes.counted].astype(np.float64)
        scale = self.symbols_per_note / math.log(2)
        parts = ((start, losses[self._part == place]) for place, start in enumerate(POSITIONS))
        return float(losses.mean() * scale), tuple(
            (start, float(own.mean() * scale)) for start, own in parts if len(own)
        )

    @cached_property
    def _lanes(self) -> Lanes:
        return validation_lanes(self.pieces, self.window, ROWS, MOST_WINDOWS * self.window)

    @cached_property
    def _part(self) -> np.ndarray:
        """Of each counted step the place of its position in `POSITIONS`."""
        notes = steps_in_piece(self.pieces, self._lanes)[self._lanes.counted] / self.symbols_per_note
        part: np.ndarray = np.digitize(notes, POSITIONS[1:])
        return part
