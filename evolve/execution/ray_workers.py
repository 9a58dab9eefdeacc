"""Trials on Ray's workers: a warm process for each place, the longest trials first, results as each trial ends.

Plain actors rather than Ray Tune (`docs/decisions/warm-workers.md`). The networks and songs travel inside a trial's
last sign of life to the driver, so a cluster needs no shared disk.
"""

import contextlib
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
import ray
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError

from evolve.errors import ExecutionError
from evolve.execution.checkpoints import forget, forget_all
from evolve.execution.contract import TrialObserver, TrialProgress
from evolve.execution.effort import longest_first
from evolve.execution.material import Material
from evolve.execution.ray_cluster import most_memory_mb, places
from evolve.execution.worker import RUN_TRIAL, Alive, Ended, Ready, Worker, last_line
from evolve.genetics.individual import Individual
from evolve.interrupts import interrupts_remembered
from evolve.store.records import TrialResult

ATTEMPTS = 3
"""How often a trial is begun whose worker dies each time, and a worker that dies before it is ready."""

HUNG_ATTEMPTS = 2
"""How often a trial is begun that hangs each time: a second time, in case it was the machine's fault."""

START_LIMIT_S = 300.0
"""How long a worker may take until it has imported everything; busy machines take a minute."""

GROWTH_MB = 1_000
"""A worker that holds so much more after a trial than after its first one gives its place to a fresh process."""

_LOOK_ROUND_S = 5.0
"""How often the cluster is asked whether it holds more workers now."""

_WAIT_S = 1.0
"""How long signs of life are waited for before Ctrl-C and the cluster are looked at."""

_SAME_S = 2.0


class RayRunner:
    """A `TrialRunner` on the Ray that this process is connected to; its workers stay warm from one run to the next."""

    def __init__(
        self,
        resources: dict[str, float],
        trial: str = RUN_TRIAL,
        *,
        memory_gb: float | None = None,
        checkpoints: Path | None = None,
        is_our_own: bool = False,
    ) -> None:
        """Trials take these resources each.

        Args:
            resources: Amounts of ``CPU`` and ``GPU``.
            trial: What a worker runs, as ``module:function`` with the signature of `evolve.execution.trial.run_trial`.
            memory_gb: The most memory that a worker may hold; None: its share of the machine.
            checkpoints: The folder of the run's half-trained networks, which this process and all workers see under the
                same path; None keeps none.
            is_our_own: Whether Ray was started by this process, so that all workers are on this machine.
        """
        self._resources, self._trial, self._memory_gb = resources, trial, memory_gb
        self._checkpoints, self._is_our_own = checkpoints, is_our_own
        self._places: list[_Place] = []
        self._failed_starts = 0
        self._room, self._looked_at = 1, -_LOOK_ROUND_S

    def open_places(self, trials: int) -> None:
        """Start workers for so many trials, as many as fit side by side; returns at once."""
        if time.monotonic() - self._looked_at >= _LOOK_ROUND_S:
            self._room, self._looked_at = places(self._resources), time.monotonic()
        for _ in range(min(self._room, trials) - len(self._places)):
            actor = ray.remote(num_cpus=self._resources["CPU"], num_gpus=self._resources["GPU"])(Worker)
            most_mb = most_memory_mb(self._resources, self._memory_gb)
            worker = actor.remote(self._trial, most_mb, checkpoints=self._checkpoints)
            self._places.append(_Place(worker, worker.is_ready.remote()))

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        waiting, limit_s = deque(longest_first(individuals, material)), material.config.hang_limit
        round_ = _Round(waiting, ray.put(material), observer, Counter(), limit_s, self._checkpoints)
        for place in self._places:
            if place.is_idle:  # it may have died since: asked now, no trial is lost with it
                place.sign, place.silent_s = place.worker.is_ready.remote(), 0.0
        try:
            with interrupts_remembered() as stop_if_asked:
                while round_.waiting or any(place.individual for place in self._places):
                    self.open_places(len(round_.waiting) + sum(place.individual is not None for place in self._places))
                    self._hand_out(round_)
                    self._listen(round_)
                    self._give_up_the_silent(round_)
                    stop_if_asked()
            forget_all(self._checkpoints)
        except BaseException:
            for place in [place for place in self._places if place.individual]:
                self._close(place)
            raise

    def _hand_out(self, round_: "_Round") -> None:
        for place in self._places:
            if place.is_idle and round_.waiting:
                place.individual = individual = round_.waiting.popleft()
                place.sign, place.silent_s = place.worker.run.remote(individual, round_.material), 0.0
                round_.begun[individual.id] += 1
                round_.observer.trial_started(individual.id)

    def _listen(self, round_: "_Round") -> None:
        """Wait for signs of life, for a while, and tell the observer."""
        began = time.monotonic()
        busy = [place for place in self._places if place.sign is not None]
        signs = [place.sign for place in busy]
        if signs:
            ray.wait(signs, num_returns=1, timeout=_WAIT_S)
        heard, _ = ray.wait(signs, num_returns=len(signs), timeout=0) if signs else ([], [])
        # What we slept through ourselves, as when the lid was closed, is nobody's silence.
        waited_s = min(time.monotonic() - began, 2 * _WAIT_S)
        for place in busy:
            place.silent_s += waited_s
        for place in [place for place in busy if any(place.sign is sign for sign in heard)]:
            try:
                said = ray.get(place.sign if place.individual is None else next(place.sign))
            except RayError as error:
                self._lost(place, error, round_)
            else:
                self._understand(place, said, round_)

    def _understand(self, place: "_Place", said: object, round_: "_Round") -> None:
        place.silent_s = said.silent_s if isinstance(said, Alive) else 0.0
        if isinstance(said, TrialProgress):
            round_.observer.trial_progressed(said)
        elif isinstance(said, Ended):
            place.individual = place.sign = None
            place.first_mb = place.first_mb or said.memory_mb
            if said.is_spent or said.memory_mb > place.first_mb + GROWTH_MB:
                self._close(place)
            round_.finish(said.result)
        elif isinstance(said, Ready):
            place.sign, place.ready, self._failed_starts = None, said, 0

    def _lost(self, place: "_Place", error: RayError, round_: "_Round") -> None:
        """Forget a worker that died; its trial is tried again elsewhere, or given up."""
        individual = place.individual
        self._close(place)
        if individual is None:
            self._failed_starts += place.ready is None
            if self._failed_starts >= ATTEMPTS or getattr(error, "actor_init_failed", False):
                raise ExecutionError(f"no worker can start: {last_line(error)}") from error
        elif isinstance(error, RayTaskError):  # not its genome's fault: it does not understand what it is sent
            round_.give_up(individual, f"its worker failed: {last_line(error)}")
        else:
            out_of_memory = isinstance(error, OutOfMemoryError)
            round_.try_again(individual, "ran out of memory" if out_of_memory else "died or was killed", ATTEMPTS)

    def _give_up_the_silent(self, round_: "_Round") -> None:
        """End the workers that have been silent for too long: a hung trial, a stopped process, a node cut off."""
        for place in [place for place in self._places if place.individual and place.silent_s > round_.hang_limit_s]:
            self._close(place)
            why = f"gave no sign of life for {round_.hang_limit_s:g} s"
            round_.try_again(cast("Individual", place.individual), why, HUNG_ATTEMPTS)
        if any(place.individual for place in self._places):
            return  # who is not ready may be waiting for its turn
        for place in [place for place in self._places if place.silent_s > START_LIMIT_S]:
            self._close(place)
            self._failed_starts += 1
            if self._failed_starts >= ATTEMPTS:
                raise ExecutionError(f"no worker can start: none was ready within {START_LIMIT_S:g} s")

    def _close(self, place: "_Place") -> None:
        self._places.remove(place)
        ray.kill(place.worker)
        if self._is_our_own and place.ready is not None:
            _kill(place.ready)  # Ray only asks it to end, which a stopped process does not hear


