"""Trials on Ray Tune: a `Tuner` for each round, for its callbacks, its schedulers and whoever knows its tables.

The run's store is the only truth. What Tune writes lies in a folder of temporary files and ends with the round
(`docs/decisions/ray-tune.md`).
"""

import contextlib
import copy
import logging
import math
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import ray
from ray import tune
from ray.exceptions import OutOfMemoryError, RayActorError

from evolve.errors import ExecutionError, last_line
from evolve.execution.capacity import Capacity
from evolve.execution.checkpoints import forget_all
from evolve.execution.ray_workers import kill_process
from evolve.execution.round import ATTEMPTS, Round
from evolve.execution.run_material import RunMaterial, longest_first
from evolve.execution.slots import Demand, most_memory_mb
from evolve.execution.tune_options import TuneOptions
from evolve.execution.tune_trainable import INDIVIDUAL, SAID, EvolveTrainable, TuneWork
from evolve.execution.worker import RUN_TRIAL, Alive, Ended, Ready
from evolve.interrupts import interrupts_remembered
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.individual import Individual
from evolve.records.run import Json, TrialResult
from evolve.spaces import plain

_VARIABLES: Final = {
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C ends the search, not this generation alone
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # before its first epoch a trial has no loss
    "RAY_AIR_NEW_OUTPUT": "0",  # the board tells how far trials are; Tune's own words would stand in the midst of it
    "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "600",
}

_TUNE_LOG: Final = "ray.tune"

_LONGEST_STEP_S = 2.0
"""Of the time between two looks at the trials; what is longer, as when the lid was closed, is nobody's silence."""


class TuneRunner:
    """A `TrialRunner` on the Ray that this process is connected to; workers begin and end with each round."""

    def __init__(
        self,
        demand: Demand,
        options: TuneOptions,
        trial: str = RUN_TRIAL,
        *,
        memory_gb: float | None = None,
        checkpoints: Path | None = None,
        is_our_own: bool = False,
    ) -> None:
        """Trials take so much each.

        Args:
            demand: Cores and GPUs of a trial.
            options: The user's scheduler and callbacks.
            trial: What a worker runs, as ``module:function`` with the signature of `RunTrial`.
            memory_gb: The most memory that a worker may hold; None: its share of the machine.
            checkpoints: The folder of the run's half-trained networks, which this process and all workers see under the
                same path; None keeps none.
            is_our_own: Whether Ray was started by this process, so that all workers are on this machine.
        """
        self._demand, self._options, self._trial, self._memory_gb = demand, options, trial, memory_gb
        self._checkpoints, self._is_our_own = checkpoints, is_our_own
        self._capacity = Capacity(demand)
        self.is_spent = False
        """Whether an interrupted round may have left workers behind."""

    @property
    def sharing(self) -> str | None:
        """How the trials of the last `run` share GPUs, in words; None where they have whole ones, or none."""
        return self._capacity.sharing

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:  # noqa: D102
        if not individuals:
            return
        costs = material.costs(individuals, self._demand.cpus)
        ordered = longest_first(individuals, costs)
        sizes = [cost.gpu_mb for cost in costs.values()]
        self._capacity.fit(math.inf if None in sizes else max(filter(None, sizes), default=1.0), len(individuals))
        if (sharing := self.sharing) is not None:
            listener(Event(EventKind.CAPACITY, text=sharing))
        layout = self._capacity.layout()
        gpus = 0.0 if layout is None else layout.gpus
        work = TuneWork(
            {one.id: one for one in ordered}, material, self._trial,
            most_memory_mb(self._capacity.nodes, self._demand.cpus, gpus, self._memory_gb),
            None if self._demand.gpus is None and not gpus else gpus, self._checkpoints,
        )  # fmt: skip
        limit_s = float(material.settings["hang_limit"])
        round_ = Round(deque(), None, listener, Counter(), limit_s, frozenset(), self._checkpoints)
        with interrupts_remembered() as stop_if_asked:
            watcher = _Watcher(round_, work.individuals, stop_if_asked, is_our_own=self._is_our_own)
            self._fit(work, gpus, watcher)
        for one in ordered:
            if one.id not in watcher.ended:
                round_.give_up(one, "Ray Tune has ended without it")
        if material.rung == 1:
            forget_all(self._checkpoints)

    def _fit(self, work: TuneWork, gpus: float, watcher: "_Watcher") -> None:
        with tempfile.TemporaryDirectory(prefix="evolve-tune-") as folder, _variables(_VARIABLES), _quiet(_TUNE_LOG):
            resources = {"cpu": self._demand.cpus, "gpu": gpus}
            trainable = tune.with_resources(tune.with_parameters(EvolveTrainable, work=work), resources)
            tuner = tune.Tuner(
                trainable,
                param_space=_configurations(work.individuals),
                tune_config=tune.TuneConfig(
                    scheduler=_scheduler_of(self._options),
                    reuse_actors=True,
                    trial_name_creator=_name_of,
                    trial_dirname_creator=_name_of,
                ),
                run_config=tune.RunConfig(
                    name="trials",
                    storage_path=folder,
                    callbacks=[watcher, *self._options.callbacks],
                    failure_config=tune.FailureConfig(max_failures=ATTEMPTS - 1),
                    verbose=0,
                ),
            )
            try:
                results = tuner.fit()
            except Exception as error:
                if watcher.raised is not None:
                    raise watcher.raised from None
                raise ExecutionError(f"Ray Tune has ended with: {last_line(error)}") from error
            except BaseException:
                self.is_spent = True
                raise
            self._options.rounds.append([result.metrics or {} for result in results])


