"""What share of the notes comes from each group of pieces."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.diet import Diet, drawn, present
from evolve.network.windows import Pieces, training_batches


def pieces_of(lengths: Sequence[int], groups: Sequence[int]) -> Pieces:
    """Pieces of so many notes, whose tokens are the number of their group."""
    streams = [np.full(notes, group, np.int32) for notes, group in zip(lengths, groups, strict=True)]
    return Pieces.laid_end_to_end([{"pitch": stream} for stream in streams], groups)


def test_groups_are_known_by_name() -> None:
    """One that the corpus does not have has no pieces, one that has no share is not learned from."""
    diet = Diet.of([("jig", 0.7), ("waltz", 0.3)], ["jig", "reel", "jig"], ["reel", "jig"])
    assert diet == Diet((0.7, 0.3, 0.0), (0, 2, 0), (2, 0))


def test_shares_of_groups_without_pieces_fall_to_the_others() -> None:
    """In proportion; where nobody who has pieces has a share, all groups with pieces share alike."""
    assert present((0.2, 0.3, 0.5), np.array([0, 1, 1])).tolist() == pytest.approx([0.4, 0.6, 0])
    assert present((0.0, 0.0, 1.0), np.array([0, 1, 1])).tolist() == [0.5, 0.5, 0]


def test_the_notes_of_an_epoch_are_divided_by_the_shares() -> None:
    """Over many epochs exactly; an epoch has as many notes as there are, but for a piece of each group."""
    pieces = pieces_of([41, 21, 31, 101, 61, 11], [0, 0, 0, 1, 1, 2])
    shares = (0.6, 0.3, 0.1)
    learned = np.zeros(3)
    for epoch in range(3000):
        order = drawn(pieces, shares, np.random.default_rng(epoch))
        notes = np.bincount(pieces.groups[order], pieces.targets[order], minlength=3)
        assert (np.abs(notes - 260 * np.array(shares)) < [40, 100, 10]).all()
        learned += notes
    assert learned / learned.sum() == pytest.approx(shares, abs=0.005)


def test_a_group_gives_all_its_pieces_before_any_of_them_again() -> None:
    """Half of the notes of an epoch from a fifth of them: each piece twice, or three times."""
    pieces = pieces_of([21] * 10, [0] * 2 + [1] * 8)
    counts = np.bincount(drawn(pieces, (0.5, 0.5), np.random.default_rng(1)), minlength=10)
    assert sorted(counts[:2].tolist()) == [2, 3]
    assert sorted(counts[2:].tolist()) == [0] * 3 + [1] * 5


@given(
    st.lists(st.tuples(st.integers(2, 30), st.integers(0, 3)), min_size=1, max_size=8),
    st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda shares: sum(shares) > 0.1),
    st.integers(0, 99),
)
def test_something_is_always_learned(some: list[tuple[int, int]], shares: list[float], seed: int) -> None:
    """Whatever the shares and pieces are; and the same seed draws the same pieces."""
    pieces = pieces_of(*zip(*some, strict=True))
    order = drawn(pieces, shares, np.random.default_rng(seed))
    assert len(order)
    assert np.array_equal(order, drawn(pieces, shares, np.random.default_rng(seed)))
    has_share = {group for _, group in some if shares[group] > 0} or {group for _, group in some}
    assert set(pieces.groups[order].tolist()) <= has_share


@pytest.mark.parametrize("learn_from", ["every", "last"])
def test_batches_hold_what_was_drawn(learn_from: str) -> None:
    """The notes of a group without a share are no targets."""
    pieces = pieces_of([30, 30, 30], [0, 1, 1])

    def draw(rng: np.random.Generator) -> np.ndarray:
        return drawn(pieces, (0.0, 1.0), rng)

    found = list(training_batches(pieces, 8, learn_from, 4, seed=1, epoch=1, crosses=True, draw=draw))  # type: ignore[arg-type]
    assert {int(note) for batch in found for note in batch.targets["pitch"][batch.weights > 0]} == {1}
