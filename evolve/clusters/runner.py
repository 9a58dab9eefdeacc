"""Trials on a cluster that is got for them: what it tells is passed on, and a lost one is made good by another."""

import dataclasses
import time
from collections.abc import Callable, Sequence

from evolve.clusters.channels.message import Message
from evolve.clusters.session import ClusterLostError, Launcher, Session, Wish
from evolve.clusters.speech import hear, order
from evolve.errors import ExecutionError
from evolve.execution.contract import TrialObserver
from evolve.execution.effort import longest_first
from evolve.execution.material import Material
from evolve.genetics.individual import Individual
from evolve.interrupts import interrupts_remembered, is_left_alone

FRUITLESS = 3
"""How many clusters in a row may be lost of which none brings a training further than it was before."""

_WAIT_S = 1.0
_PAUSE_S = 5.0
"""Between a cluster that was lost and the next."""


class ClusterRunner:
    """A `TrialRunner`; its cluster is got when there is work, and stays until `close`."""

    def __init__(self, launcher: Launcher, wish: Wish) -> None:
        """Nothing is asked for yet."""
        self._launcher, self._wish = launcher, wish
        self._session: Session | None = None
        self._tell_place: Callable[[str], None] = lambda _: None

    def run(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        """See `TrialRunner.run`."""
        errand = _Errand(individuals, material, observer)
        self._tell_place = errand.tell_place
        with interrupts_remembered() as stop_if_asked:
            while errand.missing:
                try:
                    self._follow(errand, stop_if_asked)
                except ClusterLostError as lost:
                    self.close(in_order=False)
                    errand.lose(str(lost))
                    _pause(stop_if_asked)

    def close(self, *, in_order: bool = True) -> None:
        """Let the cluster go, when it has done its work in order, else at once."""
        session, self._session = self._session, None
        if session is not None and not in_order and is_left_alone():
            session.leave()
        elif session is not None:
            self._tell_place("the cluster is let go")
            session.close(in_order=in_order)

    def _follow(self, errand: "_Errand", stop_if_asked: Callable[[], None]) -> None:
        """Have the cluster do what is missing, and listen until it has."""
        session, is_new = self._session, self._session is None
        if session is None:
            errand.tell_place("a cluster is asked for")
            wish = dataclasses.replace(self._wish, generation=errand.generation)
            self._session = session = self._launcher.launch(wish)
        if not (is_new and session.orders):  # else it works already on what was ordered before we came back
            _give(session, errand)
        while errand.missing:
            message = session.receive(_WAIT_S)
            stop_if_asked()
            errand.tell_place(f"{session.place}; TensorFlow starts there" if errand.is_warming_up else session.place)
            if message is None:
                continue
            if message.kind == "refused":
                raise ExecutionError(message.facts["why"])
            if message.kind == "done" and message.facts["order"] == session.orders and errand.missing:
                _give(session, errand)
            errand.hear(message)


class _Errand:
    """One call of `run`: what is still missing, and what runs now."""

    def __init__(self, individuals: Sequence[Individual], material: Material, observer: TrialObserver) -> None:
        self.missing = {one.id: one for one in longest_first(individuals, material)}
        self.material, self.observer = material, observer
        self.generation = max(one.generation for one in individuals)
        self.is_warming_up = False
        self._running: dict[str, None] = {}
        self._furthest: dict[str, int] = {}
        self._fruitless = 0
        self._place = ""

    def hear(self, message: Message) -> None:
        """Pass on what is about those that are missing; what an earlier order made is known already."""
        self.is_warming_up = message.kind == "ready"
        name = message.facts.get("id", message.facts.get("individual_id"))
        if name is not None and name not in self.missing:
            return
        if name is not None and message.kind != "started" and name not in self._running:
            self.observer.trial_started(name)  # it was told that before we came back
        if name is not None:
            self._running[name] = None
        hear(message, self.observer)
        if message.kind in ("lost", "finished"):
            del self._running[name]
        if message.kind == "finished":
            del self.missing[name]
        if message.kind == "finished" or self._got_further(message):
            self._fruitless = 0

    def _got_further(self, message: Message) -> bool:
        """Whether a training has come further than on any cluster before, as when it goes on from a checkpoint."""
        if message.kind != "progressed":
            return False
        name, epoch = str(message.facts["individual_id"]), int(message.facts["epoch"])
        before = self._furthest.get(name, 0)
        self._furthest[name] = max(epoch, before)
        return epoch > before

    def lose(self, why: str) -> None:
        """The cluster has gone, and with it what ran there.

        Raises:
            ExecutionError: It was not the first, and none has done anything.
        """
        for name in self._running:
            self.observer.trial_lost(name, why)
        self._running.clear()
        self._fruitless += 1
        if self._fruitless >= FRUITLESS:
            raise ExecutionError(
                f"{FRUITLESS} clusters in a row were lost before any training got further; the last: {why}"
            )
        self.tell_place(f"{why}; another cluster is asked for")

    def tell_place(self, place: str) -> None:
        """Tell what the cluster does, when that is new."""
        if place != self._place:
            self._place = place
            self.observer.place_changed(place)


def _give(session: Session, errand: _Errand) -> None:
    """Order what is missing."""
    session.send(order(list(errand.missing.values()), errand.material, number=session.orders + 1))


def _pause(stop_if_asked: Callable[[], None]) -> None:
    end = time.monotonic() + _PAUSE_S
    while time.monotonic() < end:
        stop_if_asked()
        time.sleep(0.2)
