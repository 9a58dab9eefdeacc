"""Texts that people wrote with whatever program they have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.texts import NotTextError, decoded, text_of

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


@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]), st.sampled_from([None, "utf-8", "x", "gbk"]))
def test_a_mark_is_believed_before_what_is_declared(text: str, encoding: str, declared: str | None) -> None:
    """Some program has converted the file, and left the declaration; UTF-8 needs no mark where nothing is declared."""
    if encoding != "utf-8" or declared != "gbk":
        assert text_of(text.encode(encoding), declared) == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("ISO-8859-2", "Dvořák"), ("windows-1251", "Чайковский"), ("Shift_JIS", "さくら"), ("shift_jis_2004", "さくら"),
        ("EUC-KR", "아리랑"), ("GB18030", "茉莉花"), ("mac_roman", "Für Elise"), ("iso-2022-jp", "さくら"),
        ("koi8-r", "Глинка"),
    ],
)  # fmt: skip
def test_a_declared_charset_is_used(charset: str, text: str) -> None:
    """Whatever its spelling, without a mark."""
    assert text_of(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    "declared",
    ["punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "idna", "rot13", "base64", "hex", "uu", "zlib", "bz2",
     "quopri", "undefined", "utf-16", "UTF-32LE", "ucs-2", "cp037", "no-such", "", "a\0b", "ü", "../x", "x" * 999],
)  # fmt: skip
def test_what_no_file_in_plain_letters_is_in_is_not_believed(declared: str) -> None:
    """The text is read as if nothing were declared."""
    text = "K: +AGE- \\x41 \\u0041 xn--a für"
    assert text_of(text.encode(), declared) == text
    assert text_of(text.encode("latin-1"), declared) == text


def test_damaged_text_is_read_otherwise_or_with_its_damage_shown() -> None:
    """As Latin-1, in which all bytes are text, or with replacement characters where they are not of its charset."""
    assert text_of("grün".encode("latin-1")) == "grün"
    assert text_of("grün".encode("latin-1"), otherwise=None) == "gr\ufffdn"
    assert text_of("さく".encode("shift_jis") + b"\xff", "shift_jis", otherwise=None) == "さく\ufffd"
    assert text_of("grün".encode(), "ascii") == "grün"
    assert text_of(b"\xff\xfea\0b") == "a\ufffd"


@given(st.binary(max_size=80), st.text(max_size=12), st.sampled_from(["latin-1", None]))
def test_any_bytes_are_some_text(data: bytes, declared: str, otherwise: str | None) -> None:
    """Whatever is declared."""
    assert isinstance(text_of(data, declared, otherwise), str)
