"""Of many samples those are kept that are expected to be liked most, and that differ."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolve.taste.picking import best_and_different


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """What is expected of samples, and their features, of which some are the same."""
    kinds, of = draw(st.integers(1, 6)), draw(st.lists(st.integers(0, 5), min_size=1, max_size=20))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    table, worth = rng.standard_normal((6, 3)), rng.standard_normal(6)
    kept = [one % kinds for one in of]
    return worth[kept], table[kept]


@given(samples(), st.integers(1, 8))
def test_whoever_is_expected_to_be_liked_most_is_picked_first(
    given_: tuple[np.ndarray, np.ndarray], count: int
) -> None:
    """And nobody twice, nor two that are the same."""
    expected, features = given_
    picked = best_and_different(expected, features, count)
    assert expected[picked[0]] == expected.max()
    assert len(picked) == min(count, len(np.unique(features, axis=0)))
    assert len(np.unique(features[picked], axis=0)) == len(picked)


def test_one_that_is_much_like_the_best_gives_way_to_another() -> None:
    """Though it is expected to be liked a little more."""
    expected = np.array([1.0, 0.99, 0.9, -1.0, -1.0])
    features = np.array([[0.0], [0.01], [2.0], [-2.0], [4.0]])
    assert best_and_different(expected, features, 2) == [0, 2]


def test_what_is_liked_much_less_is_no_better_for_being_different() -> None:
    """Difference is worth a standard deviation at most."""
    expected = np.array([2.0, 1.9, -2.0, -2.1])
    features = np.array([[0.0], [0.5], [9.0], [-9.0]])
    assert best_and_different(expected, features, 2) == [0, 1]


def test_the_units_of_features_do_not_matter() -> None:
    """Nor does one that is the same in all."""
    rng = np.random.default_rng(1)
    expected, features = rng.standard_normal(30), rng.standard_normal((30, 4))
    other = np.column_stack([features * [1, 10, 100, 0.1] + 7, np.ones(30)])
    assert best_and_different(expected, features, 5) == best_and_different(expected, other, 5)
