"""Whole pieces are held out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.corpus import Piece
from evolve.music.holding_out import OPENING_STEPS, SHORTEST_PART, split_pieces
from evolve.music.representation.steps import Step
from tests.music.pieces import corpus_of, song_of, tune

lengths = st.lists(st.integers(10, 120), min_size=2, max_size=30)


@given(lengths, st.integers(0, 5), st.floats(0, 1))
def test_every_piece_is_on_one_side(sizes: list[int], seed: int, share: float) -> None:
    """Each piece is learned from or held out, none both, and neither side is empty."""
    pieces = corpus_of(sizes).pieces
    training, held_out = split_pieces(pieces, seed=seed, held_out_share=share)
    assert training
    assert held_out
    assert sorted((*training, *held_out), key=pieces.index) == list(pieces)


@given(lengths, st.integers(0, 5))
def test_the_same_seed_holds_out_the_same_pieces(sizes: list[int], seed: int) -> None:
    """The choice depends on the seed and the pieces alone."""
    pieces = corpus_of(sizes).pieces
    assert split_pieces(pieces, seed=seed) == split_pieces(pieces, seed=seed)


@given(lengths, st.integers(0, 5))
def test_a_held_out_piece_can_give_an_opening_if_any_piece_can(sizes: list[int], seed: int) -> None:
    """Short pieces are held out last."""
    _, held_out = split_pieces(corpus_of(sizes).pieces, seed=seed)
    if max(sizes) >= OPENING_STEPS:
        assert max(len(piece.steps) for piece in held_out) >= OPENING_STEPS


@given(lengths, st.integers(0, 5), st.integers(20, 110))
def test_a_longer_opening_finds_its_piece(sizes: list[int], seed: int, opening_notes: int) -> None:
    """If any piece is long enough for the opening that is wanted, one that is held out is."""
    _, held_out = split_pieces(corpus_of(sizes).pieces, seed=seed, opening_notes=opening_notes)
    if max(sizes) >= opening_notes:
        assert max(len(piece.steps) for piece in held_out) >= opening_notes


@given(st.integers(0, 30))
def test_pieces_of_the_same_notes_stay_together(seed: int) -> None:
    """A tune that a collection has twice is never learned from on one side and measured on the other."""
    pieces = [Piece.of(f"{name} {k}", song_of(tune(60, 50 + k))) for k in range(5) for name in ("this", "that")]
    training, held_out = split_pieces(pieces, seed=seed, held_out_share=0.3)
    assert not {piece.steps for piece in training} & {piece.steps for piece in held_out}


def test_a_single_piece_is_divided() -> None:
    """Of a single piece the end is held out, long enough for an opening and something to measure."""
    (piece,) = corpus_of([2 * SHORTEST_PART]).pieces
    (learned,), (kept,) = split_pieces([piece], seed=0)
    assert learned.steps + kept.steps == piece.steps
    assert len(kept.steps) == SHORTEST_PART
    assert kept.name == "tune 0 (its end)"


def test_a_single_piece_is_divided_by_its_chords() -> None:
    """However many notes its chords have, either part has as many steps as it should."""
    chord = tuple(range(48, 68))
    line = (*tune(200), *(Step((*chord[:19], 70 + k % 3), 12) for k in range(100)))
    (learned,), (kept,) = split_pieces([Piece.of("long", song_of(line))], seed=0)
    assert (len(learned.steps), len(kept.steps)) == (200, SHORTEST_PART)


def test_a_single_short_piece_is_too_little() -> None:
    """A single piece that is too short to be divided is an error that says how much would do."""
    with pytest.raises(CorpusError, match=r"only piece and has 199 .* \(200 would do"):
        split_pieces(corpus_of([2 * SHORTEST_PART - 1]).pieces, seed=0)
