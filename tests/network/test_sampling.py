"""Choosing symbols from what a network predicts."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evolve.network.sampling import Sampling, barred, nucleus, sampled

LIKELIEST = Sampling(temperature=0.0)
HIGHEST = np.nextafter(1.0, 0.0)
"""The greatest number that a generator draws."""

uniforms = st.floats(0, 1, exclude_max=True) | st.just(HIGHEST)
rows = st.lists(st.floats(-30, 30), min_size=1, max_size=9)
odds_rows = arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.floats(0, 1)).map(
    lambda odds: odds + np.eye(*odds.shape)[:, ::-1] * 1e-3 + (odds.sum(axis=1, keepdims=True) == 0)
)
wild = st.floats(width=32, allow_nan=True, allow_infinity=False) | st.sampled_from([-np.inf, -3.4e38, 3.4e38, 0.0])


def one(logits: list[float], uniform: float, sampling: Sampling) -> int:
    """The symbol of one song."""
    return int(sampled(np.array([logits]), np.array([uniform]), sampling)[0])


@given(rows, uniforms)
def test_a_symbol_is_where_the_cumulative_distribution_passes_the_number(logits: list[float], uniform: float) -> None:
    """Below it lies no more than the number's share of all odds, and with it more."""
    symbol = one(logits, uniform, Sampling())
    cumulative = np.exp(np.array(logits) - max(logits)).cumsum()
    assert cumulative[symbol] > uniform * cumulative[-1]
    assert symbol == 0 or cumulative[symbol - 1] <= uniform * cumulative[-1]


@given(rows, uniforms)
def test_a_vanishing_temperature_takes_the_likeliest(logits: list[float], uniform: float) -> None:
    """Near 0 as at 0, whatever the random number."""
    assert logits[one(logits, uniform, LIKELIEST)] == max(logits)
    for temperature in (1e-9, 5e-324):
        assert max(logits) - logits[one(logits, uniform, Sampling(temperature))] < 1e-6


def test_samples_come_as_often_as_their_probability_says() -> None:
    """Evenly spread numbers meet each symbol in proportion; temperature 2 evens them out, a nucleus cuts the rest."""
    probabilities = np.array([0.5, 0.3, 0.2])
    evenly = (np.arange(10_000) + 0.5) / 10_000
    logits = np.log(probabilities)[None].repeat(10_000, axis=0)
    assert np.bincount(sampled(logits, evenly, Sampling())).tolist() == [5000, 3000, 2000]
    softened = np.sqrt(probabilities) / np.sqrt(probabilities).sum()
    assert np.allclose(np.bincount(sampled(logits, evenly, Sampling(2.0))) / 10_000, softened, atol=1e-3)
    assert np.bincount(sampled(logits, evenly, Sampling(top_p=0.7))).tolist() == [6250, 3750]


@given(odds_rows, st.floats(1e-6, 1))
def test_a_nucleus_is_the_fewest_symbols_that_reach_the_share(odds: np.ndarray, share: float) -> None:
    """They reach it, without the least of them they would not, and none left out is likelier than one kept."""
    for row, kept in zip(odds, nucleus(odds, share), strict=True):
        assert kept.any()
        assert row[kept].sum() >= share * row.sum() * (1 - 1e-12)
        assert row[kept].sum() - row[kept].min() <= share * row.sum() * (1 + 1e-12)
        assert row[~kept].max(initial=0) <= row[kept].min()


def test_of_equal_symbols_a_nucleus_keeps_the_first() -> None:
    """Half of four equal ones is two, half of three is two, and one of them reaches a small share."""
    assert nucleus(np.ones((1, 4)), 0.5).tolist() == [[True, True, False, False]]
    assert nucleus(np.array([[1.0, 3.0, 1.0, 1.0]]), 0.6).tolist() == [[True, True, False, False]]
    assert nucleus(np.ones((2, 3)), 1e-9).tolist() == [[True, False, False]] * 2


@given(odds_rows)
def test_a_share_of_all_keeps_every_symbol_that_can_come(odds: np.ndarray) -> None:
    """What is cut at 1 could not be told from 0 beside the rest."""
    kept = nucleus(odds, 1.0)
    assert (odds[~kept] < 1e-12).all()


@given(rows, uniforms, st.floats(0.01, 1))
def test_a_nucleus_does_not_depend_on_the_songs_beside_it(logits: list[float], uniform: float, share: float) -> None:
    """A row among others has the symbol that it has alone."""
    beside = np.array([logits[::-1], logits, np.zeros(len(logits))])
    among = sampled(beside, np.array([0.3, uniform, 0.9]), Sampling(0.7, share))
    assert among[1] == one(logits, uniform, Sampling(0.7, share))


@given(
    st.lists(st.tuples(wild, st.booleans()), min_size=1, max_size=9).filter(lambda row: any(may for _, may in row)),
    uniforms,
    st.sampled_from([0.0, 5e-324, 1e-3, 1.0, 50.0]),
    st.sampled_from([1e-9, 0.5, 1.0]),
)
def test_what_is_barred_never_comes(
    row: list[tuple[float, bool]], uniform: float, temperature: float, share: float
) -> None:
    """Whatever the network thinks of it and of what may come, at the edges of the random numbers too."""
    logits = np.array([[logit for logit, _ in row]], np.float32)
    allowed = np.array([[may for _, may in row]])
    symbol = sampled(barred(logits, allowed), np.array([uniform]), Sampling(temperature, share))[0]
    assert allowed[0, symbol]


def test_what_may_come_is_weighed_by_its_own_logits() -> None:
    """Beside a symbol that is barred, others of no probability worth naming keep their proportion."""
    logits = np.log(np.array([[1.0, 3.0, 1.0]])) - np.array([[1e4, 1e4, 0.0]])
    left = barred(logits, np.array([[True, True, False]]))
    chosen = [int(sampled(left, np.array([number]), Sampling())[0]) for number in (0.0, 0.24, 0.26, HIGHEST)]
    assert chosen == [0, 0, 1, 1]
    assert one(left[0].tolist(), 0.0, LIKELIEST) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"guard": "firm"}, "off, gentle, strict"),
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any], message: str) -> None:
    """What is wrong is named, with what is allowed."""
    with pytest.raises(ValueError, match=message):
        Sampling(**wrong)
