"""Loops are found where a pattern comes three times in a row, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.loops import Loop, find_loops, longest_loop, share_in_loops


def test_a_tune_played_twice_is_no_loop() -> None:
    """A repeat, as in real pieces, is not counted; a third time is."""
    tune = [60, 62, 64, 65, 67]
    assert find_loops(tune * 2) == ()
    assert find_loops(tune * 3) == (Loop(0, 15, 5),)


def test_a_few_equal_notes_are_no_loop() -> None:
    """Short repetitions are rhythm."""
    assert find_loops([60] * 7 + [62]) == ()


def test_rounds_are_whole_ones() -> None:
    """The last round may be cut short, and then does not count."""
    (loop,) = find_loops([60, 62, 64, 65] * 3 + [60, 62])
    assert (loop.length, loop.rounds) == (14, 3)


def test_the_longest_loop_is_told_from_shorter_ones() -> None:
    """Of several loops the longest is named, with the shortest pattern that makes it."""
    pattern = [50] * 8 + [60, 62] * 7 + [71, 72, 74, 77]
    assert longest_loop(find_loops(pattern)) == Loop(8, 22, 2)
    assert longest_loop([]) is None


@given(st.lists(st.sampled_from([60, 62, 64]), max_size=40))
def test_the_share_in_loops_is_what_the_definition_says(pattern: list[int]) -> None:
    """Every stretch that satisfies the definition, and no other, is counted."""
    inside: set[int] = set()
    for start in range(len(pattern)):
        for stop in range(start + 8, len(pattern) + 1):
            stretch = pattern[start:stop]
            if any(stretch[p:] == stretch[:-p] for p in range(1, len(stretch) // 3 + 1)):
                inside.update(range(start, stop))
    share = share_in_loops(find_loops(pattern), len(pattern))
    assert share == pytest.approx(len(inside) / len(pattern) if pattern else 0)
