"""Which of many are most worth hearing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolve.randomness import derive_rng
from evolve.taste.choosing import most_worth_hearing


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
