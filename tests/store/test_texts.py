"""Texts that people wrote with whatever program they have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.store.texts import NotTextError, decoded

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
    lambda text: not text.startswith("\ufeff")
)


@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_every_text_that_says_its_encoding_is_read(text: str, encoding: str) -> None:
    """UTF-8 needs no mark; a mark is no part of the text."""
    assert decoded(text.encode(encoding)) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_told_as_what_they_are(data: bytes) -> None:
    """In a few words that can follow the file's name."""
    said = ""
    try:
        decoded(data)
    except NotTextError as error:
        said = str(error)
    assert re.fullmatch(r"|is not UTF-8 text: byte 0x.*; save it as UTF-8|is not a text file|begins as UTF-.*", said)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a\nb\ngrün".encode("latin-1"), "is not UTF-8 text: byte 0xfc in line 3; save it as UTF-8"),
        (b"\x00\x01\xff", "is not a text file"),
        (b"\xff\xfea", "begins as UTF-16 text and is none: damaged at byte 0; save it as UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_told_with_their_place(data: bytes, said: str) -> None:
    """An editor finds the line."""
    with pytest.raises(NotTextError) as told:
        decoded(data)
    assert str(told.value) == said


def test_the_beginning_of_a_text_may_end_within_a_character() -> None:
    """Of a file that is far too large only the beginning is looked at."""
    assert decoded("aü".encode()[:-1], is_whole=False) == "a"
