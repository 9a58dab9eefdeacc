"""An encoded corpus: whole pieces as tokens, some held out, small enough to travel to every trial."""

import dataclasses
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, Self

import numpy as np

from evolve.domains.music.bars import LEAST_PIECES_WITH_BARS, share_with_bars
from evolve.domains.music.corpus import Piece
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.song import PIANO, Metre, Notes
from evolve.domains.music.tokenizers.kinds import learn, tokenizer_from_json
from evolve.domains.music.tokenizers.tokenizer import Streams, Tokenizer, TokenizerSettings

FORMAT: Final = 5

RAREST_METRE_SHARE: Final = 0.01
"""A metre of fewer pieces, of all, has no beginning of its own."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How pieces of one metre begin.

    Attributes:
        metre: Theirs.
        share: Of all pieces, 0 .. 1.
        tempo_bpm: Quarter notes a minute, the middle of theirs.
    """

    metre: Metre
    share: float
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class TrackRole:
    """What one track is: its role and its instrument, a General MIDI program number."""

    name: str
    program: int = PIANO


@dataclass(frozen=True, slots=True)
class EncodedPieces:
    """The pieces of a corpus in one tokenizer.

    Attributes:
        tokenizer: Which.
        training: Streams of each piece to learn from, int32 [tokens], those of the context too.
        held_out: Streams of each piece kept back to measure with; at least one.
        replaced_share: Tokens that were replaced by similar ones, as a share of all notes, chords and rests.
    """

    tokenizer: Tokenizer
    training: tuple[Streams, ...]
    held_out: tuple[Streams, ...]
    replaced_share: float = 0.0

    @property
    def training_songs(self) -> Iterator[tuple[Notes, ...]]:
        """The training pieces as notes, as networks know them."""
        return map(self.tokenizer.decode, self.training)


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """A corpus as tokens, in every tokenizer that is asked for.

    Attributes:
        pieces: By the name of the tokenizer.
        training_names: Names of the training pieces.
        held_out_names: Names of the held-out pieces.
        training_groups: The group of the corpus that each training piece belongs to.
        held_out_groups: The same of each held-out piece.
        training_notes: Notes, chords and rests of the training pieces, as `steps.fold` counts them.
        held_out_notes: The same of the held-out pieces.
        parts: What each track is.
        beginnings: The metres in which pieces begin, the most frequent first.
        tempo_bpm: Quarter notes a minute, the middle of all pieces'.
        names: The corpus's sources.
        fingerprint: The corpus's digest.
    """

    pieces: Mapping[str, EncodedPieces]
    training_names: tuple[str, ...]
    held_out_names: tuple[str, ...]
    training_groups: tuple[str, ...]
    held_out_groups: tuple[str, ...]
    training_notes: int
    held_out_notes: int
    parts: tuple[TrackRole, ...]
    beginnings: tuple[Beginning, ...]
    tempo_bpm: float
    names: tuple[str, ...]
    fingerprint: str

    def tokens_per_note(self, kind: str) -> float:
        """How many tokens a note, chord or rest takes in a tokenizer, on average; starts and ends are none's."""
        pieces = self.pieces[kind]
        edges = 2 * len(pieces.training) if pieces.tokenizer.metres else 0
        return (sum(len(_any(streams)) for streams in pieces.training) - edges) / self.training_notes

    def held_out_tokens_per_note(self, kind: str) -> float:
        """The same of the held-out pieces; only tokens with one before them are predicted, and counted."""
        return sum(len(_any(streams)) - 1 for streams in self.pieces[kind].held_out) / self.held_out_notes

    def to_bytes(self) -> bytes:
        """A compressed .npz file of plain arrays and one JSON text; no pickles."""
        arrays: dict[str, Any] = {"about": np.frombuffer(json.dumps(self._about()).encode(), dtype=np.uint8)}
        for kind, encoded in self.pieces.items():
            pieces = (*encoded.training, *encoded.held_out)
            arrays[f"{kind}/lengths"] = np.array([len(_any(piece)) for piece in pieces], dtype=np.int32)
            for name in _stream_names(encoded.tokenizer):
                joined = np.concatenate([piece[name] for piece in pieces])
                arrays[f"{kind}/streams/{name}"] = joined.astype(np.int32)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The encoded corpus that `to_bytes` wrote.

        Raises:
            CorpusError: It was written by another version of evolve.
        """
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            if about.get("version") != FORMAT:
                raise CorpusError(
                    f"the run's encoded corpus has layout {about.get('version')}, this evolve reads layout {FORMAT}; "
                    f"go on with the evolve that made the run, or start a new one"
                )
            split = len(about["training_names"])
            pieces = {kind: _read_pieces(arrays, kind, one, split) for kind, one in about["pieces"].items()}
        return cls(
            pieces=pieces,
            training_names=tuple(about["training_names"]),
            held_out_names=tuple(about["held_out_names"]),
            training_groups=tuple(about["training_groups"]),
            held_out_groups=tuple(about["held_out_groups"]),
            training_notes=about["training_notes"],
            held_out_notes=about["held_out_notes"],
            parts=tuple(TrackRole(name, program) for name, program in about["parts"]),
            beginnings=tuple(Beginning(Metre(*metre), share, bpm) for metre, share, bpm in about["beginnings"]),
            tempo_bpm=about["tempo_bpm"],
            names=tuple(about["names"]),
            fingerprint=about["fingerprint"],
        )

    def _about(self) -> dict[str, Any]:
        return {
            "version": FORMAT,
            "pieces": {
                kind: {"tokenizer": one.tokenizer.to_json(), "replaced_share": one.replaced_share}
                for kind, one in self.pieces.items()
            },
            "training_names": self.training_names,
            "held_out_names": self.held_out_names,
            "training_groups": self.training_groups,
            "held_out_groups": self.held_out_groups,
            "training_notes": self.training_notes,
            "held_out_notes": self.held_out_notes,
            "parts": [[part.name, part.program] for part in self.parts],
            "beginnings": [[[one.metre.beats, one.metre.unit], one.share, one.tempo_bpm] for one in self.beginnings],
            "tempo_bpm": self.tempo_bpm,
            "names": self.names,
            "fingerprint": self.fingerprint,
        }


def encode_corpus(
    training: Sequence[Piece],
    held_out: Sequence[Piece],
    *,
    kinds: Sequence[str],
    settings: TokenizerSettings,
    names: Sequence[str],
    fingerprint: str,
) -> EncodedCorpus:
    """Learn each tokenizer from the training pieces, and encode all.

    Args:
        training: Pieces to learn from, at least one.
        held_out: Pieces to measure with, at least one, with the same tracks.
        kinds: Names of the tokenizers.
        settings: What is learned of the pieces; of bars nothing where most pieces have none.
        names: The corpus's sources.
        fingerprint: Its digest.

    Raises:
        CorpusError: A track is silent in all pieces to learn from.
    """
    everything = (*training, *held_out)
    _check_sounding(training)
    beginnings = _beginnings(training)
    has_bars = share_with_bars([piece.song for piece in everything]) >= LEAST_PIECES_WITH_BARS
    settings = dataclasses.replace(settings, bars=settings.bars and has_bars)
    return EncodedCorpus(
        pieces={kind: _encode(kind, training, held_out, settings, beginnings) for kind in kinds},
        training_names=tuple(piece.name for piece in training),
        held_out_names=tuple(piece.name for piece in held_out),
        training_groups=tuple(piece.group for piece in training),
        held_out_groups=tuple(piece.group for piece in held_out),
        training_notes=sum(len(piece.steps) for piece in training),
        held_out_notes=sum(len(piece.steps) for piece in held_out),
        parts=_parts(training),
        beginnings=beginnings,
        tempo_bpm=round(median(piece.song.tempo_bpm for piece in everything), 1),
        names=tuple(names),
        fingerprint=fingerprint,
    )


def _check_sounding(pieces: Sequence[Piece]) -> None:
    for own in zip(*(piece.song.tracks for piece in pieces), strict=True):
        if not any(len(track.notes) for track in own):
            raise CorpusError(
                f"the track {own[0].name.lower()} is silent in all that is learned from; add pieces, or choose others "
                f"with --set tracks="
            )


def _encode(
    kind: str,
    training: Sequence[Piece],
    held_out: Sequence[Piece],
    settings: TokenizerSettings,
    beginnings: Sequence[Beginning],
) -> EncodedPieces:
    roles = [track.name.lower() for track in training[0].song.tracks]
    metres = [beginning.metre for beginning in beginnings]
    tokenizer = learn(kind, [piece.song for piece in training], roles, settings, metres)
    encoded = [tokenizer.encode(piece.song) for piece in (*training, *held_out)]
    notes = sum(len(piece.steps) for piece in (*training, *held_out))
    return EncodedPieces(
        tokenizer,
        tuple(one.streams for one in encoded[: len(training)]),
        tuple(one.streams for one in encoded[len(training) :]),
        replaced_share=sum(one.replacements for one in encoded) / notes,
    )


def _beginnings(pieces: Sequence[Piece]) -> tuple[Beginning, ...]:
    """The metres of the pieces, without the rarest, the most frequent first."""
    counts = Counter(piece.song.metre for piece in pieces)
    order = sorted(counts, key=lambda metre: (-counts[metre], metre.beats, metre.unit))
    frequent = [metre for metre in order if counts[metre] >= RAREST_METRE_SHARE * len(pieces)]
    tempos = {m: median(piece.song.tempo_bpm for piece in pieces if piece.song.metre == m) for m in frequent}
    return tuple(Beginning(metre, counts[metre] / len(pieces), round(tempos[metre], 1)) for metre in frequent)


def _parts(pieces: Sequence[Piece]) -> tuple[TrackRole, ...]:
    """Each track's role with the instrument that most pieces play it on."""
    programs = [Counter(tracks) for tracks in zip(*([t.program for t in p.song.tracks] for p in pieces), strict=True)]
    names = [track.name for track in pieces[0].song.tracks]
    return tuple(TrackRole(name, own.most_common(1)[0][0]) for name, own in zip(names, programs, strict=True))


def _read_pieces(arrays: Mapping[str, np.ndarray], kind: str, about: Mapping[str, Any], split: int) -> EncodedPieces:
    tokenizer = tokenizer_from_json(about["tokenizer"])
    ends = np.cumsum(arrays[f"{kind}/lengths"])[:-1]
    names = _stream_names(tokenizer)
    columns = [np.split(arrays[f"{kind}/streams/{name}"], ends) for name in names]
    pieces = tuple(dict(zip(names, streams, strict=True)) for streams in zip(*columns, strict=True))
    return EncodedPieces(tokenizer, pieces[:split], pieces[split:], about["replaced_share"])


def _stream_names(tokenizer: Tokenizer) -> tuple[str, ...]:
    """What is predicted of a piece, then what is only read."""
    return (*tokenizer.sizes, *tokenizer.context)


def _any(streams: Streams) -> np.ndarray:
    """Any of the streams: they are equally long."""
    return next(iter(streams.values()))
