"""Genes, their values and how they change, as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domain_registry import named_domain
from evolve.genome_words import change_in_words, changes_in_words, genome_in_words, value_in_words
from evolve.presentation import Presentation
from evolve.records.genome import Genome
from evolve.records.shares import Shares
from tests.genetics.drawing import shares


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "off"), (True, "yes"), (False, "no"), (64, "64"), (0.0, "0"), (0.2, "0.2"), (0.00316, "0.00316"),
        (0.0004, "4e-4"), (0.000123456, "1.23e-4"), (1234.5, "1,234"), ("adam", "adam"),
    ],
)  # fmt: skip
def test_values_are_told_short(value: bool | float | str | None, words: str) -> None:  # noqa: FBT001 - a case
    """Three significant digits, words for booleans, "off" for an inactive gene."""
    assert value_in_words(value) == words


def test_a_change_shows_a_difference() -> None:
    """Values that look the same in three digits get as many as it takes."""
    assert change_in_words(64, 96) == "64 → 96"
    assert change_in_words(0.0031623, 0.0031641) == "0.003162 → 0.003164"
    assert change_in_words(None, 32) == "off → 32"


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"jig": 0.66, "reel": 0.34}, "two thirds jig, a third reel"),
        ({"jig": 0.26, "reel": 0.67, "hornpipe": 0.07}, "two thirds reel, a quarter jig, some hornpipe"),
        ({"jig": 0.55, "reel": 0.45}, "half jig, half reel"),
        ({"jig": 0.0, "reel": 1.0}, "all reel"),
        ({"jig": 0.96, "reel": 0.04}, "nearly all jig, some reel"),
        ({"a": 0.9, "b": 0.05, "c": 0.05}, "nine tenths a, a tenth b and c"),
        ({"a": 0.48, "b": 0.2, "c": 0.1, "d": 0.1, "e": 0.08, "f": 0.03, "g": 0.01},
         "half a, a fifth b, a tenth c, a tenth d, a tenth of 3 others"),
        ({f"f{place}": 0.01 for place in range(100)}, "some f0, nearly all of 99 others"),
    ],
)  # fmt: skip
def test_shares_are_told_as_fractions(shares: dict[str, float], words: str) -> None:
    """The largest first, small ones together, groups without a share not at all."""
    assert value_in_words(Shares.from_json(shares)) == words


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ((0.6, 0.3, 0.1), "more jig, less reel"),
        ((0.42, 0.48, 0.1), "a little more jig, less reel"),
        ((0.8, 0.2, 0.0), "much more jig, less reel and hornpipe"),
        ((0.4, 0.39, 0.21), "more hornpipe, less reel"),
        ((0.41, 0.48, 0.11), "a little more jig, less reel"),
    ],
)
def test_a_change_of_shares_says_what_there_is_more_and_less_of(after: tuple[float, ...], words: str) -> None:
    """The groups that changed most, and how much."""
    names = ("jig", "reel", "hornpipe")
    assert change_in_words(Shares.nearest(names, [0.4, 0.5, 0.1]), Shares.nearest(names, after)) == words
    assert change_in_words(None, Shares.nearest(names, [1, 0, 0])) == "off → all jig"


@given(shares(("a", "b", "c", "d", "e", "f")), shares(("a", "b", "c", "d", "e", "f")))
def test_any_shares_and_changes_of_them_have_words(one: Shares, other: Shares) -> None:
    """Short, and of each side of a change at least one group."""
    assert 0 < len(value_in_words(one)) < 120
    assert ("more" in change_in_words(one, other)) == (one != other)


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3))
def test_different_numbers_are_told_differently(one: float, other: float) -> None:
    """No change is ever told as from a value to itself."""
    before, after = change_in_words(one, other).split(" → ")
    assert (before == after) == (one == other)


def test_genes_are_told_by_the_words_of_their_domain() -> None:
    """Together where a phrase has several; by their own names where there is no domain that has others."""
    genome = Genome.from_dict({"cell": "lstm", "depth": 2, "width": 96, "batch_size": 64, "stateful": False})
    music = named_domain("music").presentation
    assert genome_in_words(genome, music) == [("lstm 2×96", ("cell", "depth", "width")), ("batch 64", ("batch_size",))]
    assert genome_in_words(genome, music, leaving_out=["depth", "width"]) == [
        ("lstm", ("cell",)),
        ("batch 64", ("batch_size",)),
    ]
    assert changes_in_words({"batch_size": (32, 64)}, music) == ["batch 32 → 64"]
    assert changes_in_words({"batch_size": (32, 64)}, Presentation()) == ["batch_size 32 → 64"]
