"""Trials one after another in this process: for scripts, for tests, and for looking at a trial with a debugger."""

import contextlib
from collections.abc import Iterator, Sequence

from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.individual import Individual


class InProcessRunner:
    """A `TrialRunner` without workers."""

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:  # noqa: D102
        material.domain.open().warm_up(None)
        for individual in individuals:
            name = individual.id

            def tell(progress: Progress, name: str = name) -> None:
                listener(Event(EventKind.PROGRESSED, name, progress=progress))

            listener(Event(EventKind.STARTED, name))
            result = run_trial(individual, material, tell)
            listener(Event(EventKind.FINISHED, name, result=result))


class InProcessExecution:
    """An `Execution` in this process."""

    def get_ready(self, trials: int) -> None:
        """There is nothing to start."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator[InProcessRunner]:  # noqa: D102
        yield InProcessRunner()
