"""Search spaces read from YAML: what they say, and what every mistake is told as."""

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evolve.domains.music.settings import MusicSettings
from evolve.errors import SpaceError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.inputs.yaml_files import MOST_CHARACTERS
from evolve.network.genes import GENES
from evolve.settings import Given, settle

PICTURES = Path(__file__).parents[2] / "search_spaces" / "pictures.yaml"
"""Has genes of its own, and tests in its domain."""
SHIPPED = sorted(set((Path(__file__).parents[2] / "search_spaces").glob("*.yaml")) - {PICTURES})

ALL_GENES = ", ".join(GENES)
ACTIVATIONS = ", ".join(map(str, GENES["activation"].allowed))

MISTAKES = {
    "nothing at all": ("", 's.yaml: is empty: a search space needs the key "genes" with at least one gene under it'),
    "no YAML": (
        "genes: {depth: 1",
        "s.yaml, line 1: not valid YAML: expected ',' or '}', but got '<stream end>'",
    ),
    "too large": ("#" * (MOST_CHARACTERS + 1), "s.yaml: is larger than 200,000 characters: not a search space"),
    "commands for the terminal": (
        'genes: {cell: "\\e[31m"}',
        's.yaml, line 1, genes.cell: cell cannot be "\\x1b[31m"; allowed: one of lstm, gru, simple_rnn',
    ),
    "a very long word": (
        "genes: {cell: " + "x" * 190_000 + "}",
        f's.yaml, line 1, genes.cell: cell cannot be "{"x" * 59}…"; allowed: one of lstm, gru, simple_rnn',
    ),
    "a list": ("- depth", "s.yaml, line 1: must be a mapping (key: value), not a list"),
    "a word": ("depth", 's.yaml, line 1: must be a mapping (key: value), not "depth"'),
    "no genes": (
        "settings: {songs: 2}",
        's.yaml, line 1: has no key "genes": a search space needs at least one gene under it',
    ),
    "a top key misspelt": (
        "description: x\ngense: {depth: 1}",
        "s.yaml, line 2, gense: unknown key; allowed: description, domain, build, genes, settings; "
        'did you mean "genes"?',
    ),
    "a key twice": ("genes: {depth: 1, depth: 2}", "s.yaml, line 1, genes.depth: stands twice; keep one"),
    "an empty list of genes": ("genes: {}", f"s.yaml, line 1, genes: is empty; name at least one gene: {ALL_GENES}"),
    "genes without anything": ("genes:", "s.yaml, line 1, genes: must be a mapping (key: value), not nothing"),
    "an unknown gene": (
        "genes:\n  depth: 1\n  widht:\n    type: int",
        f's.yaml, line 3, genes.widht: unknown gene; allowed: {ALL_GENES}; did you mean "width"?',
    ),
    "a gene as a list": (
        "genes:\n  depth: [1, 2]",
        "s.yaml, line 2, genes.depth: must be a mapping (key: value), not a list",
    ),
    "a gene without a type": (
        "genes: {depth: {min_value: 1}}",
        's.yaml, line 1, genes.depth: has no key "type"; allowed: int, float, choice, boolean, fixed',
    ),
    "a type misspelt": (
        "genes:\n  depth:\n    type: itn",
        's.yaml, line 3, genes.depth.type: "itn" is no type; allowed: int, float, choice, boolean, fixed; '
        'did you mean "int"?',
    ),
    "a key of a gene misspelt": (
        "genes:\n  depth:\n    type: int\n    min_vlaue: 1",
        "s.yaml, line 4, genes.depth.min_vlaue: unknown key; allowed: type, min_value, max_value, step, sampling, "
        'default, parent_name, parent_values; did you mean "min_value"?',
    ),
    "a key of another type": (
        "genes: {depth: {type: int, min_value: 1, max_value: 2, values: [1]}}",
        "s.yaml, line 1, genes.depth.values: unknown key; allowed: type, min_value, max_value, step, sampling, "
        'default, parent_name, parent_values; did you mean "min_value"?',
    ),
    "no max_value": (
        "genes: {depth: {type: int, min_value: 1}}",
        's.yaml, line 1, genes.depth: has no key "max_value", which this type of gene needs',
    ),
    "no values": (
        "genes: {cell: {type: choice}}",
        's.yaml, line 1, genes.cell: has no key "values", which this type of gene needs',
    ),
    "a limit that is no number": (
        "genes: {depth: {type: int, min_value: one, max_value: 2}}",
        's.yaml, line 1, genes.depth.min_value: must be a number, not "one"',
    ),
    "a limit that is infinite": (
        "genes: {dropout: {type: float, min_value: 0, max_value: 1e999}}",
        's.yaml, line 1, genes.dropout.max_value: must be a number, not "1e999"',
    ),
    "a limit with a unit": (
        "genes: {depth: {type: int, min_value: 1 layer, max_value: 2}}",
        's.yaml, line 1, genes.depth.min_value: must be a number, not "1 layer"; give the number alone, without a unit',
    ),
    "a limit with a decimal comma": (
        "genes: {dropout: {type: float, min_value: '0,1', max_value: 0.5}}",
        's.yaml, line 1, genes.dropout.min_value: must be a number, not "0,1"; with a decimal point: 0.1',
    ),
    "a whole limit with a comma between thousands": (
        "genes: {width: {type: int, min_value: 16, max_value: '1,024'}}",
        's.yaml, line 1, genes.width.max_value: must be a number, not "1,024"; without the comma: 1024',
    ),
    "a boolean where none can be": (
        "genes:\n  cell: off",
        's.yaml, line 2, genes.cell: cell cannot be "off"; allowed: one of lstm, gru, simple_rnn',
    ),
    "a number in quotes that is too large": (
        "genes:\n  depth: '10'",
        "s.yaml, line 2, genes.depth: depth cannot be 10; allowed: a whole number from 1 to 8",
    ),
    "minutes and seconds": (
        "genes:\n  depth: 1:30",
        's.yaml, line 2, genes.depth: depth cannot be "1:30"; allowed: a whole number from 1 to 8',
    ),
    "half an int": (
        "genes: {depth: {type: int, min_value: 1.5, max_value: 2}}",
        "s.yaml, line 1, genes.depth.min_value: must be a whole number for an int, not 1.5",
    ),
    "no value": ("genes:\n  depth:\n    type: int\n    min_value:\n    max_value: 2", "s.yaml, line 4, "
                 "genes.depth.min_value: has no value"),
    "limits the wrong way round": (
        "genes:\n  depth:\n    type: int\n    min_value: 4\n    max_value: 2",
        "s.yaml, line 4, genes.depth.min_value: 4 is above max_value 2; swap them",
    ),
    "a limit the network cannot have": (
        "genes:\n  depth:\n    type: int\n    min_value: 1\n    max_value: 20",
        "s.yaml, line 5, genes.depth.max_value: depth cannot be 20; allowed: a whole number from 1 to 8",
    ),
    "a number with five thousand digits": (
        f"genes: {{depth: {'9' * 5000}}}",
        "s.yaml, line 1, genes.depth: depth cannot be inf; allowed: a whole number from 1 to 8",
    ),
    "floats for whole numbers": (
        "genes: {width: {type: float, min_value: 64, max_value: 512}}",
        "s.yaml, line 1, genes.width.type: width has whole numbers; write type: int",
    ),
    "a log scale from zero": (
        "genes: {dropout: {type: float, min_value: 0, max_value: 0.5, sampling: log}}",
        "s.yaml, line 1, genes.dropout.min_value: log sampling needs a number above 0, not 0",
    ),
    "a scale misspelt": (
        "genes: {dropout: {type: float, min_value: 0, max_value: 0.5, sampling: lgo}}",
        's.yaml, line 1, genes.dropout.sampling: "lgo" is no sampling; allowed: linear, log; did you mean "log"?',
    ),
    "a step of nothing": (
        "genes: {depth: {type: int, min_value: 1, max_value: 2, step: 0}}",
        "s.yaml, line 1, genes.depth.step: with linear sampling this is the distance of neighbours and "
        "must be above 0, not 0",
    ),
    "a ratio of one": (
        "genes: {depth: {type: int, min_value: 1, max_value: 2, step: 1, sampling: log}}",
        "s.yaml, line 1, genes.depth.step: with log sampling this is the ratio of neighbours and must be "
        "above 1, not 1",
    ),
    "an unknown word": (
        "genes:\n  activation:\n    type: choice\n    values: [relu, tahn]",
        f's.yaml, line 4, genes.activation.values: activation cannot be "tahn"; allowed: one of {ACTIVATIONS}; '
        'did you mean "tanh"?',
    ),
    "an unknown fixed word": (
        "genes:\n  cell: ltsm",
        's.yaml, line 2, genes.cell: cell cannot be "ltsm"; allowed: one of lstm, gru, simple_rnn; '
        'did you mean "lstm"?',
    ),
    "a fixed gene with an illegal value": (
        "genes: {branches: {type: fixed, value: 1}}",
        "s.yaml, line 1, genes.branches.value: branches cannot be 1; allowed: true or false",
    ),
    "a step that is nothing": (
        "genes: {dropout: {type: float, min_value: 0, max_value: 0.5, step: 1e-320}}",
        "s.yaml, line 1, genes.dropout.step: 9.99989e-321 is too small for this range; leave it out for every value",
    ),
    "no choice": ("genes: {cell: {type: choice, values: []}}", "s.yaml, line 1, genes.cell.values: is an empty list; "
                  "give at least one value"),
    "a choice that is no list": (
        "genes: {cell: {type: choice, values: lstm}}",
        's.yaml, line 1, genes.cell.values: must be a list such as [a, b], not "lstm"',
    ),
    "a value twice": (
        "genes: {cell: {type: choice, values: [gru, gru]}}",
        "s.yaml, line 1, genes.cell.values: names a value twice; keep one",
    ),
    "a number twice": (
        "genes: {dropout: {type: choice, values: [0, 0.0]}}",
        "s.yaml, line 1, genes.dropout.values: names a value twice; keep one",
    ),
    "a list within a list": (
        "genes: {cell: {type: choice, values: [[gru]]}}",
        "s.yaml, line 1, genes.cell.values[0]: must be text, not a list",
    ),
    "an order that is no boolean": (
        "genes: {width: {type: choice, values: [64, 128], ordered: maybe}}",
        's.yaml, line 1, genes.width.ordered: must be true or false, not "maybe"',
    ),
    "a default outside": (
        "genes: {depth: {type: int, min_value: 1, max_value: 4, default: 5}}",
        "s.yaml, line 1, genes.depth.default: 5 is not among the values of this gene",
    ),
    "a default between two steps": (
        "genes: {width: {type: int, min_value: 64, max_value: 256, step: 64, default: 100}}",
        "s.yaml, line 1, genes.width.default: 100 is not among the values of this gene",
    ),
    "half a condition": (
        "genes: {cell: gru, depth: {type: fixed, value: 2, parent_name: cell}}",
        's.yaml, line 1, genes.depth: has no key "parent_values", which a condition needs',
    ),
    "a parent gene below": (
        "genes: {depth: {type: fixed, value: 2, parent_name: cell, parent_values: [gru]}, cell: gru}",
        's.yaml, line 1, genes.depth.parent_name: "cell" is no gene above this one; allowed: none yet',
    ),
    "a parent gene misspelt": (
        "genes: {cell: gru, depth: {type: fixed, value: 2, parent_name: cll, parent_values: [gru]}}",
        's.yaml, line 1, genes.depth.parent_name: "cll" is no gene above this one; allowed: cell; '
        'did you mean "cell"?',
    ),
    "a continuous parent gene": (
        "genes:\n  dropout: {type: float, min_value: 0, max_value: 0.5}\n"
        "  depth: {type: fixed, value: 2, parent_name: dropout, parent_values: [0.1]}",
        's.yaml, line 3, genes.depth.parent_name: "dropout" is continuous; a parent needs a step',
    ),
    "a parent value that never comes": (
        "genes: {cell: gru, depth: {type: fixed, value: 2, parent_name: cell, parent_values: [lstm]}}",
        's.yaml, line 1, genes.depth.parent_values: "cell" can never be "lstm"',
    ),
    "shares as something else": (
        "genes:\n  diet:\n    type: float",
        's.yaml, line 3, genes.diet.type: "float" is no type of diet; allowed: shares',
    ),
    "something else as shares": (
        "genes: {width: {type: shares}}",
        's.yaml, line 1, genes.width.type: "shares" is no type of width; allowed: int, float, choice, boolean, fixed',
    ),
    "shares without a type": (
        "genes: {diet: {values: [jig, reel]}}",
        's.yaml, line 1, genes.diet: has no key "type"; allowed: shares',
    ),
    "a word for shares": (
        "genes: {diet: jig}",
        's.yaml, line 1, genes.diet: diet cannot be "jig"; allowed: shares of the corpus\'s groups, '
        "written {type: shares}",
    ),
    "shares of one group": (
        "genes:\n  diet:\n    type: shares\n    values: [jig]",
        "s.yaml, line 4, genes.diet.values: names one group; give two or more, or leave values out for all",
    ),
    "a group twice": (
        "genes: {diet: {type: shares, values: [jig, reel, jig]}}",
        "s.yaml, line 1, genes.diet.values: names a value twice; keep one",
    ),
    "a default of shares": (
        "genes: {diet: {type: shares, default: jig}}",
        "s.yaml, line 1, genes.diet.default: unknown key; allowed: type, values, parent_name, parent_values",
    ),
    "groups that are no list": (
        "genes: {diet: {type: shares, values: jig}}",
        's.yaml, line 1, genes.diet.values: must be a list such as [a, b], not "jig"',
    ),
    "shares as a parent gene": (
        "genes:\n  diet: {type: shares}\n  depth: {type: fixed, value: 2, parent_name: diet, parent_values: [jig]}",
        's.yaml, line 3, genes.depth.parent_name: no gene can depend on shares, as "diet" is',
    ),
    "settings that are a list": (
        "genes: {depth: 1}\nsettings: [a]",
        "s.yaml, line 2, settings: must be a mapping (key: value), not a list",
    ),
    "a mapping as a setting": (
        "genes: {depth: 1}\nsettings: {songs: {a: 1}}",
        "s.yaml, line 2, settings.songs: must be text, not a mapping",
    ),
}  # fmt: skip