class _Watcher(tune.Callback):  # type: ignore[misc]  # Ray has no types
    """Tells what happens to Tune's trials in our own words, and ends those that hang."""

    def __init__(
        self,
        round_: Round,
        individuals: Mapping[str, Individual],
        stop_if_asked: Callable[[], None],
        *,
        is_our_own: bool,
    ) -> None:
        self._round, self._individuals, self._stop_if_asked = round_, individuals, stop_if_asked
        self._is_our_own = is_our_own
        self._looked_at = time.monotonic()
        self._unresponsive_s: dict[str, float] = {}
        self._processes: dict[str, Ready] = {}
        self._why: dict[str, str] = {}
        self._has_worked = False
        self.ended: set[str] = set()
        self.raised: BaseException | None = None

    def __getstate__(self) -> dict[str, object]:
        """Nothing: Tune writes its callbacks down so that an experiment can be restored, and the store is the truth."""
        return {}

    def on_trial_start(self, **told: Any) -> None:  # noqa: ANN401 - Ray has no types
        """Tell that a trial begins, or begins again."""
        name = _name_of(told["trial"])
        self._unresponsive_s[name], self._has_worked = 0.0, True
        with self._remembering():
            self._round.listener(Event(EventKind.STARTED, name))

    def on_trial_result(self, **told: Any) -> None:  # noqa: ANN401
        """Tell what a worker says; it is taken out of what Tune writes down and shows to other callbacks."""
        name, said = _name_of(told["trial"]), told["result"].pop(SAID).content
        self._unresponsive_s[name] = said.unresponsive_s if isinstance(said, Alive) else 0.0
        with self._remembering():
            if isinstance(said, Ready):
                self._processes[name] = said
            elif isinstance(said, Progress):
                self._round.listener(Event(EventKind.PROGRESSED, name, progress=said))
            elif isinstance(said, Ended):
                self._end(said.result)

    def on_trial_complete(self, **told: Any) -> None:  # noqa: ANN401
        """Record who was stopped early: a trial that is over without a result."""
        name, last = _name_of(told["trial"]), told["trial"].last_result or {}
        self._unresponsive_s.pop(name, None)
        if name in self.ended:
            return
        metrics: dict[str, Json] = {key: last[key] for key in ("epoch", "loss") if key in last}
        at = f" at a loss of {last['loss']:.4g}" if "loss" in last else ""
        with self._remembering():
            self._end(TrialResult(name, metrics, stopped=f"by Tune's scheduler after epoch {last.get('epoch', 0)}{at}"))

    def on_trial_recover(self, **told: Any) -> None:  # noqa: ANN401
        """Tell that a trial was lost, and begins again."""
        self._lost(told["trial"], told["trial"].num_failures)

    def on_trial_error(self, **told: Any) -> None:  # noqa: ANN401
        """Record that a trial was lost for the last time."""
        self._lost(told["trial"], ATTEMPTS)
        self.ended.add(_name_of(told["trial"]))

    def on_step_end(self, **told: Any) -> None:  # noqa: ANN401
        """Look for trials that hang, and whether the user wants to stop."""
        now = time.monotonic()
        waited_s, self._looked_at = min(now - self._looked_at, _LONGEST_STEP_S), now
        running = {_name_of(one): one for one in told["trials"] if one.status == "RUNNING"}
        for name, trial in running.items():
            self._unresponsive_s[name] = self._unresponsive_s.get(name, 0.0) + waited_s
            if self._unresponsive_s[name] > self._round.hang_limit_s:
                self._kill(name, trial)
        with self._remembering():
            self._stop_if_asked()

    def _kill(self, name: str, trial: Any) -> None:  # noqa: ANN401 - Ray has no types
        """End a process that has been silent for too long; Tune then hears of its death as of any other."""
        self._why[name] = f"gave no heartbeat for {self._round.hang_limit_s:g} s"
        self._unresponsive_s[name] = 0.0
        if trial.temporary_state.ray_actor is not None:
            ray.kill(trial.temporary_state.ray_actor)
        if self._is_our_own and name in self._processes:
            kill_process(self._processes[name])

    def _lost(self, trial: Any, attempts: int) -> None:  # noqa: ANN401 - Ray has no types
        name, error = _name_of(trial), trial.get_pickled_error()
        self._unresponsive_s.pop(name, None)
        with self._remembering():
            if not self._has_worked:
                raise ExecutionError(f"no worker can start: {last_line(error or RuntimeError('it died'))}")
            died = error is None or isinstance(error, RayActorError | OutOfMemoryError)
            usual = "ran out of memory" if isinstance(error, OutOfMemoryError) else "died or was killed"
            why = self._why.pop(name, usual) if died else f"failed: {last_line(error)}"
            self._round.begun[name] = attempts
            self._round.try_again(self._individuals[name], why, ATTEMPTS)

    def _end(self, result: TrialResult) -> None:
        self.ended.add(result.individual_id)
        self._round.finish(result)

    @contextlib.contextmanager
    def _remembering(self) -> Iterator[None]:
        """Tune tells of what a callback raises as a failure of its own; what it was is wanted as it is."""
        try:
            yield
        except BaseException as error:
            self.raised = error
            raise RuntimeError("the search has ended") from error


