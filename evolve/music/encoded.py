"""An encoded corpus: symbols of whole pieces, some held out, small enough to travel to every trial."""

import io
import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from evolve.music.corpus import Corpus
from evolve.music.holding_out import HELD_OUT_SHARE, OPENING_STEPS, split_pieces
from evolve.music.representation.steps import Step
from evolve.music.representation.vocabulary import ATTRIBUTES, MAX_PITCHES, Streams, Vocabulary, build_vocabulary

__all__ = ["OPENING_STEPS", "EncodedCorpus", "encode_corpus"]


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """A corpus as streams of symbols, piece by piece.

    Attributes:
        vocabulary: The symbols.
        training: Streams of each piece to learn from, int32 [steps].
        held_out: Streams of each piece kept back to measure with; at least one.
        training_names: Names of the training pieces.
        held_out_names: Names of the held-out pieces.
        held_out_transposed_by: Semitones that each held-out piece was moved by to the common key.
        held_out_tempo_bpm: Quarter notes a minute of each held-out piece.
        names: The corpus's sources.
        tempo_bpm: Quarter notes a minute.
        fingerprint: The corpus's digest.
        replaced_share: Share of all steps whose chord was replaced by a more frequent one, 0 .. 1.
    """

    vocabulary: Vocabulary
    training: tuple[Streams, ...]
    held_out: tuple[Streams, ...]
    training_names: tuple[str, ...]
    held_out_names: tuple[str, ...]
    held_out_transposed_by: tuple[int, ...]
    held_out_tempo_bpm: tuple[float, ...]
    names: tuple[str, ...]
    tempo_bpm: float
    fingerprint: str
    replaced_share: float = 0.0

    @property
    def training_steps(self) -> tuple[tuple[Step, ...], ...]:
        """The training pieces as steps, as the networks know them."""
        return tuple(self.vocabulary.decode(streams) for streams in self.training)

    def to_bytes(self) -> bytes:
        """A compressed .npz file of plain arrays and one JSON text; no pickles."""
        arrays: dict[str, Any] = {"about": np.frombuffer(json.dumps(self._about()).encode(), dtype=np.uint8)}
        pieces = (*self.training, *self.held_out)
        arrays["lengths"] = np.array([len(piece["pitch"]) for piece in pieces], dtype=np.int32)
        for attribute in ATTRIBUTES:
            arrays[attribute] = np.concatenate([piece[attribute] for piece in pieces]).astype(np.int32)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The encoded corpus that `to_bytes` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            ends = np.cumsum(arrays["lengths"])[:-1]
            parts = {attribute: np.split(arrays[attribute], ends) for attribute in ATTRIBUTES}
        pieces = tuple(dict(zip(ATTRIBUTES, streams, strict=True)) for streams in zip(*parts.values(), strict=True))
        count = len(about["training_names"])
        return cls(
            vocabulary=Vocabulary.from_json(about["vocabulary"]),
            training=pieces[:count],
            held_out=pieces[count:],
            training_names=tuple(about["training_names"]),
            held_out_names=tuple(about["held_out_names"]),
            held_out_transposed_by=tuple(about["held_out_transposed_by"]),
            held_out_tempo_bpm=tuple(about["held_out_tempo_bpm"]),
            names=tuple(about["names"]),
            tempo_bpm=about["tempo_bpm"],
            fingerprint=about["fingerprint"],
            replaced_share=about["replaced_share"],
        )

    def _about(self) -> dict[str, Any]:
        return {
            "version": 1,
            "vocabulary": self.vocabulary.to_json(),
            "training_names": self.training_names,
            "held_out_names": self.held_out_names,
            "held_out_transposed_by": self.held_out_transposed_by,
            "held_out_tempo_bpm": self.held_out_tempo_bpm,
            "names": self.names,
            "tempo_bpm": self.tempo_bpm,
            "fingerprint": self.fingerprint,
            "replaced_share": self.replaced_share,
        }


def encode_corpus(
    corpus: Corpus, *, seed: int, held_out_share: float = HELD_OUT_SHARE, max_pitches: int = MAX_PITCHES
) -> EncodedCorpus:
    """Hold whole pieces out, learn the vocabulary from the others, and encode all.

    A corpus of a single piece has its last part held out instead.

    Args:
        corpus: At least one piece.
        seed: The run's seed: which pieces are held out.
        held_out_share: Share of the pieces to hold out, 0 .. 1; at least one is, and at least one is not.
        max_pitches: The most pitch symbols.

    Raises:
        CorpusError: If a single piece is too short to be divided.
    """
    training, held_out = split_pieces(corpus.pieces, seed=seed, held_out_share=held_out_share)
    vocabulary = build_vocabulary([piece.steps for piece in training], max_pitches=max_pitches)
    encoded = [vocabulary.encode(piece.steps) for piece in (*training, *held_out)]
    steps = sum(len(piece.steps) for piece in (*training, *held_out))
    return EncodedCorpus(
        vocabulary=vocabulary,
        training=tuple(e.streams for e in encoded[: len(training)]),
        held_out=tuple(e.streams for e in encoded[len(training) :]),
        training_names=tuple(piece.name for piece in training),
        held_out_names=tuple(piece.name for piece in held_out),
        held_out_transposed_by=tuple(piece.transposed_by for piece in held_out),
        held_out_tempo_bpm=tuple(piece.tempo_bpm for piece in held_out),
        names=corpus.names,
        tempo_bpm=corpus.tempo_bpm,
        fingerprint=corpus.fingerprint,
        replaced_share=sum(n for e in encoded for *_, n in e.replaced_pitches) / steps,
    )
