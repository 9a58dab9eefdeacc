"""Trials on Ray's workers: a warm process for each place, the longest trials first, results as each trial ends.

Plain actors rather than Ray Tune (`docs/decisions/warm-workers.md`). The networks and songs travel inside a trial's
last sign of life to the driver, so a cluster needs no shared disk.
"""

import pkgutil
import queue
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
import ray
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError

from evolve.errors import ExecutionError
from evolve.execution.contract import Phase, TrialObserver, TrialProgress
from evolve.execution.effort import longest_first
from evolve.execution.interrupts import interrupts_remembered
from evolve.execution.material import Material
from evolve.execution.ray_cluster import places
from evolve.genetics.individual import Individual
from evolve.store.records import TrialResult

RunTrial = Callable[[Individual, Material, Callable[[TrialProgress], None]], TrialResult]

RUN_TRIAL = "evolve.execution.trial:run_trial"
"""The trial of networks that write music; it imports TensorFlow, which only workers need."""

ATTEMPTS = 3
"""How often a trial is begun whose worker dies each time, and a worker that dies before it is ready."""

GROWTH_MB = 1_000
"""A worker that holds so much more after a trial than after its first one gives its place to a fresh process."""

_LOOK_ROUND_S = 5.0
"""How often the cluster is asked whether it holds more workers now."""

_WAIT_S = 1.0
"""How long signs of life are waited for before Ctrl-C and the cluster are looked at."""

_UNUSED = ("matplotlib", "pandas")
"""Libraries that Keras imports where it finds them and no trial uses: 2 of the 9 CPU-seconds of its import."""


class RayRunner:
    """A `TrialRunner` on the Ray that this process is connected to; its workers stay warm from one run to the next."""

    def __init__(self, resources: dict[str, float], trial: str = RUN_TRIAL) -> None:
        """Trials take these resources each.

        Args:
            resources: Amounts of ``CPU`` and ``GPU``.
            trial: What a worker runs, as ``module:function`` with the signature of `evolve.execution.trial.run_trial`.
        """
        self._resources, self._trial = resources, trial
        self._places: list[_Place] = []
        self._failed_starts = 0
        self._room, self._looked_at = 1, -_LOOK_ROUND_S

    def open_places(self, trials: int) -> None:
        """Start workers for so many trials, as many as fit side by side; returns at once."""
        if time.monotonic() - self._looked_at >= _LOOK_ROUND_S:
            self._room, self._looked_at = places(self._resources), time.monotonic()
        for _ in range(min(self._room, trials) - len(self._places)):
            actor = ray.remote(num_cpus=self._resources["CPU"], num_gpus=self._resources["GPU"])(_Worker)
            worker = actor.remote(self._trial)
            self._places.append(_Place(worker, worker.is_ready.remote()))

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        round_ = _Round(deque(longest_first(individuals, material)), ray.put(material), observer, Counter())
        for place in self._places:
            if place.is_idle:  # it may have died since: asked now, no trial is lost with it
                place.sign = place.worker.is_ready.remote()
        try:
            with interrupts_remembered() as stop_if_pressed:
                while round_.waiting or any(place.individual for place in self._places):
                    self.open_places(len(round_.waiting) + sum(place.individual is not None for place in self._places))
                    self._hand_out(round_)
                    self._listen(round_)
                    stop_if_pressed()
        except BaseException:
            for place in [place for place in self._places if place.individual]:
                self._close(place)
            raise

    def _hand_out(self, round_: "_Round") -> None:
        for place in self._places:
            if place.is_idle and round_.waiting:
                place.individual = individual = round_.waiting.popleft()
                place.sign = place.worker.run.remote(individual, round_.material)
                round_.begun[individual.id] += 1
                round_.observer.trial_started(individual.id)

    def _listen(self, round_: "_Round") -> None:
        """Wait for signs of life, for a while, and tell the observer."""
        signs = [place.sign for place in self._places if place.sign is not None]
        heard, _ = ray.wait(signs, num_returns=1, timeout=_WAIT_S) if signs else ([], [])
        for place in [place for place in self._places if any(place.sign is sign for sign in heard)]:
            try:
                said = ray.get(place.sign if place.individual is None else next(place.sign))
            except RayError as error:
                self._lost(place, error, round_)
            else:
                self._understand(place, said, round_.observer)

    def _understand(self, place: "_Place", said: object, observer: TrialObserver) -> None:
        if isinstance(said, TrialProgress):
            observer.trial_progressed(said)
        elif isinstance(said, _Ended):
            place.individual = place.sign = None
            place.first_mb = place.first_mb or said.memory_mb
            if said.memory_mb > place.first_mb + GROWTH_MB:
                self._close(place)
            observer.trial_finished(said.result)
        else:
            place.sign, place.was_ready, self._failed_starts = None, True, 0

    def _lost(self, place: "_Place", error: RayError, round_: "_Round") -> None:
        """Forget a worker that died; its trial is tried again elsewhere, or given up."""
        individual = place.individual
        self._close(place)
        if individual is None:
            self._failed_starts += not place.was_ready
            if self._failed_starts >= ATTEMPTS or getattr(error, "actor_init_failed", False):
                raise ExecutionError(f"no worker can start: {_last_line(error)}") from error
        elif round_.begun[individual.id] < ATTEMPTS and not isinstance(error, RayTaskError):
            round_.waiting.appendleft(individual)
        else:
            round_.observer.trial_finished(TrialResult(individual.id, failure=_reason(error)))

    def _close(self, place: "_Place") -> None:
        self._places.remove(place)
        ray.kill(place.worker)


