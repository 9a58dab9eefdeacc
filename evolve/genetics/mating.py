"""One genome from parents, before it has a place in a generation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evolve.genetics.selection import draw_mate, draw_parents
from evolve.genetics.space import SearchSpace
from evolve.genetics.variation import crossover, mutate
from evolve.records.genome import Genome


@dataclass(frozen=True, slots=True)
class Bred:
    """A genome that was bred, and has no place in a generation yet.

    Attributes:
        genome: Its genes.
        parents: Ids; none where it was sampled.
        operators: What was done, in order.
    """

    genome: Genome
    parents: tuple[str, ...]
    operators: tuple[str, ...]


def bred_from(
    parents: Sequence[str],
    genomes: Mapping[str, Genome],
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    crossover_rate: float,
    mutation_rate: float,
    eta: float,
    first: str | None = None,
) -> Bred:
    """A genome of one parent or two, which may have been there before.

    Args:
        parents: Ids, best first.
        genomes: By id.
        space: The run's space.
        rng: The only source of chance.
        crossover_rate: The chance of two parents, 0 .. 1.
        mutation_rate: The chance of each gene to change, 0 .. 1.
        eta: The distribution index of crossover and mutation, at least 0: the larger, the smaller the steps.
        first: The first parent, where it is settled; it need not be one of the others.
    """
    count = 2 if rng.random() < crossover_rate else 1
    pair = draw_parents(parents, rng, count=count) if first is None else draw_mate(first, parents, rng, count=count)
    genome, operators = genomes[pair[0]], ["mutation"]
    if len(pair) > 1:
        genome = crossover(genome, genomes[pair[1]], space, rng, eta=eta)
        operators.insert(0, "crossover")
    return Bred(mutate(genome, space, rng, rate=mutation_rate, eta=eta), pair, tuple(operators))
