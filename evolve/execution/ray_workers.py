"""Trials on Ray's workers: a warm process for each slot, the longest trials first, results as each trial ends.

Plain actors rather than Ray Tune (`docs/decisions/warm-workers.md`). Networks and samples travel inside a trial's
last heartbeat to the driver, so a cluster needs no shared disk.
"""

import contextlib
import math
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
import ray
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError

from evolve.errors import ExecutionError, last_line
from evolve.execution.capacity import Capacity
from evolve.execution.checkpoints import forget_all
from evolve.execution.ray_cluster import nodes, on_node
from evolve.execution.round import ATTEMPTS, UNRESPONSIVE_ATTEMPTS, Round
from evolve.execution.run_material import DomainSource, RunMaterial, longest_first
from evolve.execution.slots import Demand, Layout, most_memory_mb
from evolve.execution.worker import RUN_TRIAL, Alive, Ended, Ready, Worker
from evolve.interrupts import interrupts_remembered
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.individual import Individual

_HOST_LOST = "its node has died"
"""What Ray says of a worker whose host is gone; it has no class of its own for that (2.60)."""

START_LIMIT_S = 300.0
"""How long a worker may take until it has imported everything; busy machines take a minute."""

GROWTH_MB = 1_000
"""A worker that holds so much more after a trial than after its first one gives its slot to a fresh process."""

_WAIT_S = 1.0
"""How long heartbeats are waited for before Ctrl-C and the cluster are looked at."""

_SOON_S = 60.0
"""A worker that has been starting for longer may wait for a GPU that others use; nobody waits for it."""

_SAME_S = 2.0


