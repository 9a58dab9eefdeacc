"""Numbers, values and lists as a person reads them, and how they fold."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.report.drift import sparkline
from evolve.report.wording import Phrases, moment_in_words
from evolve.words import counted, duration_in_words, listed, one_line

WORDS = st.text(alphabet="abcdefgh", min_size=1, max_size=12)


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