@dataclass(slots=True, eq=False)
class _Place:
    """A worker, and what it does.

    Attributes:
        worker: Ray's handle.
        sign: What it will say next; None while it is idle.
        individual: Whose trial it runs; None while it starts or is idle.
        was_ready: Whether it ever was, so that its death is no failed start.
        first_mb: Memory that it held after its first trial; None before.
    """

    worker: Any
    sign: Any
    individual: Individual | None = None
    was_ready: bool = False
    first_mb: float | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it could begin a trial now."""
        return self.sign is None


@dataclass(frozen=True, slots=True)
class _Round:
    """One call of `RayRunner.run`: who waits, how often each was begun, and who is told."""

    waiting: deque[Individual]
    material: Any
    observer: TrialObserver
    begun: Counter[str]


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last that a worker says of a trial."""

    result: TrialResult
    memory_mb: float


class _Worker:
    """A process that keeps TensorFlow warm from trial to trial."""

    def __init__(self, trial: str) -> None:
        self._run_trial = _resolve(trial)

    def is_ready(self) -> bool:
        """True, once everything is imported."""
        return True

    def run(self, individual: Individual, material: Material) -> Iterator[object]:
        """A trial's signs of life, each as it comes, and in the end its result."""
        signs: queue.SimpleQueue[object] = queue.SimpleQueue()
        threading.Thread(target=_run, args=(self._run_trial, individual, material, signs), daemon=True).start()
        while True:
            yield (sign := signs.get())
            if isinstance(sign, _Ended):
                return


def _run(run_trial: RunTrial, individual: Individual, material: Material, signs: "queue.SimpleQueue[object]") -> None:
    """A trial whose signs of life are put into a queue, the last of them whatever happens."""

    def report(progress: TrialProgress) -> None:
        if progress.phase is not Phase.BUILDING:  # that a trial builds its network follows from its start
            signs.put(progress)

    try:
        result = run_trial(individual, material, report)
    except BaseException as error:  # a library may even try to end the process
        result = TrialResult(individual.id, failure=f"{type(error).__name__}: {_last_line(error)}")
    signs.put(_Ended(result, psutil.Process().memory_info().rss / 1e6))


def _resolve(trial: str) -> RunTrial:
    """The function of this name, imported without what Keras imports in vain."""
    hidden = [name for name in _UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python then says that there is no such library
    try:
        run_trial: RunTrial = pkgutil.resolve_name(trial)
    finally:
        for name in hidden:
            del sys.modules[name]
    return run_trial


def _reason(error: RayError) -> str:
    """Why a trial was given up."""
    if isinstance(error, RayTaskError):  # not its genome's fault: a worker that does not understand what it is sent
        return f"its worker failed: {_last_line(error)}"
    if isinstance(error, OutOfMemoryError):
        return f"its process ran out of memory {ATTEMPTS} times"
    return f"its process died {ATTEMPTS} times: out of memory, killed, or silent for too long"


def _last_line(error: BaseException) -> str:
    """What went wrong, without the traceback before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