class RayRunner:
    """A `TrialRunner` on the Ray that this process is connected to; its workers stay warm from one run to the next."""

    def __init__(
        self,
        demand: Demand,
        trial: str = RUN_TRIAL,
        *,
        memory_gb: float | None = None,
        checkpoints: Path | None = None,
        is_our_own: bool = False,
        domain: DomainSource | None = None,
    ) -> None:
        """Trials take so much each.

        Args:
            demand: Cores and GPUs of a trial.
            trial: What a worker runs, as ``module:function`` with the signature of `RunTrial`.
            memory_gb: The most memory that a worker may hold; None: its share of the machine.
            checkpoints: The folder of the run's half-trained networks, which this process and all workers see under the
                same path; None keeps none.
            is_our_own: Whether Ray was started by this process, so that all workers are on this machine.
            domain: For whose trials workers get warm before the first comes; None: with the first.
        """
        self._domain = domain
        self._demand, self._trial, self._memory_gb = demand, trial, memory_gb
        self._checkpoints, self._is_our_own = checkpoints, is_our_own
        self._capacity = Capacity(demand)
        self._slots: list[WorkerSlot] = []
        self._failed_starts = 0

    @property
    def sharing(self) -> str | None:
        """How the trials of the last `run` share GPUs, in words; None where they have whole ones, or none."""
        return self._capacity.sharing

    def open_slots(self, trials: int) -> None:
        """Start workers for so many trials, as many as fit side by side; returns at once.

        Where GPUs are to be shared by what the networks need, that waits until the networks are known.
        """
        layout = self._capacity.layout()
        if layout is not None:
            main = sum(not slot.is_cpu_only for slot in self._slots)
            for _ in range(min(layout.slots, trials) - main):
                self._open(layout.gpus)

    def _open(self, gpus: float, node_id: str | None = None) -> None:
        """Start a worker with so many GPUs, on this machine or wherever Ray finds room."""
        cpus, nodes = self._demand.cpus, self._capacity.nodes
        nodes = tuple(node for node in nodes if node.id == node_id) if node_id else nodes
        # Where GPUs are not spoken of and Ray sees none, TensorFlow may find one all the same.
        seen = None if self._demand.gpus is None and not gpus and node_id is None else gpus
        actor = ray.remote(num_cpus=cpus, num_gpus=gpus, **on_node(node_id))(Worker)
        most_mb = most_memory_mb(nodes, cpus, gpus, self._memory_gb)
        worker = actor.remote(self._trial, most_mb, seen, checkpoints=self._checkpoints, domain=self._domain)
        self._slots.append(WorkerSlot(worker, worker.is_ready.remote(), gpus, node_id))

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:  # noqa: D102
        self._domain = material.domain
        costs = material.costs(individuals, self._demand.cpus)
        waiting, limit_s = deque(longest_first(individuals, costs)), float(material.settings["hang_limit"])
        fits_on_cpu = frozenset(name for name, cost in costs.items() if cost.fits_on_cpu)
        round_ = Round(waiting, ray.put(material), listener, Counter(), limit_s, fits_on_cpu, self._checkpoints)
        if individuals:
            sizes = [cost.gpu_mb for cost in costs.values()]
            self._capacity.fit(math.inf if None in sizes else max(filter(None, sizes), default=1.0), len(individuals))
            if (sharing := self.sharing) is not None:
                listener(Event(EventKind.CAPACITY, text=sharing))
        for slot in self._slots:
            if slot.is_idle:  # it may have died since: asked now, no trial is lost with it
                slot.heartbeat, slot.unresponsive_s = slot.worker.is_ready.remote(), 0.0
        try:
            with interrupts_remembered() as stop_if_asked:
                while round_.waiting or any(slot.individual for slot in self._slots):
                    self._fit_slots(round_)
                    self._hand_out(round_)
                    self._listen(round_)
                    self._give_up_unresponsive(round_)
                    stop_if_asked()
            if material.rung == 1:
                forget_all(self._checkpoints)
        except BaseException:
            for slot in [slot for slot in self._slots if slot.individual]:
                self._close(slot)
            raise

    def _fit_slots(self, round_: Round) -> None:
        """Have the slots that there is room and use for now, and none that stands in their way."""
        layout = self._capacity.layout()
        if layout is None:
            return
        for slot in [slot for slot in self._slots if slot.individual is None and not slot.belongs_to(layout)]:
            self._close(slot)
        main = sum(slot.individual is not None for slot in self._slots if not slot.is_cpu_only)
        self.open_slots(len(round_.waiting) + main)
        self._open_cpu_only(layout, round_)

    def _open_cpu_only(self, layout: Layout, round_: Round) -> None:
        """Start workers on machines without GPUs for the networks that fit on a CPU and have no other slot."""
        cpu_only = [slot for slot in self._slots if slot.is_cpu_only]
        vacant = Counter(layout.cpu_only) - Counter(slot.node_id for slot in cpu_only if slot.node_id)
        wanted = min(round_.cpu_waiting, len(round_.waiting) - self._free_main())
        missing = wanted - sum(slot.individual is None for slot in cpu_only)
        for node_id in list(vacant.elements())[: max(0, missing)]:
            self._open(0.0, node_id)

    def _free_main(self) -> int:
        """The slots, other than CPU-only ones, that can take a trial now or soon; some of them may be just starting."""
        main = [slot for slot in self._slots if not slot.is_cpu_only]
        return sum(slot.individual is None and slot.unresponsive_s < _SOON_S for slot in main)

    def _hand_out(self, round_: Round) -> None:
        """Give each idle slot a trial: CPU-only ones last, and only what nobody else is about to take."""
        for slot in sorted(self._slots, key=lambda slot: slot.is_cpu_only):
            if not slot.is_idle or not round_.waiting:
                continue
            if slot.is_cpu_only and (not round_.cpu_waiting or len(round_.waiting) <= self._free_main()):
                continue
            slot.individual = individual = round_.take_smallest() if slot.is_cpu_only else round_.waiting.popleft()
            slot.heartbeat, slot.unresponsive_s = slot.worker.run.remote(individual, round_.material), 0.0
            round_.begun[individual.id] += 1
            round_.listener(Event(EventKind.STARTED, individual.id))

    def _listen(self, round_: Round) -> None:
        """Wait for heartbeats, for a while, and tell the listener."""
        began = time.monotonic()
        busy = [slot for slot in self._slots if slot.heartbeat is not None]
        heartbeats = [slot.heartbeat for slot in busy]
        if heartbeats:
            ray.wait(heartbeats, num_returns=1, timeout=_WAIT_S)
        heard, _ = ray.wait(heartbeats, num_returns=len(heartbeats), timeout=0) if heartbeats else ([], [])
        # What we slept through ourselves, as when the lid was closed, is nobody's silence.
        waited_s = min(time.monotonic() - began, 2 * _WAIT_S)
        for slot in busy:
            slot.unresponsive_s += waited_s
        for slot in [slot for slot in busy if any(slot.heartbeat is heartbeat for heartbeat in heard)]:
            try:
                said = ray.get(slot.heartbeat if slot.individual is None else next(slot.heartbeat))
            except RayError as error:
                self._lost(slot, error, round_)
            else:
                self._understand(slot, said, round_)

    def _understand(self, slot: "WorkerSlot", said: object, round_: Round) -> None:
        slot.unresponsive_s = said.unresponsive_s if isinstance(said, Alive) else 0.0
        if isinstance(said, Progress):
            name = slot.individual.id if slot.individual else ""
            round_.listener(Event(EventKind.PROGRESSED, name, progress=said))
        elif isinstance(said, Ended):
            slot.individual = slot.heartbeat = None
            slot.first_mb = slot.first_mb or said.memory_mb
            if said.is_spent or said.memory_mb > slot.first_mb + GROWTH_MB:
                self._close(slot)
            round_.finish(said.result)
        elif isinstance(said, Ready):
            slot.heartbeat, slot.ready, self._failed_starts = None, said, 0

    def _lost(self, slot: "WorkerSlot", error: RayError, round_: Round) -> None:
        """Forget a worker that died; its trial is tried again elsewhere, or given up."""
        individual = slot.individual
        self._close(slot)
        if individual is None and slot.node_id not in {None, *(node.id for node in nodes())}:
            return  # its machine is gone
        if individual is None:
            self._failed_starts += slot.ready is None
            if self._failed_starts >= ATTEMPTS or getattr(error, "actor_init_failed", False):
                raise ExecutionError(f"no worker can start: {last_line(error)}") from error
        elif isinstance(error, RayTaskError):  # not its genome's fault: it does not understand what it is sent
            round_.give_up(individual, f"its worker failed: {last_line(error)}")
        elif _HOST_LOST in str(error):
            round_.try_elsewhere(individual)
        else:
            out_of_memory = isinstance(error, OutOfMemoryError)
            round_.try_again(individual, "ran out of memory" if out_of_memory else "died or was killed", ATTEMPTS)

    def _give_up_unresponsive(self, round_: Round) -> None:
        """End the workers that have been silent for too long: a hung trial, a stopped process, a node cut off."""
        for slot in [slot for slot in self._slots if slot.individual and slot.unresponsive_s > round_.hang_limit_s]:
            self._close(slot)
            why = f"gave no heartbeat for {round_.hang_limit_s:g} s"
            round_.try_again(cast("Individual", slot.individual), why, UNRESPONSIVE_ATTEMPTS)
        if any(slot.individual for slot in self._slots):
            return  # who is not ready may be waiting for its turn
        for slot in [slot for slot in self._slots if slot.unresponsive_s > START_LIMIT_S]:
            self._close(slot)
            self._failed_starts += 1
            if self._failed_starts >= ATTEMPTS:
                raise ExecutionError(f"no worker can start: none was ready within {START_LIMIT_S:g} s")

    def _close(self, slot: "WorkerSlot") -> None:
        self._slots.remove(slot)
        ray.kill(slot.worker)
        if self._is_our_own and slot.ready is not None:
            kill_process(slot.ready)  # Ray only asks it to end, which a stopped process does not hear


