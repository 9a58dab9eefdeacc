"""The validation loss, of whole pieces."""

import math

import numpy as np
import pytest

from evolve.network.genes import CELLS, HEADS
from evolve.network.validation import POSITIONS, Validation
from evolve.network.windows import Pieces

LENGTHS = (2, 60, 230, 9, 51)


def of_lengths(*lengths: int, window: int = 7, tokens_per_note: float = 1.0) -> Validation:
    """What is measured with pieces of so many notes, all of one token."""
    pieces = Pieces.laid_end_to_end([{"pitch": np.zeros(notes, np.int32)} for notes in lengths])
    return Validation(pieces, window, tokens_per_note)


@pytest.mark.slow
@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("cell", CELLS)
def test_the_loss_is_that_of_whole_pieces_read_at_once(cell: str, heads: str) -> None:
    """Whatever the window: in all, and by position, as Keras finds it in each piece from its first note to its last."""
    from evolve.network.step_runner import step_runner_of  # noqa: PLC0415 - imports TensorFlow
    from tests.network.lines import CONTEXT, line_in_bars, nats_of_whole, small_network, stirred  # noqa: PLC0415

    model = stirred(small_network(context=CONTEXT, cell=cell, heads=heads))
    pieces = [line_in_bars(notes, seed=notes) for notes in LENGTHS]
    nats = [nats_of_whole(model, piece) for piece in pieces]
    runner = step_runner_of(model)
    for window in (7, 300):
        validation = Validation(Pieces.laid_end_to_end(pieces), window)
        found = validation.measured([runner.evaluation_steps([batch]) for batch in validation.batches()])
        by_position = found.by_position
        assert found.bits == found.diet_loss == pytest.approx(np.concatenate(nats).mean() / math.log(2), abs=1e-4)
        ends = (*POSITIONS[1:], 1000)
        parts = zip(POSITIONS, ends, strict=True)
        wanted = [np.concatenate([own[start:end] for own in nats]).mean() for start, end in parts]
        assert [start for start, _ in by_position] == list(POSITIONS)
        assert [bits for _, bits in by_position] == pytest.approx(np.array(wanted) / math.log(2), abs=1e-4)


def test_each_loss_counts_where_it_stands_in_its_piece() -> None:
    """Of 53 notes and of 3: what is found at a step with so many notes before it, said to be as many bits."""
    validation = of_lengths(3, 53)
    found, begun = [], np.zeros(2, int)
    for batch in validation.batches():
        begun[batch.fresh] = 0
        found.append((begun[:, None] + np.arange(7))[None].astype(np.float32) * np.float32(math.log(2)))
        begun += 7
    measured = validation.measured(found)
    by_position = measured.by_position
    early, late = sum(range(50)) + 0 + 1, 50 + 51
    assert measured.bits == pytest.approx((early + late) / 54)
    assert [start for start, _ in by_position] == [0, 50]
    assert [own for _, own in by_position] == pytest.approx([early / 52, late / 2])


def test_bits_are_told_by_the_note() -> None:
    """Where a note takes two tokens its bits are theirs together, and 119 tokens reach as far as 59 notes."""
    for tokens_per_note, starts in ((1.0, [0, 50, 100]), (2.0, [0, 50])):
        validation = of_lengths(120, tokens_per_note=tokens_per_note)
        alike = [np.full((1, *batch.weights.shape), math.log(2), np.float32) for batch in validation.batches()]
        measured = validation.measured(alike)
        assert measured.bits == pytest.approx(tokens_per_note)
        assert [start for start, _ in measured.by_position] == starts
        assert [own for _, own in measured.by_position] == pytest.approx([tokens_per_note] * len(starts))


def test_what_is_filled_up_does_not_count() -> None:
    """However bad the network would be there, and however the calls were grouped."""
    validation = of_lengths(2, 9, 30, window=7)
    batches = list(validation.batches())
    nats = [np.where(batch.weights > 0, np.float32(1), np.float32(np.nan))[None] for batch in batches]
    measured = validation.measured([np.concatenate(nats[:2]), np.concatenate(nats[2:])])
    assert measured.bits == pytest.approx(1 / math.log(2))


def test_a_diet_weighs_the_groups_of_pieces_by_their_shares() -> None:
    """Two groups whose notes cost 1 and 3 bits: a quarter and three quarters are 2.5 bits; the whole goes by notes."""
    pieces = [{"pitch": np.full(notes, group, np.int32)} for notes, group in ((31, 0), (11, 1))]
    validation = Validation(Pieces.laid_end_to_end(pieces, (0, 1)), 7, shares=(0.25, 0.75, 0.0))
    nats = [(1 + 2 * batch.inputs["pitch"])[None] * np.float32(math.log(2)) for batch in validation.batches()]
    measured = validation.measured(nats)
    assert measured.diet_loss == pytest.approx(2.5)
    assert measured.bits == pytest.approx((30 * 1 + 10 * 3) / 40)


def test_a_group_that_no_piece_is_held_out_of_leaves_its_share_to_the_others() -> None:
    """Nothing is known of it; where that is all that is learned from, all pieces count alike, by group."""
    pieces = [{"pitch": np.full(notes, group, np.int32)} for notes, group in ((31, 0), (11, 1))]
    for shares, bits in (((0.2, 0.2, 0.6), 2.0), ((0.0, 0.0, 1.0), 2.0), ((0.0, 0.5, 0.5), 3.0)):
        validation = Validation(Pieces.laid_end_to_end(pieces, (0, 1)), 7, shares=shares)
        nats = [(1 + 2 * batch.inputs["pitch"])[None] * np.float32(math.log(2)) for batch in validation.batches()]
        assert validation.measured(nats).diet_loss == pytest.approx(bits)
