"""Names of runs and listeners: letters of any script, the same however they are typed, and safe for files."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evolve.errors import RunError, printable
from evolve.store.names import LONGEST_NAME, MOST_BYTES, ascii_word, checked_name, known_name, name_from, same_name

TAKEN = (
    "José", "音楽家", "Übung", "Łukasz", "Ελένη", "Дмитрий", "שירה", "مريم", "अनिता", "ジョン・レノン", "홍길동",
    "O'Brien", "d’Artagnan", "Sant Cugat del Vallès", "l·l", "Ann-Marie 2", "a.b_c", "x" * 100, "音" * 66, "٣", "२ त",
    "علی\u200cرضا", "മലയാ\u0d33\u0d4d\u200dന", "ශ්\u200dරී", "র\u200d\u09cdয",
)  # fmt: skip

REFUSED = {
    "": "it is empty",
    " ": "it begins with a space",
    "a/b": 'it has "/"',
    "a\\b": 'it has "\\"',
    "..": 'it begins with "."',
    "-rf": 'it begins with "-"',
    "’t Hooft": 'it begins with "’"',
    "Ann ": "it ends with a space",
    "a\nb": "it has the character U+000A",
    "a\0": "it has the character U+0000",
    "a\u202eb": "it has the character U+202E",
    "a\u200bb": "it has the character U+200B",
    "\u200cعلی": "it has the character U+200C",
    "علی\u200c": "it has the character U+200C",
    "علی\u200c\u200cرضا": "it has the character U+200C",
    "علی\u200d رضا": "it has the character U+200D",
    "a-\u200db": "it has the character U+200D",
    "🎵": 'it has "🎵"',
    "x" * 101: "it has 101 characters",
    "音" * 67: "it has 201 bytes",
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_name_of_letters_is_taken(name: str) -> None:
    """Of any script, with what people's names have between their letters."""
    assert checked_name(name) == name


@pytest.mark.parametrize(("name", "problem"), REFUSED.items(), ids=ascii)
def test_what_cannot_be_a_name_is_told_with_the_reason(name: str, problem: str) -> None:
    """What is in the way, and what is allowed, in one line."""
    with pytest.raises(RunError) as told:
        checked_name(name)
    assert f" cannot be a name: {problem}; allowed: letters and digits of any script, space" in str(told.value)


@pytest.mark.parametrize("name", [name for name in TAKEN if not name.isascii()])
def test_a_name_is_the_same_from_whatever_keyboard_it_comes(name: str) -> None:
    """Accents typed apart, as on a Mac, and the wide space of a Japanese keyboard."""
    apart = unicodedata.normalize("NFD", name)
    assert checked_name(apart) == name
    assert checked_name(f"{apart}\u3000{name}") == f"{name} {name}" if len(name) < 30 else True


@given(st.text(max_size=130))
@example("Jose\u0301")
@example("\u1100\u1161" * 60)
def test_any_text_is_a_name_that_stays_as_it_is_or_is_refused_in_one_line(text: str) -> None:
    """A name fits into a file system, and is taken again as it was kept."""
    try:
        name = checked_name(text)
    except RunError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert refusal == printable(refusal)
    if refusal:
        return
    assert checked_name(name) == name == same_name(text)
    assert name == printable(name)
    assert len(name) <= LONGEST_NAME
    assert len(name.encode()) <= MOST_BYTES
    assert not set(name) & set('/\\:*?"<>|\0')


def test_capitals_make_nobody_else() -> None:
    """Whoever is known keeps the name that was typed first; who was always two stays two."""
    assert known_name("JOSÉ", {"José", "Ann"}) == "José"
    assert known_name("jose", {"José"}) == "jose"
    assert known_name("ann", {"Ann", "ann"}) == "ann"
    assert known_name("STRASSE", {"Straße"}) == "Straße"
    assert known_name("José", {unicodedata.normalize("NFD", "José")}) == "José"
    assert known_name("Ben", ()) == "Ben"


def test_a_joiner_that_cannot_be_seen_makes_nobody_else() -> None:
    """Whoever leaves it out, or types it, is the listener that looks the same."""
    assert known_name("علیرضا", {"علی\u200cرضا"}) == "علی\u200cرضا"
    assert known_name("A\u200cnn", {"Ann"}) == "Ann"
    assert name_from("علی\u200cرضا 2") == "علیرضا-2"


@pytest.mark.parametrize(
    ("text", "name"),
    [("quick", "quick"), ("my  space (2)", "my-space-2"), ("Übung 音", "Übung-音"), ("--x--", "x"), ("🎵", "run"),
     ("", "run"), ("_lstm", "lstm"), ("a/b", "a-b"), ("v1.2", "v1.2")],
)  # fmt: skip
def test_a_run_is_called_after_its_space(text: str, name: str) -> None:
    """As near to the file's name as a name can be."""
    assert name_from(text) == name


@given(st.text(max_size=300))
def test_a_name_made_of_any_text_is_a_name(text: str) -> None:
    """Also with a number behind it."""
    assert checked_name(f"{name_from(text)}-12")


@pytest.mark.parametrize(
    ("name", "word"), [("Übung 2", "Ubung-2"), ("José", "Jose"), ("音楽家", ""), ("a.b_c", "a-b-c"), ("ﬁn", "fin")]
)
def test_where_only_ascii_may_be_accents_are_left_out(name: str, word: str) -> None:
    """For clusters, whose jobs and objects have names of letters, digits and hyphens."""
    assert ascii_word(name) == word
