"""A corpus in the paper's tokenizer: chords and durations of one piano, without starts and ends."""

from evolve.domains.music.corpus import Corpus
from evolve.domains.music.encoded import EncodedCorpus, encode_corpus
from evolve.domains.music.holding_out import split_pieces
from evolve.domains.music.tokenizers.notes import NAME, NotesTokenizer
from evolve.domains.music.tokenizers.steps import NoteStep
from evolve.domains.music.tokenizers.tokenizer import Streams, TokenizerSettings


def in_the_papers_way(corpus: Corpus, seed: int, chord_tokens: int = TokenizerSettings().chord_tokens) -> EncodedCorpus:
    """The corpus with some pieces held out, one token a step in each stream."""
    settings = TokenizerSettings(endings=False, chord_tokens=chord_tokens)
    training, held_out = split_pieces(corpus.pieces, seed=seed)
    return encode_corpus(
        training, held_out, kinds=[NAME], settings=settings, names=corpus.names, fingerprint=corpus.fingerprint
    )


def sizes(encoded: EncodedCorpus) -> dict[str, int]:
    """How many tokens each attribute has."""
    return encoded.pieces[NAME].tokenizer.sizes


def steps(encoded: EncodedCorpus, streams: Streams) -> tuple[NoteStep, ...]:
    """What some tokens stand for."""
    notes = encoded.pieces[NAME].tokenizer
    if not isinstance(notes, NotesTokenizer):
        msg = f"only {NAME} are steps"
        raise TypeError(msg)
    rows = zip(streams["pitch"].tolist(), streams["duration"].tolist(), strict=True)
    return tuple(NoteStep(notes.voices[0][pitch] or (), notes.durations[duration]) for pitch, duration in rows)