@dataclass(slots=True, eq=False)
class WorkerSlot:
    """A worker, and what it does.

    Attributes:
        worker: Ray's handle.
        heartbeat: What it will say next; None while it is idle.
        gpus: GPUs that it has, or its share of one.
        node_id: The machine that it was sent to, one without GPUs beside others that have some; None: Ray chose.
        individual: Whose trial it runs; None while it starts or is idle.
        ready: What it said when it was ready; None before, so that its death is a failed start.
        first_mb: Memory that it held after its first trial; None before.
        unresponsive_s: For how long its trial, or all of it, has given no heartbeat.
    """

    worker: Any
    heartbeat: Any
    gpus: float = 0.0
    node_id: str | None = None
    individual: Individual | None = None
    ready: Ready | None = None
    first_mb: float | None = None
    unresponsive_s: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it could begin a trial now."""
        return self.heartbeat is None

    @property
    def is_cpu_only(self) -> bool:
        """Whether it has no GPU where others have."""
        return self.node_id is not None

    def belongs_to(self, layout: Layout) -> bool:
        """Whether it is one of the slots that are wanted now."""
        return self.node_id in layout.cpu_only if self.is_cpu_only else self.gpus == layout.gpus


def kill_process(worker: Ready) -> None:
    """End the very process that a worker of this machine was."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(worker.pid)
        # Two processes tell the time at which a third began up to a second differently.
        if abs(process.create_time() - worker.began_at) < _SAME_S:
            process.kill()
