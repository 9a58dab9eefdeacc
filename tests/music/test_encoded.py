"""An encoded corpus travels as bytes, with everything that trials need."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.music.encoded import EncodedCorpus, encode_corpus
from tests.music.pieces import corpus_of


@settings(max_examples=25)
@given(st.lists(st.integers(8, 90), min_size=2, max_size=8), st.integers(0, 3))
def test_an_encoded_corpus_survives_its_bytes(sizes: list[int], seed: int) -> None:
    """Written to bytes and read again it is the same: streams, names, vocabulary, tempo."""
    encoded = encode_corpus(corpus_of(sizes), seed=seed)
    read = EncodedCorpus.from_bytes(encoded.to_bytes())
    for before, after in zip((*encoded.training, *encoded.held_out), (*read.training, *read.held_out), strict=True):
        assert all(np.array_equal(before[name], after[name]) for name in before)
        assert {stream.dtype for stream in after.values()} == {np.dtype(np.int32)}
    assert read.vocabulary == encoded.vocabulary
    assert (read.training_names, read.held_out_names) == (encoded.training_names, encoded.held_out_names)
    assert (read.names, read.tempo_bpm, read.fingerprint) == (encoded.names, encoded.tempo_bpm, encoded.fingerprint)
    assert read.held_out_transposed_by == encoded.held_out_transposed_by
    assert read.held_out_tempo_bpm == encoded.held_out_tempo_bpm
    assert read.replaced_share == encoded.replaced_share


def test_equal_corpora_have_equal_bytes() -> None:
    """The bytes depend on the music and the seed alone, so that a run can be compared with another."""
    assert (
        encode_corpus(corpus_of([60, 70]), seed=1).to_bytes() == encode_corpus(corpus_of([60, 70]), seed=1).to_bytes()
    )


def test_the_vocabulary_knows_only_what_is_learned() -> None:
    """Symbols come from the training pieces; a held-out piece is put into them."""
    encoded = encode_corpus(corpus_of([60, 60, 60]), seed=0)
    learned = {int(symbol) for piece in encoded.training for symbol in piece["pitch"]}
    assert learned | {encoded.vocabulary.pitches.index(())} == set(range(encoded.vocabulary.sizes["pitch"]))


def test_training_pieces_can_be_had_as_steps() -> None:
    """The training pieces come back as steps, for those who look for copies."""
    corpus = corpus_of([60, 70, 80])
    encoded = encode_corpus(corpus, seed=0)
    by_name = {piece.name: piece.steps for piece in corpus.pieces}
    assert encoded.training_steps == tuple(by_name[name] for name in encoded.training_names)
