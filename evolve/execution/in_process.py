"""Trials one after another in this process: for scripts, for tests, and for looking at a trial with a debugger."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from evolve.execution.checkpoints import forget, forget_all
from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.individual import Individual


class InProcessRunner:
    """A `TrialRunner` without workers."""

    def __init__(self, checkpoints: Path | None = None) -> None:
        """Keep half-trained networks in this folder; None keeps none."""
        self._checkpoints = checkpoints

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:  # noqa: D102
        material.domain.open().warm_up(None)
        for individual in individuals:
            name = individual.id

            def tell(progress: Progress, name: str = name) -> None:
                listener(Event(EventKind.PROGRESSED, name, progress=progress))

            listener(Event(EventKind.STARTED, name))
            result = run_trial(individual, material, tell, self._checkpoints)
            listener(Event(EventKind.FINISHED, name, result=result))
            if not result.is_paused:
                forget(self._checkpoints, name)
        if material.rung == 1:
            forget_all(self._checkpoints)


class InProcessExecution:
    """An `Execution` in this process."""

    def __init__(self, checkpoints: Path | None = None) -> None:
        """Keep half-trained networks in this folder; None keeps none."""
        self._checkpoints = checkpoints

    def get_ready(self, trials: int) -> None:
        """There is nothing to start."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator[InProcessRunner]:  # noqa: D102
        yield InProcessRunner(self._checkpoints)
