"""A worker's own side: a process that keeps TensorFlow warm, runs one trial after the other, and tells that it lives.

It knows nothing of Ray; what it says is understood in `evolve.execution.ray_workers`.
"""

import contextlib
import os
import pkgutil
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from evolve.environment import isolate
from evolve.errors import last_line
from evolve.execution.gpu_card import card_mb
from evolve.execution.ray_variables import OF_WORKERS
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.network.process_memory import GpuShare, hold_to
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.records.run import TrialResult

RunTrial = Callable[[Individual, RunMaterial, Callable[[Progress], None], Path | None], TrialResult]

RUN_TRIAL = "evolve.execution.trial:run_trial"
"""The trial of a run's domain."""

BEAT_S = 5.0
"""How often a worker says how long its trial has been silent."""

_LOOK_S = 0.5
"""How often it looks at the memory that it holds."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything is imported.

    Attributes:
        pid: Of the worker's process.
        began_at: When that process began, since numbers are given again.
    """

    pid: int
    began_at: float


@dataclass(frozen=True, slots=True)
class Alive:
    """The process lives, and its trial has given no heartbeat for so many seconds."""

    unresponsive_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The last that a worker says of a trial.

    Attributes:
        result: What it made.
        memory_mb: What the process holds now.
        is_spent: Whether the trial still runs, or has left the process unfit for another.
    """

    result: TrialResult
    memory_mb: float
    is_spent: bool = False


class Worker:
    """Runs trials, each with its own thread, while the thread that was called watches over it."""

    def __init__(
        self,
        trial: str,
        most_mb: float,
        gpus: float | None = None,
        *,
        checkpoints: Path | None = None,
        domain: DomainSource | None = None,
    ) -> None:
        """Import what trials need.

        Args:
            trial: ``module:function`` with the signature of `evolve.execution.trial.run_trial`.
            most_mb: Memory that the process may hold; a trial that takes more fails, before others have to suffer.
            gpus: GPUs that it may use; a share of one is held to that share of the GPU's memory, where that can be
                told; 0: none; None: whatever there is.
            checkpoints: The folder of half-trained networks; None keeps none.
            domain: Whose trials will come; None: it gets warm with the first.
        """
        isolate(OF_WORKERS)
        hold_to(gpus, _share_of(gpus))
        self._run_trial: RunTrial = pkgutil.resolve_name(trial)
        self._most_mb, self._gpus, self._checkpoints = most_mb, gpus, checkpoints
        self._is_warm = trial != RUN_TRIAL  # any other trial imports what it needs itself
        self._running: _Running | None = None
        if domain is not None and not self._is_warm:
            self._warm_up(domain)

    def is_ready(self) -> Ready:
        """That everything is imported, and by whom."""
        return Ready(os.getpid(), psutil.Process().create_time())

    def _warm_up(self, domain: DomainSource) -> None:
        card = card_mb() if self._gpus is not None and 0 < self._gpus < 1 else None
        domain.open().warm_up(self._gpus, card)
        self._is_warm = True

    def run(self, individual: Individual, material: RunMaterial) -> Iterator[object]:
        """A trial's heartbeats, each as it comes, a beat in between, and in the end its result."""
        if not self._is_warm:
            self._warm_up(material.domain)
        trial = self._running = _Running(self._run_trial, individual, material, self._checkpoints)
        beaten = looked = time.monotonic()
        heartbeat: object = None
        while not isinstance(heartbeat, Ended):
            heartbeat, now = trial.next_heartbeat(_LOOK_S), time.monotonic()
            if now - looked >= _LOOK_S and not isinstance(heartbeat, Ended):
                looked = now
                heartbeat = self._verdict_on_memory(individual) or heartbeat
            if heartbeat is None and now - beaten >= BEAT_S:
                beaten = now
                heartbeat = Alive(trial.unresponsive_s)
            if heartbeat is not None:
                yield heartbeat

    def abandon(self, patience_s: float) -> bool:
        """Have the trial end that was begun last, if it still runs; nobody is told what came of it.

        Returns:
            Whether it has ended within so many seconds.
        """
        return self._running is None or self._running.abandon(patience_s)

    def _verdict_on_memory(self, individual: Individual) -> Ended | None:
        """That the trial must end, if the process holds more than it may."""
        held_mb = _memory_mb()
        if held_mb <= self._most_mb:
            return None
        failure = (
            f"it took {held_mb / 1000:.1f} GB of memory, more than the {self._most_mb / 1000:.1f} GB that a trial may "
            f"have here (memory_per_trial)"
        )
        return Ended(TrialResult(individual.id, failure=failure), held_mb, is_spent=True)


def _share_of(gpus: float | None) -> GpuShare | None:
    """What a worker is held to that has only a part of a GPU."""
    card = card_mb() if gpus is not None and 0 < gpus < 1 else None
    return None if gpus is None or card is None else GpuShare(gpus, card)


class Abandoned(BaseException):
    """Raised in a trial whose heartbeats nobody waits for any more; no trial takes it for a failure of its own."""


class _Running:
    """One trial on a thread of its own; its heartbeats are read by another."""

    def __init__(
        self, run_trial: RunTrial, individual: Individual, material: RunMaterial, checkpoints: Path | None
    ) -> None:
        self._heartbeats: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._last: Progress | None = None
        self._heard_at = time.monotonic()
        self._is_abandoned = False
        self._thread = threading.Thread(
            target=self._run, args=(run_trial, individual, material, checkpoints), daemon=True
        )
        self._thread.start()

    @property
    def unresponsive_s(self) -> float:
        """Since the trial's last heartbeat, new or not."""
        return time.monotonic() - self._heard_at

    def abandon(self, patience_s: float) -> bool:
        """Have it end at its next heartbeat; whether it has, within so many seconds."""
        self._is_abandoned = True
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def next_heartbeat(self, timeout_s: float) -> object | None:
        """The next heartbeat that says something new, or None when there is none in time."""
        try:
            return self._heartbeats.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _run(
        self, run_trial: RunTrial, individual: Individual, material: RunMaterial, checkpoints: Path | None
    ) -> None:
        try:
            with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):  # nobody would read it
                result = run_trial(individual, material, self._hear, checkpoints)
        except BaseException as error:  # a library may even try to end the process
            result = TrialResult(individual.id, failure=f"{type(error).__name__}: {last_line(error)}")
        self._heartbeats.put(Ended(result, _memory_mb()))

    def _hear(self, progress: Progress) -> None:
        if self._is_abandoned:
            raise Abandoned
        self._heard_at = time.monotonic()
        # That a trial gets ready follows from its start; and most heartbeats only repeat the one before.
        if progress not in (self._last, Progress("starting")):
            self._heartbeats.put(progress)
        self._last = progress


def _memory_mb() -> float:
    held: float = psutil.Process().memory_info().rss / 1e6
    return held
