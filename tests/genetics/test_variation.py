"""Mutation and crossover in every kind of space."""

import math
import statistics

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.lineage import changed
from evolve.genetics.scale import count_values, enumerate_values, is_value_of, sample_value, to_unit
from evolve.genetics.space import SearchSpace
from evolve.genetics.variation import crossover, mutate, mutate_value
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from tests.genetics.drawing import conditional, genes, listable_genes, number, spaces

seeds = st.integers(0, 2**32)
rates = st.floats(0, 1)
etas = st.floats(0, 100)

RATE = Gene("learning_rate", GeneKind.FLOAT, 1e-4, 1e-2, None, "log")
WIDTH = Gene("width", GeneKind.INT, 64, 1024, 64)
CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "simple_rnn"))
ENCODING = Gene("encoding", GeneKind.CHOICE, values=("onehot", "embedding"))
EMBEDDING = conditional(Gene("embedding_width", GeneKind.INT, 16, 64, 16), ENCODING, "embedding")


@settings(deadline=None, max_examples=200)
@given(spaces(), seeds, rates, etas)
def test_a_mutant_lies_in_the_space_and_differs(space: SearchSpace, seed: int, rate: float, eta: float) -> None:
    """In at least one gene, unless the genome has no gene that could be otherwise; the parent is left as it was."""
    rng = derive_rng(seed)
    parent = space.sample(rng)
    mutant = mutate(parent, space, rng, rate=rate, eta=eta)
    assert mutant in space
    assert parent in space
    can_change = any(count_values(gene) > 1 for gene in space.genes if gene.name in parent)
    assert bool(changed(mutant, parent)) == can_change


@settings(deadline=None, max_examples=200)
@given(spaces(), seeds)
def test_the_rate_is_the_chance_of_each_gene(space: SearchSpace, seed: int) -> None:
    """At 0 exactly one gene is mutated, at 1 every gene that can be."""
    rng = derive_rng(seed)
    parent = space.sample(rng)
    mutable = {gene.name for gene in space.genes if gene.name in parent and count_values(gene) > 1}
    one = set(changed(mutate(parent, space, rng, rate=0, eta=5), parent))
    dependents = {gene.name for gene in space.genes if gene.parent_name is not None}
    assert len(one - dependents) <= 1
    everything = mutate(parent, space, rng, rate=1, eta=5)
    still_active = {name for name in mutable if name in everything}
    assert still_active <= set(changed(everything, parent))


@settings(deadline=None, max_examples=200)
@given(spaces(), seeds, etas)
def test_a_cross_lies_in_the_space_and_takes_its_genes_from_its_parents(
    space: SearchSpace, seed: int, eta: float
) -> None:
    """What both have alike stays; a word is one of theirs; what one alone has is taken from it."""
    rng = derive_rng(seed)
    first, second = space.sample(rng), space.sample(rng)
    child = crossover(first, second, space, rng, eta=eta)
    assert child in space
    for gene in space.genes:
        given = [genome[gene.name] for genome in (first, second) if gene.name in genome]
        if gene.name not in child or not given:
            continue
        crossed = gene.is_numeric or gene.kind is GeneKind.SHARES
        assert (crossed and len(given) == 2 and given[0] != given[1]) or child[gene.name] in given


@settings(deadline=None)
@given(spaces(), seeds, etas)
def test_parents_alike_have_a_child_alike(space: SearchSpace, seed: int, eta: float) -> None:
    """Crossover alone invents nothing."""
    rng = derive_rng(seed)
    parent = space.sample(rng)
    assert crossover(parent, parent, space, rng, eta=eta) == parent


@settings(deadline=None, max_examples=50)
@given(spaces(), seeds, rates, etas)
def test_variation_depends_on_its_stream_alone(space: SearchSpace, seed: int, rate: float, eta: float) -> None:
    """The same arguments and the same stream give the same genomes."""
    first, second = space.sample(derive_rng(seed, "first")), space.sample(derive_rng(seed, "second"))

    def children() -> list[Genome]:
        rng = derive_rng(seed, "variation")
        return [mutate(first, space, rng, rate=rate, eta=eta), crossover(first, second, space, rng, eta=eta)]

    assert children() == children()


@settings(deadline=None, max_examples=200)
@given(genes(), seeds, etas)
def test_a_mutated_value_is_another_value_of_the_gene(gene: Gene, seed: int, eta: float) -> None:
    """Also at the ends of its range, and however near the steps keep."""
    assume(count_values(gene) > 1)
    rng = derive_rng(seed)
    for value in (sample_value(gene, rng), *_ends(gene)):
        mutant = mutate_value(gene, value, rng, eta=eta)
        assert is_value_of(gene, mutant)
        assert mutant != value


