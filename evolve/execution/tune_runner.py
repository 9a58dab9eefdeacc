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
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from ray import tune

from evolve.errors import ExecutionError, last_line
from evolve.execution.capacity import Capacity
from evolve.execution.checkpoints import forget_all
from evolve.execution.round import ATTEMPTS, Round
from evolve.execution.run_material import RunMaterial, longest_first
from evolve.execution.slots import Demand, most_memory_mb
from evolve.execution.tune_options import TuneOptions
from evolve.execution.tune_trainable import INDIVIDUAL, EvolveTrainable, TuneWork
from evolve.execution.tune_watcher import TuneWatcher, name_of
from evolve.execution.worker import RUN_TRIAL
from evolve.interrupts import interrupts_remembered
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.individual import Individual
from evolve.spaces import plain

_VARIABLES: Final = {
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C ends the search, not this generation alone
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # before its first epoch a trial has no loss
    "RAY_AIR_NEW_OUTPUT": "0",  # the board tells how far trials are; Tune's own words would stand in the midst of it
    "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "600",
}

_TUNE_LOG: Final = "ray.tune"


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
        place: Path | None = None,
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
            place: Where Tune's folder is made, such as one that goes even if this process is killed; None: among
                temporary files.
        """
        self._demand, self._options, self._trial, self._memory_gb = demand, options, trial, memory_gb
        self._checkpoints, self._is_our_own, self._place = checkpoints, is_our_own, place
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
        self._run_all(work, gpus, listener)
        if material.rung == 1:
            forget_all(self._checkpoints)

    def _run_all(self, work: TuneWork, gpus: float, listener: EventHandler) -> None:
        """Run trials until each has ended: one `Tuner`, and another for those that it gave up too early."""
        ended: set[str] = set()

        def tell(event: Event) -> None:
            if event.kind is EventKind.FINISHED:
                ended.add(event.individual_id)
            listener(event)

        limit_s = float(work.material.settings["hang_limit"])
        round_ = Round(deque(), None, tell, Counter(), limit_s, frozenset(), self._checkpoints)
        rows: dict[str, Mapping[str, Any]] = {}
        with interrupts_remembered() as stop_if_asked:
            watcher = TuneWatcher(round_, work.individuals, ended, stop_if_asked, is_our_own=self._is_our_own)
            for _ in range(ATTEMPTS):
                missing = {name: one for name, one in work.individuals.items() if name not in ended}
                if missing:
                    rows |= self._fit(replace(work, individuals=missing), gpus, watcher)
        for name, one in work.individuals.items():
            if name not in ended:
                round_.give_up(one, "Ray Tune has ended without it")
        self._options.rounds.append([*rows.values()])

    def _fit(self, work: TuneWork, gpus: float, watcher: "TuneWatcher") -> dict[str, Mapping[str, Any]]:
        """Run one `Tuner`; what it was told last of each trial, by the individual's id."""
        new_folder = tempfile.TemporaryDirectory(prefix="evolve-tune-", dir=self._place)
        with new_folder as folder, _variables(_VARIABLES), _quiet(_TUNE_LOG):
            resources = {"cpu": self._demand.cpus, "gpu": gpus}
            trainable = tune.with_resources(tune.with_parameters(EvolveTrainable, work=work), resources)
            tuner = tune.Tuner(
                trainable,
                param_space=_configurations(work.individuals),
                tune_config=tune.TuneConfig(
                    scheduler=_scheduler_of(self._options),
                    reuse_actors=True,
                    trial_name_creator=name_of,
                    trial_dirname_creator=name_of,
                ),
                run_config=tune.RunConfig(
                    name="trials",
                    storage_path=folder,
                    callbacks=[watcher, *self._options.callbacks],
                    stop=watcher.has_ended,
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
            return {result.metrics["config"][INDIVIDUAL]: result.metrics for result in results if result.metrics}


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