def _scheduler_of(options: TuneOptions) -> Any:  # noqa: ANN401 - Ray has no types
    """The user's scheduler as it was before any trial.

    Who comes to its ``max_t`` has come through, and goes on to the end of the trial's own budget: there the samples are
    made. Tune would stop them there.
    """
    scheduler = copy.deepcopy(options.scheduler)
    if hasattr(scheduler, "_stop_last_trials"):
        scheduler._stop_last_trials = False
    return scheduler


def _configurations(individuals: Mapping[str, Individual]) -> dict[str, Any]:
    """A configuration for each individual, in their order: its id, and its genes; those that it has not are None."""
    genomes = {name: plain(one.genome) for name, one in individuals.items()}
    genes = dict.fromkeys(gene for genome in genomes.values() for gene in genome)
    own = {gene: tune.sample_from(partial(_gene_of, genomes, gene)) for gene in genes}
    return own | {INDIVIDUAL: tune.grid_search([*individuals])}


def _gene_of(genomes: Mapping[str, Mapping[str, Any]], gene: str, spec: Any) -> Any:  # noqa: ANN401 - Ray has no types
    return genomes[spec.config[INDIVIDUAL]].get(gene)


def _name_of(trial: Any) -> str:  # noqa: ANN401 - Ray has no types
    return str(trial.config[INDIVIDUAL])


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    """A logger that is heard no more for a while."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextlib.contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Variables of the environment, as they are wanted for a while."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
