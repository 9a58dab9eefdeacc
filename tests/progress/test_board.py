"""What is known of a generation's trials while they run, and how long they may still take."""

import heapq
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.presentation import Metric, Presentation
from evolve.progress.board import Board
from evolve.records.events import Event, EventKind, Progress
from evolve.records.run import TrialResult

BUDGET_S = 40.0

durations = st.floats(0.1, 500)


def start(board: Board, name: str, now: float) -> None:
    """A trial begins."""
    board.tell(Event(EventKind.STARTED, name), now)


def finish(board: Board, name: str, now: float, *, failure: str | None = None, loss: float | None = None) -> None:
    """A trial ends, with or without a loss."""
    metrics = {} if loss is None else {"validation_loss": loss}
    board.tell(Event(EventKind.FINISHED, name, result=TrialResult(name, metrics, failure=failure)), now)


def board_of(count: int) -> Board:
    """A board that expects so many trials."""
    members = tuple(f"g0-{slot}" for slot in range(1, count + 1))
    presentation = Presentation(metrics=(Metric("validation_loss", "loss"),))
    return Board.of(Event(EventKind.EVALUATING, members=members, facts={"seconds": BUDGET_S}), presentation, 0.0)


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
                start(board, f"g0-{slot}", now)
            heapq.heappush(running, (now + duration, slot))
        end, slot = heapq.heappop(running)
        between = data.draw(st.floats(now, end))
        assert board.seconds_left(between) >= 0
        now = end
        finish(board, f"g0-{slot}", now)
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
            begins = now + (slot - 1 if slot <= places else 0)  # the first ones begin a second apart
            start(board, f"g0-{slot}", begins)
            heapq.heappush(running, (begins + duration, slot))
        now, slot = heapq.heappop(running)
        finish(board, f"g0-{slot}", now)
        left.append(board.seconds_left(now))
        assert left[-1] <= max(end_of_all - now, 1.0) + 1e-6
    assert left[-1] == 0
    assert all(later <= earlier + 1.0 + 1e-6 for earlier, later in pairwise(left))


def test_before_anything_ended_the_budget_is_the_guess() -> None:
    """Two side by side and two to come: two rounds of the budget and what comes beside training."""
    board = board_of(4)
    start(board, "g0-1", 0.0)
    start(board, "g0-2", 0.0)
    assert board.seconds_left(0.0) == 2 * (BUDGET_S + 15)
    assert board.seconds_left(30.0) == 2 * (BUDGET_S + 15) - 30


def test_a_place_that_has_just_become_free_is_counted() -> None:
    """At the very moment a trial ends, the next one has not begun; it will, beside the one that runs."""
    board = board_of(4)
    start(board, "g0-1", 0.0)
    start(board, "g0-2", 0.0)
    finish(board, "g0-1", 20.0)
    assert board.seconds_left(20.0) == pytest.approx(21, abs=1)


def test_a_trial_that_takes_longer_than_usual_is_always_about_to_end() -> None:
    """The estimate does not run below a second while something runs."""
    board = board_of(2)
    start(board, "g0-1", 0.0)
    finish(board, "g0-1", 5.0)
    start(board, "g0-2", 5.0)
    assert board.seconds_left(1000.0) == 1.0


def test_rows_tell_each_trials_state() -> None:
    """Waiting, a phase, done or failed, with the best loss and the reason; one that is lost waits again."""
    board = board_of(2)
    assert [row.state for row in board.rows.values()] == ["waiting", "waiting"]
    start(board, "g0-1", 1.0)
    row = board.rows["g0-1"]
    assert row.state == "starting"
    for epoch, loss in ((1, 4.0), (2, 3.5), (3, 3.75)):
        board.tell(Event(EventKind.PROGRESSED, "g0-1", progress=Progress("training", epoch, 9, loss, 30.0)), 2.0)
    assert (row.state, row.loss) == ("training", 3.5)
    board.tell(Event(EventKind.LOST, "g0-1"), 3.0)
    assert (row.state, board.running) == ("waiting", {})
    start(board, "g0-1", 4.0)
    finish(board, "g0-1", 11.0, loss=3.45)
    assert (row.state, row.loss, row.took_s, row.failure) == ("done", 3.45, 7.0, None)
    start(board, "g0-2", 2.0)
    finish(board, "g0-2", 4.0, failure="the loss became NaN")
    assert (board.rows["g0-2"].state, board.rows["g0-2"].failure) == ("failed", "the loss became NaN")


def test_a_replacement_is_added_and_a_trial_that_begins_again_is_not() -> None:
    """Rows keep their order; a second beginning counts from its own start."""
    board = board_of(2)
    start(board, "g0-1", 0.0)
    start(board, "g0-1", 50.0)
    start(board, "g0-2b", 60.0)
    assert list(board.rows) == ["g0-1", "g0-2", "g0-2b"]
    assert board.rows["g0-1"].started_at == 50.0
    assert board.places == 2


@given(st.lists(durations, min_size=1, max_size=4), st.integers(0, 60))
def test_many_waiting_trials_are_counted_as_if_one_by_one(started: list[float], waiting: int) -> None:
    """Each of the waiting takes the place that becomes free first, however many wait."""
    board, now, usual = board_of(1 + len(started) + waiting), 500.0, 50.0
    start(board, "g0-1", 0.0)
    finish(board, "g0-1", usual)
    for slot, at in enumerate(started, start=2):
        start(board, f"g0-{slot}", at)
    free = [max(usual - (now - at), 1.0) for at in started]
    heapq.heapify(free)
    for _ in range(waiting):
        heapq.heappush(free, heapq.heappop(free) + usual)
    assert board.seconds_left(now) == pytest.approx(max(free))


def test_of_many_trials_those_that_matter_now_are_shown() -> None:
    """Of a hundred: who runs, who ended last, and who comes next; the order stays that of the slots."""
    board = board_of(100)
    for slot in range(1, 51):
        start(board, f"g0-{slot}", float(slot))
        if slot <= 48:
            finish(board, f"g0-{slot}", 100.0 + slot)
    assert [row.id for row in board.shown(8)] == [f"g0-{slot}" for slot in (45, 46, 47, 48, 49, 50, 51, 52)]
    assert len(board.shown(100)) == 100
