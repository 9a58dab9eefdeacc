"""What is known of a generation's trials while they run, and how long they may still take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from evolve.errors import printable
from evolve.presentation import Metric, Presentation, number
from evolve.records.events import Event, EventKind, Progress
from evolve.records.run import TrialResult

_OVERHEAD_S: Final = 15.0
"""Guess at what a trial takes beside its budget, until one has ended: building, composing, rendering."""


@dataclass(slots=True)
class TrialRow:
    """One individual's trial.

    Attributes:
        id: Whose it is.
        state: ``waiting``, a phase, ``done``, ``paused`` or ``failed``.
        progress: The last that it told.
        loss: The lowest so far.
        started_at: When the trial began, in seconds of the board's clock.
        took_s: How long it took, once it has ended.
        ended_at: When it ended, in seconds of the board's clock; 0 before.
        failure: Why it failed.
    """

    id: str
    state: str = "waiting"
    progress: Progress | None = None
    loss: float | None = None
    started_at: float = 0.0
    took_s: float | None = None
    ended_at: float = 0.0
    failure: str | None = None


@dataclass(slots=True)
class Board:
    """The trials of one generation, and how long they may still take.

    Attributes:
        generation: Its index.
        seconds: Budget of an individual; 0 where there is none.
        metric: The loss, where the domain has one.
        rows: In slot order; replacements are added at the end.
        places: The most trials seen side by side.
        running: The rows of trials that have begun and not ended.
        took: How long each ended trial took, in the order of their ends.
        presentable: Of how many members the samples can be judged already.
        folder: Where those lie.
        capacity: What the machines do now on which trials run; empty when there is nothing to say.
    """

    generation: int = 0
    seconds: float = 0.0
    metric: Metric | None = None
    rows: dict[str, TrialRow] = field(default_factory=dict)
    began_at: float = 0.0
    places: int = 1
    running: dict[str, TrialRow] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    presentable: int = 0
    folder: str = ""
    capacity: str = ""

    @classmethod
    def of(cls, event: Event, presentation: Presentation, now: float) -> Self:
        """A board of the trials that are about to run."""
        metric = next(iter(presentation.metrics), None)
        board = cls(event.generation, float(event.facts.get("seconds", 0.0)), metric, began_at=now)
        board.rows = {name: TrialRow(name) for name in event.members}
        return board

    def tell(self, event: Event, now: float) -> None:
        """Enter what has happened."""
        name = event.individual_id
        match event.kind:
            case EventKind.STARTED:
                row = self.running[name] = self.rows.setdefault(name, TrialRow(name))
                row.state, row.started_at, row.progress = "starting", now, None
                self.places = max(self.places, len(self.running))
            case EventKind.LOST:
                row = self.rows[name]
                row.state, row.progress = "waiting", None
                self.running.pop(name, None)
            case EventKind.PROGRESSED if event.progress is not None:
                self._progress(self.rows[name], event.progress)
            case EventKind.FINISHED:
                self._finish(event, now)
            case EventKind.CAPACITY:
                self.capacity = printable(event.text)
            case EventKind.PRESENTABLE:
                self.presentable, self.folder = event.done, event.text

    def _progress(self, row: TrialRow, progress: Progress) -> None:
        row.state, row.progress = progress.phase, progress
        if progress.loss is not None:
            row.loss = progress.loss if row.loss is None else min(row.loss, progress.loss)

    def _finish(self, event: Event, now: float) -> None:
        row, result = self.rows[event.individual_id], event.result
        row.took_s, row.ended_at = now - row.started_at, now
        self.running.pop(row.id, None)
        self.took.append(row.took_s)
        row.failure = result.failure if result else None
        row.state = _end_in_words(result)
        if self.metric is not None and result is not None:
            last = number(result.metrics, self.metric.name)
            row.loss = row.loss if last is None else last

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return len(self.took)

    @property
    def status(self) -> str:
        """What the machines do, in words: that workers start, before anything else is known; empty: nothing to say."""
        is_known = self.capacity or self.running or self.took
        return self.capacity if is_known else "starting the workers …"

    def seconds_left(self, now: float) -> float:
        """An estimate of the time until all have ended: the work left, shared by the trials that run side by side."""
        usual = sum(self.took) / len(self.took) if self.took else self.seconds + _OVERHEAD_S
        left = [max(usual - (now - row.started_at), 1.0) for row in self.running.values()]
        waiting = len(self.rows) - len(left) - len(self.took)
        return _makespan([*left, *[0.0] * (self.places - len(left))], waiting, usual)

    def shown(self, most: int) -> tuple[TrialRow, ...]:
        """So many rows at most, in slot order: those that run, then those that ended last, then the next to come."""
        if len(self.rows) <= most:
            return tuple(self.rows.values())
        ended = sorted((row for row in self.rows.values() if row.took_s is not None), key=lambda row: -row.ended_at)
        waiting = (row for row in self.rows.values() if row.state == "waiting")
        chosen = {row.id for row in [*self.running.values(), *ended[: most // 2], *waiting][:most]}
        return tuple(row for name, row in self.rows.items() if name in chosen)


def _makespan(left: Sequence[float], waiting: int, usual: float) -> float:
    """When the last of the waiting ends, if each starts where a place becomes free first."""
    # Once all places have had one of the waiting, they take turns: whole rounds need no looking at.
    turns = waiting // len(left) - math.ceil((max(left) - min(left)) / max(usual, 1e-9)) - 1
    rounds = max(0, turns)
    places = sorted(left)
    for _ in range(waiting - rounds * len(left)):
        places = sorted([places[0] + usual, *places[1:]])
    return max(places) + rounds * usual


def _end_in_words(result: TrialResult | None) -> str:
    if result is None:
        return "done"
    stopped = "stopped early" if result.stopped else "paused" if result.is_paused else "done"
    return "failed" if result.failure else stopped
