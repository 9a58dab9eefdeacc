"""Children from parents: crossover and mutation in the unit cube.

Numbers vary on their own scale (a learning rate by ratios, a width by steps), shares in their simplex; choices and
booleans are taken over or replaced whole. A gene that its parent gene switches on is sampled fresh, one that is
switched off is dropped.
"""

import numpy as np

from evolve.genetics.gene import Gene
from evolve.genetics.scale import count_values, from_unit, neighbours, sample_value, to_unit
from evolve.genetics.simplex import ends_of_line, mutate_shares, shares_between
from evolve.genetics.space import SearchSpace
from evolve.records.genome import Genome, Value
from evolve.records.shares import Shares


def crossover(first: Genome, second: Genome, space: SearchSpace, rng: np.random.Generator, *, eta: float) -> Genome:
    """A genome of two: each gene from one of them, or between or beside both where it is a number or shares.

    Numbers follow simulated binary crossover (Deb and Agrawal, "Simulated binary crossover for continuous search
    space", Complex Systems 9, 1995) in the unit interval, shares on the line through both; all else uniform crossover.

    Args:
        first: A genome of the space.
        second: Another.
        space: The space of both, and of the result.
        rng: The only source of chance.
        eta: The distribution index, at least 0: the larger, the nearer to the parents.
    """
    parents = (first.as_dict(), second.as_dict())

    def inherit(gene: Gene) -> Value:
        given = [values[gene.name] for values in parents if gene.name in values]
        if not given:
            return sample_value(gene, rng)
        if len(given) == 2 and given[0] != given[1]:  # noqa: PLR2004 - two parents
            return _cross_values(gene, given[0], given[1], rng, eta)
        return given[int(rng.integers(len(given)))]

    return space.grow(inherit)


def mutate(genome: Genome, space: SearchSpace, rng: np.random.Generator, *, rate: float, eta: float) -> Genome:
    """A genome that differs from the given one in at least one gene, when the space has another.

    Numbers follow polynomial mutation (Deb and Goyal, "A combined genetic adaptive search (GeneAS) for engineering
    design", Computer Science and Informatics 26, 1996) in the unit interval, and move at least to their next value;
    `mutate_shares` does the like with shares.

    Args:
        genome: A genome of the space.
        space: Its space, and the result's.
        rng: The only source of chance.
        rate: The chance of each gene to change, 0 .. 1; one gene changes in any case.
        eta: The distribution index, at least 0: the larger, the smaller the steps.
    """
    values = genome.as_dict()
    mutable = [gene.name for gene in space.genes if gene.name in values and count_values(gene) > 1]
    if not mutable:
        return genome
    chosen = {name for name in mutable if rng.random() < rate} or {mutable[int(rng.integers(len(mutable)))]}

    def inherit(gene: Gene) -> Value:
        if gene.name not in values:
            return sample_value(gene, rng)
        value = values[gene.name]
        return mutate_value(gene, value, rng, eta=eta) if gene.name in chosen else value

    return space.grow(inherit)


def mutate_value(gene: Gene, value: Value, rng: np.random.Generator, *, eta: float) -> Value:
    """Another value of a gene that has more than one; near the given one when the gene has neighbours."""
    if isinstance(value, Shares):
        return mutate_shares(value, rng, eta=eta)
    if not gene.has_neighbours:
        others = [other for other in gene.values if other != value]
        return others[int(rng.integers(len(others)))]
    mutant = from_unit(gene, _polynomial(to_unit(gene, value), rng, eta))
    return mutant if mutant != value else _neighbour(gene, value, rng)


def _cross_values(gene: Gene, first: Value, second: Value, rng: np.random.Generator, eta: float) -> Value:
    """A value from two that differ."""
    if isinstance(first, Shares) and isinstance(second, Shares):
        position = _simulated_binary((0.0, 1.0), ends_of_line(first, second), rng, eta)
        return shares_between(first, second, position)
    if gene.is_numeric:
        positions = (to_unit(gene, first), to_unit(gene, second))
        return from_unit(gene, _simulated_binary(positions, (0.0, 1.0), rng, eta))
    return (first, second)[int(rng.integers(2))]


def _neighbour(gene: Gene, value: Value, rng: np.random.Generator) -> Value:
    if count_values(gene) == np.inf:
        shift = 0.01 if rng.random() < 0.5 else -0.01  # noqa: PLR2004 - a fair coin
        position = to_unit(gene, value) + shift
        return from_unit(gene, position if 0 <= position <= 1 else position - 2 * shift)
    nearest = neighbours(gene, value)
    return nearest[int(rng.integers(len(nearest)))]


def _polynomial(position: float, rng: np.random.Generator, eta: float) -> float:
    """Bounded polynomial mutation in the unit interval."""
    chance, power = float(rng.random()), 1.0 / (eta + 1.0)
    if chance < 0.5:  # noqa: PLR2004 - half of the distribution lies on each side
        below = 2.0 * chance + (1.0 - 2.0 * chance) * (1.0 - position) ** (eta + 1.0)
        return float(position + below**power - 1.0)
    above = 2.0 * (1.0 - chance) + 2.0 * (chance - 0.5) * position ** (eta + 1.0)
    return float(position + 1.0 - above**power)


def _simulated_binary(
    parents: tuple[float, float], ends: tuple[float, float], rng: np.random.Generator, eta: float
) -> float:
    """One of the two children of simulated binary crossover, clipped to an interval."""
    chance, power = float(rng.random()), 1.0 / (eta + 1.0)
    spread = (2.0 * chance) ** power if chance <= 0.5 else (1.0 / (2.0 * (1.0 - chance))) ** power  # noqa: PLR2004
    side = 1.0 if rng.random() < 0.5 else -1.0  # noqa: PLR2004 - a fair coin
    first, second = parents
    child = 0.5 * (first + second) + side * 0.5 * spread * (first - second)
    return float(min(max(child, ends[0]), ends[1]))
