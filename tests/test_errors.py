"""What is said of a mistake can be shown anywhere, in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import LONGEST_TEXT, EvolveError, last_line, printable, shortened, without_joiners


@given(st.text() | st.text(st.characters()))
def test_an_error_is_one_line_that_can_be_printed(text: str) -> None:
    """Whatever came into its text: line ends, surrogates, commands of a terminal, or too much of it."""
    said = str(EvolveError(text))
    assert without_joiners(said).isprintable()
    assert len(said) <= LONGEST_TEXT
    said.encode()


def test_what_can_be_seen_stays_as_it_is() -> None:
    """Letters of any script, emoji and quotes are text; what is none stands as its code."""
    assert printable('Für Elise "🎹" ля') == 'Für Elise "🎹" ля'
    assert printable("\x1b[31mred\n\udcff") == r"\x1b[31mred\n\udcff"


def test_what_joins_letters_stays_where_it_joins_some() -> None:
    """Persian and some scripts of India cannot be written without; elsewhere it would only hide."""
    assert printable("علی\u200cرضا") == "علی\u200cرضا"
    assert printable("a\u200c \u200cb\u200d\u200dc") == r"a\u200c \u200cb\u200d\u200dc"
    assert without_joiners("علی\u200cرضا \u200d") == "علیرضا \u200d"


def test_long_text_is_cut_where_one_sees_it() -> None:
    """The cut is shown, and a short text has none."""
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"


@pytest.mark.parametrize(
    ("said", "line"), [("a\n\nb \n", "b"), (" \n", ""), (ValueError("a\n\nb \n"), "b"), (ValueError(), "ValueError")]
)
def test_the_last_line_of_what_was_said_says_something(said: str | Exception, line: str) -> None:
    """Of an error without words it is its kind."""
    assert last_line(said) == line
