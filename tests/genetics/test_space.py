"""What a search space holds and how much of it."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from tests.genetics.drawing import combinations_of, conditional, every_genome, spaces

CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "simple_rnn"))
DEPTH = Gene("depth", GeneKind.INT, 1, 4)
WIDTH = Gene("width", GeneKind.INT, 32, 100, 32)
RATE_OF_TWO = Gene("learning_rate", GeneKind.FLOAT, 0.1, 0.2, 0.1)
RATE = Gene("learning_rate", GeneKind.FLOAT, 1e-4, 1e-2, None, "log")


@settings(deadline=None)
@given(spaces(listable=True, most=4))
def test_the_size_is_the_number_of_genomes(space: SearchSpace) -> None:
    """Conditions and conditions of conditions included: counted, and found by brute force."""
    assume(combinations_of(space) < 1_000)
    genomes = list(every_genome(space))
    assert space.size == len(genomes)
    assert list(space.genomes()) == genomes
    assert all(genome in space for genome in genomes)


def test_the_size_of_a_space_with_conditions_within_conditions() -> None:
    """Worked out by hand: lstm alone is switched to depths, depth 2 alone to widths."""
    depth = conditional(Gene("depth", GeneKind.INT, 1, 2), CELL, "lstm")
    width = conditional(WIDTH, depth, 2)
    assert SearchSpace((CELL, depth, width)).size == (1 + 3) + 1 + 1
    assert SearchSpace((CELL, depth, width, RATE_OF_TWO)).size == 6 * 2


def test_a_continuous_gene_makes_a_space_infinite() -> None:
    """And is named, so that `evolve space check` can say which."""
    space = SearchSpace((CELL, RATE))
    assert space.size == math.inf
    assert space.continuous_genes == ("learning_rate",)
    assert SearchSpace((CELL, DEPTH)).continuous_genes == ()


@settings(deadline=None, max_examples=200)
@given(spaces(), st.integers(0, 2**32))
def test_every_sample_lies_in_the_space(space: SearchSpace, seed: int) -> None:
    """Whatever kinds of genes and conditions it has; the same stream gives the same genome."""
    genome = space.sample(derive_rng(seed))
    assert genome in space
    assert genome == space.sample(derive_rng(seed))


@settings(deadline=None)
@given(spaces(wordy=True), st.integers(0, 2**32))
def test_a_sampled_word_or_boolean_is_one_of_the_genes_own(space: SearchSpace, seed: int) -> None:
    """A choice of 0 and 1 never gives false and true."""
    genome = space.sample(derive_rng(seed))
    assert {name: type(value) for name, value in genome.genes} == {
        name: type(next(own for own in space.gene(name).values if own == value and type(own) is type(value)))
        for name, value in genome.genes
    }


@settings(deadline=None)
@given(spaces(wordy=True, most=4), st.data())
def test_a_genome_with_a_gene_missing_too_many_or_illegal_is_outside(space: SearchSpace, data: st.DataObject) -> None:
    """Each of these is another genome than any the space can give."""
    genome = space.sample(derive_rng(data.draw(st.integers(0, 99))))
    name = data.draw(st.sampled_from(list(genome)))
    without = Genome(tuple(gene for gene in genome.genes if gene[0] != name))
    assert without not in space
    assert Genome((*genome.genes, ("no such gene", 1))) not in space
    assert Genome((*genome.genes, (name, genome[name]))) not in space
    assert Genome(tuple((own, "no such word" if own == name else value) for own, value in genome.genes)) not in space
    assert len(genome.genes) == 1 or Genome(genome.genes[::-1]) not in space


def test_a_gene_that_is_switched_off_may_have_no_value() -> None:
    """Nor may one that is switched on be left out."""
    space = SearchSpace((CELL, conditional(DEPTH, CELL, "lstm")))
    assert Genome.from_dict({"cell": "lstm", "depth": 2}) in space
    assert Genome.from_dict({"cell": "gru"}) in space
    assert Genome.from_dict({"cell": "gru", "depth": 2}) not in space
    assert Genome.from_dict({"cell": "lstm"}) not in space


def test_genes_are_found_by_name() -> None:
    """An unknown name is a `KeyError`: a mistake of ours, not the user's."""
    space = SearchSpace((CELL, DEPTH))
    assert space.gene("depth") is DEPTH
    with pytest.raises(KeyError):
        space.gene("dpeth")
