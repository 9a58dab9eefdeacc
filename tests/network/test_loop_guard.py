"""Seeing loops, and holding back what would keep them going."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.loops import find_loops
from evolve.network.loop_guard import LONGEST_PERIOD, LOOP_ROUNDS, LoopGuard, Pattern
from tests.network.overruns import longest_overrun

SIZES = {"pitch": 4, "duration": 2}
PATTERN = Pattern(("pitch", "duration"), np.array([True, True, True, False]), shortest=5)
Step = tuple[int, int]
songs_of_two = st.lists(
    st.tuples(*[st.tuples(st.sampled_from([0, 0, 0, 1, 2, 3]), st.sampled_from([0, 0, 1]))] * 2), max_size=60
)


def halvings(elements: Sequence[Step], shortest: int) -> list[int]:
    """By the definition: for each pitch, how far its coming next would take a loop beyond one just complete."""
    found = [0] * SIZES["pitch"]
    for period in range(1, len(elements)):
        run = 0
        while run + period < len(elements) and elements[-1 - run] == elements[-1 - run - period]:
            run += 1
        beyond = run + period + 1 - max(LOOP_ROUNDS * period, shortest)
        if run and beyond > 0:
            pitch = elements[-period][0]
            found[pitch] = max(found[pitch], beyond)
    return found


def after(steps: Sequence[Sequence[Step]], *, is_strict: bool, pattern: Pattern = PATTERN) -> LoopGuard:
    """A guard that has seen steps of several songs."""
    guard = LoopGuard(pattern, SIZES, len(steps[0]), is_strict=is_strict)
    for step in steps:
        pitches, durations = np.array(step).T
        guard.follow({"pitch": pitches, "duration": durations})
    return guard


@given(songs_of_two)
def test_every_loop_is_seen_when_it_is_complete(steps: list[tuple[Step, Step]]) -> None:
    """In each song by itself, over what does not count, and as far beyond as it is."""
    guard = LoopGuard(PATTERN, SIZES, 2, is_strict=False)
    counted: tuple[list[Step], list[Step]] = ([], [])
    for step in steps:
        pitches, durations = np.array(step).T
        guard.follow({"pitch": pitches, "duration": durations})
        for elements, element in zip(counted, step, strict=True):
            elements.extend([element] * bool(PATTERN.counts[element[0]]))
        wanted = [halvings(elements, PATTERN.shortest) for elements in counted]
        held = guard.hold_back(np.zeros((2, SIZES["pitch"]), np.float32))
        assert np.allclose(held, -math.log(2) * np.array(wanted))


def test_a_gentle_guard_halves_the_odds_for_each_element_beyond() -> None:
    """Of five equal ones the sixth is half as likely, the seventh a quarter; the others keep their proportion."""
    logits = np.log(np.array([[0.7, 0.1, 0.1, 0.1]]))
    five, six = ([[(0, 0)]] * count for count in (5, 6))
    assert np.allclose(np.exp(after(five, is_strict=False).hold_back(logits)), [[0.35, 0.1, 0.1, 0.1]])
    assert np.allclose(np.exp(after(six, is_strict=False).hold_back(logits)), [[0.175, 0.1, 0.1, 0.1]])


def test_a_strict_guard_forbids_what_would_go_on_but_never_everything() -> None:
    """The symbol is barred while another may come; where none may, what the network thinks stands."""
    guard = after([[(0, 0), (1, 0)]] * 5, is_strict=True)
    held = guard.hold_back(np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, -np.inf, -np.inf]]))
    assert held.tolist() == [[-np.inf, 2.0, 3.0, 4.0], [5.0, -np.inf, -np.inf, -np.inf]]
    alone = np.array([[1.0, -np.inf, -np.inf, -np.inf], [5.0, 6.0, 7.0, 8.0]])
    assert guard.hold_back(alone).tolist() == [[1.0, -np.inf, -np.inf, -np.inf], [5.0, -np.inf, 7.0, 8.0]]


def test_as_long_as_nothing_is_held_back_logits_are_the_very_ones() -> None:
    """A song that is in no loop is sampled as without a guard."""
    logits = np.zeros((1, 4), np.float32)
    assert after([[(0, 0)], [(1, 0)]] * 2, is_strict=True).hold_back(logits) is logits


def test_what_does_not_count_neither_goes_on_with_a_pattern_nor_breaks_it() -> None:
    """Steps of symbol 3 between equal ones, however many, leave the count as it was, and are never held back."""
    between = [[(0, 0)], [(3, 0)], [(3, 1)]] * 5
    assert after(between, is_strict=True).hold_back(np.zeros((1, 4))).tolist() == [[-np.inf, 0, 0, 0]]
    assert after([[(3, 0)]] * 50, is_strict=True).hold_back(np.zeros((1, 4))).tolist() == [[0, 0, 0, 0]]


def test_a_loop_as_long_as_the_longest_is_seen() -> None:
    """Three rounds of a pattern of 256; one of 257 is too long to be seen."""
    pattern = Pattern(("colour",), np.ones(300, bool))
    for period, is_seen in ((LONGEST_PERIOD, True), (LONGEST_PERIOD + 1, False)):
        guard = LoopGuard(pattern, {"colour": 300}, 1, is_strict=True)
        for step in range(LOOP_ROUNDS * period):
            guard.follow({"colour": np.array([step % period])})
        held = guard.hold_back(np.zeros((1, 300)))
        assert np.flatnonzero(np.isneginf(held[0])).tolist() == [0] * is_seen


@given(st.lists(st.integers(0, 2), max_size=80))
def test_a_guard_means_by_a_loop_what_the_listener_is_told_of(pitches: list[int]) -> None:
    """A song has a loop in its facts if a guard would have seen one, after one of its steps."""
    guard = LoopGuard(Pattern(("pitch",), np.ones(4, bool)), SIZES, 1, is_strict=True)
    zeros = np.zeros((1, 4))
    has_loop = False
    for pitch in pitches:
        guard.follow({"pitch": np.array([pitch])})
        has_loop |= guard.hold_back(zeros) is not zeros
    assert has_loop == bool(find_loops(pitches))


@given(st.integers(0, 5), st.floats(0, 1, exclude_max=True))
def test_under_a_strict_guard_no_loop_goes_on(seed: int, sureness: float) -> None:
    """Whatever is likely, no pattern is longer than one that is just complete, as long as symbols are not few."""
    rng = np.random.default_rng(seed)
    guard = LoopGuard(Pattern(("pitch",), np.ones(9, bool)), {"pitch": 9}, 1, is_strict=True)
    song: list[int] = []
    for _ in range(150):
        likely = song[-3] if len(song) > 2 and rng.random() < sureness else 0
        song.append(int(guard.hold_back(np.eye(9)[likely : likely + 1]).argmax()))
        guard.follow({"pitch": np.array(song[-1:])})
    assert longest_overrun(song) <= 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Pattern((), np.ones(4, bool)), "got nothing"),
        (Pattern(("pitch", "colour"), np.ones(4, bool)), "must be of pitch, duration, got pitch, colour"),
        (Pattern(("duration",), np.ones(4, bool)), r"counts must be bool \[2\], got bool \[4\]"),
        (Pattern(("pitch",), np.ones(4)), r"counts must be bool \[4\], got float64 \[4\]"),
        (Pattern(("pitch",), np.ones(4, bool), shortest=0), "shortest"),
    ],
)
def test_a_pattern_that_does_not_fit_is_refused(wrong: Pattern, message: str) -> None:
    """What the network has is named, and what came."""
    with pytest.raises(ValueError, match=message):
        wrong.check(SIZES)
