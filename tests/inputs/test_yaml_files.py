"""YAML as parts with their lines: what is read, what is refused, and what is written."""

import contextlib
from enum import StrEnum

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.inputs.yaml_files import MOST_CHARACTERS, Part, Source, part_of, read_documents, read_yaml, to_yaml

SOURCE = Source("x.yaml", "a list of things", SpaceError)


def test_every_part_knows_its_place_and_the_line_of_its_key() -> None:
    """So that a mistake is told where a person looks for it."""
    root = read_yaml("a:\n  b: 1\nl:\n  - x: yes\n  - ~\n", SOURCE)
    parts = (root, root.entries()["a"], root.entries()["a"].entries()["b"], *root.entries()["l"].items())
    assert [(part.place, part.line) for part in parts] == [("", 1), ("a", 1), ("a.b", 2), ("l[0]", 4), ("l[1]", 5)]
    assert root.plain() == {"a": {"b": "1"}, "l": [{"x": "yes"}, None]}
    assert root.plain(lambda part: part.kind) == {"a": {"b": "int"}, "l": [{"x": "bool"}, "null"]}


def test_what_lacks_is_told_with_the_line_of_what_it_lacks_in() -> None:
    """The nearest line there is."""
    with pytest.raises(SpaceError, match=r"^x\.yaml, line 3, hosts\[0\].cpus: is missing$"):
        read_yaml("\nhosts:\n  [{host: a}]\n", SOURCE).fail("is missing", "hosts", 0, "cpus")


def test_a_file_may_have_several_documents_where_its_reader_takes_them() -> None:
    """Each with the lines of the file."""
    first, second = read_documents("a: 1\n---\nb: 2\n", SOURCE)
    assert (first.plain(), second.plain(), second.line) == ({"a": "1"}, {"b": "2"}, 3)
    assert read_documents("", SOURCE) == ()
    with pytest.raises(SpaceError, match=r"^x\.yaml, line 3: a second document begins here; keep one$"):
        read_yaml("a: 1\n---\nb: 2\n", SOURCE)


def bomb(levels: int) -> str:
    """A few lines of aliases that stand for very many values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    return "\n".join(lines + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "line 1: not valid YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\nb: 2\na: 3\n", "line 3, a: stands twice; keep one"),
        ("[a, b]: 1\n", "line 1: a key must be text, not a list or a mapping"),
        ("a: &b {c: 1}\nd:\n  <<: *b\n", "line 3, d: << takes over the keys of another mapping"),
        ("a: !!python/name:os.system ''\n", 'line 1, a: has the tag "tag:yaml.org,2002:python/name:os.system"; write'),
        ("\tb: 1", "line 1: not valid YAML: a tab stands where only spaces may"),
        ("a: \x07", "line 1: not valid YAML: it has the character U+0007"),
        ('a: "\\UFFFFFFFF"', "not valid YAML: it has a number or a character far beyond all that there are"),
        ("%YAML 1" + "1" * 5000 + ".1\n---\na: 1", "not valid YAML: it has a number or a character far beyond"),
        ("a" * (MOST_CHARACTERS + 1), "is larger than 200,000 characters: not a list of things"),
        ("- " * 90_000, "line 1: not a list of things: it has more than 20 mappings and lists within each other"),
        ("&a [*a]", "line 1: not a list of things: it has more than 20 mappings and lists within each other"),
        ("[" + "1," * 99_000 + "]", "line 1: not a list of things: it has more than 10,000 keys and values"),
        (bomb(8), "not a list of things: it has more than 10,000 keys and values"),
    ],
    ids=lambda value: value[:30],
)
def test_what_a_person_does_not_write_is_refused(text: str, problem: str) -> None:
    """Before it fills the memory, and with its line."""
    with pytest.raises(SpaceError) as refusal:
        read_yaml(text, SOURCE)
    assert problem in str(refusal.value)


@given(st.text(max_size=80) | st.text(alphabet="a:-[]{}&*!|>'\"#%@ \n01.", max_size=80))
@example("!!null x: 1")
@example("- !!float x")
def test_any_text_is_read_or_refused(text: str) -> None:
    """And never breaks the program."""
    with contextlib.suppress(SpaceError):
        read_yaml(text, SOURCE)


_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
_WORDS = st.text() | st.sampled_from(["off", "~", "null", "012", "1e5", "1:30", "<<", "- a", "a: b", "\x85", " x ", ""])
_DATA = st.dictionaries(
    _WORDS,
    st.recursive(_SCALARS | _WORDS, lambda inner: st.lists(inner) | st.dictionaries(_WORDS, inner), max_leaves=8),
)


def as_meant(part: Part) -> object:
    """A scalar as anybody who accepts all values reads it."""
    return None if part.value is None else part.meant(lambda _: True)


@given(_DATA)
def test_what_is_written_is_read_as_what_it_was(data: dict[str, object]) -> None:
    """Words that look like numbers, numbers to the last bit, whatever stands in a text."""
    read = read_yaml(to_yaml(data), SOURCE).plain(as_meant)
    assert read == part_of(data, SOURCE).plain(as_meant) == data
    assert repr(read) == repr(data)


class Cell(StrEnum):
    """A word that is more than a word."""

    GRU = "gru"


def test_plain_data_are_parts_without_lines() -> None:
    """Tuples are lists, and what no YAML can say is told with its place."""
    assert part_of({"a": (1, True), "b": Cell.GRU}, SOURCE).plain() == {"a": [1, True], "b": "gru"}
    endless: list[object] = []
    endless.append(endless)
    for given_value, problem in (
        ({"a": [float("nan")]}, r"x\.yaml, a\[0\]: must be text, a finite number, true or false, not nan"),
        ({1: 2}, r"x\.yaml: a key must be text, not 1"),
        (endless, "has more than 20 mappings and lists within each other"),
    ):
        with pytest.raises(SpaceError, match=problem):
            part_of(given_value, SOURCE)