def space_or_complaint(text: str) -> SearchSpace | str:
    """The space, or what the user is told."""
    try:
        return parse_space(text, "s.yaml", GENES).space
    except SpaceError as error:
        return str(error)


def parse(text: str) -> tuple[Gene, ...]:
    """The genes of a text."""
    return parse_space(textwrap.dedent(text), "s.yaml", GENES).space.genes


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_by_file_line_and_key_with_what_is_allowed(text: str, message: str) -> None:
    """A person finds it and mends it without reading a manual."""
    with pytest.raises(SpaceError) as told:
        parse_space(text, "s.yaml", GENES)
    assert str(told.value) == message


def test_shares_are_of_the_groups_that_are_named_or_of_all() -> None:
    """A group is a text, also one that looks like a number, such as a folder of a year; empty values are none."""
    assert parse("genes: {diet: {type: shares}}") == (Gene("diet", GeneKind.SHARES),)
    assert parse("genes: {diet: {type: Shares, values: }}") == (Gene("diet", GeneKind.SHARES),)
    (gene,) = parse("genes: {diet: {type: shares, values: [1850, 6/8, 'on', valses d'été]}}")
    assert gene.values == ("1850", "6/8", "on", "valses d'été")
    condition = "parent_name: cell, parent_values: [gru]"
    _, gene = parse(f"genes: {{cell: {{type: choice, values: [gru, lstm]}}, diet: {{type: shares, {condition}}}}}")
    assert (gene.parent_name, gene.parent_values) == ("cell", ("gru",))


