"""The longest passage that comes back is found, and it does come back."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.returns import Return, longest_return


def longest_by_trying(pattern: Sequence[int], again_from: int) -> int:
    """The length of the longest passage that stands in a pattern twice, by trying all of them."""
    return max(
        (
            length
            for start in range(len(pattern))
            for length in range(1, len(pattern) - start + 1)
            for again in range(max(start + length, again_from), len(pattern) - length + 1)
            if pattern[start : start + length] == pattern[again : again + length]
        ),
        default=0,
    )


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 35))
def test_no_passage_that_comes_back_is_longer(pattern: list[int], again_from: int) -> None:
    """It is as long as the longest that is found by trying all."""
    found = longest_return(pattern, again_from=again_from)
    assert (found.length if found else 0) == longest_by_trying(pattern, again_from)


@given(st.lists(st.integers(0, 1), max_size=60), st.integers(0, 60))
def test_what_is_found_stands_twice(pattern: list[int], again_from: int) -> None:
    """The two are equal, do not overlap, and the second begins where it may."""
    if found := longest_return(pattern, again_from=again_from):
        first, second = (pattern[place : place + found.length] for place in (found.start, found.again))
        assert first == second
        assert len(first) == found.length
        assert found.again >= max(found.start + found.length, again_from)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=25), st.lists(st.integers(6, 9), max_size=10))
def test_a_part_that_is_repeated_comes_back(part: list[int], middle: list[int]) -> None:
    """A part, something else, and the part again."""
    found = longest_return(part + middle + part)
    assert found is not None
    assert found.length >= len(part)


def test_a_passage_does_not_overlap_itself() -> None:
    """Seven equal notes are three and three again, not six and six."""
    assert longest_return("aaaaaaa") == Return(0, 4, 3)


def test_the_first_of_two_as_long_is_told() -> None:
    """With the place where it stands last."""
    assert longest_return("cdab.ab-cd+cd") == Return(0, 11, 2)


def test_nothing_comes_back_where_everything_differs() -> None:
    """Nor in one element, nor in none."""
    assert longest_return("abcdef") is longest_return("a") is longest_return("") is None


def test_what_was_given_does_not_count_as_coming_back() -> None:
    """An opening that repeats itself says nothing of what was composed after it."""
    assert longest_return("abcdabcdxyab", again_from=8) == Return(0, 10, 2)
