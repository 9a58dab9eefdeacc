"""One round of trials: who waits, who is told, and how often a trial is begun that does not end."""

from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evolve.execution.checkpoints import forget
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.individual import Individual
from evolve.records.run import TrialResult
from evolve.words import worded

ATTEMPTS = 3
"""How often a trial is begun whose worker dies each time, and a worker that dies before it is ready."""

UNRESPONSIVE_ATTEMPTS = 2
"""How often a trial is begun that hangs each time: a second time, in case it was the machine's fault."""

HOSTS = 10
"""How many hosts a trial may lose, as on nodes that others may take away; no more, in case it is what ends them."""


@dataclass(slots=True)
class Round:
    """One call of a runner.

    Attributes:
        waiting: Who waits, the largest first.
        material: What all work from, in Ray's store.
        listener: Who is told.
        begun: How often each was begun, by id.
        hang_limit_s: How long one may be silent.
        fits_on_cpu: The ids of those for whom a machine without a GPU is no disadvantage.
        checkpoints: The folder of half-trained networks; None keeps none.
        hosts_lost: How often each has lost the host that it was on, by id.
    """

    waiting: deque[Individual]
    material: Any
    listener: EventHandler
    begun: Counter[str]
    hang_limit_s: float
    fits_on_cpu: frozenset[str]
    checkpoints: Path | None
    hosts_lost: Counter[str] = field(default_factory=Counter)

    @property
    def cpu_waiting(self) -> int:
        """How many wait that need no GPU."""
        return sum(individual.id in self.fits_on_cpu for individual in self.waiting)

    def take_smallest(self) -> Individual:
        """The last in line of those that need no GPU; there must be one."""
        smallest = next(individual for individual in reversed(self.waiting) if individual.id in self.fits_on_cpu)
        self.waiting.remove(smallest)
        return smallest

    def try_again(self, individual: Individual, why: str, attempts: int) -> None:
        """Put an individual first in line whose process was lost, unless that happened so many times already."""
        begun = self.begun[individual.id]
        if begun >= attempts:
            self.give_up(individual, f"its process {why} {worded(begun, 'once', f'{begun} times')}")
            return
        if begun == ATTEMPTS - 1:  # should it be the checkpoint that ends each process, the last attempt does without
            forget(self.checkpoints, individual.id)
        self.waiting.appendleft(individual)
        self.listener(Event(EventKind.LOST, individual.id, text=f"its process {why}"))

    def try_elsewhere(self, individual: Individual) -> None:
        """Put an individual first in line whose host was lost: not its fault, unless one host after the other is."""
        self.hosts_lost[individual.id] += 1
        if self.hosts_lost[individual.id] >= HOSTS:
            self.give_up(individual, f"its host was lost {HOSTS} times")
            return
        self.begun[individual.id] -= 1
        self.waiting.appendleft(individual)
        self.listener(Event(EventKind.LOST, individual.id, text="its host was lost"))

    def give_up(self, individual: Individual, why: str) -> None:
        """Record that an individual has failed."""
        self.finish(TrialResult(individual.id, failure=why))

    def finish(self, result: TrialResult) -> None:
        """Tell what came of a trial; what was kept of its training is of no use then, unless it has only paused."""
        self.listener(Event(EventKind.FINISHED, result.individual_id, result=result))
        if not result.is_paused:
            forget(self.checkpoints, result.individual_id)
