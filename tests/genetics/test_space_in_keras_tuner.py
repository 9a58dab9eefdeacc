"""A search space on keras-tuner: the unit interval of each gene, samples, and `HyperParameters`."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Value
from evolve.genetics.space import SearchSpace, count_values, enumerate_values, from_unit, is_value_of, to_unit
from evolve.randomness import derive_rng
from tests.genetics.drawing import conditional, continuous_genes, genes, listable_genes, spaces, whole_genes

pytestmark = pytest.mark.slow

seeds = st.integers(0, 2**32)


@settings(deadline=None, max_examples=300)
@given(genes(), st.floats(-0.5, 1.5))
def test_every_position_is_a_legal_value(gene: Gene, position: float) -> None:
    """Also both ends of the unit interval and what lies beyond."""
    value = from_unit(gene, position)
    assert is_value_of(gene, value)
    assert not gene.is_numeric or type(value) is (int if gene.kind is GeneKind.INT else float)
    assert 0 <= to_unit(gene, value) <= 1


@settings(deadline=None, max_examples=300)
@given(listable_genes())
def test_every_value_has_a_position_and_comes_back_from_it(gene: Gene) -> None:
    """`from_unit(to_unit(value))` is the value, and larger values have larger positions."""
    values = enumerate_values(gene)
    positions = [to_unit(gene, value) for value in values]
    assert [from_unit(gene, position) for position in positions] == list(values)
    assert positions == sorted(set(positions))


@settings(deadline=None)
@given(whole_genes(), st.data())
def test_whole_numbers_of_a_wide_range_come_back_too(gene: Gene, data: st.DataObject) -> None:
    """Not rounded to four digits, as continuous values are."""
    value = data.draw(st.integers(int(gene.min_value or 0), int(gene.max_value or 0)))
    assert from_unit(gene, to_unit(gene, value)) == value


@settings(deadline=None, max_examples=200)
@given(continuous_genes(), st.floats(0, 1))
def test_continuous_values_come_back_within_four_digits(gene: Gene, position: float) -> None:
    """And a value that came from a position keeps its place in the interval."""
    value = from_unit(gene, position)
    assert isinstance(value, float)
    assert from_unit(gene, to_unit(gene, value)) == pytest.approx(value, rel=1e-4)
    assert to_unit(gene, value) == pytest.approx(position, abs=2e-3 if gene.sampling == "linear" else 2e-2)


@settings(deadline=None, max_examples=50)
@given(continuous_genes(), st.floats(0.01, 0.98))
def test_a_step_of_a_hundredth_is_another_value_however_narrow_the_range(gene: Gene, position: float) -> None:
    """Four digits are counted where the values differ, so that mutation can move in any range."""
    assert from_unit(gene, position) < from_unit(gene, position + 0.02)  # type: ignore[operator]


@settings(deadline=None, max_examples=100)
@given(listable_genes())
def test_as_many_values_are_reached_as_are_counted(gene: Gene) -> None:
    """Positions lead to every value that is counted, and to no other."""
    ends = [to_unit(gene, value) for value in enumerate_values(gene)]
    positions = [place / 400 for place in range(401)] + ends
    assert {from_unit(gene, position) for position in positions} == set(enumerate_values(gene))


@pytest.mark.parametrize(
    ("gene", "middle"),
    [
        (Gene("rate", GeneKind.FLOAT, 1e-4, 1e-2, None, "log"), 1e-3),
        (Gene("rate", GeneKind.FLOAT, 0.0, 1.0), 0.5),
        (Gene("width", GeneKind.INT, 16, 64, 2, "log"), 32),
        (Gene("width", GeneKind.INT, 10, 1000, None, "log"), 100),
        (Gene("dropout", GeneKind.FLOAT, 0.0, 0.4, 0.1), 0.2),
    ],
)
def test_the_middle_of_a_log_scale_is_the_geometric_mean(gene: Gene, middle: Value) -> None:
    """So that a mutation multiplies a learning rate where it adds to a dropout."""
    assert from_unit(gene, 0.5) == middle


@settings(deadline=None, max_examples=200)
@given(spaces(), seeds)
def test_every_sample_lies_in_the_space(space: SearchSpace, seed: int) -> None:
    """Whatever kinds of genes and conditions it has; the same stream gives the same genome."""
    genome = space.sample(derive_rng(seed))
    assert genome in space
    assert genome == space.sample(derive_rng(seed))


@settings(deadline=None, max_examples=150)
@given(spaces(), seeds)
def test_hyperparameters_hold_the_genome_and_agree_on_what_is_active(space: SearchSpace, seed: int) -> None:
    """keras-tuner sees the genome's values, and finds exactly its genes active."""
    genome = space.sample(derive_rng(seed))
    hp = space.hyperparameters(genome)
    assert hp.values == genome.as_dict()
    assert [parameter.name for parameter in hp.space] == [gene.name for gene in space.genes]
    for parameter in hp.space:
        assert hp.is_active(parameter) == (parameter.name in genome)
        assert (parameter.name in hp) == (parameter.name in genome)
    for name in genome:
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
    parameter = SearchSpace((gene,)).hyperparameters(SearchSpace((gene,)).sample(derive_rng(0))).space[0]
    value = parameter.default
    assert is_value_of(gene, value) or (isinstance(value, int) and is_value_of(gene, bool(value)))
    assert gene.default is None or value == gene.default


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 4000), st.integers(1, 300))
def test_samples_of_a_whole_number_reach_both_ends(low: int, more: int) -> None:
    """The largest value is as likely as the others, not only where the interval ends."""
    gene = Gene("width", GeneKind.INT, low, low + more)
    assert count_values(gene) == more + 1
    assert from_unit(gene, 0.0) == low
    assert from_unit(gene, math.nextafter(1 - 1 / (more + 1), 1) + 1e-9) == low + more
