"""The validation loss: how well a network predicts whole held-out pieces, read as it composes; a training's history."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from evolve.network.diet import present
from evolve.network.windows import Batch, Lanes, Pieces, steps_in_piece, validation_lanes

StoppedBy = Literal["epochs", "seconds", "patience", "rung"]


@dataclass(frozen=True, slots=True)
class EpochReport:
    """One epoch that has ended.

    Attributes:
        epoch: From 1.
        epochs: How many there may be.
        training_loss: Mean of the training targets, in bits a note over all attributes, dropout at work.
        validation_loss: The same of whole held-out pieces with the state carried along, without dropout.
        seconds_left: An estimate of what training may still take; 0 when it has ended.
        by_position: `validation_loss` by where in a piece, from so many notes on.
    """

    epoch: int
    epochs: int
    training_loss: float
    validation_loss: float
    seconds_left: float
    by_position: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingHistory:
    """How a training went.

    Attributes:
        epochs: In order; the last may have been cut short by the clock.
        best_epoch: The one whose weights the network has now, from 1.
        best_validation_loss: Its validation loss in bits a note.
        training_s: How long it took, without the time between a lost process, or a pause, and the first step of the
            process that went on.
        first_step_s: How much of that was over when the first training step was done, compilation included.
        stopped_by: What ended it; at a rung it has only paused.
        earlier_s: How much of it was spent in processes that were lost, or until it paused.
    """

    epochs: tuple[EpochReport, ...]
    best_epoch: int
    best_validation_loss: float
    training_s: float
    first_step_s: float
    stopped_by: StoppedBy
    earlier_s: float = 0.0

    @property
    def best(self) -> EpochReport:
        """The epoch whose weights the network has now."""
        return self.epochs[self.best_epoch - 1]


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
        diet_loss: The same with each group of pieces weighing its share of the network's diet: what tells when to stop
            and which weights are best. Without a diet the same as `bits`.
        by_position: `bits` by position, of the positions that pieces have.
    """

    bits: float
    diet_loss: float
    by_position: Positions


@dataclass(frozen=True)
class Validation:
    """What a network is measured with.

    Attributes:
        pieces: The held-out pieces.
        window: Steps read at once.
        tokens_per_note: Predicted steps of a note: bits are told by the note.
        shares: Of each group of pieces, in the diet; none where there is no diet.
    """

    pieces: Pieces
    window: int
    tokens_per_note: float = 1.0
    shares: tuple[float, ...] = ()

    def batches(self) -> Iterator[Batch]:
        """What is to be read, in order."""
        return self._lanes.batches(self.pieces)

    def measured(self, nats: Sequence[np.ndarray]) -> Measured:
        """What the losses say.

        Args:
            nats: The loss of every step of all batches in order, float32 [.., batch, window] together.
        """
        losses = np.concatenate(nats)[self._lanes.counted].astype(np.float64) * self.tokens_per_note / math.log(2)
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
        notes = steps_in_piece(self.pieces, self._lanes)[self._lanes.counted] / self.tokens_per_note
        part: np.ndarray = np.digitize(notes, POSITIONS[1:])
        return part
