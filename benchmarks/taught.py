"""A network that was taught a corpus for some processor time, and songs of it: what several benchmarks begin with."""

import os

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolve.execution.material import default_heads
from evolve.execution.song_context import SongContext, from_scratch
from evolve.music.corpus import Corpus, Piece
from evolve.music.encoded import EncodedCorpus, EncodedPieces, encode_corpus
from evolve.music.opening import Opening, choose_opening
from evolve.music.representation.contract import Settings
from evolve.music.song import Song
from evolve.network.sampling import Sampling
from evolve.randomness import derive_rng, derive_seed

WINDOW_NOTES, OPENING_NOTES = 50, 16


@dataclass(frozen=True, slots=True)
class Taught:
    """A network, and what it learned from.

    Attributes:
        encoded: The corpus, in the network's representation alone.
        held_out: The pieces it never saw.
        model: The network with its best weights.
        weights: How many it has.
        bits_a_note: Of the held-out pieces.
        epochs: How many it took.
    """

    encoded: EncodedCorpus
    held_out: tuple[Piece, ...]
    model: Any
    weights: int
    bits_a_note: float
    epochs: int

    @property
    def pieces(self) -> EncodedPieces:
        """The corpus in the network's representation."""
        (pieces,) = self.encoded.pieces.values()
        return pieces


def teach(
    corpus: Corpus,
    parts: tuple[Sequence[Piece], Sequence[Piece]],
    kind: str,
    genes: Mapping[str, object],
    *,
    seconds: float,
    settings: Settings,
    seed: int = 0,
) -> Taught:
    """A network of these genes after some seconds of processor time on one thread.

    Args:
        corpus: Where the pieces come from.
        parts: Pieces to learn from, and pieces to measure with.
        kind: The representation.
        genes: As `evolve.network.genes` knows them.
        seconds: Processor time.
        settings: What is learned of the pieces.
        seed: Of the weights and of the order of learning.
    """
    import keras_tuner  # noqa: PLC0415 - seconds, which --help can do without

    from evolve.network.build import hypermodel  # noqa: PLC0415
    from evolve.network.train import TrainingSettings, train  # noqa: PLC0415

    encoded = encode_corpus(*parts, kinds=[kind], settings=settings, names=corpus.names, fingerprint=corpus.fingerprint)
    pieces = encoded.pieces[kind]
    hp = keras_tuner.HyperParameters()
    for name, value in genes.items():
        hp.Fixed(name, value)
    window = round(WINDOW_NOTES * max(1.0, encoded.symbols_per_note(kind)))
    budget = TrainingSettings(
        window=window,
        symbols_per_note=encoded.held_out_symbols_per_note(kind),
        starts_told=bool(pieces.representation.metres),
        epochs=10_000,
        seconds=seconds,
        patience=20,
        batch_size=int(str(genes["batch_size"])),
        seed=derive_seed(seed, "taught"),
    )
    representation = pieces.representation
    heads = default_heads(representation)
    model = hypermodel(representation.sizes, seed=seed, window=window, context=representation.context, heads=heads)(hp)
    history = train(model, pieces.training, pieces.held_out, budget, clock=time.process_time)
    return Taught(
        encoded, tuple(parts[1]), model, int(model.count_params()), history.best_held_out_bits, len(history.epochs)
    )


def opening_of(taught: Taught, seed: int = 0) -> Opening:
    """The beginning of a held-out piece."""
    return choose_opening(taught.held_out, seed=seed, notes=OPENING_NOTES)


def songs(
    taught: Taught, opening: Opening | None, *, count: int, notes: int, sampling: Sampling, seed: int = 0
) -> list[tuple[Song, bool]]:
    """Songs that go on from an opening or begin from scratch, each with whether it ended by itself."""
    from evolve.execution.songs import pattern_of, whole_song  # noqa: PLC0415 - Keras, which --help can do without
    from evolve.network.compose import compose  # noqa: PLC0415

    encoded, representation = taught.encoded, taught.pieces.representation
    begun = opening or from_scratch(encoded.parts, encoded.beginnings[0])
    context = SongContext(representation, begun, encoded.parts, encoded.beginnings, copies=None, figures=None)
    encoded_opening = representation.encode(begun.song, begun.goes_on_at)
    pens = [representation.pen(encoded_opening, notes) for _ in range(count)]
    rngs = [derive_rng(seed, "song", index) for index in range(1, count + 1)]
    pattern = pattern_of(representation, sampling)
    composed = compose(taught.model, encoded_opening.streams, pens, rngs, sampling, pattern=pattern)
    return [(whole_song(context, one), pen.has_ended) for one, pen in zip(composed, pens, strict=True)]
