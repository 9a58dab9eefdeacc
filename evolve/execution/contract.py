"""What running trials means, wherever they run: on Ray, on a cluster that is got for them, in the process at hand."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from evolve.records.events import EventHandler
from evolve.records.individual import Individual

if TYPE_CHECKING:
    from evolve.execution.run_material import RunMaterial


class TrialRunner(Protocol):
    """Runs trials until each has ended; lost ones are tried again, and given up as failures in the end."""

    def run(self, individuals: Sequence[Individual], material: "RunMaterial", listener: EventHandler) -> None:
        """Run one trial for each individual, as many at once as the machine holds.

        Args:
            individuals: Whose trials are missing.
            material: What they work from.
            listener: Is told in this process, one event at a time: who has `STARTED`, `PROGRESSED`, was `LOST` or has
                `FINISHED`, and when the `CAPACITY` changes.

        Raises:
            ExecutionError: The machine or the cluster cannot run them at all.
            KeyboardInterrupt: The user stopped it; what had ended was told to the listener.
        """


class Execution(Protocol):
    """A place where trials run; entered for a generation, left while people listen."""

    def get_ready(self, trials: int) -> None:
        """Begin to start up for so many trials that will soon be run, as far as that pays; returns at once."""

    def __call__(self) -> AbstractContextManager[TrialRunner]:
        """Start the place up if need be, and leave it afterwards."""
