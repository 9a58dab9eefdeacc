"""Rank correlations and their intervals: by hand, beside pandas, and in simulations."""

import math
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from evolve.judging.rank_correlation import (
    NO_PAIRS,
    Concordance,
    concordance,
    kendall_tau,
    pairs_needed,
    rank_correlation,
)

pairs = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=4, max_size=30).map(
    lambda both: ([float(one) for one, _ in both], [float(other) for _, other in both])
)


def test_an_interval_is_that_of_bonett_and_wright() -> None:
    """For 0.5 and 28 pairs: z is 0.5493, its error the root of 1.125 / 25, so 0.5493 ± 0.4157 and back."""
    rng = np.random.default_rng(0)
    first = np.arange(28.0)
    tried = (rng.permutation(first) for _ in range(10**4))
    second = next(some for some in tried if round(float(np.corrcoef(first, some)[0, 1]), 3) == 0.5)
    found = rank_correlation([*first], [*second], level=0.95)
    assert found is not None
    assert found.low == pytest.approx(0.1327, abs=2e-3)
    assert found.high == pytest.approx(0.7467, abs=2e-3)
    assert found.is_clear
    assert found.pairs == 28


@given(pairs)
def test_correlations_are_those_of_pandas_also_with_ties(both: tuple[list[float], list[float]]) -> None:
    """Where either side is the same in all, there is none."""
    found = rank_correlation(*both, level=0.9)
    if found is None:
        assert min(len(set(side)) for side in both) == 1
    else:
        first, second = (pd.Series(side).rank() for side in both)
        assert found.value == pytest.approx(first.corr(second), abs=1e-9)
        assert -1 <= found.low < found.high <= 1
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9 or abs(found.value) == pytest.approx(1)


@given(pairs)
def test_only_order_counts(both: tuple[list[float], list[float]]) -> None:
    """So a scale may be logarithmic; and what falls with one rises against it."""
    first, second = both
    found, other = (rank_correlation([rise(one) for one in first], second, level=0.9) for rise in (float, math.exp))
    assert found == other
    if found is not None:
        turned = rank_correlation([-one for one in first], second, level=0.9)
        assert turned is not None
        assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_missing_numbers_leave_their_pairs_out() -> None:
    """On either side."""
    first, second = [1, 2, 3, 4, 5, math.nan], [2, 1, 4, 3, math.nan, 9]
    found = rank_correlation(first, second, level=0.95)
    assert found is not None
    assert found.pairs == 4
    assert found.value == pytest.approx(0.6)
    assert rank_correlation(first[:3], second[:3], level=0.95) is None


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of normal pairs correlated by 0.6, whose ranks correlate by 6 arcsin(0.3) / π."""
    rng, truth = np.random.default_rng(1), 6 / math.pi * math.asin(0.3)
    found = []
    for _ in range(600):
        first, noise = rng.normal(size=(2, 30))
        found.append(rank_correlation(first, 0.6 * first + 0.8 * noise, level=0.95))
    assert np.mean([one.low <= truth <= one.high for one in found if one]) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("correlation", [0.9, 0.5, -0.5, 0.1])
def test_so_many_pairs_are_needed_and_no_fewer(correlation: float) -> None:
    """By hand: 3 + (1 + r²/2) (1.96 / z)² pairs, rounded up; for 0.5 those are 18."""
    z = math.atanh(correlation)
    exactly = 3 + (1 + correlation**2 / 2) * (1.959964 / z) ** 2
    assert pairs_needed(correlation, level=0.95) == max(4, math.ceil(exactly))
    assert pairs_needed(0.5, level=0.95) == 18


@given(pairs)
def test_kendalls_tau_is_scipys(both: tuple[list[float], list[float]]) -> None:
    """With ties too; none where one side is the same in all."""
    found, expected = kendall_tau(*both), kendalltau(*both).statistic
    if found is None:
        assert math.isnan(expected)
    else:
        assert found == pytest.approx(expected)


def test_there_is_no_tau_of_fewer_than_two() -> None:
    """One pair has no order."""
    assert kendall_tau([], []) is None
    assert kendall_tau([1.0], [2.0]) is None


@given(st.lists(st.integers(0, 3), min_size=2, max_size=5), st.data())
def test_pairs_that_two_orders_place_alike_are_counted_and_what_chance_makes_of_them(
    first: list[int], data: st.DataObject
) -> None:
    """One by one; the variance is that over all permutations, ties included."""
    second = data.draw(st.lists(st.integers(0, 3), min_size=len(first), max_size=len(first)))
    orders = [
        [(one - two) * (a - b) for (one, a), (two, b) in combinations(zip(first, other, strict=True), 2)]
        for other in permutations(second)
    ]
    scores = [sum((order > 0) - (order < 0) for order in each) for each in orders]
    found = concordance(first, second)
    assert found.right == sum(order > 0 for order in orders[0])
    assert found.pairs == sum(order != 0 for order in orders[0])
    assert found.variance == pytest.approx(np.mean(np.square(scores)))


def test_few_pairs_that_come_right_may_be_chance() -> None:
    """Seven of ten of one ballot of five are; of three such ballots they are not."""
    once = Concordance(7, 10, 50 / 3)
    assert not once.is_beyond_chance
    assert (once + once + once).is_beyond_chance
    assert not NO_PAIRS.is_beyond_chance
