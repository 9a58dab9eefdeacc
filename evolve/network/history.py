"""How a training went, epoch by epoch."""

from dataclasses import dataclass
from typing import Literal

StoppedBy = Literal["epochs", "seconds", "patience"]


@dataclass(frozen=True, slots=True)
class EpochReport:
    """One epoch that has ended.

    Attributes:
        epoch: From 1.
        epochs: How many there may be.
        loss_bits: Mean of the training targets, in bits a note over all attributes, dropout at work.
        held_out_bits: The same of whole held-out pieces with the state carried along, without dropout.
        seconds_left: An estimate of what training may still take; 0 when it has ended.
        by_position: `held_out_bits` by where in a piece, from so many notes on.
    """

    epoch: int
    epochs: int
    loss_bits: float
    held_out_bits: float
    seconds_left: float
    by_position: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingHistory:
    """How a training went.

    Attributes:
        epochs: In order; the last may have been cut short by the clock.
        best_epoch: The one whose weights the network has now, from 1.
        best_held_out_bits: Its held-out bits a note.
        training_s: How long it took, without the time between a lost process and the one that went on.
        first_step_s: How much of that was over when the first training step was done, compilation included.
        stopped_by: What ended it.
        earlier_s: How much of it was spent in processes that were lost.
    """

    epochs: tuple[EpochReport, ...]
    best_epoch: int
    best_held_out_bits: float
    training_s: float
    first_step_s: float
    stopped_by: StoppedBy
    earlier_s: float = 0.0

    @property
    def best(self) -> EpochReport:
        """The epoch whose weights the network has now."""
        return self.epochs[self.best_epoch - 1]