def test_every_type_of_gene_is_read() -> None:
    """With keras-tuner's argument names; a bare value is a fixed gene."""
    assert parse("""
        genes:
          cell: {type: Choice, values: [lstm, gru], default: gru}
          depth: {type: int, min_value: 1, max_value: 4}
          width: {type: int, min_value: 64, max_value: 512, step: 2, sampling: log, default: 128}
          dropout: {type: float, min_value: 0, max_value: 0.5, step: 0.1,
                    parent_name: depth, parent_values: [2, 3]}
          branches: {type: boolean, default: yes}
          batch_size: {type: choice, values: [16, 64], ordered: true}
          dense_width: {type: fixed, value: 64}
          optimizer: adam
    """) == (
        Gene("cell", GeneKind.CHOICE, values=("lstm", "gru"), default="gru"),
        Gene("depth", GeneKind.INT, 1, 4),
        Gene("width", GeneKind.INT, 64, 512, 2, "log", default=128),
        Gene("dropout", GeneKind.FLOAT, 0.0, 0.5, 0.1, parent_name="depth", parent_values=(2, 3)),
        Gene("branches", GeneKind.BOOLEAN, values=(False, True), default=True),
        Gene("batch_size", GeneKind.CHOICE, values=(16, 64), ordered=True),
        Gene("dense_width", GeneKind.FIXED, values=(64,)),
        Gene("optimizer", GeneKind.FIXED, values=("adam",)),
    )


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-4", 1e-4), ("1E-4", 1e-4), (".001", 0.001), ("+0.5", 0.5), ("1", 1), ("1.", 1.0), ("0.1_", None)],
)
def test_numbers_are_read_as_a_person_means_them(written: str, value: float | None) -> None:
    """YAML 1.1 would read 1e-4 as text."""
    if value is None:
        with pytest.raises(SpaceError, match="learning_rate cannot be"):
            parse(f"genes: {{learning_rate: {written}}}")
        return
    (gene,) = parse(f"genes: {{learning_rate: {written}}}")
    assert gene.values == (value,)
    assert type(gene.values[0]) is type(value)


