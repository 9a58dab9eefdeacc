"""Whole pieces are held out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.bars import place_in_bar
from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.holding_out import SHORTEST_PART, split_pieces
from evolve.domains.music.song import BarLine, Metre, Song
from evolve.domains.music.tokenizers.steps import NoteStep
from tests.domains.music.pieces import corpus_of, song_of, tune

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


@given(lengths, st.integers(0, 5), st.integers(20, 110))
def test_a_held_out_piece_can_give_an_opening_if_any_can_be_spared(
    sizes: list[int], seed: int, opening_notes: int
) -> None:
    """Short pieces are held out last, however long the opening is that is wanted."""
    _, held_out = split_pieces(corpus_of(sizes).pieces, seed=seed, opening_notes=opening_notes)
    if any(opening_notes <= size <= sum(sizes) / 2 for size in sizes):
        assert max(len(piece.steps) for piece in held_out) >= opening_notes


any_lengths = st.lists(st.integers(1, 60) | st.integers(100, 700), min_size=2, max_size=12)


@settings(deadline=None)
@given(any_lengths, st.integers(0, 5))
def test_the_share_of_notes_is_near_whatever_the_lengths(sizes: list[int], seed: int) -> None:
    """A fifth of all steps at most is held out, or as much as is too short to be divided, and never more than half."""
    pieces = corpus_of(sizes).pieces
    training, held_out = split_pieces(pieces, seed=seed)
    learned, kept = (sum(len(piece.steps) for piece in part) for part in (training, held_out))
    assert 0 < kept <= learned
    if kept > 0.2 * sum(sizes):
        assert kept <= SHORTEST_PART or max(sizes) < 2 * SHORTEST_PART
    if kept < 0.05 * sum(sizes):
        assert max(sizes) < 2 * SHORTEST_PART


@settings(deadline=None)
@given(any_lengths, st.integers(0, 5))
def test_a_piece_is_divided_in_its_place_or_not_at_all(sizes: list[int], seed: int) -> None:
    """Both parts keep the corpus's order, and no step is lost or on both sides."""
    pieces = corpus_of(sizes).pieces
    training, held_out = split_pieces(pieces, seed=seed)
    assert [piece.name for piece in training] == [
        piece.name for piece in pieces if piece.name in {p.name for p in training}
    ]
    ends = {piece.name.removesuffix(" (its end)"): piece.steps for piece in held_out}
    assert list(ends) == [piece.name for piece in pieces if piece.name in ends]
    begun = {piece.name: piece.steps for piece in training}
    assert all(begun.get(one.name, ()) + ends.get(one.name, ()) == one.steps for one in pieces)


def test_of_a_long_and_a_short_piece_the_long_one_is_divided() -> None:
    """Nothing would be learned from the short one alone, nor could it give an opening."""
    for seed in range(5):
        training, held_out = split_pieces(corpus_of([300, 10]).pieces, seed=seed)
        assert [(piece.name, len(piece.steps)) for piece in training] == [("tune 0", 200), ("tune 1", 10)]
        assert [(piece.name, len(piece.steps)) for piece in held_out] == [("tune 0 (its end)", 100)]


def test_a_short_piece_is_held_out_where_the_long_one_is_too_short_to_be_divided() -> None:
    """The longer is learned from."""
    _, held_out = split_pieces(corpus_of([150, 12]).pieces, seed=0)
    assert [len(piece.steps) for piece in held_out] == [12]


def test_the_ends_of_equal_pieces_are_held_out_together() -> None:
    """A long tune under two titles is divided at one place."""
    pieces = [Piece.of(name, song_of(tune(length, 60))) for name, length in (("a", 400), ("b", 400), ("c", 12))]
    training, held_out = split_pieces(pieces, seed=0)
    assert [len(piece.steps) for piece in training] == [300, 300, 12]
    assert [piece.name for piece in held_out] == ["a (its end)", "b (its end)"]


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


def test_both_parts_of_a_divided_piece_keep_their_bars() -> None:
    """Each note lies where it lay in its bar, and a bar line on the beginning of the end."""
    lines = (BarLine(0, Metre(3, 4)), BarLine(504, Metre(4, 4)), BarLine(648, Metre(4, 4)), BarLine(2400, Metre(6, 8)))
    song = replace(song_of(tune(2 * SHORTEST_PART)), bar_lines=lines)
    (learned,), (kept,) = split_pieces([Piece.of("tune", song)], seed=0)

    def places(one: Song) -> list[int]:
        return [place_in_bar(one, tick) for tick in one.notes.onsets_ticks.tolist()]

    assert places(learned.song) + places(kept.song) == places(song)
    assert kept.song.bar_lines
    assert kept.song.bar_lines[0].tick == 0
    assert kept.song.notes.onsets_ticks[0] < kept.song.bar_lines[0].metre.bar_ticks


def test_a_single_piece_is_divided_by_its_chords() -> None:
    """However many notes its chords have, either part has as many steps as it should."""
    chord = tuple(range(48, 68))
    line = (*tune(200), *(NoteStep((*chord[:19], 70 + k % 3), 12) for k in range(100)))
    (learned,), (kept,) = split_pieces([Piece.of("long", song_of(line))], seed=0)
    assert (len(learned.steps), len(kept.steps)) == (200, SHORTEST_PART)


def test_a_single_short_piece_is_too_little() -> None:
    """A single piece that is too short to be divided is an error that says how much would do."""
    with pytest.raises(CorpusError, match=r"its 199 notes, .* \(200 would do"):
        split_pieces(corpus_of([2 * SHORTEST_PART - 1]).pieces, seed=0)
