"""A whole generation at once: founders, children of a ranked generation, replacements of failures.

Every individual draws from a stream of its own (run seed, generation, slot), so the result depends on nothing but the
arguments: not on the order in which trials ended, nor on how often the run was interrupted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.mating import Bred, bred_from
from evolve.genetics.scale import from_unit, sample_value
from evolve.genetics.selection import Fitness, select_best
from evolve.genetics.space import SearchSpace
from evolve.randomness import derive_rng
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin, individual_id
from evolve.words import counted, worded

_ATTEMPTS = 300
"""Draws for one genome that was not there before, until it is looked for among all."""

_FEW = 50_000
"""Genomes of a space that can all be listed in a second; more than a run can have."""

MAX_REPLACEMENTS = 5
"""Failures in one slot after which the space, not chance, is to blame."""


@dataclass(frozen=True, slots=True)
class BreedingPlan:
    """How the next generation comes from a ranked one.

    Attributes:
        population: Members of a generation, at least 1.
        parents: How many of the best may become parents, at least 1.
        elites: How many of the best are heard again unchanged, fewer than the population.
        newcomers: Fresh genomes a generation, for diversity.
        exploration: The dial from 0, refine, to 1, explore: how many genes change, and how far.
        crossover_rate: Share of children with two parents, 0 .. 1.
        mutation_rate: Chance of each gene to change, 0 .. 1; None takes it from the dial.
    """

    population: int
    parents: int
    elites: int
    newcomers: int
    exploration: float = 0.5
    crossover_rate: float = 0.5
    mutation_rate: float | None = None

    @property
    def gene_mutation_rate(self) -> float:
        """The chance of each gene to change: 0.1 when refining, 0.5 when exploring."""
        return 0.1 + 0.4 * self.exploration if self.mutation_rate is None else self.mutation_rate

    @property
    def eta(self) -> float:
        """The distribution index of crossover and mutation: 30 when refining, 2 when exploring."""
        return float(30.0 * (2.0 / 30.0) ** self.exploration)


@dataclass(frozen=True, slots=True)
class Offspring:
    """The next generation.

    Attributes:
        parents: Ids of the selected parents, best first, then of those that breed for a favourite, or by taste, alone.
        elites: Ids of individuals that are heard again; they take the first slots.
        born: The new individuals, in slot order after the elites.
    """

    parents: tuple[str, ...]
    elites: tuple[str, ...]
    born: tuple[Individual, ...]


def check_population_fits(space: SearchSpace, population: int) -> None:
    """See that a population has room in a space.

    Raises:
        SpaceError: The space holds fewer genomes.
    """
    if space.size < population:
        genomes = worded(space.size, "one genome", f"{space.size:.0f} genomes")
        raise SpaceError(
            f"the search space holds {genomes}, fewer than the population of {population}; "
            f"give --population {space.size:.0f}{' or less' * (space.size > 1)}, or widen a gene"
        )


def found(space: SearchSpace, *, population: int, seed: int) -> tuple[Individual, ...]:
    """Generation 0: genomes spread evenly over the space, all different.

    They are a Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): of each gene every founder has a
    stretch of the scale of its own. Shares are drawn blindly.

    Raises:
        SpaceError: The space holds fewer genomes than the population needs.
    """
    check_population_fits(space, population)
    positions = _latin_hypercube(space, population, derive_rng(seed, "founders"))
    taken: set[Genome] = set()
    founders = []
    for slot in range(1, population + 1):
        rng = derive_rng(seed, "founder", slot)
        genome = space.grow(partial(_value_at, positions[slot - 1], rng))
        genome = genome if genome not in taken else _fresh(space, rng, taken)
        name = individual_id(0, slot)
        founders.append(Individual(name, 0, slot, genome, Origin.FOUNDER, (), ("sampling",)))
        taken.add(genome)
    return tuple(founders)


def _latin_hypercube(space: SearchSpace, count: int, rng: np.random.Generator) -> list[dict[str, float]]:
    """Of each of so many genomes the position of each gene, 0 .. 1: every stretch of a scale is taken once."""
    columns = {gene.name: (rng.permutation(count) + rng.random(count)) / count for gene in space.genes}
    return [{name: float(column[place]) for name, column in columns.items()} for place in range(count)]


def _value_at(positions: Mapping[str, float], rng: np.random.Generator, gene: Gene) -> Value:
    return sample_value(gene, rng) if gene.kind is GeneKind.SHARES else from_unit(gene, positions[gene.name])


def breed(
    fitness: Mapping[str, Fitness],
    genomes: Mapping[str, Genome],
    space: SearchSpace,
    plan: BreedingPlan,
    *,
    generation: int,
    seed: int,
    taken: Collection[Genome] | None = None,
    favourites: Collection[str] = (),
    chosen: Sequence[Bred] = (),
) -> Offspring:
    """The generation that follows a ranked one.

    Whoever has a favourite sample, comes not back and is not rejected gets a child at least: the last children are
    those of such as have none by then, and newcomers give way where there are many.

    Args:
        fitness: The ranking of the members, in the order that decides between ties.
        genomes: Of the members at least, by id.
        space: The run's space.
        plan: How many of what.
        generation: The index of the new generation.
        seed: The run's seed.
        taken: Every genome that was ever born in the run, and is not born again; None: all of ``genomes``.
        favourites: Ids of the members of whom a listener loves a sample.
        chosen: Genomes that take the first children's slots, as far as these reach; all different and not there before.

    Raises:
        SpaceError: Every genome of the space was born already.
    """
    parents = select_best(fitness, plan.parents)
    elites = select_best(fitness, min(plan.elites, plan.population - 1))
    taken = set(genomes.values() if taken is None else taken)
    slots = range(len(elites) + 1, plan.population + 1)
    fit = select_best(fitness, len(fitness))
    owed = [name for name in fit if name in favourites and name not in elites][: len(slots)]
    newcomers = len(slots) if not parents else min(plan.newcomers, len(slots) - len(owed))
    others: list[str] = []
    waiting = list(chosen)
    taken |= {one.genome for one in chosen}
    born: list[Individual] = []
    for slot in slots:
        rng, place = derive_rng(seed, "breeding", generation, slot), (generation, slot)
        is_due = len(owed) > plan.population - newcomers - slot
        if slot > plan.population - newcomers:
            child = _sampled(space, rng, taken, Origin.NEWCOMER, place)
        elif waiting and not is_due:
            child = _placed(waiting.pop(0), place)
            others += child.parents
        else:
            first = owed.pop(0) if is_due else None
            child = _child(parents, genomes, space, plan, rng=rng, taken=taken, place=place, first=first)
            others += child.parents[:1] if is_due else ()
        owed = [name for name in owed if name not in child.parents]
        taken.add(child.genome)
        born.append(child)
    return Offspring(tuple(dict.fromkeys((*parents, *others))), elites, tuple(born))


def found_from(
    ancestors: Sequence[Genome], space: SearchSpace, plan: BreedingPlan, *, seed: int
) -> tuple[Individual, ...]:
    """The generation 0 of a run that begins with ancestors from another: these, and children of theirs.

    Args:
        ancestors: All different; the first is the likeliest to become a parent. Each becomes a founder.
        space: The run's space.
        plan: How many of what; there are neither elites nor newcomers yet.
        seed: The run's seed.

    Raises:
        SpaceError: The space holds fewer genomes than the population needs.
    """
    check_population_fits(space, plan.population)
    founders = [
        Individual(individual_id(0, slot), 0, slot, genome, Origin.FOUNDER)
        for slot, genome in enumerate(ancestors, start=1)
    ]
    genomes = {one.id: one.genome for one in founders}
    taken, born = set(ancestors), []
    for slot in range(len(founders) + 1, plan.population + 1):
        rng = derive_rng(seed, "branching", slot)
        born.append(_child(tuple(genomes), genomes, space, plan, rng=rng, taken=taken, place=(0, slot)))
        taken.add(born[-1].genome)
    return (*founders, *born)


def replace_failed(
    failed: Sequence[Individual],
    replacement: Mapping[str, int],
    taken: Collection[Genome],
    space: SearchSpace,
    seed: int,
) -> tuple[Individual, ...]:
    """A fresh genome for each failed individual, in the same slot.

    Args:
        failed: Individuals of one generation, in slot order.
        replacement: Of each failed id, which replacement in its slot the new one will be, from 1.
        taken: Every genome ever born in the run.
        space: The run's space.
        seed: The run's seed.

    Raises:
        SpaceError: Every genome of the space was born already.
    """
    known = set(taken)
    fresh = []
    for one in failed:
        number = replacement[one.id]
        rng = derive_rng(seed, "replacement", one.generation, one.slot, number)
        fresh.append(_sampled(space, rng, known, Origin.REPLACEMENT, (one.generation, one.slot), number=number))
        known.add(fresh[-1].genome)
    return tuple(fresh)


def _child(
    parents: Sequence[str],
    genomes: Mapping[str, Genome],
    space: SearchSpace,
    plan: BreedingPlan,
    *,
    rng: np.random.Generator,
    taken: Collection[Genome],
    place: tuple[int, int],
    first: str | None = None,
) -> Individual:
    """A child whose genome was never there before; parents that have no such child left give a newcomer.

    Args:
        parents: Ids, best first.
        genomes: By id.
        space: The run's space.
        plan: How often two are crossed, and how much changes.
        rng: The only source of chance.
        taken: Genomes that were there before.
        place: Generation and slot.
        first: The first parent, where it is settled; it need not be one of the others.
    """
    for _ in range(_ATTEMPTS):
        bred = bred_from(
            parents, genomes, space, rng,
            crossover_rate=plan.crossover_rate, mutation_rate=plan.gene_mutation_rate, eta=plan.eta, first=first,
        )  # fmt: skip
        if bred.genome not in taken:
            return _placed(bred, place)
    return _sampled(space, rng, taken, Origin.NEWCOMER, place)


def _placed(bred: Bred, place: tuple[int, int]) -> Individual:
    origin = Origin.CHILD if bred.parents else Origin.NEWCOMER
    return Individual(individual_id(*place), *place, bred.genome, origin, bred.parents, bred.operators)


def _sampled(
    space: SearchSpace,
    rng: np.random.Generator,
    taken: Collection[Genome],
    origin: Origin,
    place: tuple[int, int],
    *,
    number: int = 0,
) -> Individual:
    name = individual_id(*place, number)
    return Individual(name, *place, _fresh(space, rng, taken), origin, (), ("sampling",))


def _fresh(space: SearchSpace, rng: np.random.Generator, taken: Collection[Genome]) -> Genome:
    for _ in range(_ATTEMPTS):
        genome = space.sample(rng)
        if genome not in taken:
            return genome
    listed = space.genomes() if space.size <= _FEW else ()
    left = [genome for genome in listed if genome not in taken]
    if not left:
        raise SpaceError(
            f"the search space is exhausted: {len(taken)} of its {counted(space.size, 'genome was', 'genomes were')} "
            f"born already and no new one can be found; widen a gene, or start a run with a smaller population"
        )
    return left[int(rng.integers(len(left)))]
