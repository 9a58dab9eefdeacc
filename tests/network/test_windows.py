"""Windows cut from pieces."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.windows import (
    Batch,
    Pieces,
    Windows,
    batches,
    exam_windows,
    lesson_windows,
    refilled,
)

lengths = st.lists(st.integers(0, 40), max_size=6)
window_lengths = st.integers(1, 12)
manners: st.SearchStrategy[Literal["every", "last"]] = st.sampled_from(["every", "last"])


def pieces_of(lengths: Sequence[int]) -> Pieces:
    """Pieces whose symbols tell piece and place: 1000 x piece + place."""
    streams = [np.arange(n, dtype=np.int32) + 1000 * piece for piece, n in enumerate(lengths)]
    return Pieces.laid_end_to_end([{"pitch": stream, "duration": stream} for stream in streams])


def targets_that_count(found: Sequence[Batch]) -> list[int]:
    """The symbols that are targets, in order."""
    return [int(symbol) for batch in found for symbol in batch.targets["pitch"][batch.weights > 0]]


def all_targets(lengths: Sequence[int]) -> list[int]:
    """Every symbol with one before it in its piece."""
    return [1000 * piece + place for piece, n in enumerate(lengths) for place in range(1, n)]


@given(lengths, window_lengths)
def test_an_exam_asks_for_each_note_exactly_once(lengths: list[int], window: int) -> None:
    """Held-out windows cover each note that follows another, once, in order."""
    pieces = pieces_of(lengths)
    exam = exam_windows(pieces, window, "every", most=1000)
    assert targets_that_count(list(batches(pieces, exam, window, "every", 4))) == all_targets(lengths)


@given(lengths, window_lengths, st.integers(0, 5))
def test_an_epoch_asks_for_each_note_once_or_a_little_more(lengths: list[int], window: int, epoch: int) -> None:
    """From any phase every note is a target, and none more than three times."""
    pieces = pieces_of(lengths)
    lesson = lesson_windows(pieces, window, "every", 7, epoch)
    asked = targets_that_count(list(batches(pieces, lesson, window, "every", 4)))
    assert sorted(set(asked)) == all_targets(lengths)
    assert max((asked.count(symbol) for symbol in asked), default=1) <= 3


@given(lengths, window_lengths)
def test_the_papers_way_ends_a_window_at_every_note(lengths: list[int], window: int) -> None:
    """Learning from the last note: each note with a full window before it is a target once."""
    pieces = pieces_of(lengths)
    lesson = lesson_windows(pieces, window, "last", 7, 1)
    asked = sorted(targets_that_count(list(batches(pieces, lesson, window, "last", 4))))
    wanted = [1000 * piece + end for piece, n in enumerate(lengths) for end in range(min(window, n - 1), n) if n > 1]
    assert asked == wanted


@given(lengths, window_lengths, manners)
def test_windows_stay_inside_their_piece(lengths: list[int], window: int, learn_from: Literal["every", "last"]) -> None:
    """What counts follows, note by note, from what was read, in the same piece."""
    pieces = pieces_of(lengths)
    for batch in batches(pieces, lesson_windows(pieces, window, learn_from, 7, 1), window, learn_from, 4):
        counted = batch.weights > 0
        assert batch.inputs["pitch"].shape == batch.weights.shape == (4, window)
        assert (batch.targets["pitch"] - batch.inputs["pitch"] == 1)[counted].all()
        assert (batch.inputs["pitch"] // 1000 == batch.inputs["pitch"][:, :1] // 1000).all()


def test_an_epoch_is_the_same_again_and_differs_from_the_next() -> None:
    """The windows depend on seed and epoch alone."""
    pieces = pieces_of([33, 80, 12])
    first, again, other = (lesson_windows(pieces, 10, "every", 7, epoch) for epoch in (1, 1, 2))
    assert first.first.tolist() == again.first.tolist()
    assert first.first.tolist() != other.first.tolist()


def test_a_long_exam_is_thinned_evenly() -> None:
    """At most so many windows, from the first to the last."""
    pieces = pieces_of([1001])
    exam = exam_windows(pieces, 10, "every", most=5)
    assert exam.first.tolist() == [0, 250, 500, 740, 990]


@pytest.mark.parametrize(("count", "size", "filled"), [(5, 4, 8), (4, 4, 4), (1, 3, 3)])
def test_the_last_batch_is_filled_with_windows_from_the_start(count: int, size: int, filled: int) -> None:
    """Every batch of an epoch is full, with real windows."""
    windows = refilled(Windows(np.arange(count), np.ones(count, np.int64)), size)
    assert windows.first.tolist() == [place % count for place in range(filled)]


def test_streams_that_are_no_int32_become_int32() -> None:
    """Symbols reach the network as int32 whatever they were."""
    pieces = Pieces.laid_end_to_end([{"pitch": np.arange(3, dtype=np.int64)}])
    assert pieces.streams["pitch"].dtype == np.int32
