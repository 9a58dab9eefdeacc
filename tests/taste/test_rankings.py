"""From rankings to utilities: against what a million draws from the model say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.randomness import derive_rng
from evolve.taste.rankings import Comparisons, posterior

NOISE = 0.5
DRAWS = 1_000_000


def covariance_of(points: np.ndarray) -> np.ndarray:
    """A smooth prior on a line."""
    return np.asarray(np.exp(-0.5 * (points[:, None] - points) ** 2 / 0.3**2))


def perceived(covariance: np.ndarray, comparisons: Comparisons) -> np.ndarray:
    """What is perceived at each hearing."""
    heard = covariance[np.ix_(comparisons.items, comparisons.items)]
    return np.asarray(heard + NOISE**2 * np.eye(len(heard)))


@pytest.mark.parametrize(
    "rankings",
    [
        [[[3], [1], [0], [2]]],
        [[[3, 1], [0, 2]]],
        [[[0], [1, 2, 3]]],
        [[[0], [1]], [[1], [2]], [[0], [3]]],
        [[[0], [1]], [[1], [0]]],
    ],
    ids=["an order", "two tiers", "the best alone", "three small ones", "a contradiction"],
)
def test_moments_and_evidence_are_those_of_the_model(rankings: list[list[list[int]]]) -> None:
    """Drawn utilities and noise that give the rankings have the means and variances that are told."""
    rng = derive_rng(1, "rankings")
    covariance, comparisons = covariance_of(np.array([0.1, 0.3, 0.5, 0.9])), Comparisons.of(rankings)
    found = posterior(perceived(covariance, comparisons), comparisons)
    utilities = np.linalg.cholesky(covariance) @ rng.standard_normal((4, DRAWS))
    heard = utilities[comparisons.items] + NOISE * rng.standard_normal((len(comparisons.items), DRAWS))
    fits = np.all(heard[comparisons.better] > heard[comparisons.worse], axis=0)
    known = covariance[:, comparisons.items]
    variance = (covariance - found.reduction(known, known)).diagonal()
    assert found.log_evidence == pytest.approx(np.log(fits.mean()), abs=0.05)
    assert found.mean(known) == pytest.approx(utilities[:, fits].mean(axis=1), abs=0.03)
    assert variance == pytest.approx(utilities[:, fits].var(axis=1), rel=0.06)


@settings(deadline=None, max_examples=30)
@given(order=st.permutations(range(6)), names=st.permutations(range(6)))
def test_what_items_are_called_changes_nothing(order: list[int], names: list[int]) -> None:
    """The same ranking of the same items, under other numbers."""
    covariance = covariance_of(np.linspace(0, 1, 6))
    plain = Comparisons.of([[[one] for one in order]])
    renamed = Comparisons.of([[[names.index(one)] for one in order]])
    there = covariance[np.ix_(names, names)]
    expected = posterior(perceived(covariance, plain), plain).mean(covariance[:, plain.items])
    again = posterior(perceived(there, renamed), renamed).mean(there[:, renamed.items])
    assert again == pytest.approx(expected[names], abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(order=st.permutations(range(7)), heard=st.integers(1, 4))
def test_strangers_are_liked_in_the_order_in_which_they_were_placed(order: list[int], heard: int) -> None:
    """Where no item says anything of another, the better is expected to be liked more."""
    covariance = np.eye(7)
    comparisons = Comparisons.of([[[one] for one in order]] * heard)
    found = posterior(perceived(covariance, comparisons), comparisons)
    known = covariance[:, comparisons.items]
    expected = found.mean(known)
    assert [int(one) for one in np.argsort(-expected)] == list(order)
    assert ((covariance - found.reduction(known, known)).diagonal() < 1).all()


def test_a_tie_compares_nothing() -> None:
    """Two that are tied are not placed before one another."""
    comparisons = Comparisons.of([[[0, 1], [2]], [[3]], []])
    pairs = list(zip(comparisons.items[comparisons.better], comparisons.items[comparisons.worse], strict=True))
    assert pairs == [(0, 2), (1, 2)]
    assert list(comparisons.items) == [0, 1, 2, 3]
