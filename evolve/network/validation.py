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

from evolve.network.diet import present
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


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a network predicts the held-out pieces.

    Attributes:
        bits: Mean loss in bits a note, over all of them: what networks are compared by.
        diet_bits: The same with each group of pieces weighing its share of the network's diet: what tells when to stop
            and which weights are best. Without a diet the same as `bits`.
        by_position: `bits` by position, of the positions that pieces have.
    """

    bits: float
    diet_bits: float
    by_position: Positions


@dataclass(frozen=True)
class Validation:
    """What a network is measured with.

    Attributes:
        pieces: The held-out pieces.
        window: Steps read at once.
        symbols_per_note: Predicted steps of a note: bits are told by the note.
        shares: Of each group of pieces, in the diet; none where there is no diet.
    """

    pieces: Pieces
    window: int
    symbols_per_note: float = 1.0
    shares: tuple[float, ...] = ()

    def batches(self) -> Iterator[Batch]:
        """What is to be read, in order."""
        return self._lanes.batches(self.pieces)

    def measured(self, nats: Sequence[np.ndarray]) -> Measured:
        """What the losses say.

        Args:
            nats: The loss of every step of all batches in order, float32 [.., batch, window] together.
        """
        losses = np.concatenate(nats)[self._lanes.counted].astype(np.float64) * self.symbols_per_note / math.log(2)
        parts = ((start, losses[self._part == place]) for place, start in enumerate(POSITIONS))
        by_position = tuple((start, float(own.mean())) for start, own in parts if len(own))
        bits = float(losses.mean())
        return Measured(bits, self._by_diet(losses) if self.shares else bits, by_position)

    def _by_diet(self, losses: np.ndarray) -> float:
        """The mean of the groups' mean losses, each weighing its share."""
        groups = self.pieces.groups[self.pieces.piece_of(self._lanes.places[self._lanes.counted])]
        shares = present(self.shares, groups)
        sums = np.bincount(groups, losses, minlength=len(shares))
        means = sums / np.maximum(np.bincount(groups, minlength=len(shares)), 1)
        return float(shares @ means)

    @cached_property
    def _lanes(self) -> Lanes:
        return validation_lanes(self.pieces, self.window, ROWS, MOST_WINDOWS * self.window)

    @cached_property
    def _part(self) -> np.ndarray:
        """Of each counted step the place of its position in `POSITIONS`."""
        notes = steps_in_piece(self.pieces, self._lanes)[self._lanes.counted] / self.symbols_per_note
        part: np.ndarray = np.digitize(notes, POSITIONS[1:])
        return part
