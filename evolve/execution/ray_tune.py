"""Trials on Ray: one `Tuner` for the trials that are missing, results taken out as each trial ends.

The only Ray. Tune's own folder is disposable: the networks and songs travel inside a trial's last report to the
driver, so a cluster needs no shared disk, and what was reported is kept by the observer before Tune goes on.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolve.errors import ExecutionError
from evolve.execution.contract import Phase, TrialObserver, TrialProgress
from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.store.records import TrialResult

# Read when Ray is imported: its own progress tables and result files would stand beside ours, and Ctrl-C must reach us.
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
os.environ.setdefault("TUNE_DISABLE_SIGINT_HANDLER", "1")
os.environ.setdefault("RAY_worker_niceness", "0")  # +15 by default: a laptop's other programs would starve the trials
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
os.environ.setdefault("RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS", "0")

import ray
from ray import tune

_ATTEMPTS_TO_START = 3
_LOST_WORKERS = 2
"""How often a trial whose worker died is tried again."""


@dataclass(frozen=True, slots=True)
class RayExecution:
    """An `Execution` on a Ray of our own on this machine, or on a cluster that runs already.

    Attributes:
        address: Of a running cluster, such as ``10.0.0.1:6379``; None starts one here.
        cpus: Cores of one trial; it computes with as many threads.
        gpus: GPUs of one trial; None: one where there are GPUs.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float | None = None

    @contextlib.contextmanager
    def __call__(self) -> Iterator["RayRunner"]:
        """Start Ray or join it, and let it go afterwards."""
        _connect(self.address, threads=max(1, int(self.cpus)))
        try:
            yield RayRunner(self._resources())
        finally:
            ray.shutdown()

    def _resources(self) -> dict[str, float]:
        there = ray.cluster_resources()
        gpus = self.gpus if self.gpus is not None else float(there.get("GPU", 0) > 0)
        wanted = {"cpu": self.cpus, "gpu": gpus}
        for name, amount in wanted.items():
            if amount > there.get(name.upper(), 0):
                has = f"{there.get(name.upper(), 0):g}"
                raise ExecutionError(
                    f"a trial asks for {amount:g} {name}(s) but the machine has {has}; lower {name}s_per_trial"
                )
        return wanted


class RayRunner:
    """A `TrialRunner` on the Ray that this process is connected to."""

    def __init__(self, resources: Mapping[str, float]) -> None:
        """Trials take these resources each."""
        self._resources = dict(resources)

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        by_id = {individual.id: individual for individual in individuals}
        collector = _Collector(observer)
        folder = tempfile.mkdtemp(prefix="evolve-tune-")
        trainable = tune.with_parameters(_trainable, individuals=by_id, material=material)
        tuner = tune.Tuner(
            tune.with_resources(trainable, self._resources),
            param_space={"individual": tune.grid_search(list(by_id))},
            # A warm process for each place at work, not a cold one for each trial: TensorFlow's import is paid once.
            tune_config=tune.TuneConfig(reuse_actors=True),
            run_config=tune.RunConfig(
                name="trials",
                storage_path=folder,
                verbose=0,
                callbacks=[collector],
                failure_config=tune.FailureConfig(max_failures=_LOST_WORKERS),
            ),
        )
        try:
            tuner.fit()
        except tune.TuneError:
            collector.reraise()
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        collector.reraise()


class _Collector(tune.Callback):  # type: ignore[misc]  # Ray has no annotations
    """Hands what trials report to the observer, in the driver's process."""

    def __init__(self, observer: TrialObserver) -> None:
        self._observer = observer
        self._problem: Exception | None = None

    def __getstate__(self) -> dict[str, object]:
        # Tune saves its callbacks for a restore that nobody here asks for, and an open store cannot be saved.
        return {}

    def on_trial_start(self, *, trial: Any, **_: object) -> None:  # noqa: ANN401
        self._tell(self._observer.trial_started, trial.config["individual"])

    def on_trial_result(self, *, result: dict[str, Any], **_: object) -> None:
        if finished := result.pop("finished", None):
            self._tell(self._observer.trial_finished, finished)
        elif progress := result.pop("progress", None):
            self._tell(self._observer.trial_progressed, progress)

    def on_trial_error(self, *, trial: Any, **_: object) -> None:  # noqa: ANN401
        reason = f"its process died {_LOST_WORKERS + 1} times: out of memory, killed, or silent for too long"
        self._tell(self._observer.trial_finished, TrialResult(trial.config["individual"], failure=reason))

    def _tell(self, tell: Callable[[Any], None], what: object) -> None:
        # Tune makes its own error of what a callback raises, or only logs it; a full disk must be told as what it is.
        try:
            tell(what)
        except Exception as problem:
            self._problem = self._problem or problem
            raise

    def reraise(self) -> None:
        """Raise what went wrong while the observer was told, if anything did."""
        if self._problem:
            raise self._problem


def _trainable(config: Mapping[str, str], individuals: Mapping[str, Individual], material: Material) -> None:
    """What a worker does for one trial."""
    from evolve.execution.trial import run_trial  # noqa: PLC0415 - imports TensorFlow, which only workers need

    def report(progress: TrialProgress) -> None:
        # That a trial builds its network follows from its start, and a report costs a round trip to the driver.
        if progress.phase is not Phase.BUILDING:
            tune.report({"progress": progress})

    # Tune prints a line of its own for a result without any plain value.
    tune.report({"finished": run_trial(individuals[config["individual"]], material, report), "ended": True})


def _connect(address: str | None, *, threads: int) -> None:
    """Join the cluster, or start one on this machine; a loaded machine may need more than one try."""
    if address is not None and "://" in address:
        # Ray's client would run the callbacks on the cluster, far from the run folder that they write to.
        raise ExecutionError(f"--address must be HOST:PORT, such as 10.0.0.1:6379; it is {address}")
    count = str(threads)
    variables = {
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "runtime_env": {"env_vars": variables}}
    if address is None:
        options["include_dashboard"] = False
    problem: Exception | None = None
    for _ in range(_ATTEMPTS_TO_START):
        try:
            with _private_files():
                ray.init(address=address or "local", **options)
        except (RuntimeError, ConnectionError, OSError, ValueError) as error:
            problem = error
            ray.shutdown()
            if address is not None:
                break
        else:
            return
    where = f"join the Ray cluster at {address}" if address else "start Ray on this machine"
    raise ExecutionError(f"cannot {where}: {str(problem).splitlines()[0]}") from problem


@contextlib.contextmanager
def _private_files() -> Iterator[None]:
    # Ray writes the file with its token with the rights that happen to be the default.
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
