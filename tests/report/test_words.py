"""Numbers, values and lists as a person reads them, and how they fold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.records.shares import Shares
from evolve.report.drift import sparkline
from evolve.report.wording import (
    Phrases,
    change_in_words,
    moment_in_words,
    one_line,
    value_in_words,
)
from evolve.words import counted, duration_in_words, listed
from tests.genetics.drawing import shares

WORDS = st.text(alphabet="abcdefgh", min_size=1, max_size=12)


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


def test_times_and_counts_and_lists() -> None:
    """Durations in minutes and hours, moments in UTC, nouns in their number, lists with an and."""
    assert [duration_in_words(s) for s in (58.2, 723, 3722)] == ["0:58", "12:03", "1:02:02"]
    assert moment_in_words("2026-03-14T21:15:00+01:00") == "2026-03-14 20:15 UTC"
    assert moment_in_words("long ago") == "long ago"
    assert (counted(1, "piece"), counted(1059, "piece")) == ("1 piece", "1,059 pieces")
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_one_line_takes_out_what_could_harm_a_terminal() -> None:
    """Escapes, control characters and line breaks become single spaces."""
    assert one_line("\x1b[1;31ma\x1b[0m\r\nb\tc\x9b") == "a b c"


@given(st.lists(WORDS, max_size=12), st.integers(12, 60), st.sampled_from([" · ", ", ", "  "]))
def test_phrases_fold_between_parts_only(parts: list[str], width: int, joint: str) -> None:
    """Every part stands whole on one line, in order, and no line is too wide."""
    lines = [line.plain for line in Phrases(parts, joint=joint).lines(width)]
    assert all(len(line) <= width + 1 for line in lines)
    assert [word.strip(" ·,") for line in lines for word in line.split(joint.strip() or None) if word.strip(" ,")] == [
        part.strip() for part in parts
    ]


def test_a_sparkline_spans_its_scale() -> None:
    """From the lowest to the highest bar; gaps are blank, a flat line is in the middle."""
    assert sparkline([0, 1, None, 0.5], 0, 1) == "▁█ ▅"
    assert sparkline([3, 3], 3, 3) == "▅▅"


def test_of_a_very_long_list_the_rest_is_counted() -> None:
    """Up to twenty are named."""
    names = [f"g0-{slot}" for slot in range(1, 1001)]
    assert listed(names[:20]).endswith("g0-19 and g0-20")
    assert listed(names[:21]).endswith("g0-19 and 2 more")
    assert listed(names).endswith("g0-19 and 981 more")
