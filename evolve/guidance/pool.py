"""Whoever may be chosen: children that are bred in thought, near and far, theirs again, and fresh genomes."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np

from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.mating import Bred, bred_from
from evolve.genetics.space import SearchSpace
from evolve.records.genome import Genome

FAMILY: Final = 8
"""Of those expected to be liked most, how many breed."""

_REACHES: Final = ((2.0, 0.5), (8.0, 0.3), (30.0, 0.15), (100.0, 0.15))
"""Distribution index and mutation rate of those who are bred: from far to near."""

_BRED: Final = 30
"""By each reach, in each round."""

_SAMPLED: Final = 30
"""Fresh genomes among those who may be chosen."""

_ROUNDS: Final = 3
_KEPT: Final = 150
"""Of a round those of whom most is hoped: they may be chosen, and breed once more."""


def bred_in_thought(  # noqa: PLR0917
    parents: Sequence[Bred],
    space: SearchSpace,
    plan: BreedingPlan,
    taken: Collection[Genome],
    hope: Callable[[Sequence[Genome]], np.ndarray],
    rng: np.random.Generator,
) -> list[Bred]:
    """Those of many of whom most is hoped, the most first.

    Args:
        parents: Who breeds, the likeliest first.
        space: The run's space.
        plan: How often two are crossed.
        taken: Genomes that are not born again.
        hope: Of genomes how much they may be liked at best, float [genomes].
        rng: The only source of chance.
    """
    kept = [Bred(space.sample(rng), (), ("sampling",)) for _ in range(_SAMPLED)]
    for _ in range(_ROUNDS):
        kept += _children(parents, space, plan, rng)
        kept = [one for one in {one.genome: one for one in reversed(kept)}.values() if one.genome not in taken]
        if not kept:
            break
        order = (-hope([one.genome for one in kept])).argsort(kind="stable")
        kept = [kept[place] for place in order[:_KEPT]]
        parents = kept[: 2 * FAMILY]
    return kept


def _children(parents: Sequence[Bred], space: SearchSpace, plan: BreedingPlan, rng: np.random.Generator) -> list[Bred]:
    """Children of genomes that may themselves be bred in thought alone: then their parents are those of these."""
    names = {str(place): one for place, one in enumerate(parents)}
    genomes = {name: one.genome for name, one in names.items()}
    bred = []
    for eta, rate in _REACHES:
        for _ in range(_BRED):
            child = bred_from(
                [*names], genomes, space, rng, crossover_rate=plan.crossover_rate, mutation_rate=rate, eta=eta
            )
            begetters = [*dict.fromkeys(name for parent in child.parents for name in names[parent].parents)][:2]
            operators = ("crossover", "mutation")[2 - len(begetters) :] if begetters else ("sampling",)
            bred.append(Bred(child.genome, tuple(begetters), operators))
    return bred
