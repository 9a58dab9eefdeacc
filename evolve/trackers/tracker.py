"""What a tracker is, and what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evolve.media import media_type
from evolve.records.events import Progress
from evolve.records.run import IndividualRecord, RunRecord
from evolve.spaces import PlainValue, plain


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run, as a tracker is told of it.

    Attributes:
        name: Of the run folder.
        folder: The run folder.
        settings: Every setting by name, as JSON has them.
        domain: What is bred, such as ``music``.
    """

    name: str
    folder: Path
    settings: Mapping[str, object]
    domain: str


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file of a sample.

    Attributes:
        sample: The sample's number, from 1.
        kind: What it is of the sample, such as ``audio``.
        path: Where it lies, in the run folder.
    """

    sample: int
    kind: str
    path: Path

    @property
    def media_type(self) -> str:
        """Such as ``audio/ogg``."""
        return media_type(self.path.name)


@dataclass(frozen=True, slots=True)
class TrackedIndividual:
    """An individual whose trial has ended.

    Attributes:
        id: Such as ``g0-3``.
        generation: In which it was born, from 0.
        origin: ``founder``, ``child``, ``newcomer`` or ``replacement``.
        parents: Their ids.
        genome: The values of its active genes by name.
        status: ``evaluated``, ``failed`` or ``stopped``.
        reason: Why it failed or was stopped, one line; empty where it was evaluated.
        metrics: Those that are numbers, by name.
        files: Of its samples.
    """

    id: str
    generation: int
    origin: str
    parents: tuple[str, ...]
    genome: Mapping[str, PlainValue]
    status: str
    reason: str
    metrics: Mapping[str, float]
    files: tuple[TrackedFile, ...]


@dataclass(frozen=True, slots=True)
class TrackedRank:
    """Where an individual came in a generation's ranking.

    Attributes:
        generation: Of the ranking, from 0: an elite has a rank in several.
        rank: From 1; those who are tied share one.
        of: How many were ranked.
        rejected: Whether it must not become a parent.
    """

    generation: int
    rank: int
    of: int
    rejected: bool


class Tracker(Protocol):
    """Keeps a run elsewhere; called from a thread of its own, one call at a time, and never waited for by a trial.

    A run that is gone on with is told from its beginning once more: whoever was tracked before is not to stand there
    twice. What a call raises ends the tracking, never the run.
    """

    def begin(self, run: TrackedRun) -> None:
        """What follows is of this run."""

    def progressed(self, individual_id: str, progress: Progress) -> None:
        """A trial says how far it is; some of it may be left out where a tracker is slow."""

    def ended(self, individual: TrackedIndividual) -> None:
        """A trial has ended."""

    def ranked(self, individual_id: str, rank: TrackedRank) -> None:
        """A generation was ranked, or ranked anew by a further ballot; told of each of its members."""

    def close(self) -> None:
        """Nothing more will be told by this process."""


def tracked_individual(record: IndividualRecord, folder: Path) -> TrackedIndividual:
    """What a tracker is told of an individual.

    Args:
        record: As the store has it.
        folder: The run folder.
    """
    one = record.individual
    files = [
        TrackedFile(sample.index, kind, folder / path)
        for sample in record.samples
        for kind, path in sample.files.items()
    ]
    numbers = {name: float(value) for name, value in record.metrics.items() if _is_number(value)}
    return TrackedIndividual(
        one.id, one.generation, str(one.origin), one.parents, plain(one.genome), str(record.status),
        record.failure or record.stopped or "", numbers, tuple(files),
    )  # fmt: skip


def tracked_ranks(run: RunRecord, generation: int) -> dict[str, TrackedRank]:
    """Where each member of a ranked generation came, by id."""
    ranking = run.generations[generation].ranking
    return {name: TrackedRank(generation, entry.rank, len(ranking), entry.rejected) for name, entry in ranking.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
