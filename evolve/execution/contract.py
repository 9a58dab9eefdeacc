"""What running trials means, wherever they run: the same for Ray and for the process at hand."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from evolve.genetics.individual import Individual
from evolve.store.records import TrialResult

if TYPE_CHECKING:  # it brings the music libraries, which whoever only watches trials does not need
    from evolve.execution.material import Material


class Phase(StrEnum):
    """What a trial is doing."""

    BUILDING = "building"
    TRAINING = "training"
    COMPOSING = "composing"


@dataclass(frozen=True, slots=True)
class TrialProgress:
    """A sign of life from a trial.

    Attributes:
        individual_id: Whose trial it is.
        phase: What it is doing.
        epoch: Epochs done.
        epochs: Epochs at most.
        held_out_bits: Loss on held-out pieces, bits a note; None before the first epoch ends.
        seconds_left: Until the trial ends at the latest; None when it cannot be told.
    """

    individual_id: str
    phase: Phase
    epoch: int = 0
    epochs: int = 0
    held_out_bits: float | None = None
    seconds_left: float | None = None


class TrialObserver(Protocol):
    """Whom the trials tell; called in the driver's process, one call at a time."""

    def trial_started(self, individual_id: str) -> None:
        """A trial has begun, or begun again after a lost worker."""

    def trial_lost(self, individual_id: str, reason: str) -> None:
        """A trial was lost for a reason that is not its genome's; it will be begun again."""

    def trial_progressed(self, progress: TrialProgress) -> None:
        """A trial gave a sign of life; it may be the one before, once more."""

    def trial_finished(self, result: TrialResult) -> None:
        """A trial ended, well or not."""

    def place_changed(self, place: str) -> None:
        """What the place where trials run does now, in a few words, such as ``job 4711 is pending: Resources``."""


class TrialRunner(Protocol):
    """Runs trials until each has ended; lost ones are tried again, and given up as failures in the end."""

    def run(self, individuals: Sequence[Individual], material: "Material", observer: TrialObserver) -> None:
        """Run one trial for each individual, as many at once as the machine holds.

        Raises:
            ExecutionError: The machine or the cluster cannot run them at all.
            KeyboardInterrupt: The user stopped it; what had ended was told to the observer.
        """


class Execution(Protocol):
    """A place where trials run; entered for a generation, left while people listen."""

    def get_ready(self, trials: int) -> None:
        """Begin to start up for so many trials that will soon be run, as far as that pays; returns at once."""

    def __call__(self) -> AbstractContextManager[TrialRunner]:
        """Start the place up if need be, and leave it afterwards."""
