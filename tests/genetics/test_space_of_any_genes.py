"""Spaces of genes that nobody has rules for, spaces from plain data, and spaces written as YAML."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import domain_and_build, parse_space, space_from_mapping, space_to_yaml
from evolve.network.genes import GENES
from evolve.randomness import derive_rng
from tests.genetics.drawing import spaces

OWN = """
domain: mine.py:evaluate
build: mine.py:build
genes:
  symmetry: {type: choice, values: [none, mirror, "4"]}
  layers: {type: int, min_value: 0, max_value: 1_000_000_000}
  extra: {type: boolean, parent_name: layers, parent_values: [7, 999_999_999]}
  frequency: {type: float, min_value: -2.5, max_value: 1e6}
  colours: {type: shares, values: [red, blue]}
  strict: off
  name: 'off'
settings: {population: 4}
"""


def test_a_space_without_rules_says_itself_what_its_genes_are() -> None:
    """Names, kinds and limits are the file's; a whole number may have a billion values."""
    file = parse_space(OWN, "own.yaml", None)
    assert file.space.genes == (
        Gene("symmetry", GeneKind.CHOICE, values=("none", "mirror", "4")),
        Gene("layers", GeneKind.INT, 0, 1_000_000_000),
        Gene("extra", GeneKind.BOOLEAN, values=(False, True), parent_name="layers", parent_values=(7, 999_999_999)),
        Gene("frequency", GeneKind.FLOAT, -2.5, 1e6),
        Gene("colours", GeneKind.SHARES, values=("red", "blue")),
        Gene("strict", GeneKind.FIXED, values=(False,)),
        Gene("name", GeneKind.FIXED, values=("off",)),
    )
    assert (file.domain, file.build, file.settings) == ("mine.py:evaluate", "mine.py:build", (("population", "4", 12),))
    assert domain_and_build(OWN, "own.yaml") == ("mine.py:evaluate", "mine.py:build")
    assert domain_and_build("genes: {x: 1}", "x.yaml") == (None, None)
    assert file.space.sample(derive_rng(1)) in file.space
    assert SearchSpace(file.space.genes[:3]).size == 3 * 1_000_000_003


@pytest.mark.parametrize(
    ("genes", "problem"),
    [
        ({"x": {"type": "choice", "values": [1, "a"]}}, "x.values: must be all words, all numbers, or true and false"),
        ({"x": {"type": "choice", "values": [1, True]}}, "x.values: must be all words, all numbers, or true and false"),
        ({"x": {"type": "choice"}}, 'x: has no key "values", which this type of gene needs'),
        (
            {"x": {"type": "integer"}},
            'x.type: "integer" is no type; allowed: int, float, choice, boolean,',
        ),
        ({"x": {"type": "int", "min_value": 1}}, 'x: has no key "max_value", which this type of gene needs'),
        ({"x": {"type": "int", "min_value": 1, "max_value": 1e13}}, "x.max_value: x cannot be 10000000000000; allowed"),
        ({"x": {"type": "float", "min_value": 0, "max_value": 1, "step": 1e-300}}, "x.step: 1e-300 is too small"),
        ({"x": {"type": "float", "min_value": 5e-324, "max_value": 1, "sampling": "log"}}, "x.min_value: log sampling"),
        ({"x": float("inf")}, "x: must be text, a finite number, true or false, not inf"),
        ({" ": 1}, " : has no name"),
        ({}, "genes: is empty; name at least one gene"),
        ({"x": {"type": "int", "min_value": 0, "max_value": 3, "default": 9}}, "x.default: 9 is not among the values"),
    ],
    ids=str,
)
def test_mistakes_in_plain_data_are_told_as_in_a_file_but_for_the_line(genes: dict[str, Any], problem: str) -> None:
    """Also where there are no rules: every kind needs all that it needs."""
    with pytest.raises(SpaceError) as told:
        space_from_mapping({"genes": genes}, None, "the space")
    assert str(told.value).startswith("the space, genes")
    assert problem in str(told.value)


def test_plain_data_are_held_to_rules_too() -> None:
    """And know the nearest spelling."""
    genes = {"depth": 2, "widht": 64}
    with pytest.raises(SpaceError, match=r'^the space, genes\.widht: unknown gene; .*did you mean "width"\?$'):
        space_from_mapping({"genes": genes}, GENES, "the space")
    file = space_from_mapping({"genes": {"depth": 2}, "settings": {"songs": 3, "corpus": ["a"]}}, GENES, "the space")
    assert file.settings == (("songs", 3, None), ("corpus", ["a"], None))


TEXTS = st.text(max_size=8) | st.sampled_from(["off", "null", "~", "012", "1e5", "a: b", "<<", "\x85", " x "])


@given(spaces(), TEXTS, st.dictionaries(TEXTS, TEXTS | st.none() | st.lists(TEXTS, min_size=1)), st.none() | TEXTS)
def test_a_space_that_is_written_is_read_again_as_it_was(
    space: SearchSpace, description: str, settings: dict[str, Any], domain: str | None
) -> None:
    """With its settings and its domain, whatever they are called."""
    space = SearchSpace(space.genes, description)
    text = space_to_yaml(space, settings, domain=domain)
    file = parse_space(text, "s.yaml", None)
    assert file.space == space
    assert [repr(gene.values) for gene in file.space.genes] == [repr(gene.values) for gene in space.genes]
    assert {name: value for name, value, _ in file.settings} == settings
    assert file.domain == (domain or None)


@given(st.dictionaries(TEXTS, TEXTS | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12)))
def test_fixed_genes_of_any_name_and_value_are_read_as_they_are(genes: dict[str, Any]) -> None:
    """Words that look like numbers stay words."""
    assume(genes and all(name.strip() for name in genes))
    file = space_from_mapping({"genes": genes}, None, "s")
    assert {gene.name: gene.values[0] for gene in file.space.genes} == genes
    read = parse_space(space_to_yaml(file.space), "s", None)
    assert repr(read.space) == repr(file.space)
