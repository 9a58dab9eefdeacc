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
from evolve.execution.checkpoints import forget_all
from evolve.execution.contract import TrialObserver, TrialProgress
from evolve.execution.effort import is_modest, largest_mb, longest_first
from evolve.execution.material import Material
from evolve.execution.places import Demand, Layout, most_memory_mb
from evolve.execution.ray_cluster import nodes, on_node
from evolve.execution.room import Room
from evolve.execution.round import ATTEMPTS, HUNG_ATTEMPTS, Round
from evolve.execution.worker import RUN_TRIAL, Alive, Ended, Ready, Worker, last_line
from evolve.genetics.individual import Individual
from evolve.interrupts import interrupts_remembered

_HOST_LOST = "its node has died"
"""What Ray says of a worker whose host is gone; it has no class of its own for that (2.60)."""

START_LIMIT_S = 300.0
"""How long a worker may take until it has imported everything; busy machines take a minute."""

GROWTH_MB = 1_000
"""A worker that holds so much more after a trial than after its first one gives its place to a fresh process."""

_WAIT_S = 1.0
"""How long signs of life are waited for before Ctrl-C and the cluster are looked at."""

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
    ) -> None:
        """Trials take so much each.

        Args:
            demand: Cores and GPUs of a trial.
            trial: What a worker runs, as ``module:function`` with the signature of `evolve.execution.trial.run_trial`.
            memory_gb: The most memory that a worker may hold; None: its share of the machine.
            checkpoints: The folder of the run's half-trained networks, which this process and all workers see under the
                same path; None keeps none.
            is_our_own: Whether Ray was started by this process, so that all workers are on this machine.
        """
        self._demand, self._trial, self._memory_gb = demand, trial, memory_gb
        self._checkpoints, self._is_our_own = checkpoints, is_our_own
        self._room = Room(demand)
        self._places: list[_Place] = []
        self._failed_starts = 0

    @property
    def sharing(self) -> str | None:
        """How the trials of the last `run` share GPUs, in words; None where they have whole ones, or none."""
        return self._room.sharing

    def open_places(self, trials: int) -> None:
        """Start workers for so many trials, as many as fit side by side; returns at once.

        Where GPUs are to be shared by what the networks need, that waits until the networks are known.
        """
        layout = self._room.layout()
        if layout is not None:
            main = sum(not place.is_spare for place in self._places)
            for _ in range(min(layout.places, trials) - main):
                self._open(layout.gpus)

    def _open(self, gpus: float, node_id: str | None = None) -> None:
        """Start a worker with so many GPUs, on this machine or wherever Ray finds room."""
        cpus, nodes = self._demand.cpus, self._room.nodes
        nodes = tuple(node for node in nodes if node.id == node_id) if node_id else nodes
        # Where GPUs are not spoken of and Ray sees none, TensorFlow may find one all the same.
        seen = None if self._demand.gpus is None and not gpus and node_id is None else gpus
        actor = ray.remote(num_cpus=cpus, num_gpus=gpus, **on_node(node_id))(Worker)
        most_mb = most_memory_mb(nodes, cpus, gpus, self._memory_gb)
        worker = actor.remote(self._trial, most_mb, seen, checkpoints=self._checkpoints)
        self._places.append(_Place(worker, worker.is_ready.remote(), gpus, node_id))

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        waiting, limit_s = deque(longest_first(individuals, material)), material.config.hang_limit
        modest = frozenset(one.id for one in individuals if is_modest(one, material, self._demand.cpus))
        round_ = Round(waiting, ray.put(material), observer, Counter(), limit_s, modest, self._checkpoints)
        if individuals:
            self._room.suit(largest_mb(individuals, material), len(individuals))
            if (sharing := self.sharing) is not None:
                observer.place_changed(sharing)
        for place in self._places:
            if place.is_idle:  # it may have died since: asked now, no trial is lost with it
                place.sign, place.silent_s = place.worker.is_ready.remote(), 0.0
        try:
            with interrupts_remembered() as stop_if_asked:
                while round_.waiting or any(place.individual for place in self._places):
                    self._suit_places(round_)
                    self._hand_out(round_)
                    self._listen(round_)
                    self._give_up_the_silent(round_)
                    stop_if_asked()
            forget_all(self._checkpoints)
        except BaseException:
            for place in [place for place in self._places if place.individual]:
                self._close(place)
            raise

    def _suit_places(self, round_: Round) -> None:
        """Have the places that there is room and use for now, and none that stands in their way."""
        layout = self._room.layout()
        if layout is None:
            return
        for place in [place for place in self._places if place.individual is None and not place.belongs_to(layout)]:
            self._close(place)
        main = sum(place.individual is not None for place in self._places if not place.is_spare)
        self.open_places(len(round_.waiting) + main)
        self._open_spare(layout, round_)

    def _open_spare(self, layout: Layout, round_: Round) -> None:
        """Start workers on machines without GPUs for the modest networks that no other place is free for."""
        spare = [place for place in self._places if place.is_spare]
        vacant = Counter(layout.spare) - Counter(place.node_id for place in spare if place.node_id)
        wanted = min(round_.modest_waiting, len(round_.waiting) - self._free_main())
        missing = wanted - sum(place.individual is None for place in spare)
        for node_id in list(vacant.elements())[: max(0, missing)]:
            self._open(0.0, node_id)

    def _free_main(self) -> int:
        """The places, other than spare ones, that can take a trial now or soon; some of them may be just starting."""
        main = [place for place in self._places if not place.is_spare]
        return sum(place.individual is None and place.silent_s < _SOON_S for place in main)

    def _hand_out(self, round_: Round) -> None:
        """Give each idle place a trial: spare ones last, and only what nobody else is about to take."""
        for place in sorted(self._places, key=lambda place: place.is_spare):
            if not place.is_idle or not round_.waiting:
                continue
            if place.is_spare and (not round_.modest_waiting or len(round_.waiting) <= self._free_main()):
                continue
            place.individual = individual = round_.take_smallest() if place.is_spare else round_.waiting.popleft()
            place.sign, place.silent_s = place.worker.run.remote(individual, round_.material), 0.0
            round_.begun[individual.id] += 1
            round_.observer.trial_started(individual.id)

    def _listen(self, round_: Round) -> None:
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

    def _understand(self, place: "_Place", said: object, round_: Round) -> None:
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

    def _lost(self, place: "_Place", error: RayError, round_: Round) -> None:
        """Forget a worker that died; its trial is tried again elsewhere, or given up."""
        individual = place.individual
        self._close(place)
        if individual is None and place.node_id not in {None, *(node.id for node in nodes())}:
            return  # its machine is gone
        if individual is None:
            self._failed_starts += place.ready is None
            if self._failed_starts >= ATTEMPTS or getattr(error, "actor_init_failed", False):
                raise ExecutionError(f"no worker can start: {last_line(error)}") from error
        elif isinstance(error, RayTaskError):  # not its genome's fault: it does not understand what it is sent
            round_.give_up(individual, f"its worker failed: {last_line(error)}")
        elif _HOST_LOST in str(error):
            round_.try_elsewhere(individual)
        else:
            out_of_memory = isinstance(error, OutOfMemoryError)
            round_.try_again(individual, "ran out of memory" if out_of_memory else "died or was killed", ATTEMPTS)

    def _give_up_the_silent(self, round_: Round) -> None:
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
        gpus: GPUs that it has, or its share of one.
        node_id: The machine that it was sent to, one without GPUs beside others that have some; None: Ray chose.
        individual: Whose trial it runs; None while it starts or is idle.
        ready: What it said when it was ready; None before, so that its death is a failed start.
        first_mb: Memory that it held after its first trial; None before.
        silent_s: For how long its trial, or all of it, has given no sign.
    """

    worker: Any
    sign: Any
    gpus: float = 0.0
    node_id: str | None = None
    individual: Individual | None = None
    ready: Ready | None = None
    first_mb: float | None = None
    silent_s: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it could begin a trial now."""
        return self.sign is None

    @property
    def is_spare(self) -> bool:
        """Whether it has no GPU where others have."""
        return self.node_id is not None

    def belongs_to(self, layout: Layout) -> bool:
        """Whether it is one of the places that are wanted now."""
        return self.node_id in layout.spare if self.is_spare else self.gpus == layout.gpus


def _kill(worker: Ready) -> None:
    """End the very process that a worker of this machine was."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(worker.pid)
        # Two processes tell the time at which a third began up to a second differently.
        if abs(process.create_time() - worker.began_at) < _SAME_S:
            process.kill()
