"""What is known of a generation's trials while they run, and how long they may still take."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evolve.execution.contract import Phase, TrialProgress
from evolve.store.records import TrialResult

_OVERHEAD_S = 15.0
"""Guess at what a trial takes beside training, until one has ended: building, composing, rendering."""


@dataclass(slots=True)
class Row:
    """One individual's trial.

    Attributes:
        id: Whose it is.
        state: ``waiting``, a phase, ``done`` or ``failed``.
        progress: The last sign of life.
        bits: Best known loss on held-out pieces, bits a note.
        started_at: When the trial began, in seconds of the board's clock.
        took_s: How long it took, once it has ended.
        ended_at: When it ended, in seconds of the board's clock; 0 before.
        failure: Why it failed.
    """

    id: str
    state: str = "waiting"
    progress: TrialProgress | None = None
    bits: float | None = None
    started_at: float = 0.0
    took_s: float | None = None
    ended_at: float = 0.0
    failure: str | None = None

    @property
    def is_ended(self) -> bool:
        """Whether the trial has ended, well or not."""
        return self.took_s is not None


@dataclass(slots=True)
class Board:
    """The trials of one generation.

    Attributes:
        generation: Its index.
        seconds: Training budget of an individual.
        rows: In slot order; replacements are added at the end.
        places: The most trials seen side by side.
        running: The rows of trials that have begun and not ended.
        took: How long each ended trial took, in the order of their ends.
        heard: How many members' songs can be heard already.
        folder: Where they lie.
        place: What the place where they run does now; empty when there is nothing to say.
    """

    generation: int
    seconds: float
    rows: dict[str, Row] = field(default_factory=dict)
    began_at: float = 0.0
    places: int = 1
    running: dict[str, Row] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    heard: int = 0
    folder: str = ""
    place: str = ""

    def expect(self, individual_ids: Iterable[str]) -> None:
        """These will be tried."""
        for name in individual_ids:
            self.rows.setdefault(name, Row(name))

    def start(self, individual_id: str, now: float) -> None:
        """A trial begins, or begins again."""
        self.expect([individual_id])
        row = self.rows[individual_id]
        row.state, row.started_at, row.progress = Phase.BUILDING, now, None
        self.running[individual_id] = row
        self.places = max(self.places, len(self.running))

    def wait(self, individual_id: str) -> None:
        """A trial was lost, and waits to begin again."""
        row = self.rows[individual_id]
        row.state, row.progress = "waiting", None
        self.running.pop(row.id, None)

    def progress(self, progress: TrialProgress) -> None:
        """A trial gave a sign of life."""
        row = self.rows[progress.individual_id]
        row.state, row.progress = progress.phase, progress
        if progress.held_out_bits is not None:
            row.bits = progress.held_out_bits if row.bits is None else min(row.bits, progress.held_out_bits)

    def finish(self, result: TrialResult, now: float) -> None:
        """A trial ended."""
        row = self.rows[result.individual_id]
        row.took_s, row.ended_at = now - row.started_at, now
        self.running.pop(row.id, None)
        self.took.append(row.took_s)
        row.state, row.failure = ("failed" if result.failure else "done"), result.failure
        row.bits = result.metrics.get("held_out_bits_per_note", row.bits)

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return len(self.took)

    def seconds_left(self, now: float) -> float:
        """An estimate of the time until all have ended: the work left, shared by the trials that run side by side."""
        usual = sum(self.took) / len(self.took) if self.took else self.seconds + _OVERHEAD_S
        left = [max(usual - (now - row.started_at), 1.0) for row in self.running.values()]
        waiting = len(self.rows) - len(left) - len(self.took)
        free = [0.0] * (self.places - len(left))
        return _makespan([*left, *free], waiting, usual)

    def shown(self, most: int) -> tuple[Row, ...]:
        """So many rows at most, in slot order: those that run, then those that ended last, then the next to come."""
        if len(self.rows) <= most:
            return tuple(self.rows.values())
        ended = sorted((row for row in self.rows.values() if row.is_ended), key=lambda row: -row.ended_at)
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
