"""Which of many are most worth hearing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from evolve.randomness import derive_rng
from evolve.taste.choosing import hoped_gain, most_worth_hearing


def test_what_is_surely_best_comes_first_and_its_twin_not_at_all() -> None:
    """A second copy of the best adds nothing; whoever is unsure may be better still."""
    expected = np.array([0.0, 2.0, 2.0, -1.0, 1.0])
    covariance = np.diag([0.01, 0.01, 0.01, 0.01, 4.0])
    covariance[1, 2] = covariance[2, 1] = 0.01
    assert most_worth_hearing(expected, covariance, 2, derive_rng(1)) in ([0, 3], [3, 0], [1, 3], [3, 1])


@given(options=st.integers(0, 12), count=st.integers(0, 15), seed=st.integers(0, 99))
def test_as_many_as_wanted_are_chosen_and_nobody_twice(options: int, count: int, seed: int) -> None:
    """As far as there are some; the same chance chooses the same."""
    rng = derive_rng(seed, "options")
    expected = rng.standard_normal(1 + options)
    chosen = most_worth_hearing(expected, np.eye(1 + options), count, derive_rng(seed))
    assert len(chosen) == len(set(chosen)) == min(count, options)
    assert set(chosen) <= set(range(options))
    assert chosen == most_worth_hearing(expected, np.eye(1 + options), count, derive_rng(seed))


@given(ahead=st.floats(-2, 2), deviation=st.floats(0.2, 2))
def test_the_hope_of_one_is_what_a_normal_distribution_says(ahead: float, deviation: float) -> None:
    """The chance to be better, and the expected improvement (Mockus 1975)."""
    expected, covariance = np.array([0.0, ahead]), np.diag([deviation**2 / 2, deviation**2 / 2])
    chance, gain = hoped_gain(expected, covariance, derive_rng(3))
    score = ahead / deviation
    assert chance == pytest.approx(norm.cdf(score), abs=0.04)
    assert gain == pytest.approx(deviation * (score * norm.cdf(score) + norm.pdf(score)), abs=0.1)


def test_there_is_no_hope_without_options() -> None:
    """Nobody is liked more than the best so far."""
    assert hoped_gain(np.zeros(1), np.eye(1), derive_rng(3)) == (0.0, 0.0)
