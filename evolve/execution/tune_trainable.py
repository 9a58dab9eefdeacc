"""What Ray Tune runs: a worker of ours as one of its trainables. It knows what Tune asks, and nothing of the driver."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ray import tune
from ray.tune.result import DONE, TRAINING_ITERATION

from evolve.execution.run_material import RunMaterial
from evolve.execution.worker import BEAT_S, Ended, Worker
from evolve.presentation import number
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.records.run import TrialResult

INDIVIDUAL: Final = "evolve_individual"
"""The entry of a trial's configuration that names the individual; the others are its genes."""

SAID: Final = "evolve_said"
"""The entry of a result that carries what the worker says; the driver takes it out before anybody else sees it."""

_PAUSED_AT: Final = "paused-at.json"

_PATIENCE_S = 30.0
"""How long a trial that was stopped early may take to its next heartbeat, before its process ends with it."""


@dataclass(frozen=True, slots=True)
class TuneWork:
    """What all trials of a generation work from.

    Attributes:
        individuals: Whose trials they are, by id.
        material: The run's.
        trial: What is run, as ``module:function``.
        most_mb: Memory that a worker's process may hold.
        gpus: GPUs that it may use, or its share of one; 0: none; None: whatever there is.
        checkpoints: The folder of half-trained networks; None keeps none.
    """

    individuals: Mapping[str, Individual]
    material: RunMaterial
    trial: str
    most_mb: float
    gpus: float | None
    checkpoints: Path | None


class Parcel:
    """Something that Tune carries and does not look into: it writes results into its log."""

    def __init__(self, content: object) -> None:
        """Carry this."""
        self.content = content

    def __repr__(self) -> str:
        return "Parcel"


class EvolveTrainable(tune.Trainable):  # type: ignore[misc]  # Ray has no types
    """Trials of a run, one after the other in one process: each step is a heartbeat that says something new."""

    def setup(self, config: dict[str, Any], work: TuneWork) -> None:
        """Import what trials need, and begin the first."""
        self._epoch = 0
        self._loss: float | None = None
        self._work = work
        self._worker = Worker(
            work.trial, work.most_mb, work.gpus, checkpoints=work.checkpoints, domain=work.material.domain
        )
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin another trial in this process, once the one before has ended."""
        if not self._worker.abandon(_PATIENCE_S):
            os._exit(1)  # Tune begins the trial again, in another process
        self._begin(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Wait for the next heartbeat that says something new."""
        said = self._next()
        if isinstance(said, Progress):
            self._is_at = _moment(said)
            if said.loss is not None and said.epoch >= self._epoch:
                self._epoch, self._loss = said.epoch, said.loss
        is_over = isinstance(said, Ended)
        told: dict[str, Any] = _numbers(said.result) if isinstance(said, Ended) else {}
        told |= {SAID: Parcel(said), DONE: is_over, TRAINING_ITERATION: self._epoch, "epoch": self._epoch}
        return told if self._loss is None else {**told, "loss": self._loss}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """How far a trial was that its scheduler has pause; what it has learned is kept by itself, now and then."""
        Path(checkpoint_dir, _PAUSED_AT).write_text(json.dumps([self._epoch, self._loss]))

    def load_checkpoint(self, checkpoint: str) -> None:
        """Go on from there: epochs that are trained again are not told again."""
        self._epoch, self._loss = json.loads(Path(checkpoint, _PAUSED_AT).read_text())

    def _begin(self, config: Mapping[str, Any]) -> None:
        individual = self._work.individuals[config[INDIVIDUAL]]
        self._epoch, self._is_at = 0, ("", 0)
        self._loss = None
        self._said = self._heartbeats(individual)

    def _heartbeats(self, individual: Individual) -> Iterator[object]:
        yield self._worker.is_ready()
        yield from self._worker.run(individual, self._work.material)

    def _next(self) -> object:
        """What is said next, without what only says again that the trial goes on."""
        began = time.monotonic()
        for said in self._said:
            is_news = not isinstance(said, Progress) or _moment(said) != self._is_at
            if is_news or time.monotonic() - began >= BEAT_S:
                return said
        raise RuntimeError("the trial has ended already")


def _moment(progress: Progress) -> tuple[str, int]:
    return progress.phase, progress.epoch


def _numbers(result: TrialResult) -> dict[str, float]:
    """The metrics that are numbers: what Tune's tables and trackers can show."""
    named = {name: number(result.metrics, name) for name in result.metrics}
    return {name: value for name, value in named.items() if value is not None}
