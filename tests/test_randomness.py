"""Random streams that depend on nothing but what they are for."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.randomness import derive_rng, derive_seed

seeds = st.integers(0, 2**63 - 1)
purposes = st.lists(st.one_of(st.text(max_size=8), st.integers()), max_size=4).map(tuple)


@given(seeds, purposes)
def test_a_seed_fits_into_63_bits(seed: int, purpose: tuple[str | int, ...]) -> None:
    """Every library takes such a number."""
    assert 0 <= derive_seed(seed, *purpose) < 2**63


@given(seeds, purposes)
def test_the_same_purpose_gives_the_same_stream(seed: int, purpose: tuple[str | int, ...]) -> None:
    """However often it is asked for."""
    first, second = derive_rng(seed, *purpose), derive_rng(seed, *purpose)
    assert np.array_equal(first.random(5), second.random(5))


@given(seeds, seeds, purposes, purposes)
def test_another_seed_or_purpose_gives_another_stream(
    seed: int, other: int, purpose: tuple[str | int, ...], another: tuple[str | int, ...]
) -> None:
    """Nothing but equal arguments gives equal seeds."""
    told = [(type(part), part) for part in purpose] == [(type(part), part) for part in another]
    assert (derive_seed(seed, *purpose) == derive_seed(other, *another)) == (seed == other and told)


@pytest.mark.parametrize(
    ("one", "other"), [((2, 5), (25,)), ((1,), ("1",)), (("ab", "c"), ("a", "bc")), (("a",), ("a", "")), ((), ("",))]
)
def test_parts_do_not_run_into_each_other(one: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    """Generation 2, slot 5 is not generation 25, and the number 1 not the word."""
    assert derive_seed(7, *one) != derive_seed(7, *other)


def test_streams_of_neighbouring_purposes_are_independent() -> None:
    """Slots in a row draw numbers that have nothing to do with each other."""
    draws = np.stack([derive_rng(7, "founder", slot).random(400) for slot in range(20)])
    correlations = np.asarray(np.corrcoef(draws))[~np.eye(20, dtype=bool)]
    assert np.abs(correlations).max() < 0.25
    assert abs(draws.mean() - 0.5) < 0.02


def test_seeds_are_the_same_for_ever() -> None:
    """A run that was begun with an earlier version goes on as it would have."""
    assert derive_seed(7, "mutation", 2, 5) == 2093612206356895320
    assert derive_rng(7, "song", 1).random() == 0.3192050860438471


def test_another_process_derives_the_same() -> None:
    """Whatever its hash seed."""
    program = "from evolve.randomness import derive_rng; print(derive_rng(3, 'breeding', 1, 2).random(3).tolist())"
    here = str(derive_rng(3, "breeding", 1, 2).random(3).tolist())
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    shown = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == here


def test_no_global_stream_is_touched() -> None:
    """Neither Python's nor numpy's: a user's own code keeps its chance."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the global stream is what is looked at
    expected = random.random(), np.random.random()  # noqa: NPY002, S311
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    derive_rng(5, "x").random(100)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002, S311
