"""YAML documents as plain data."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.kubernetes.plain_yaml import MAX_CHARACTERS, ManifestError, parse_documents


def test_documents_are_plain_data_with_lines() -> None:
    """Each document is what it says; every part knows its line, and empty documents are left out."""
    text = "---\n# nothing\n---\na: {b: 1, c: '1'}\nl:\n  - x: true\n  - 2.5\n---\nd: null\nt: 2026-01-01\n"
    first, second = parse_documents(text, "file.yaml")
    assert first.data == {"a": {"b": 1, "c": "1"}, "l": [{"x": True}, 2.5]}
    assert (first.lines["a.b"], first.lines["l[0].x"], first.lines["l[1]"]) == (4, 6, 7)
    assert second.data == {"d": None, "t": "2026-01-01"}


def test_numbers_are_those_of_kubernetes() -> None:
    """Whose YAML knows no sixties, and takes 1e3 for a number."""
    (document,) = parse_documents("a: 12:30:00\nb: 1e3\nc: '1e3'\nd: 0x10\ne: 1e999\n", "file.yaml")
    assert document.data == {"a": "12:30:00", "b": 1000.0, "c": "1e3", "d": 16, "e": "1e999"}


def test_a_lacking_part_is_told_with_the_line_of_what_it_is_in() -> None:
    """A mistake names file, line and path, and the nearest line there is for what is missing."""
    (document,) = parse_documents("a: 1\nspec:\n  b: 2\n", "file.yaml")
    with pytest.raises(ManifestError, match=r"^file\.yaml, line 3, spec\.b\.c: is missing$"):
        document.fail("spec.b.c", "is missing")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", r"file\.yaml, line 1: not valid YAML"),
        ("- a\n", "line 1: must be a mapping"),
        ("just text", "line 1: must be a mapping"),
        ("a: 1\nb: 2\na: 3\n", 'line 3: "a" stands twice'),
        ("a: &b {c: 1}\nd:\n  <<: *b\n", "line 3: << takes over the keys of another mapping"),
        ("[a, b]: 1\n", "line 1: must be text, not a list"),
        ("a: .inf\n", "is no finite number"),
        ("a: !!python/name:os.system ''\n", "no description of a cluster: it has the tag"),
        ("a: " + "9" * 5000 + "\n", "number without end"),
        ("a: " + "[" * 30 + "]" * 30 + "\n", "mappings and lists within each other"),
        ("a" * (MAX_CHARACTERS + 1), "is larger than 200,000 characters"),
    ],
)
def test_what_json_cannot_say_is_refused(text: str, problem: str) -> None:
    """What is no YAML, too much of it, or nothing that JSON can say, is told with its line."""
    with pytest.raises(ManifestError, match=problem):
        parse_documents(text, "file.yaml")


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    """A few lines of aliases that stand for millions of values are refused before they are made."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(ManifestError, match="aliases stand for more than 10,000 values"):
        parse_documents("\n".join(lines), "file.yaml")


@given(st.text(max_size=80) | st.text(alphabet="a:-[]{}&*!|>'\"#%@ \n01.", max_size=80))
def test_rubbish_is_a_users_mistake(text: str) -> None:
    """Whatever is given is read or refused, and never breaks the program."""
    with contextlib.suppress(ManifestError):
        parse_documents(text, "file.yaml")
