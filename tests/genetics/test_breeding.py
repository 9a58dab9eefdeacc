"""Founders, generations and replacements: whole generations, in spaces of every kind."""

import math
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.genetics.breeding import BreedingPlan, Offspring, breed, found, found_from, replace_failed
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.lineage import changed
from evolve.genetics.selection import Fitness, select_best
from evolve.genetics.space import SearchSpace
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin, individual_id
from tests.genetics.drawing import conditional, spaces

CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "simple_rnn"))
SIZE = Gene("width", GeneKind.CHOICE, values=(32, 64, 96, 128, 160), ordered=True)
BRANCHES = Gene("branches", GeneKind.BOOLEAN, values=(False, True))
ENCODING = Gene("encoding", GeneKind.CHOICE, values=("onehot", "embedding"))
EMBEDDING = conditional(
    Gene("embedding_width", GeneKind.CHOICE, values=(8, 16, 32), ordered=True), ENCODING, "embedding"
)
SPACE = SearchSpace((CELL, SIZE, BRANCHES, ENCODING, EMBEDDING))
PLAN = BreedingPlan(population=6, parents=3, elites=1, newcomers=1)

seeds = st.integers(0, 2**63 - 1)


@st.composite
def ranked_generations(draw: st.DrawFn) -> tuple[SearchSpace, tuple[Individual, ...], dict[str, Fitness]]:
    """A space, founders that fit into it, and a ranking of them."""
    space = draw(spaces())
    founders = found(space, population=draw(st.integers(1, int(min(space.size, 8)))), seed=draw(seeds))
    ranks = {one.id: Fitness(draw(st.integers(1, 8)), draw(st.sampled_from((False, False, True)))) for one in founders}
    return space, founders, ranks


@st.composite
def plans(draw: st.DrawFn) -> BreedingPlan:
    """Any plan."""
    population = draw(st.integers(1, 8))
    return BreedingPlan(
        population=population,
        parents=draw(st.integers(1, 8)),
        elites=draw(st.integers(0, population)),
        newcomers=draw(st.integers(0, population)),
        exploration=draw(st.floats(0, 1)),
        crossover_rate=draw(st.floats(0, 1)),
        mutation_rate=draw(st.none() | st.floats(0, 1)),
    )


def genomes_of(*individuals: Individual) -> dict[str, Genome]:
    """Genomes by id."""
    return {one.id: one.genome for one in individuals}


def offspring_or_complaint(
    fitness: Mapping[str, Fitness], genomes: Mapping[str, Genome], space: SearchSpace, plan: BreedingPlan, seed: int
) -> Offspring | str:
    """The next generation, or why there is none."""
    try:
        return breed(fitness, genomes, space, plan, generation=1, seed=seed)
    except SpaceError as error:
        return str(error)


@settings(deadline=None)
@given(spaces(), st.integers(1, 12), seeds)
def test_founders_are_all_different_and_as_many_as_fit(space: SearchSpace, population: int, seed: int) -> None:
    """Up to the last genome of the space, however unlikely it is; one more is refused."""
    if population > space.size:
        with pytest.raises(SpaceError, match=rf"the search space holds (one genome|{space.size:.0f} genomes), fewer"):
            found(space, population=population, seed=seed)
        population = int(space.size)
    founders = found(space, population=population, seed=seed)
    assert [one.id for one in founders] == [f"g0-{slot}" for slot in range(1, population + 1)]
    assert len({one.genome for one in founders}) == population
    for slot, one in enumerate(founders, start=1):
        assert one.genome in space
        assert (one.generation, one.slot, one.origin, one.parents) == (0, slot, Origin.FOUNDER, ())


def test_a_space_that_is_too_small_says_what_would_fit() -> None:
    """The error names both numbers and what to give instead."""
    with pytest.raises(SpaceError) as told:
        found(SearchSpace((CELL,)), population=4, seed=1)
    assert str(told.value) == (
        "the search space holds 3 genomes, fewer than the population of 4; give --population 3 or less, or widen a gene"
    )


