"""A corpus in the paper's representation: chords and durations of one piano, without starts and ends."""

from evolve.music.corpus import Corpus
from evolve.music.encoded import EncodedCorpus, encode_corpus
from evolve.music.holding_out import split_pieces
from evolve.music.representation.contract import Settings, Streams
from evolve.music.representation.notes import NAME, NotesRepresentation
from evolve.music.representation.steps import Step


def in_the_papers_way(corpus: Corpus, seed: int, chord_symbols: int = Settings().chord_symbols) -> EncodedCorpus:
    """The corpus with some pieces held out, one symbol a step in each stream."""
    settings = Settings(endings=False, chord_symbols=chord_symbols)
    training, held_out = split_pieces(corpus.pieces, seed=seed)
    return encode_corpus(
        training, held_out, kinds=[NAME], settings=settings, names=corpus.names, fingerprint=corpus.fingerprint
    )


def sizes(encoded: EncodedCorpus) -> dict[str, int]:
    """How many symbols each attribute has."""
    return encoded.pieces[NAME].representation.sizes


def steps(encoded: EncodedCorpus, streams: Streams) -> tuple[Step, ...]:
    """What some symbols stand for."""
    notes = encoded.pieces[NAME].representation
    if not isinstance(notes, NotesRepresentation):
        msg = f"only {NAME} are steps"
        raise TypeError(msg)
    rows = zip(streams["pitch"].tolist(), streams["duration"].tolist(), strict=True)
    return tuple(Step(notes.voices[0][pitch] or (), notes.durations[duration]) for pitch, duration in rows)
