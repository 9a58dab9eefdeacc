"""What a value means as people write it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.inputs.scalars import boolean_of, meanings, number_hint, number_of, shown


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("-3", -3), ("+2", 2), ("1e-3", 0.001), ("1E5", 100_000.0), ("1e5", 100_000.0), ("1_000", 1000),
     ("1_000.5", 1000.5), ("0x10", 16), ("0o14", 12), ("0b11", 3), ("012", 12), (".5", 0.5), ("5.", 5.0), (" 2 ", 2),
     ("1:30", None), ("1__0", None), ("_1", None), ("0.1_", None), (".", None), ("", None), ("1,5", None),
     ("30 s", None), ("2026-01-01", None), ("inf", None), (".inf", None), ("nan", None), ("0x", None), ("e5", None)],
)  # fmt: skip
def test_a_number_is_what_a_person_means_by_it(text: str, number: float | None) -> None:
    """Not what YAML 1.1 makes of it: ninety of 1:30, ten of 012, a text of 1e5."""
    assert number_of(text) == number
    assert type(number_of(text)) is type(number)


@given(st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_is_written_is_read_again(number: float) -> None:
    """To the last bit."""
    assert number_of(repr(number)) == number


def test_endless_digits_are_no_endless_work() -> None:
    """They are out of every range."""
    assert number_of("9" * 5000) == math.inf


@pytest.mark.parametrize(
    ("text", "boolean"),
    [("true", True), ("True", True), ("TRUE", True), ("yes", True), ("On", True), ("off", False), ("NO", False),
     ("false", False), ("maybe", None), ("1", None), ("y", None), ("", None)],
)  # fmt: skip
def test_a_boolean_is_what_a_person_means_by_it(text: str, boolean: bool | None) -> None:  # noqa: FBT001
    """However it is capitalised."""
    assert boolean_of(text) is boolean


def test_quotes_say_that_a_word_is_likelier() -> None:
    """And leave the number possible, for who puts them around everything."""
    assert meanings("1", quoted=False) == (1, "1")
    assert meanings("1", quoted=True) == ("1", 1)
    assert meanings("off", quoted=False) == (False, "off")
    assert meanings("adam", quoted=False) == ("adam",)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("30 s", "; give the number alone, without a unit"), ("20%", "; give the number alone, without a unit"),
     ("0,5", "; with a decimal point: 0.5"), ("many", ""), ("1:30", ""),
     ("1,000", "; without the comma: 1000, or with a decimal point: 1.000"), ("0,500", "; with a decimal point: 0.500"),
     ("-1,000,000", "; without the commas: -1000000"), ("1000,000", "; with a decimal point: 1000.000")],
)  # fmt: skip
def test_a_number_that_is_nearly_one_is_mended(text: str, hint: str) -> None:
    """By what there is too much of."""
    assert number_hint(text) == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [("1,000", "; without the comma: 1000"), ("12,345,678", "; without the commas: 12345678"), ("1,5", ""),
     ("0,500", ""), ("8 songs", "; give the number alone, without a unit")],
)  # fmt: skip
def test_a_whole_number_is_never_told_to_have_a_decimal_point(text: str, hint: str) -> None:
    """A thousand would become one."""
    assert number_hint(text, is_whole=True) == hint


def test_a_value_is_shown_as_it_would_be_written() -> None:
    """And never as Python has it."""
    values = (True, False, 0.5, 2, "adam", "10", [1, "a"], "x" * 100)
    assert [shown(value) for value in values] == [
        "true", "false", "0.5", "2", '"adam"', "10", '[1, "a"]', f'"{"x" * 59}…"'
    ]  # fmt: skip