def test_a_choice_of_numbers_is_of_one_type() -> None:
    """As keras-tuner needs it: 0 beside 0.5 is a float."""
    (gene,) = parse("genes: {dropout: {type: choice, values: [0, 0.5], default: 0}}")
    assert [type(value) for value in gene.values] == [float, float]


def test_settings_keep_their_order_and_lines() -> None:
    """So that a mistake in one can be told by its place when it is checked."""
    file = parse_space("genes: {depth: 1}\nsettings:\n  songs: 2\n  corpus: [a, b]\n  seconds: 1e2\n", "s", GENES)
    assert file.settings == (("songs", "2", 3), ("corpus", ["a", "b"], 4), ("seconds", "1e2", 5))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_space_loads_and_its_settings_settle(path: Path) -> None:
    """And says in a sentence what it is for."""
    file = parse_space(path.read_text(), path.name, GENES)
    settle([Given(name, value, path.name, is_firm=False) for name, value, _ in file.settings], MusicSettings)
    assert file.space.description
    assert file.space.size >= 1


def test_the_spaces_of_the_readme_are_there() -> None:
    """lstm.yaml, the paper's network as a single point, and a quick one."""
    spaces = {path.name: parse_space(path.read_text(), path.name, GENES).space for path in SHIPPED}
    assert {"lstm.yaml", "paper.yaml", "quick.yaml"} <= set(spaces)
    assert spaces["paper.yaml"].size == 1
    card = {"depth", "width", "batch_size", "learning_rate", "activation", "optimizer"}
    assert card <= {gene.name for gene in spaces["lstm.yaml"].genes if not gene.is_fixed}


