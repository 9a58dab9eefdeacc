"""The values of a gene, and the unit interval in which they lie."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values, enumerate_values, from_unit, is_value_of, sample_value, to_unit
from evolve.randomness import derive_rng
from evolve.records.genome import Value
from tests.genetics.drawing import continuous_genes, genes, listable_genes, number, whole_genes, wordy_genes

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
        assert list(values) == sorted(values, key=number)
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
def test_a_number_is_a_value_only_inside_the_range_and_on_a_step(gene: Gene, figure: float) -> None:
    """Words and booleans are no numbers, whatever the range."""
    assume(gene.is_numeric)
    low, high = gene.min_value or 0.0, gene.max_value or 0.0
    if is_value_of(gene, figure):
        assert low <= figure <= high
        listed = count_values(gene) < math.inf
        assert not listed or any(math.isclose(figure, number(own), rel_tol=1e-9) for own in enumerate_values(gene))
    assert not is_value_of(gene, bool(figure))
    assert not is_value_of(gene, str(figure))


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


@settings(deadline=None, max_examples=30)
@given(continuous_genes())
def test_every_number_of_a_continuous_range_is_a_value(gene: Gene) -> None:
    """Both ends included, nothing outside."""
    assert gene.min_value is not None
    assert gene.max_value is not None
    assert is_value_of(gene, gene.min_value)
    assert is_value_of(gene, gene.max_value)
    assert not is_value_of(gene, gene.max_value * 1.001)


@settings(deadline=None, max_examples=50)
@given(wordy_genes())
def test_every_value_without_a_scale_is_equally_likely(gene: Gene) -> None:
    """Many draws come near even shares (the chance of a false alarm is below one in a million)."""
    rng = derive_rng(1, "even")
    draws = [sample_value(gene, rng) for _ in range(600)]
    share = 600 / len(gene.values)
    spread = 5 * math.sqrt(share * (1 - 1 / len(gene.values)))
    assert all(abs(draws.count(value) - share) <= spread for value in gene.values)


@settings(deadline=None, max_examples=300)
@given(genes(), st.floats(-0.5, 1.5))
def test_every_position_is_a_legal_value(gene: Gene, position: float) -> None:
    """Also both ends of the unit interval and what lies beyond."""
    assume(gene.kind is not GeneKind.SHARES)  # which lie in a simplex
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


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 4000), st.integers(1, 300))
def test_samples_of_a_whole_number_reach_both_ends(low: int, more: int) -> None:
    """The largest value is as likely as the others, not only where the interval ends."""
    gene = Gene("width", GeneKind.INT, low, low + more)
    assert count_values(gene) == more + 1
    assert from_unit(gene, 0.0) == low
    assert from_unit(gene, math.nextafter(1 - 1 / (more + 1), 1) + 1e-9) == low + more
