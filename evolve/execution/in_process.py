"""Trials one after another in this process: for tests, and for looking at a trial with a debugger."""

import contextlib
from collections.abc import Iterator, Sequence

from evolve.execution.contract import TrialObserver
from evolve.execution.material import Material
from evolve.execution.trial import run_trial
from evolve.genetics.individual import Individual


class InProcessRunner:
    """A `TrialRunner` without workers."""

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        for individual in individuals:
            observer.trial_started(individual.id)
            observer.trial_finished(run_trial(individual, material, observer.trial_progressed))


class InProcessExecution:
    """An `Execution` in this process."""

    def get_ready(self, trials: int) -> None:
        """There is nothing to start."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator[InProcessRunner]:
        """See `Execution`."""
        yield InProcessRunner()
