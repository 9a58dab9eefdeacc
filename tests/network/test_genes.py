"""The catalogue of genes."""

import subprocess
import sys

import pytest

from evolve.network.genes import GENES


@pytest.mark.parametrize("name", GENES)
def test_every_default_is_legal(name: str) -> None:
    """A gene's default is one of its legal values."""
    assert GENES[name].default is None or GENES[name].allows(GENES[name].default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 0),
        ("depth", 2.0),
        ("depth", True),
        ("width", 4096),
        ("learning_rate", float("nan")),
        ("learning_rate", "fast"),
        ("cell", "transformer"),
        ("branches", 1),
        ("bar_position", "true"),
        ("heads", "joined"),
        ("diet", "jig"),
    ],
)
def test_values_outside_a_gene_are_refused(name: str, value: object) -> None:
    """A value of another kind or beyond the limits is not legal."""
    assert not GENES[name].allows(value)


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 1), ("dropout", 0), ("dense_width", 0), ("depth", 8)])
def test_limits_are_legal_and_whole_numbers_pass_for_numbers(name: str, value: object) -> None:
    """The limits themselves are legal, and 1 is as good a learning rate as 1.0."""
    assert GENES[name].allows(value)


def test_legal_values_are_told_in_words() -> None:
    """A mistake can be answered with what is allowed."""
    assert GENES["depth"].legal == "a whole number from 1 to 8"
    assert GENES["diet"].legal == "shares of the corpus's groups, written {type: shares}"
    assert GENES["cell"].legal == "one of lstm, gru, simple_rnn"


def test_conditional_genes_name_a_known_parent_and_value() -> None:
    """What a gene needs is a legal value of another gene."""
    for rule in GENES.values():
        if rule.needs is not None:
            parent, value = rule.needs
            assert GENES[parent].allows(value)


def test_the_catalogue_loads_nothing_heavy() -> None:
    """Checking a search space's names needs neither Keras nor numpy."""
    heavy = "import sys, evolve.network.genes; print([m for m in ('keras', 'tensorflow', 'numpy') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