@settings(deadline=None, max_examples=60)
@given(listable_genes(), seeds)
def test_a_refined_value_with_neighbours_moves_to_one_of_them(gene: Gene, seed: int) -> None:
    """With a large distribution index numbers and ordered choices take the smallest steps."""
    assume(gene.has_neighbours and count_values(gene) > 1)
    rng, values = derive_rng(seed), enumerate_values(gene)
    place = int(rng.integers(len(values)))
    mutant = mutate_value(gene, values[place], rng, eta=1e6)
    assert abs(values.index(mutant) - place) == 1


def test_an_unordered_choice_may_become_anything_else() -> None:
    """No word is nearer than another."""
    rng = derive_rng(1)
    assert {mutate_value(CELL, "lstm", rng, eta=30) for _ in range(100)} == {"gru", "simple_rnn"}


@pytest.mark.parametrize("gene", [RATE, WIDTH], ids=["log", "steps"])
def test_exploring_takes_larger_steps_than_refining(gene: Gene) -> None:
    """The dial of a breeding plan sets how far values move, on the gene's own scale."""

    def mean_step(exploration: float) -> float:
        plan, rng = BreedingPlan(8, 3, 1, 1, exploration=exploration), derive_rng(4)
        values = [sample_value(gene, rng) for _ in range(400)]
        mutants = [mutate_value(gene, value, rng, eta=plan.eta) for value in values]
        return statistics.mean(abs(to_unit(gene, a) - to_unit(gene, b)) for a, b in zip(values, mutants, strict=True))

    refined, middle, explored = map(mean_step, (0, 0.5, 1))
    assert refined < middle < explored
    assert refined < 0.1
    assert explored > 0.15


def test_mutation_of_a_learning_rate_goes_up_as_far_as_down() -> None:
    """By ratios, not by differences: polynomial mutation is symmetric in the middle of the log scale."""
    rng = derive_rng(3)
    ratios = [math.log(number(mutate_value(RATE, 1e-3, rng, eta=10)) / 1e-3) for _ in range(2000)]
    assert abs(statistics.mean(ratios)) < 0.05 * max(map(abs, ratios))
    assert 0.45 < statistics.mean(ratio > 0 for ratio in ratios) < 0.55


def test_numbers_of_two_parents_are_crossed_around_them() -> None:
    """Simulated binary crossover: children spread about both parents, the nearer the larger the index."""
    space = SearchSpace((RATE,))
    first, second = Genome.from_dict({"learning_rate": 5e-4}), Genome.from_dict({"learning_rate": 2e-3})

    def spread(eta: float) -> float:
        rng = derive_rng(2)
        children = [crossover(first, second, space, rng, eta=eta) for _ in range(1000)]
        places = [to_unit(RATE, child["learning_rate"]) for child in children]
        homes = [to_unit(RATE, parent["learning_rate"]) for parent in (first, second)]
        assert statistics.mean(places) == pytest.approx(statistics.mean(homes), abs=0.03)
        return statistics.mean(min(abs(place - home) for home in homes) for place in places)

    assert spread(30) < spread(2)
    assert spread(30) < 0.02


def test_a_gene_that_is_switched_on_is_sampled_and_one_switched_off_dropped() -> None:
    """A mutation of the parent gene brings its dependents with it."""
    space = SearchSpace((ENCODING, EMBEDDING))
    rng = derive_rng(1)
    off, on = (
        Genome.from_dict({"encoding": "onehot"}),
        Genome.from_dict({"encoding": "embedding"} | {"embedding_width": 32}),
    )
    switched_on = {mutate(off, space, rng, rate=1, eta=5)["embedding_width"] for _ in range(100)}
    assert switched_on == {16, 32, 48, 64}
    assert mutate(on, space, rng, rate=1, eta=5) == off


def test_a_dependent_gene_comes_from_the_parent_that_has_it() -> None:
    """A child of an embedding and a one-hot network that embeds does so at its parent's width."""
    space = SearchSpace((ENCODING, EMBEDDING))
    off, on = (
        Genome.from_dict({"encoding": "onehot"}),
        Genome.from_dict({"encoding": "embedding", "embedding_width": 48}),
    )
    rng = derive_rng(1)
    assert {crossover(off, on, space, rng, eta=5) for _ in range(50)} == {off, on}


def test_a_gene_whose_step_leads_nowhere_is_left_alone() -> None:
    """A range smaller than its step holds one value; that is no reason to fail."""
    lonely = Gene("depth", GeneKind.INT, 2, 3, 5)
    parent = Genome.from_dict({"depth": 2, "cell": "lstm"})
    mutant = mutate(parent, SearchSpace((lonely, CELL)), derive_rng(1), rate=1, eta=5)
    assert mutant["depth"] == 2
    assert mutant["cell"] != "lstm"
    assert mutate(Genome((("depth", 2),)), SearchSpace((lonely,)), derive_rng(1), rate=1, eta=5)["depth"] == 2


def _ends(gene: Gene) -> tuple[float, ...]:
    if not gene.is_numeric:
        return ()
    if count_values(gene) == math.inf:
        return gene.min_value or 0.0, gene.max_value or 0.0
    values = enumerate_values(gene)
    return values[0], values[-1]  # type: ignore[return-value]
