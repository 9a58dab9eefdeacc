"""Trials on a cluster that is acquired for each generation and released while people listen; a lost one is replaced."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from evolve.clusters.channels.message import Message
from evolve.clusters.session import ClusterLostError, ClusterRequest, Launcher, Session
from evolve.clusters.speech import forwarded, job_message
from evolve.errors import ExecutionError
from evolve.execution.run_material import RunMaterial, longest_first
from evolve.interrupts import interrupts_remembered, is_left_alone
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.individual import Individual

FRUITLESS = 3
"""How many clusters in a row may be lost of which none brings a training further than it was before."""

_WAIT_S = 1.0
_PAUSE_S = 5.0
"""Between a cluster that was lost and the next."""


class ClusterExecution:
    """An `Execution` on clusters that a `Launcher` acquires."""

    def __init__(self, launcher: Launcher, request: ClusterRequest) -> None:
        """Nothing is asked for yet."""
        self._launcher, self._request = launcher, request

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_ready(self, trials: int) -> None:
        """A cluster is asked for only when there is something to run: others may wait for it."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator["ClusterRunner"]:
        """A runner whose cluster is released afterwards."""
        runner = ClusterRunner(self._launcher, self._request)
        try:
            yield runner
        except BaseException:
            runner.close(in_order=False)
            raise
        runner.close()

    @property
    def is_starting(self) -> bool:
        """Nothing starts in the background."""
        return False

    def abandon(self) -> None:
        """There is nothing to be left to itself."""

    def close(self) -> None:
        """Clusters are released with their generations."""


class ClusterRunner:
    """A `TrialRunner`; its cluster is acquired when there is work, and stays until `close`."""

    def __init__(self, launcher: Launcher, request: ClusterRequest) -> None:
        """Nothing is asked for yet."""
        self._launcher, self._request = launcher, request
        self._session: Session | None = None
        self._tell_status: Callable[[str], None] = lambda _: None

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:  # noqa: D102
        job = _ClusterJob(individuals, material, listener)
        self._tell_status = job.tell_status
        with interrupts_remembered() as stop_if_asked:
            while job.missing:
                try:
                    self._follow(job, stop_if_asked)
                except ClusterLostError as lost:
                    self.close(in_order=False)
                    job.lose(str(lost))
                    _pause(stop_if_asked)

    def close(self, *, in_order: bool = True) -> None:
        """Release the cluster, when it has done its work in order, else at once."""
        session, self._session = self._session, None
        if session is not None and not in_order and is_left_alone():
            session.leave()
        elif session is not None:
            self._tell_status("the cluster is released")
            session.close(in_order=in_order)

    def _follow(self, job: "_ClusterJob", stop_if_asked: Callable[[], None]) -> None:
        """Have the cluster do what is missing, and listen until it has."""
        session, is_new = self._session, self._session is None
        if session is None:
            job.tell_status("a cluster is asked for")
            request = dataclasses.replace(self._request, generation=job.generation)
            self._session = session = self._launcher.launch(request)
        if not (is_new and session.jobs_sent):  # else it works already on a job that was sent before we came back
            job.send(session)
        while job.missing:
            message = session.receive(_WAIT_S)
            stop_if_asked()
            job.tell_status(f"{session.status}; its workers start" if job.is_warming_up else session.status)
            if message is None:
                continue
            if message.kind == "refused":
                raise ExecutionError(message.facts["why"])
            if message.kind == "done" and message.facts["number"] == session.jobs_sent and job.missing:
                job.send(session)
            job.hear(message)


class _ClusterJob:
    """One call of `run`: what is still missing, and what runs now."""

    def __init__(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:
        self.missing = {one.id: one for one in longest_first(individuals, material.costs(individuals, 1.0))}
        self.material, self.listener = material, listener
        self.generation = max(one.generation for one in individuals)
        self.is_warming_up = False
        self._running: dict[str, None] = {}
        self._furthest: dict[str, int] = {}
        self._fruitless = 0
        self._status = ""

    def send(self, session: Session) -> None:
        """Have a cluster do what is missing."""
        session.send(job_message(list(self.missing.values()), self.material, number=session.jobs_sent + 1))

    def hear(self, message: Message) -> None:
        """Pass on what is about those that are missing; the results of an earlier job are known already."""
        self.is_warming_up = message.kind == "ready"
        event = forwarded(message)
        if event is None or event.kind is EventKind.CAPACITY:
            if event is not None:
                self.listener(event)
            return
        name = event.individual_id
        if name not in self.missing:
            return
        if self._is_of_the_rung_before(event):
            self._running.pop(name, None)
            return
        if event.kind is not EventKind.STARTED and name not in self._running:
            self.listener(Event(EventKind.STARTED, name))  # it was told that before we came back
        self._running[name] = None
        self.listener(event)
        if event.kind in (EventKind.LOST, EventKind.FINISHED):
            del self._running[name]
        if event.kind is EventKind.FINISHED:
            del self.missing[name]
        if event.kind is EventKind.FINISHED or self._got_further(event):
            self._fruitless = 0

    def _is_of_the_rung_before(self, event: Event) -> bool:
        """Whether it is what a job said that ended at a rung; a cluster says all again to a run that came back."""
        return self.material.rung == 1 and event.result is not None and event.result.is_paused

    def _got_further(self, event: Event) -> bool:
        """Whether a training has come further than on any cluster before, as when it goes on from a checkpoint."""
        if event.progress is None:
            return False
        name, epoch = event.individual_id, event.progress.epoch
        before = self._furthest.get(name, 0)
        self._furthest[name] = max(epoch, before)
        return epoch > before

    def lose(self, why: str) -> None:
        """The cluster has gone, and with it what ran there; `ExecutionError` when too many have, for nothing."""
        for name in self._running:
            self.listener(Event(EventKind.LOST, name, text=why))
        self._running.clear()
        self._fruitless += 1
        if self._fruitless >= FRUITLESS:
            lost = f"{FRUITLESS} clusters in a row were lost before any training got further"
            raise ExecutionError(f"{lost}; the last: {why}")
        self.tell_status(f"{why}; another cluster is asked for")

    def tell_status(self, status: str) -> None:
        """Tell what the cluster does, when that is new."""
        if status != self._status:
            self._status = status
            self.listener(Event(EventKind.CAPACITY, text=status))


def _pause(stop_if_asked: Callable[[], None]) -> None:
    end = time.monotonic() + _PAUSE_S
    while time.monotonic() < end:
        stop_if_asked()
        time.sleep(0.2)