@settings(deadline=None, max_examples=80)
@given(ranked_generations(), plans(), seeds)
def test_a_generation_fills_the_generation_with_what_was_never_born_before(
    ranked: tuple[SearchSpace, tuple[Individual, ...], dict[str, Fitness]], plan: BreedingPlan, seed: int
) -> None:
    """Elites take the first slots, the newly born the others; an exhausted space is an error, not a double."""
    space, founders, fitness = ranked
    genomes = genomes_of(*founders)
    elites = select_best(fitness, min(plan.elites, plan.population - 1))
    offspring = offspring_or_complaint(fitness, genomes, space, plan, seed)
    enough = space.size - len(founders) >= plan.population - len(elites)
    if isinstance(offspring, str):
        assert not enough
        assert "the search space is exhausted" in offspring
        return
    assert enough
    assert offspring.elites == elites
    assert offspring.parents == select_best(fitness, plan.parents)
    assert [one.slot for one in offspring.born] == list(range(len(elites) + 1, plan.population + 1))
    everyone = [*genomes.values(), *(one.genome for one in offspring.born)]
    assert len(set(everyone)) == len(everyone)
    assert all(one.genome in space for one in offspring.born)
    assert all(one.id == individual_id(1, one.slot) for one in offspring.born)


@settings(deadline=None, max_examples=50)
@given(ranked_generations(), plans(), seeds)
def test_children_descend_from_the_selected_and_newcomers_from_nobody(
    ranked: tuple[SearchSpace, tuple[Individual, ...], dict[str, Fitness]], plan: BreedingPlan, seed: int
) -> None:
    """Children differ from their first parent; the last slots are for newcomers; the rejected have no children."""
    space, founders, fitness = ranked
    genomes = genomes_of(*founders)
    offspring = offspring_or_complaint(fitness, genomes, space, plan, seed)
    if isinstance(offspring, str):
        return
    for one in offspring.born:
        assert one.origin is (Origin.CHILD if one.parents else Origin.NEWCOMER)
        if one.parents:
            assert set(one.parents) <= set(offspring.parents)
            assert one.operators == (("crossover", "mutation") if len(one.parents) == 2 else ("mutation",))
            assert changed(one.genome, genomes[one.parents[0]])
        else:
            assert one.operators == ("sampling",)
    fresh = len(offspring.born) if not offspring.parents else min(plan.newcomers, len(offspring.born))
    assert all(one.origin is Origin.NEWCOMER for one in offspring.born[len(offspring.born) - fresh :])


def test_a_roomy_space_gives_exactly_the_newcomers_asked_for() -> None:
    """One newcomer by default, and none when none is wanted."""
    founders = found(SPACE, population=6, seed=1)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    for newcomers in range(5):
        plan = BreedingPlan(population=6, parents=3, elites=1, newcomers=newcomers)
        offspring = breed(fitness, genomes_of(*founders), SPACE, plan, generation=1, seed=1)
        assert sum(one.origin is Origin.NEWCOMER for one in offspring.born) == newcomers


def test_when_everyone_is_rejected_all_are_newcomers() -> None:
    """No parents, no elites: a new beginning instead of a dead end."""
    founders = found(SPACE, population=6, seed=1)
    fitness = {one.id: Fitness(1, rejected=True) for one in founders}
    offspring = breed(fitness, genomes_of(*founders), SPACE, PLAN, generation=1, seed=1)
    assert (offspring.parents, offspring.elites) == ((), ())
    assert [one.origin for one in offspring.born] == [Origin.NEWCOMER] * 6


def test_an_exhausted_space_says_so() -> None:
    """When every genome was born, with the numbers and what to do."""
    space = SearchSpace((CELL,))
    founders = found(space, population=3, seed=1)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    with pytest.raises(SpaceError, match=r"exhausted: 3 of its 3 genomes were born already .* widen a gene"):
        breed(fitness, genomes_of(*founders), space, PLAN, generation=1, seed=1)


def test_every_generation_has_streams_of_its_own() -> None:
    """The same ranking bred into another generation, or with another seed, gives other children."""
    founders = found(SPACE, population=6, seed=1)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    genomes = genomes_of(*founders)

    def bred(generation: int, seed: int) -> list[Genome]:
        offspring = breed(fitness, genomes, SPACE, PLAN, generation=generation, seed=seed)
        return [one.genome for one in offspring.born]

    assert bred(1, 1) == bred(1, 1)
    assert bred(1, 1) != bred(2, 1)
    assert bred(1, 1) != bred(1, 2)


def test_the_same_arguments_give_the_same_offspring_in_another_process() -> None:
    """Whatever Python's hashes are there, and in whatever order the genomes are handed over."""
    program = """
from evolve.genetics.breeding import breed, found
from evolve.genetics.selection import Fitness
from tests.genetics.test_breeding import PLAN, SPACE
founders = found(SPACE, population=6, seed=9)
fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
genomes = {one.id: one.genome for one in reversed(founders)}
print(founders, breed(fitness, genomes, SPACE, PLAN, generation=1, seed=9))
"""
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    founders = found(SPACE, population=6, seed=9)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    here = breed(fitness, genomes_of(*founders), SPACE, PLAN, generation=1, seed=9)
    assert shown == {f"{founders} {here}\n"}


