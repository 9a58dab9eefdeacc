"""Simulated listeners named as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import SettingsError
from evolve.judging.simulated.description import ListenerDescription, is_simulated, parse_listener
from evolve.judging.simulated.listeners import KINDS


@given(
    st.sampled_from(sorted(KINDS)),
    st.floats(0, 1e6),
    st.one_of(st.none(), st.integers()),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_description_means_what_it_says(kind: str, noise: float, seed: int | None, rejects_below: float) -> None:
    """Kind and parameters, in any order."""
    text = f"simulated:{kind},rejects_below={rejects_below},noise={noise}" + ("" if seed is None else f",seed={seed}")
    assert is_simulated(text)
    assert parse_listener(text) == ListenerDescription(kind, noise, seed, rejects_below)
    assert parse_listener(f"simulated:{kind}") == ListenerDescription(kind)
    assert parse_listener(text).listener_name == f"simulated-{kind}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("simulated:", 'there is no simulated listener ""; there are additive, interacting,'),
        ("simulated:lasy", 'there is no simulated listener "lasy"; did you mean "lazy"?; there are additive,'),
        ("simulated:lazy,noise=-1", "noise=-1: must be at least 0, in standard deviations of what is liked"),
        ("simulated:lazy,noise=x", "noise=x: must be a number, such as 0.3"),
        ("simulated:lazy,noise=nan", "noise=nan: must be a number, such as 0.3"),
        ("simulated:lazy,noise", "noise: must be a number, such as 0.3"),
        ("simulated:lazy,loud=3", 'there is no parameter "loud"; there are noise, seed and rejects_below'),
        ("simulated:lazy,nois=3", 'there is no parameter "nois"; did you mean "noise"?; there are noise, seed and'),
        ("simulated:lazy,seed=1.5", "seed=1.5: must be a whole number, such as 7"),
        ("simulated:lazy,noise=1,noise=2", "a parameter is given twice; give each once"),
    ],
)
def test_what_is_no_description_is_told_in_a_line(text: str, line: str) -> None:
    """With what came and what is allowed."""
    with pytest.raises(SettingsError) as refused:
        parse_listener(text)
    assert str(refused.value).startswith(f"{text}: {line}")
    assert "\n" not in str(refused.value)
