"""Choosing tokens, and holding back loops."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evolve.domains.music.facts.loops import find_loops
from evolve.network.sampling import LONGEST_PERIOD, LOOP_ROUNDS, LoopGuard, Pattern, Sampling, barred, nucleus, sampled
from tests.network.overruns import longest_overrun

LIKELIEST = Sampling(temperature=0.0)
HIGHEST = np.nextafter(1.0, 0.0)
"""The greatest number that a generator draws."""

uniforms = st.floats(0, 1, exclude_max=True) | st.just(HIGHEST)
rows = st.lists(st.floats(-30, 30), min_size=1, max_size=9)
odds_rows = arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.floats(0, 1)).map(
    lambda odds: odds + np.eye(*odds.shape)[:, ::-1] * 1e-3 + (odds.sum(axis=1, keepdims=True) == 0)
)
wild = st.floats(width=32, allow_nan=True, allow_infinity=False) | st.sampled_from([-np.inf, -3.4e38, 3.4e38, 0.0])


def one(logits: list[float], uniform: float, sampling: Sampling) -> int:
    """The token of one song."""
    return int(sampled(np.array([logits]), np.array([uniform]), sampling)[0])


@given(rows, uniforms)
def test_a_token_is_where_the_cumulative_distribution_passes_the_number(logits: list[float], uniform: float) -> None:
    """Below it lies no more than the number's share of all odds, and with it more."""
    token = one(logits, uniform, Sampling())
    cumulative = np.exp(np.array(logits) - max(logits)).cumsum()
    assert cumulative[token] > uniform * cumulative[-1]
    assert token == 0 or cumulative[token - 1] <= uniform * cumulative[-1]


@given(rows, uniforms)
def test_a_vanishing_temperature_takes_the_likeliest(logits: list[float], uniform: float) -> None:
    """Near 0 as at 0, whatever the random number."""
    assert logits[one(logits, uniform, LIKELIEST)] == max(logits)
    for temperature in (1e-9, 5e-324):
        assert max(logits) - logits[one(logits, uniform, Sampling(temperature))] < 1e-6


def test_samples_come_as_often_as_their_probability_says() -> None:
    """Evenly spread numbers meet each token in proportion; temperature 2 evens them out, a nucleus cuts the rest."""
    probabilities = np.array([0.5, 0.3, 0.2])
    evenly = (np.arange(10_000) + 0.5) / 10_000
    logits = np.log(probabilities)[None].repeat(10_000, axis=0)
    assert np.bincount(sampled(logits, evenly, Sampling())).tolist() == [5000, 3000, 2000]
    softened = np.sqrt(probabilities) / np.sqrt(probabilities).sum()
    assert np.allclose(np.bincount(sampled(logits, evenly, Sampling(2.0))) / 10_000, softened, atol=1e-3)
    assert np.bincount(sampled(logits, evenly, Sampling(top_p=0.7))).tolist() == [6250, 3750]


@given(odds_rows, st.floats(1e-6, 1))
def test_a_nucleus_is_the_fewest_tokens_that_reach_the_share(odds: np.ndarray, share: float) -> None:
    """They reach it, without the least of them they would not, and none left out is likelier than one kept."""
    for row, kept in zip(odds, nucleus(odds, share), strict=True):
        assert kept.any()
        assert row[kept].sum() >= share * row.sum() * (1 - 1e-12)
        assert row[kept].sum() - row[kept].min() <= share * row.sum() * (1 + 1e-12)
        assert row[~kept].max(initial=0) <= row[kept].min()


def test_of_equal_tokens_a_nucleus_keeps_the_first() -> None:
    """Half of four equal ones is two, half of three is two, and one of them reaches a small share."""
    assert nucleus(np.ones((1, 4)), 0.5).tolist() == [[True, True, False, False]]
    assert nucleus(np.array([[1.0, 3.0, 1.0, 1.0]]), 0.6).tolist() == [[True, True, False, False]]
    assert nucleus(np.ones((2, 3)), 1e-9).tolist() == [[True, False, False]] * 2


@given(odds_rows)
def test_a_share_of_all_keeps_every_token_that_can_come(odds: np.ndarray) -> None:
    """What is cut at 1 could not be told from 0 beside the rest."""
    kept = nucleus(odds, 1.0)
    assert (odds[~kept] < 1e-12).all()


@given(rows, uniforms, st.floats(0.01, 1))
def test_a_nucleus_does_not_depend_on_the_songs_beside_it(logits: list[float], uniform: float, share: float) -> None:
    """A row among others has the token that it has alone."""
    beside = np.array([logits[::-1], logits, np.zeros(len(logits))])
    among = sampled(beside, np.array([0.3, uniform, 0.9]), Sampling(0.7, share))
    assert among[1] == one(logits, uniform, Sampling(0.7, share))


@given(
    st.lists(st.tuples(wild, st.booleans()), min_size=1, max_size=9).filter(lambda row: any(may for _, may in row)),
    uniforms,
    st.sampled_from([0.0, 5e-324, 1e-3, 1.0, 50.0]),
    st.sampled_from([1e-9, 0.5, 1.0]),
)
def test_what_is_barred_never_comes(
    row: list[tuple[float, bool]], uniform: float, temperature: float, share: float
) -> None:
    """Whatever the network thinks of it and of what may come, at the edges of the random numbers too."""
    logits = np.array([[logit for logit, _ in row]], np.float32)
    allowed = np.array([[may for _, may in row]])
    token = sampled(barred(logits, allowed), np.array([uniform]), Sampling(temperature, share))[0]
    assert allowed[0, token]


def test_what_may_come_is_weighed_by_its_own_logits() -> None:
    """Beside a token that is barred, others of no probability worth naming keep their proportion."""
    logits = np.log(np.array([[1.0, 3.0, 1.0]])) - np.array([[1e4, 1e4, 0.0]])
    left = barred(logits, np.array([[True, True, False]]))
    chosen = [int(sampled(left, np.array([number]), Sampling())[0]) for number in (0.0, 0.24, 0.26, HIGHEST)]
    assert chosen == [0, 0, 1, 1]
    assert one(left[0].tolist(), 0.0, LIKELIEST) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"guard": "firm"}, "off, gentle, strict"),
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any], message: str) -> None:
    """What is wrong is named, with what is allowed."""
    with pytest.raises(ValueError, match=message):
        Sampling(**wrong)


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
    """The token is barred while another may come; where none may, what the network thinks stands."""
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
    """Steps of token 3 between equal ones, however many, leave the count as it was, and are never held back."""
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
    """Whatever is likely, no pattern is longer than one that is just complete, as long as tokens are not few."""
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
