"""Windows cut from pieces."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.windows import (
    SPARED,
    Batch,
    Pieces,
    stacked,
    steps_in_piece,
    training_batches,
    training_lanes,
    validation_lanes,
)

some_lengths = st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(lambda lengths: max(lengths) > 1)
windows = st.integers(1, 12)
row_counts = st.integers(1, 5)
any_epoch: dict[str, Any] = {"lengths": some_lengths, "window": windows, "rows": row_counts, "crosses": st.booleans()}
BEYOND = 1000
"""Tokens tell piece and place: 1000 x piece + place."""


def pieces_of(lengths: Sequence[int]) -> Pieces:
    """Pieces of so many notes."""
    streams = [np.arange(n, dtype=np.int32) + BEYOND * piece for piece, n in enumerate(lengths)]
    return Pieces.laid_end_to_end([{"pitch": stream, "duration": stream} for stream in streams])


def epoch_of(
    lengths: Sequence[int], window: int, rows: int = 4, epoch: int = 1, *, crosses: bool = False
) -> list[Batch]:
    """All batches of an epoch in which every step is a target."""
    pieces = pieces_of(lengths)
    return list(training_batches(pieces, window, "every", rows, seed=7, epoch=epoch, crosses=crosses))


def papers_epoch(lengths: Sequence[int], window: int, rows: int = 4, epoch: int = 1) -> list[Batch]:
    """All batches of an epoch of the paper's way."""
    return list(training_batches(pieces_of(lengths), window, "last", rows, seed=7, epoch=epoch, crosses=False))


def counted_targets(found: Sequence[Batch]) -> list[int]:
    """The tokens that are targets, in order."""
    return [int(token) for batch in found for token in batch.targets["pitch"][batch.weights > 0]]


def all_targets(lengths: Sequence[int]) -> list[int]:
    """Every token with one before it in its piece."""
    return [BEYOND * piece + place for piece, n in enumerate(lengths) for place in range(1, n)]


def read_in_row(found: Sequence[Batch], row: int) -> list[tuple[bool, list[int]]]:
    """Of each window of a row whether it is fresh, and the tokens whose answers count."""
    return [(bool(batch.fresh[row]), batch.inputs["pitch"][row][batch.weights[row] > 0].tolist()) for batch in found]


@given(epoch=st.integers(0, 3), **any_epoch)
def test_each_note_of_an_epoch_is_a_target_exactly_once(
    *, lengths: list[int], window: int, rows: int, crosses: bool, epoch: int
) -> None:
    """Whatever the window, and however many rows they lie in."""
    asked = counted_targets(epoch_of(lengths, window, rows, epoch, crosses=crosses))
    assert sorted(asked) == all_targets(lengths)