@dataclass(slots=True, eq=False)
class _Place:
    """A worker, and what it does.

    Attributes:
        worker: Ray's handle.
        sign: What it will say next; None while it is idle.
        individual: Whose trial it runs; None while it starts or is idle.
        ready: What it said when it was ready; None before, so that its death is a failed start.
        first_mb: Memory that it held after its first trial; None before.
        silent_s: For how long its trial, or all of it, has given no sign.
    """

    worker: Any
    sign: Any
    individual: Individual | None = None
    ready: Ready | None = None
    first_mb: float | None = None
    silent_s: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it could begin a trial now."""
        return self.sign is None


def _kill(worker: Ready) -> None:
    """End the very process that a worker of this machine was."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(worker.pid)
        # Two processes tell the time at which a third began up to a second differently.
        if abs(process.create_time() - worker.began_at) < _SAME_S:
            process.kill()


@dataclass(slots=True)
class _Round:
    """One call of `RayRunner.run`: who waits, how often each was begun, who is told, what limits and helps a trial."""

    waiting: deque[Individual]
    material: Any
    observer: TrialObserver
    begun: Counter[str]
    hang_limit_s: float
    checkpoints: Path | None

    def try_again(self, individual: Individual, why: str, attempts: int) -> None:
        """Put an individual first in line whose process was lost, unless that happened so many times already."""
        begun = self.begun[individual.id]
        if begun >= attempts:
            self.give_up(individual, f"its process {why} {begun} times")
            return
        if begun == ATTEMPTS - 1:  # should it be the checkpoint that ends each process, the last attempt does without
            forget(self.checkpoints, individual.id)
        self.waiting.appendleft(individual)
        self.observer.trial_lost(individual.id, f"its process {why}")

    def give_up(self, individual: Individual, why: str) -> None:
        """Record that an individual has failed."""
        self.finish(TrialResult(individual.id, failure=why))

    def finish(self, result: TrialResult) -> None:
        """Tell what came of a trial; once it is recorded, what was kept of its training is of no use."""
        self.observer.trial_finished(result)
        forget(self.checkpoints, result.individual_id)
