"""Where trials run: a Ray that is started early, kept warm while people listen, and let go in the end."""

import contextlib
import importlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from evolve.execution.ray_variables import forget_other_rays
from evolve.execution.resources import ALL, Resources
from evolve.settings import GpusPerTrial

if TYPE_CHECKING:  # they bring Ray and psutil, which are imported in the background
    from evolve.execution.ray_home import RayHome
    from evolve.execution.ray_workers import RayRunner
    from evolve.execution.run_material import DomainSource
    from evolve.execution.slots import Demand
    from evolve.execution.tune_options import TuneOptions
    from evolve.execution.tune_runner import TuneRunner

LINGER_S = 900.0
"""How long our own Ray waits, warm, for the next generation; its processes hold about 1.5 GB."""


class RayExecution:
    """An `Execution` on a Ray of our own on this machine, or on a cluster that runs already.

    Our own Ray is kept between generations, so that the next one pays for no start and no import; a cluster, which
    others may wait for, is let go while people listen. Use it as a context manager, or call `close` in the end.
    """

    def __init__(
        self,
        address: str | None = None,
        cpus: float = 1.0,
        gpus: GpusPerTrial | None = None,
        *,
        memory_gb: float | None = None,
        linger_s: float = LINGER_S,
        trial: str | None = None,
        nodes: int = 1,
        is_prepared: bool = False,
        machine: Resources = ALL,
        checkpoints: Path | None = None,
        domain: "DomainSource | None" = None,
        tune: "TuneOptions | None" = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            address: Of a running cluster, such as ``10.0.0.1:6379``; None starts one here.
            cpus: Cores of one trial; it computes with as many threads.
            gpus: GPUs of one trial, or the share of one; `FIT`: the share that the largest network needs; None: one
                where there are GPUs.
            memory_gb: The most memory that a trial's process may hold; None: its share of the machine.
            linger_s: How long our own Ray is kept without work.
            trial: What a worker runs, as ``module:function``; None: a trial of the run's domain.
            nodes: How many a running cluster is expected to have; they are given a while to join.
            is_prepared: Whether `evolve.execution.ray_node` has started them.
            machine: What a Ray that is started here may use.
            checkpoints: The folder of the run's half-trained networks, in one that is there; this process and all
                workers must see it under the same path. None keeps none: a lost trial begins anew.
            domain: Whose trials will run, so that workers are warm when they come.
            tune: Have Ray Tune run the trials, in this way; None: warm workers do.
        """
        self._address, self._linger_s = address, linger_s
        folder = None if checkpoints is None else checkpoints.absolute()  # workers may be elsewhere
        self._wanted = _Wanted(cpus, gpus, memory_gb, trial, nodes, is_prepared, machine, folder, domain, tune)
        # One thread starts Ray and outlives it: the system ends Ray's processes with the thread that started them.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="ray")
        self._lock = threading.Lock()
        self._runner: Future[RayRunner | TuneRunner] | None = None
        self._home: RayHome | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_ready(self, trials: int) -> None:
        """Begin to start Ray, and workers for so many trials, in the background; returns at once.

        What is started already is kept. If no trial comes, Ray is let go after a while. A cluster is joined only
        when there is something to run.
        """
        if self._address is None:
            with self._lock:
                self._started(trials)
                self._linger()

    @contextlib.contextmanager
    def __call__(self) -> Iterator["RayRunner | TuneRunner"]:  # noqa: D102
        with self._lock:
            runner = self._started(1)
            self._stay()
        try:
            yield runner.result()
        finally:
            if self.is_starting:
                pass
            elif self._address is None and not _is_spent(runner):
                with self._lock:
                    self._linger()
            else:
                self.let_go()

    @property
    def is_starting(self) -> bool:
        """Whether Ray is just starting."""
        runner = self._runner
        return runner is not None and not runner.done()

    def abandon(self) -> None:
        """Leave a Ray that is just starting to itself; for a program that ends right after, without waiting for it.

        What it has started by then ends with the program: its watcher sees to that.
        """
        self._keeper.shutdown(wait=False)

    def let_go(self) -> None:
        """Stop Ray, or leave the cluster, once it has started; the next use starts anew."""
        with self._lock:
            self._stay()
            self._stop()

    def close(self) -> None:
        """Let go for good."""
        self.let_go()
        self._keeper.shutdown()

    def _started(self, trials: int) -> "Future[RayRunner | TuneRunner]":
        if self._runner is None or (self._runner.done() and self._runner.exception()):
            from evolve.execution.blas import use_one_thread  # noqa: PLC0415 - brings numpy, which a ranking does without

            use_one_thread()
            self._clear()
            if self._address is None:
                from evolve.execution.ray_home import RayHome  # noqa: PLC0415 - brings psutil, which a ranking does without

                self._home = RayHome()
            self._runner = self._keeper.submit(_start, self._address, self._home, self._wanted, trials)
        return self._runner

    def _linger(self) -> None:
        self._stay()
        self._timer = threading.Timer(self._linger_s, self._let_go_of_the_idle)
        self._timer.daemon = True
        self._timer.start()

    def _stay(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_go_of_the_idle(self) -> None:
        with self._lock:
            if self._timer is threading.current_thread():  # else it is at work, or was used since
                self._stop()

    def _stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            self._keeper.submit(_stop, runner, is_our_own=self._address is None).result()
        self._clear()

    def _clear(self) -> None:
        home, self._home = self._home, None
        if home is not None:
            home.clear()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a trial takes, what it is, and where it is kept; see `RayExecution`."""

    cpus: float
    gpus: GpusPerTrial | None
    memory_gb: float | None
    trial: str | None
    nodes: int
    is_prepared: bool
    machine: Resources
    checkpoints: Path | None
    domain: "DomainSource | None"
    tune: "TuneOptions | None"


def _start(address: str | None, home: "RayHome | None", wanted: _Wanted, trials: int) -> "RayRunner | TuneRunner":
    if address is None:
        forget_other_rays()
    from evolve.execution.ray_cluster import (  # noqa: PLC0415 - imports Ray
        connect,
        disconnect,
        resources_of_a_trial,
        wait_for_nodes,
    )

    if wanted.tune is not None:  # imported while Ray's processes start
        threading.Thread(target=importlib.import_module, args=("evolve.execution.tune_runner",), daemon=True).start()
    where = None if home is None else home.folder
    threads = max(1, int(wanted.cpus))
    connect(address, where, threads=threads, is_prepared=wanted.is_prepared, machine=wanted.machine)
    try:
        wait_for_nodes(wanted.nodes)
        demand = resources_of_a_trial(wanted.cpus, wanted.gpus)
        return _runner_of(demand, wanted, trials, where)
    except BaseException:
        disconnect(is_our_own=address is None)
        raise


def _runner_of(demand: "Demand", wanted: _Wanted, trials: int, where: Path | None) -> "RayRunner | TuneRunner":
    """The runner on a Ray of our own, whose files are there, or on a cluster (None)."""
    from evolve.execution.worker import RUN_TRIAL  # noqa: PLC0415 - imports psutil

    trial, checkpoints, is_our_own = wanted.trial or RUN_TRIAL, wanted.checkpoints, where is not None
    if wanted.tune is not None:
        from evolve.execution.tune_runner import TuneRunner  # noqa: PLC0415 - imports Ray Tune

        return TuneRunner(
            demand, wanted.tune, trial, memory_gb=wanted.memory_gb, checkpoints=checkpoints, is_our_own=is_our_own,
            place=where,
        )  # fmt: skip
    from evolve.execution.ray_workers import RayRunner  # noqa: PLC0415 - imports Ray

    runner = RayRunner(
        demand, trial, memory_gb=wanted.memory_gb, checkpoints=checkpoints, is_our_own=is_our_own, domain=wanted.domain
    )
    runner.open_slots(trials)
    return runner


def _is_spent(runner: "Future[RayRunner | TuneRunner]") -> bool:
    """Whether what ran here may have been left in the midst of it."""
    return runner.exception() is None and getattr(runner.result(), "is_spent", False)


def _stop(runner: "Future[RayRunner | TuneRunner]", *, is_our_own: bool) -> None:
    if runner.exception() is None:
        from evolve.execution.ray_cluster import disconnect  # noqa: PLC0415 - imports Ray

        disconnect(is_our_own=is_our_own)
