"""A search space on keras-tuner: the same unit interval for every number, and `HyperParameters`."""

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras_tuner.engine import hyperparameters

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values, enumerate_values, from_unit, is_value_of, to_unit
from evolve.genetics.space import SearchSpace
from evolve.randomness import derive_rng
from evolve.records.shares import Shares
from tests.genetics.drawing import conditional, continuous_genes, genes, number, spaces, stepped_genes, whole_genes

pytestmark = pytest.mark.slow

seeds = st.integers(0, 2**32)
numbers = st.one_of(stepped_genes(), whole_genes(), continuous_genes())


def parameter_of(gene: Gene) -> Any:  # noqa: ANN401 - keras-tuner has no annotations
    """keras-tuner's own hyperparameter of a number."""
    kind = hyperparameters.Int if gene.kind is GeneKind.INT else hyperparameters.Float
    return kind(gene.name, gene.min_value, gene.max_value, step=gene.step, sampling=gene.sampling)


def as_read(gene: Gene, value: float) -> float:
    """A value of keras-tuner as evolve writes it: within the range, without digits that say nothing."""
    low, high = gene.min_value or 0.0, gene.max_value or 0.0
    digits = 12
    if count_values(gene) == math.inf:
        digits = 4 + max(0, math.floor(math.log10(high / (high - low))))
    return min(max(float(f"{value:.{digits}g}"), low), high)


def is_floor_divided(gene: Gene) -> bool:
    """Whether keras-tuner loses values of the gene: it takes 0.3 with step 0.1 back as 0.2."""
    return gene.kind is GeneKind.FLOAT and gene.step is not None and gene.sampling == "linear" and not gene.is_point


@settings(deadline=None, max_examples=500)
@given(numbers, st.one_of(st.floats(0, 1), st.fractions(0, 1, max_denominator=64).map(float)))
def test_a_position_means_the_same_value_as_in_keras_tuner(gene: Gene, position: float) -> None:
    """Where one value ends and the next begins too, so that a seed means the same genomes with either map."""
    assume(not is_floor_divided(gene))
    assert from_unit(gene, position) == as_read(gene, parameter_of(gene).prob_to_value(position))


@settings(deadline=None, max_examples=500)
@given(numbers, st.data())
def test_a_value_has_the_same_position_as_in_keras_tuner(gene: Gene, data: st.DataObject) -> None:
    """So that parents are as far apart, and their child between them, as keras-tuner's scales say."""
    assume(not is_floor_divided(gene) and not gene.is_point)  # a point has no neighbours to be far from
    if count_values(gene) == math.inf:
        value = data.draw(st.floats(gene.min_value, gene.max_value))
    else:
        value = number(data.draw(st.sampled_from(enumerate_values(gene))))
    assert to_unit(gene, value) == pytest.approx(parameter_of(gene).value_to_prob(value), abs=1e-12)


@settings(deadline=None, max_examples=150)
@given(spaces(), seeds)
def test_hyperparameters_hold_the_genome_and_agree_on_what_is_active(space: SearchSpace, seed: int) -> None:
    """keras-tuner sees the genome's values, and finds exactly its genes active; it knows nothing of shares."""
    genome = space.sample(derive_rng(seed))
    hp = space.hyperparameters(genome)
    assert hp.values == {name: value for name, value in genome.genes if not isinstance(value, Shares)}
    known = [gene.name for gene in space.genes if gene.kind is not GeneKind.SHARES]
    assert [parameter.name for parameter in hp.space] == known
    for parameter in hp.space:
        assert hp.is_active(parameter) == (parameter.name in genome)
        assert (parameter.name in hp) == (parameter.name in genome)
    for name in hp.values:
        assert type(hp.get(name)) is type(genome[name])


def test_a_hypermodel_that_asks_again_gets_the_genome() -> None:
    """Whatever range, kind or condition the hypermodel names, the space's own value is what it builds with."""
    encoding = Gene("encoding", GeneKind.CHOICE, values=("onehot", "embedding"))
    width = conditional(Gene("embedding_width", GeneKind.INT, 16, 64, 16), encoding, "embedding")
    branches = Gene("branches", GeneKind.CHOICE, values=(True, False))
    space = SearchSpace((encoding, width, branches))
    for seed in range(20):
        genome = space.sample(derive_rng(seed))
        hp = space.hyperparameters(genome)
        assert hp.Choice("encoding", ["a", "b", "onehot", "embedding"]) == genome["encoding"]
        assert hp.Boolean("branches") is genome["branches"]
        with hp.conditional_scope("encoding", ["embedding"]):
            assert hp.Int("embedding_width", 1, 1024, default=3) == genome.get("embedding_width")
        assert hp.Float("dropout", 0.0, 0.5, default=0.25) == 0.25


@settings(deadline=None, max_examples=60)
@given(genes())
def test_the_default_is_a_value_of_the_gene(gene: Gene) -> None:
    """A build without a search gets something legal, also where the file names no default."""
    assume(gene.kind is not GeneKind.SHARES)
    parameter = SearchSpace((gene,)).hyperparameters(SearchSpace((gene,)).sample(derive_rng(0))).space[0]
    value = parameter.default
    assert is_value_of(gene, value) or (isinstance(value, int) and is_value_of(gene, bool(value)))
    assert gene.default is None or value == gene.default