@given(**any_epoch)
def test_what_counts_follows_from_what_was_read(*, lengths: list[int], window: int, rows: int, crosses: bool) -> None:
    """The answer is the next note of the same piece, in all attributes; all batches have one shape."""
    found = epoch_of(lengths, window, rows, crosses=crosses)
    for batch in found:
        counted = batch.weights > 0
        for name in ("pitch", "duration"):
            read, target = batch.inputs[name], batch.targets[name]
            assert read.shape == target.shape == batch.weights.shape == (len(batch.fresh), window)
            assert (target - read == 1)[counted].all()
            assert (target // BEYOND == read // BEYOND)[counted].all()
    assert len({batch.weights.shape for batch in found}) == 1
    assert 1 <= len(found[0].fresh) <= rows


@given(**any_epoch)
def test_a_state_is_carried_only_to_the_next_note(*, lengths: list[int], window: int, rows: int, crosses: bool) -> None:
    """A row goes on where it was, or at the beginning of another piece; which must be fresh unless windows cross."""
    found = epoch_of(lengths, window, rows, crosses=crosses)
    assert found[0].fresh.all()
    for row in range(len(found[0].fresh)):
        before = None
        for fresh, read in read_in_row(found, row):
            for place, token in enumerate(read):
                goes_on = before is not None and token == before + 1
                is_cut_here = before is None
                assert goes_on or token % BEYOND == 0 or is_cut_here
                assert goes_on or crosses or (fresh and place == 0)
                before = token


@given(some_lengths, windows, row_counts)
def test_nothing_is_spared_inside_a_piece(lengths: list[int], window: int, rows: int) -> None:
    """Steps that do not count come only before a piece that is begun afresh, or at a row's end."""
    for crosses, most in ((True, window // SPARED), (False, window)):
        found = epoch_of(lengths, window, rows, crosses=crosses)
        for row in range(len(found[0].fresh)):
            read = read_in_row(found, row)
            lasting = max(place for place, (_, tokens) in enumerate(read) if tokens)
            for (_, tokens), (fresh, others) in pairwise(read[: lasting + 1]):
                assert window - len(tokens) <= most
                assert len(tokens) == window or (fresh and others[0] % BEYOND == 0)


@given(**any_epoch)
def test_rows_are_equally_long(*, lengths: list[int], window: int, rows: int, crosses: bool) -> None:
    """None lacks more than a window, so no batch has only what is left over of a few."""
    found = epoch_of(lengths, window, rows, crosses=crosses)
    counts = [sum(1 for _, read in read_in_row(found, row) if read) for row in range(len(found[0].fresh))]
    assert min(counts) >= 1
    assert max(counts) - min(counts) <= 1


@given(some_lengths.filter(lambda lengths: sum(lengths) > 60))
def test_an_epoch_is_the_same_again_and_differs_from_the_next(lengths: list[int]) -> None:
    """The order depends on seed and epoch alone."""
    for epoch in (epoch_of, papers_epoch):
        first, again, other = (counted_targets(epoch(lengths, 5, 2, number)) for number in (1, 1, 2))
        assert first == again
        assert sorted(set(first)) == sorted(set(other))
    assert counted_targets(papers_epoch(lengths, 5, 2, 1)) != counted_targets(papers_epoch(lengths, 5, 2, 2))
    orders = {tuple(counted_targets(epoch_of([9] * 8, 5, 2, number))) for number in range(4)}
    assert len(orders) == 4


@given(some_lengths, windows, row_counts)
def test_the_papers_way_ends_a_window_at_every_note(lengths: list[int], window: int, rows: int) -> None:
    """Each note with a full window before it, or the last of a shorter piece, is the target of one window."""
    asked = counted_targets(papers_epoch(lengths, window, rows))
    wanted = [BEYOND * piece + end for piece, n in enumerate(lengths) for end in range(min(window, n - 1), n) if n > 1]
    assert sorted(set(asked)) == wanted
    assert len(asked) % min(rows, len(wanted)) == 0
    assert len(asked) - len(wanted) < rows
    assert max(Counter(asked).values()) <= 2


@given(some_lengths, windows, row_counts)
def test_windows_of_the_papers_way_are_full_fresh_and_inside_their_piece(
    lengths: list[int], window: int, rows: int
) -> None:
    """One step of each counts, the last that is read; before it its piece is read note by note."""
    for batch in papers_epoch(lengths, window, rows):
        assert batch.fresh.all()
        for read, target, weights in zip(batch.inputs["pitch"], batch.targets["pitch"], batch.weights, strict=True):
            (last,) = np.flatnonzero(weights)
            assert (np.diff(read[: last + 1]) == 1).all()
            assert target[last] == read[last] + 1
            assert last == window - 1 or read[0] % BEYOND == 0
            assert len(set((read // BEYOND).tolist())) == 1


@given(some_lengths, windows, row_counts)
def test_whole_held_out_pieces_are_read_from_their_first_note(lengths: list[int], window: int, rows: int) -> None:
    """Each note with one before it is a target once; each piece begins in a fresh window, and goes on in its row."""
    pieces = pieces_of(lengths)
    found = list(validation_lanes(pieces, window, rows, most_steps=1000).batches(pieces))
    assert sorted(counted_targets(found)) == all_targets(lengths)
    assert len(found[0].fresh) <= min(rows, sum(n > 1 for n in lengths))
    for row in range(len(found[0].fresh)):
        before = -1
        for fresh, read in read_in_row(found, row):
            assert fresh == (bool(read) and read[0] % BEYOND == 0)
            assert not read or fresh or read[0] == before + 1
            assert not read or read == list(range(read[0], read[0] + len(read)))
            before = read[-1] if read else -1


@given(st.lists(st.integers(2, 40), min_size=1, max_size=30), windows, st.integers(1, 200))
def test_a_long_validation_is_thinned_to_whole_pieces(lengths: list[int], window: int, most: int) -> None:
    """As many as have no more steps than allowed, each whole; of a single one that is longer, its beginning."""
    pieces = pieces_of(lengths)
    found = list(validation_lanes(pieces, window, 4, most).batches(pieces))
    read = Counter(token // BEYOND for token in counted_targets(found))
    assert 1 <= sum(read.values()) <= most
    if len(read) > 1 or lengths[0] - 1 <= most:
        assert all(count == lengths[piece] - 1 for piece, count in read.items())
    else:
        assert sorted(counted_targets(found)) == list(range(1, most + 1))


def test_the_pieces_of_a_long_validation_are_evenly_spread() -> None:
    """From the first to the last."""
    pieces = pieces_of([11] * 9)
    found = list(validation_lanes(pieces, 4, 3, most_steps=35).batches(pieces))
    assert sorted({token // BEYOND for token in counted_targets(found)}) == [0, 4, 8]


@given(some_lengths, windows, row_counts)
def test_each_step_knows_its_place_in_its_piece(lengths: list[int], window: int, rows: int) -> None:
    """How many notes of its piece lie before the one that it reads."""
    pieces = pieces_of(lengths)
    for lanes in (
        validation_lanes(pieces, window, rows, 1000),
        training_lanes(pieces, np.arange(len(pieces.first)), window, 1, crosses=True),
    ):
        steps = steps_in_piece(pieces, lanes)
        for batch, places, counted in zip(lanes.batches(pieces), steps, lanes.counted, strict=True):
            assert (batch.inputs["pitch"] % BEYOND == places)[counted].all()


def test_pieces_too_short_to_have_a_next_note_are_left_out() -> None:
    """Tokens reach the network as int32 whatever they were."""
    pieces = Pieces.laid_end_to_end([{"pitch": np.arange(n, dtype=np.int64)} for n in (1, 3, 0, 2)])
    assert pieces.streams["pitch"].tolist() == [0, 1, 2, 0, 1]
    assert pieces.streams["pitch"].dtype == np.int32
    assert (pieces.first.tolist(), pieces.targets.tolist()) == ([0, 3], [2, 1])
    assert len(Pieces.laid_end_to_end([]).first) == 0


@pytest.mark.parametrize("places", [0, 2, 5])
def test_batches_on_top_of_each_other_hold_what_the_network_reads(places: int) -> None:
    """Given inputs are the targets of the same step; places that are left over are zero."""
    found = epoch_of([30, 20], 4, 2)[:3]
    inputs, targets, weights, fresh = stacked(found, {"duration": "", "given_pitch": "pitch"}, ["duration"], places)
    assert sorted(inputs) == ["duration", "given_pitch"]
    assert sorted(targets) == ["duration"]
    for place, batch in enumerate(found):
        assert np.array_equal(inputs["duration"][place], batch.inputs["duration"])
        assert np.array_equal(inputs["given_pitch"][place], batch.targets["pitch"])
        assert np.array_equal(targets["duration"][place], batch.targets["duration"])
        assert np.array_equal(weights[place], batch.weights)
        assert np.array_equal(fresh[place], batch.fresh)
    for stack in (*inputs.values(), *targets.values(), weights, fresh):
        assert len(stack) == max(3, places)
        assert not stack[3:].any()