_WORDS = st.sampled_from(
    ["genes", "settings", "description", *GENES, *map(str, GENES["activation"].allowed), "type", "int", "float",
     "choice", "boolean", "fixed", "shares", "min_value", "max_value", "step", "sampling", "log", "linear", "values",
     "value", "default", "ordered", "parent_name", "parent_values", "true", "null", "~", "0", "1", "-1", "1e-4", "1_0",
     "1__0", "0x10", ".inf", ".nan", "9" * 400, "1e400", "!!float x", "!!bool x", "!!null x", "&a", "*a", "<<", "? ",
     "''"]
)  # fmt: skip
_MARKS = st.sampled_from([": ", "\n", "\n  ", "\n    ", ", ", "{", "}", "[", "]", "- ", "#", "|", ">", "'", '"', "\t"])
yamlish = st.lists(st.one_of(_WORDS, _MARKS, st.text(max_size=3)), max_size=60).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A shipped space in which a few pieces are cut out, doubled, or replaced."""
    text = draw(st.sampled_from(SHIPPED)).read_text()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 25)))
        replacement = draw(st.one_of(st.just(""), _WORDS, _MARKS, st.just(text[start:end] * 2), st.text(max_size=5)))
        text = text[:start] + replacement + text[end:]
    return text


@settings(deadline=None, max_examples=250)
@given(st.one_of(yamlish, damaged(), st.text()))
@example("genes: &a {depth: *a}")
@example("genes: {depth: 1__0}")
@example("genes: {dropout: {type: choice, values: [!!float x, 0.1]}}")
@example("&a [*a]")
@example("genes: {depth: {type: int, min_value: !!int x, max_value: 2}}")
def test_any_text_is_a_space_or_a_space_error(text: str) -> None:
    """Whatever somebody feeds it, the answer is one line that names the file."""
    outcome = space_or_complaint(text)
    if isinstance(outcome, str):
        assert re.match(r"s\.yaml(, line \d+)?(, .*)?: ", outcome, re.DOTALL)
    else:
        assert outcome.genes
        assert outcome.size >= 1
