"""An encoded corpus travels as bytes, with everything that trials need."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.music.corpus import Piece
from evolve.domains.music.encoded import EncodedCorpus, encode_corpus
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reshaping import shifted
from evolve.domains.music.song import Metre, Notes, Song, Track
from evolve.domains.music.tokenizers.kinds import KINDS
from evolve.domains.music.tokenizers.tokenizer import TokenizerSettings
from tests.domains.music.pieces import corpus_of, encoded_of, song_of, tune


@settings(max_examples=25)
@given(st.lists(st.integers(8, 90), min_size=2, max_size=8), st.integers(0, 3), st.booleans())
def test_an_encoded_corpus_survives_its_bytes(sizes: list[int], seed: int, endings: bool) -> None:  # noqa: FBT001
    """Written to bytes and read again it is the same: streams, names, tokens, tempo."""
    encoded = encoded_of(corpus_of(sizes), seed=seed, kinds=KINDS, settings=TokenizerSettings(endings=endings))
    read = EncodedCorpus.from_bytes(encoded.to_bytes())
    for kind, before in encoded.pieces.items():
        after = read.pieces[kind]
        assert after.tokenizer == before.tokenizer
        assert after.replaced_share == before.replaced_share
        for was, now in zip((*before.training, *before.held_out), (*after.training, *after.held_out), strict=True):
            assert all(np.array_equal(was[name], now[name]) for name in was)
            assert {stream.dtype for stream in now.values()} == {np.dtype(np.int32)}
    assert (read.training_names, read.held_out_names) == (encoded.training_names, encoded.held_out_names)
    assert (read.training_groups, read.held_out_groups) == (encoded.training_groups, encoded.held_out_groups)
    assert (read.training_notes, read.held_out_notes) == (encoded.training_notes, encoded.held_out_notes)
    assert (read.parts, read.beginnings) == (encoded.parts, encoded.beginnings)
    assert (read.names, read.tempo_bpm, read.fingerprint) == (encoded.names, encoded.tempo_bpm, encoded.fingerprint)


def test_equal_corpora_have_equal_bytes() -> None:
    """The bytes depend on the music and the seed alone, so that a run can be compared with another."""
    first, second = (encoded_of(corpus_of([60, 70]), seed=1, kinds=KINDS).to_bytes() for _ in range(2))
    assert first == second


def test_another_layout_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another evolve wrote is one clear line, not a wrong song."""
    monkeypatch.setattr("evolve.domains.music.encoded.FORMAT", 1)
    data = encoded_of(corpus_of([60, 70])).to_bytes()
    monkeypatch.undo()
    with pytest.raises(CorpusError, match="layout 1, this evolve reads layout 5; go on with"):
        EncodedCorpus.from_bytes(data)


def test_a_track_that_is_silent_in_all_training_pieces_is_told() -> None:
    """A corpus whose bass enters only in what is held out cannot teach a bass."""
    tune_alone = song_of(tune(60))
    silent = Song((Track(tune_alone.notes, "Melody"), Track(Notes.of(()), "Bass")), 90.0)
    sounding = Song((Track(tune_alone.notes, "Melody"), Track(tune_alone.notes, "Bass")), 90.0)
    pieces = [Piece.of("a", silent)], [Piece.of("b", sounding)]
    with pytest.raises(CorpusError, match="the track bass is silent in all that is learned from; add pieces"):
        encode_corpus(*pieces, kinds=KINDS, settings=TokenizerSettings(), names=(), fingerprint="")


def test_each_encoded_piece_keeps_its_group() -> None:
    """Training and held-out pieces have the groups of the corpus, in their own order; so has a piece's end."""
    pieces = [dataclasses.replace(piece, group=f"group {k % 3}") for k, piece in enumerate(corpus_of([60] * 20).pieces)]
    encoded = encoded_of(dataclasses.replace(corpus_of([]), pieces=tuple(pieces)))
    group_of = {piece.name: piece.group for piece in pieces}
    assert encoded.training_groups == tuple(group_of[name] for name in encoded.training_names)
    assert encoded.held_out_groups == tuple(group_of[name] for name in encoded.held_out_names)
    divided = encoded_of(dataclasses.replace(corpus_of([]), pieces=(Piece.of("a", song_of(tune(300)), group="b"),)))
    assert (divided.training_groups, divided.held_out_groups) == (("b",), ("b",))


def test_tokens_are_learned_from_the_training_pieces_alone() -> None:
    """Every token of the notes comes in a training piece, but for the rest; a held-out piece is put into them."""
    encoded = encoded_of(corpus_of([60, 60, 60])).pieces["notes"]
    learned = {int(token) for piece in encoded.training for token in piece["pitch"]}
    rest = encoded.tokenizer.sizes["pitch"] - len(learned)
    assert rest == 1
    assert max(learned) == encoded.tokenizer.sizes["pitch"] - 1


def test_a_note_takes_as_many_tokens_as_it_takes() -> None:
    """A tune of single notes takes one token a note, or a start, a stop and the time between them."""
    encoded = encoded_of(corpus_of([80, 80, 80]), kinds=KINDS)
    assert encoded.tokens_per_note("notes") == pytest.approx(1)
    assert encoded.tokens_per_note("events") == pytest.approx(3)
    assert encoded.held_out_tokens_per_note("notes") == pytest.approx(81 / 80)  # the end, and not the start


@pytest.mark.parametrize(("freely", "told"), [(1, True), (2, True), (3, False)])
def test_where_most_pieces_are_played_freely_nothing_is_told_of_bars(freely: int, *, told: bool) -> None:
    """In no tokenizer, since half of the pieces, those that are held out too, must lie where bars have beats."""
    corpus = corpus_of([60] * 4)
    late = [dataclasses.replace(shifted(piece.song, 5), bar_lines=()) for piece in corpus.pieces[:freely]]
    loose = [Piece.of(f"loose {number}", song) for number, song in enumerate(late)]
    encoded = encoded_of(dataclasses.replace(corpus, pieces=(*loose, *corpus.pieces[freely:])), kinds=KINDS)
    for pieces in EncodedCorpus.from_bytes(encoded.to_bytes()).pieces.values():
        assert bool(pieces.tokenizer.context) == told
        assert all(("place" in piece) == told for piece in (*pieces.training, *pieces.held_out))


def test_beginnings_are_those_of_the_training_pieces() -> None:
    """The metre of most pieces comes first, with its tempo."""
    (beginning,) = encoded_of(corpus_of([60, 60, 60])).beginnings
    assert (beginning.metre, beginning.share, beginning.tempo_bpm) == (Metre(4, 4), 1.0, 90.0)
