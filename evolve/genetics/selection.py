"""Who becomes a parent: truncation, then a draw in which the better is the likelier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a ranking says of one individual.

    Attributes:
        rank: From 1; ties share the better rank.
        rejected: Whether it must not become a parent.
    """

    rank: int
    rejected: bool = False


def select_best(fitness: Mapping[str, Fitness], count: int) -> tuple[str, ...]:
    """The ids of the best, best first: truncation selection over those not rejected.

    Args:
        fitness: Of every individual of the generation, in the order that decides between ties.
        count: How many at most; fewer when more were rejected.
    """
    fit = [(one.rank, name) for name, one in fitness.items() if not one.rejected]
    return tuple(name for _, name in sorted(fit, key=lambda pair: pair[0])[:count])


def draw_parents(parents: Sequence[str], rng: np.random.Generator, *, count: int) -> tuple[str, ...]:
    """Different parents for one child, the better the likelier.

    Linear ranking selection (Baker, "Adaptive selection methods for genetic algorithms", ICGA 1985) with the best of
    n parents n times as likely as the last.

    Args:
        parents: Ids, best first.
        rng: The only source of chance.
        count: 1 or 2; at most as many as there are parents.
    """
    weights = np.arange(len(parents), 0, -1, dtype=float)
    picks = rng.choice(len(parents), size=min(count, len(parents)), replace=False, p=weights / weights.sum())
    return tuple(parents[int(pick)] for pick in picks)


def draw_mate(first: str, parents: Sequence[str], rng: np.random.Generator, *, count: int) -> tuple[str, ...]:
    """The first parent, and one of the others where the child has two."""
    others = [name for name in parents if name != first]
    return (first, *(draw_parents(others, rng, count=count - 1) if others and count > 1 else ()))
