"""What is known of a generation's trials while they run, and how long they may still take."""

import heapq
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.cli.board import Board
from evolve.execution.contract import Phase, TrialProgress
from evolve.store.records import TrialResult

BUDGET_S = 40.0

durations = st.floats(0.1, 500)


def ended(name: str, *, failure: str | None = None, bits: float | None = None) -> TrialResult:
    """A result with or without bits."""
    return TrialResult(name, {} if bits is None else {"held_out_bits_per_note": bits}, failure=failure)


def board_of(count: int) -> Board:
    """A board that expects so many trials."""
    board = Board(0, BUDGET_S)
    board.expect(f"g0-{slot}" for slot in range(1, count + 1))
    return board


@given(st.lists(st.tuples(durations, st.booleans()), min_size=1, max_size=12), st.integers(1, 4), st.data())
def test_the_time_left_is_never_negative_and_nothing_is_left_in_the_end(
    trials: list[tuple[float, bool]], places: int, data: st.DataObject
) -> None:
    """However long trials take, some of them begun again, and at any moment between."""
    board, now = board_of(len(trials)), 100.0
    running: list[tuple[float, int]] = []
    waiting = list(enumerate(trials, start=1))
    while waiting or running:
        while waiting and len(running) < places:
            slot, (duration, again) = waiting.pop(0)
            for _ in range(1 + again):
                board.start(f"g0-{slot}", now)
            heapq.heappush(running, (now + duration, slot))
        end, slot = heapq.heappop(running)
        between = data.draw(st.floats(now, end))
        assert board.seconds_left(between) >= 0
        now = end
        board.finish(ended(f"g0-{slot}"), now)
        assert board.seconds_left(now) >= 0
    assert board.ended == len(trials)
    assert board.seconds_left(now) == 0


@given(durations, st.integers(1, 12), st.integers(1, 4))
def test_the_time_left_shrinks_to_nothing_as_equal_trials_end(duration: float, count: int, places: int) -> None:
    """Once one has ended, it is the very time until the last will have, whoever runs beside it."""
    board, now, waiting = board_of(count), 0.0, list(range(1, count + 1))
    running: list[tuple[float, int]] = []
    end_of_all = -(-count // places) * duration + min(count, places) - 1
    left = []
    while waiting or running:
        while waiting and len(running) < places:
            slot = waiting.pop(0)
            start = now + (slot - 1 if slot <= places else 0)  # the first ones begin a second apart
            board.start(f"g0-{slot}", start)
            heapq.heappush(running, (start + duration, slot))
        now, slot = heapq.heappop(running)
        board.finish(ended(f"g0-{slot}"), now)
        left.append(board.seconds_left(now))
        assert left[-1] <= max(end_of_all - now, 1.0) + 1e-6
    assert left[-1] == 0
    assert all(later <= earlier + 1.0 + 1e-6 for earlier, later in pairwise(left))


def test_before_anything_ended_the_budget_is_the_guess() -> None:
    """Two side by side and two to come: two rounds of the budget and what comes beside training."""
    board = board_of(4)
    board.start("g0-1", 0.0)
    board.start("g0-2", 0.0)
    assert board.seconds_left(0.0) == 2 * (BUDGET_S + 15)
    assert board.seconds_left(30.0) == 2 * (BUDGET_S + 15) - 30


def test_a_place_that_has_just_become_free_is_counted() -> None:
    """At the very moment a trial ends, the next one has not begun; it will, beside the one that runs."""
    board = board_of(4)
    board.start("g0-1", 0.0)
    board.start("g0-2", 0.0)
    board.finish(ended("g0-1"), 20.0)
    assert board.seconds_left(20.0) == pytest.approx(21, abs=1)


def test_a_trial_that_takes_longer_than_usual_is_always_about_to_end() -> None:
    """The estimate does not run below a second while something runs."""
    board = board_of(2)
    board.start("g0-1", 0.0)
    board.finish(ended("g0-1"), 5.0)
    board.start("g0-2", 5.0)
    assert board.seconds_left(1000.0) == 1.0


def test_rows_tell_each_trials_state() -> None:
    """Waiting, building, training, composing, done or failed, with the best bits and the reason."""
    board = board_of(2)
    assert [row.state for row in board.rows.values()] == ["waiting", "waiting"]
    board.start("g0-1", 1.0)
    assert board.rows["g0-1"].state == Phase.BUILDING
    for epoch, bits in ((1, 4.0), (2, 3.5), (3, 3.75)):
        board.progress(TrialProgress("g0-1", Phase.TRAINING, epoch, 9, bits, 30.0))
    assert board.rows["g0-1"].bits == 3.5
    board.progress(TrialProgress("g0-1", Phase.COMPOSING, 3, 9))
    assert board.rows["g0-1"].state == Phase.COMPOSING
    board.finish(ended("g0-1", bits=3.45), 11.0)
    row = board.rows["g0-1"]
    assert (row.state, row.bits, row.took_s, row.failure, row.is_ended) == ("done", 3.45, 10.0, None, True)
    board.start("g0-2", 2.0)
    board.finish(ended("g0-2", failure="the loss became NaN"), 4.0)
    assert (board.rows["g0-2"].state, board.rows["g0-2"].failure) == ("failed", "the loss became NaN")


def test_a_replacement_is_added_and_a_trial_that_begins_again_is_not() -> None:
    """Rows keep their order; a second beginning counts from its own start."""
    board = board_of(2)
    board.start("g0-1", 0.0)
    board.start("g0-1", 50.0)
    board.start("g0-2b", 60.0)
    assert list(board.rows) == ["g0-1", "g0-2", "g0-2b"]
    assert board.rows["g0-1"].started_at == 50.0
    assert board.places == 2


@given(st.lists(durations, min_size=1, max_size=4), st.integers(0, 60))
def test_many_waiting_trials_are_counted_as_if_one_by_one(started: list[float], waiting: int) -> None:
    """Each of the waiting takes the place that becomes free first, however many wait."""
    board, now, usual = board_of(1 + len(started) + waiting), 500.0, 50.0
    board.start("g0-1", 0.0)
    board.finish(ended("g0-1"), usual)
    for slot, at in enumerate(started, start=2):
        board.start(f"g0-{slot}", at)
    free = [max(usual - (now - at), 1.0) for at in started]
    heapq.heapify(free)
    for _ in range(waiting):
        heapq.heappush(free, heapq.heappop(free) + usual)
    assert board.seconds_left(now) == pytest.approx(max(free))


def test_of_many_trials_those_that_matter_now_are_shown() -> None:
    """Of a hundred: who runs, who ended last, and who comes next; the order stays that of the slots."""
    board = board_of(100)
    for slot in range(1, 51):
        board.start(f"g0-{slot}", float(slot))
        if slot <= 48:
            board.finish(ended(f"g0-{slot}"), 100.0 + slot)
    assert [row.id for row in board.shown(8)] == [f"g0-{slot}" for slot in (45, 46, 47, 48, 49, 50, 51, 52)]
    assert len(board.shown(100)) == 100