def test_founding_breeding_and_replacing_load_no_network_library() -> None:
    """Numbers on every scale included: between a ranking and the next songs, nobody waits for TensorFlow to load."""
    program = """
import sys
from evolve.genetics.breeding import breed, found, replace_failed
from evolve.genetics.selection import Fitness
from tests.genetics.test_breeding import PLAN
from tests.genetics.test_pinned_genomes import SPACE
founders = found(SPACE, population=6, seed=9)
fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
genomes = {one.id: one.genome for one in founders}
offspring = breed(fitness, genomes, SPACE, PLAN, generation=1, seed=9)
replace_failed(founders[:1], {founders[0].id: 1}, genomes.values(), SPACE, 9)
heavy = ("tensorflow", "keras", "keras_tuner", "ray", "music21")
print(len(offspring.born), *(name for name in heavy if name in sys.modules))
"""
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["5"]


def test_exploring_changes_more_genes_than_refining() -> None:
    """The dial sets how many genes of a child differ from its parent's."""
    founders = found(SPACE, population=6, seed=1)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    genomes = genomes_of(*founders)

    def mean_changes(exploration: float) -> float:
        plan = BreedingPlan(6, 3, 0, 0, exploration=exploration, crossover_rate=0)
        generations = [breed(fitness, genomes, SPACE, plan, generation=1, seed=seed) for seed in range(60)]
        children = [child for offspring in generations for child in offspring.born if child.parents]
        return statistics.mean(len(changed(child.genome, genomes[child.parents[0]])) for child in children)

    assert mean_changes(0) < mean_changes(1)


def test_the_dial_sets_rate_and_index_unless_the_rate_is_given() -> None:
    """From 0.1 and 30, small steps, to 0.5 and 2, large ones."""
    refine, explore = (BreedingPlan(6, 3, 1, 1, exploration=dial) for dial in (0.0, 1.0))
    assert (refine.gene_mutation_rate, refine.eta) == (0.1, 30)
    assert explore.gene_mutation_rate == 0.5
    assert explore.eta == pytest.approx(2)
    assert BreedingPlan(6, 3, 1, 1, exploration=1, mutation_rate=0.0).gene_mutation_rate == 0


@settings(deadline=None, max_examples=60)
@given(st.permutations(range(6)), st.sets(st.integers(0, 5), min_size=1), seeds)
def test_replacements_do_not_depend_on_who_else_failed_or_when(order: list[int], places: set[int], seed: int) -> None:
    """In a roomy space a slot's replacement is the same alone or with others, whatever order the past is told in."""
    founders = found(SPACE, population=6, seed=seed)
    failed = [founders[place] for place in sorted(places)]
    first = {one.id: 1 for one in failed}
    together = replace_failed(failed, first, [one.genome for one in founders], SPACE, seed)
    shuffled = replace_failed(failed, first, [founders[place].genome for place in order], SPACE, seed)
    assert together == shuffled
    assert replace_failed(failed[:1], first, [one.genome for one in founders], SPACE, seed) == together[:1]
    everyone = [*founders, *together]
    assert len({one.genome for one in everyone}) == len(everyone)
    for old, new in zip(failed, together, strict=True):
        assert (new.id, new.slot, new.generation) == (f"{old.id}b", old.slot, old.generation)
        assert (new.origin, new.parents) == (Origin.REPLACEMENT, ())


def test_the_second_replacement_of_a_slot_is_another() -> None:
    """It has a letter and a stream of its own."""
    founders = found(SPACE, population=2, seed=4)
    taken = [one.genome for one in founders]
    (first,) = replace_failed(founders[:1], {"g0-1": 1}, taken, SPACE, 4)
    (second,) = replace_failed([first], {"g0-1b": 2}, [*taken, first.genome], SPACE, 4)
    assert (first.id, second.id) == ("g0-1b", "g0-1c")
    assert first.genome != second.genome


def test_no_genome_is_left_to_replace_with() -> None:
    """An exhausted space is the user's to widen."""
    founders = found(SearchSpace((BRANCHES,)), population=2, seed=4)
    with pytest.raises(SpaceError, match="exhausted: 2 of its 2"):
        replace_failed(founders[:1], {"g0-1": 1}, [one.genome for one in founders], SearchSpace((BRANCHES,)), 4)


