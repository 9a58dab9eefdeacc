"""What another program has found: a space, and the best of its trials."""

from collections.abc import Iterator
from dataclasses import dataclass

from evolve.records.run import RunRecord
from evolve.spaces import PlainValue


@dataclass(frozen=True, slots=True)
class FoundTrial:
    """A trial that a tuner has completed.

    Attributes:
        id: The tuner's name of it.
        genome: The values of the active genes.
        score: Of its objective.
    """

    id: str
    genome: dict[str, PlainValue]
    score: float


@dataclass(frozen=True, slots=True)
class FoundProject:
    """What there is of a project.

    Attributes:
        space: The text of a space file.
        trials: The completed ones, the best first, no genome twice.
        notices: What was left out, and why, a line each.
    """

    space: str
    trials: tuple[FoundTrial, ...]
    notices: tuple[str, ...]


def without_twins(found: list[FoundTrial]) -> Iterator[FoundTrial]:
    """Of trials that have the same genome the first."""
    seen: list[dict[str, PlainValue]] = []
    for one in found:
        if one.genome not in seen:
            seen.append(one.genome)
            yield one


def likings(run: RunRecord) -> Iterator[tuple[str, float]]:
    """Of everybody who was ranked, how large a share of the others in the newest ranking came after them.

    Ties count half; the rejected have 0.
    """
    newest = {name: one for one in run.generations if one.status.is_ranked for name in one.ranking}
    for name, generation in newest.items():
        entry = generation.ranking[name]
        others = [other for one, other in generation.ranking.items() if one != name]
        behind = sum(1.0 if other.rank > entry.rank else 0.5 if other.rank == entry.rank else 0.0 for other in others)
        yield name, 0.0 if entry.rejected or not others else behind / len(others)
