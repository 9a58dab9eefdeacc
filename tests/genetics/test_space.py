"""What a search space holds and how much of it, told without keras-tuner."""

import math
import subprocess
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Genome, Value
from evolve.genetics.space import SearchSpace, count_values, enumerate_values, is_value_of, sample_value
from evolve.randomness import derive_rng
from tests.genetics.drawing import (
    combinations_of,
    conditional,
    continuous_genes,
    every_genome,
    genes,
    listable_genes,
    spaces,
    wordy_genes,
)

CELL = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "simple_rnn"))
DEPTH = Gene("depth", GeneKind.INT, 1, 4)
WIDTH = Gene("width", GeneKind.INT, 32, 100, 32)
RATE_OF_TWO = Gene("learning_rate", GeneKind.FLOAT, 0.1, 0.2, 0.1)
RATE = Gene("learning_rate", GeneKind.FLOAT, 1e-4, 1e-2, None, "log")


@settings(deadline=None)
@given(listable_genes())
def test_as_many_values_are_listed_as_are_counted(gene: Gene) -> None:
    """The list has no value twice, keeps to the range, and holds the smallest value."""
    values = enumerate_values(gene)
    assert len(values) == count_values(gene) == len(set(values))
    assert all(is_value_of(gene, value) for value in values)
    if gene.is_numeric:
        assert gene.min_value is not None
        assert gene.max_value is not None
        assert values[0] == gene.min_value
        assert list(values) == sorted(values)
        assert all(gene.min_value <= value <= gene.max_value for value in values)  # type: ignore[operator]
        assert all(isinstance(value, int if gene.kind is GeneKind.INT else float) for value in values)


@pytest.mark.parametrize(
    ("gene", "values"),
    [
        (Gene("depth", GeneKind.INT, 1, 4), (1, 2, 3, 4)),
        (Gene("width", GeneKind.INT, 10, 20, 3), (10, 13, 16, 19)),
        (Gene("width", GeneKind.INT, 16, 128, 2, "log"), (16, 32, 64, 128)),
        (Gene("width", GeneKind.INT, 16, 127, 2, "log"), (16, 32, 64)),
        (Gene("dropout", GeneKind.FLOAT, 0.0, 0.5, 0.1), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)),
        (Gene("dropout", GeneKind.FLOAT, 0.3, 0.3), (0.3,)),
        (Gene("rate", GeneKind.FLOAT, 1e-4, 1e-1, 10, "log"), (0.0001, 0.001, 0.01, 0.1)),
        (Gene("branches", GeneKind.BOOLEAN, values=(False, True)), (False, True)),
    ],
)
def test_values_are_those_that_keras_tuner_documents(gene: Gene, values: tuple[Value, ...]) -> None:
    """The end of a range is included when a step leads to it, and no value has digits that nobody wrote."""
    assert enumerate_values(gene) == values


def test_a_continuous_gene_cannot_be_listed() -> None:
    """It has infinitely many values, and the error says what would help."""
    assert count_values(RATE) == math.inf
    with pytest.raises(SpaceError, match=r'"learning_rate" is continuous: .* give it a step'):
        enumerate_values(RATE)


@settings(deadline=None)
@given(genes(), st.floats(-10, 2000, allow_nan=False))
def test_a_number_is_a_value_only_inside_the_range_and_on_a_step(gene: Gene, number: float) -> None:
    """Words and truth values are no numbers, whatever the range."""
    assume(gene.is_numeric)
    low, high = gene.min_value or 0.0, gene.max_value or 0.0
    if is_value_of(gene, number):
        assert low <= number <= high
        listed = count_values(gene) < math.inf
        assert not listed or any(math.isclose(number, float(own), rel_tol=1e-9) for own in enumerate_values(gene))
    assert not is_value_of(gene, bool(number))
    assert not is_value_of(gene, str(number))


@settings(deadline=None)
@given(wordy_genes())
def test_one_and_true_are_different_values(gene: Gene) -> None:
    """A choice of 0 and 1 is not one of false and true."""
    for value in gene.values:
        assert is_value_of(gene, value)
        if isinstance(value, bool):
            assert not is_value_of(gene, int(value))
        elif value in {0, 1}:
            assert not is_value_of(gene, bool(value))
    assert not is_value_of(gene, "no such word")


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


@settings(deadline=None)
@given(spaces(wordy=True), st.integers(0, 2**32))
def test_samples_without_numbers_lie_in_the_space(space: SearchSpace, seed: int) -> None:
    """Exactly the genes that must be active are, each with one of its own values."""
    genome = space.sample(derive_rng(seed))
    assert genome in space
    assert {name: type(value) for name, value in genome.genes} == {
        name: type(next(own for own in space.gene(name).values if own == value and type(own) is type(value)))
        for name, value in genome.genes
    }


@settings(deadline=None, max_examples=50)
@given(wordy_genes())
def test_every_value_without_a_scale_is_equally_likely(gene: Gene) -> None:
    """Many draws come near even shares (the chance of a false alarm is below one in a million)."""
    rng = derive_rng(1, "even")
    draws = [sample_value(gene, rng) for _ in range(600)]
    share = 600 / len(gene.values)
    spread = 5 * math.sqrt(share * (1 - 1 / len(gene.values)))
    assert all(abs(draws.count(value) - share) <= spread for value in gene.values)


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


@settings(deadline=None, max_examples=30)
@given(continuous_genes())
def test_every_number_of_a_continuous_range_is_a_value(gene: Gene) -> None:
    """Both ends included, nothing outside."""
    assert gene.min_value is not None
    assert gene.max_value is not None
    assert is_value_of(gene, gene.min_value)
    assert is_value_of(gene, gene.max_value)
    assert not is_value_of(gene, gene.max_value * 1.001)


def test_reading_counting_and_sampling_words_load_no_keras_tuner() -> None:
    """Only numbers on a scale need its maps, and TensorFlow with it."""
    program = """
import sys
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.randomness import derive_rng
space = SearchSpace((Gene("cell", GeneKind.CHOICE, values=("lstm", "gru")), Gene("depth", GeneKind.FIXED, values=(2,))))
space.size, space.sample(derive_rng(1)) in space
print("keras_tuner" in sys.modules, "tensorflow" in sys.modules)
"""
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "False"]