@settings(deadline=None, max_examples=80)
@given(ranked_generations(), plans(), seeds, st.data())
def test_whoever_is_loved_and_not_rejected_comes_back_or_has_a_child(
    ranked: tuple[SearchSpace, tuple[Individual, ...], dict[str, Fitness]],
    plan: BreedingPlan,
    seed: int,
    data: st.DataObject,
) -> None:
    """However many they are, as long as they have children that were never born; the rejected still have none."""
    space, founders, fitness = ranked
    plan = replace(plan, population=len(founders), elites=min(plan.elites, len(founders) - 1))
    loved = data.draw(st.sets(st.sampled_from(sorted(fitness))))
    genomes = genomes_of(*founders)
    try:
        offspring = breed(fitness, genomes, space, plan, generation=1, seed=seed, favourites=loved)
    except SpaceError:
        return
    assert len(offspring.elites) + len(offspring.born) == plan.population
    parents = {parent for one in offspring.born for parent in one.parents}
    assert not any(fitness[name].rejected for name in (*offspring.elites, *offspring.parents, *parents))
    assert parents <= set(offspring.parents)
    assert offspring.parents[: plan.parents] == select_best(fitness, plan.parents)
    assert set(offspring.parents[plan.parents :]) <= loved
    if math.isinf(space.size):
        kept = {name for name in loved if not fitness[name].rejected}
        assert kept <= {*offspring.elites, *parents}


def test_a_generation_that_is_all_loved_still_has_its_size() -> None:
    """Newcomers give way, and each who does not come back has a child."""
    founders = found(SPACE, population=6, seed=1)
    fitness = {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    plan = BreedingPlan(population=6, parents=2, elites=1, newcomers=3)
    offspring = breed(fitness, genomes_of(*founders), SPACE, plan, generation=1, seed=1, favourites=fitness)
    assert len(offspring.born) == 5
    assert {*fitness} - {"g0-1"} <= {parent for one in offspring.born for parent in one.parents}
    assert offspring.parents[:2] == ("g0-1", "g0-2")


def test_favourites_who_have_children_anyway_change_nothing() -> None:
    """Hearts of those who come back, and of parents that chance has favoured, are no reason to breed otherwise."""
    founders = found(SPACE, population=6, seed=1)
    genomes, fitness = genomes_of(*founders), {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    plan = BreedingPlan(population=6, parents=2, elites=1, newcomers=1)
    usual = breed(fitness, genomes, SPACE, plan, generation=1, seed=1)
    early = {parent for one in usual.born[:2] for parent in one.parents}
    assert breed(fitness, genomes, SPACE, plan, generation=1, seed=1, favourites={"g0-1", *early}) == usual


def test_a_favourite_takes_no_more_than_the_last_child() -> None:
    """All others are as they are without it."""
    founders = found(SPACE, population=6, seed=1)
    genomes, fitness = genomes_of(*founders), {one.id: Fitness(rank) for rank, one in enumerate(founders, start=1)}
    plan = BreedingPlan(population=6, parents=2, elites=1, newcomers=1)
    usual = breed(fitness, genomes, SPACE, plan, generation=1, seed=1)
    loved = breed(fitness, genomes, SPACE, plan, generation=1, seed=1, favourites={"g0-5"})
    assert loved.born[:3] == usual.born[:3]
    assert loved.born[3].parents[0] == "g0-5"
    assert loved.born[4].origin is Origin.NEWCOMER
    assert loved.parents == (*usual.parents, "g0-5")


@settings(deadline=None, max_examples=60)
@given(ranked_generations(), plans(), seeds)
def test_a_branch_begins_with_its_ancestors_and_children_of_theirs(
    ranked: tuple[SearchSpace, tuple[Individual, ...], dict[str, Fitness]], plan: BreedingPlan, seed: int
) -> None:
    """In the first slots as they were; all are different, and none is a newcomer while there are new children."""
    space, founders, _ = ranked
    ancestors = [one.genome for one in founders[: plan.population]]
    try:
        members = found_from(ancestors, space, plan, seed=seed)
    except SpaceError as error:
        assert plan.population > space.size, error  # noqa: PT017
        return
    assert [one.id for one in members] == [individual_id(0, slot) for slot in range(1, plan.population + 1)]
    assert [one.genome for one in members[: len(ancestors)]] == ancestors
    assert {one.origin for one in members[: len(ancestors)]} == {Origin.FOUNDER}
    assert len({one.genome for one in members}) == len(members)
    for one in members[len(ancestors) :]:
        assert one.genome in space
        assert set(one.parents) <= {other.id for other in members[: len(ancestors)]}
        if math.isinf(space.size):
            assert one.origin is Origin.CHILD
