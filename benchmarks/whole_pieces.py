"""Claim: networks that are trained as they compose hold whole pieces together.

Each cell trains networks of one genome for some seconds of processor time on one thread, from several seeds, and lets
them compose from scratch. Printed are medians over the seeds:

- bits a note of whole held-out pieces, the state carried along, and the same by position: notes 0 to 50 and 75 to 125;
- ends expected against ends that are there, in each stretch of 25 notes in which ten pieces end or more: that
  which is farthest from 1;
- the middle length of songs against that of the training pieces, in notes and chords, and the share of them that end;
- the share of bars that begin with a note, and of notes that sound across a bar line, in songs and in training pieces;
- how many training pieces come back note for note from their symbols (``exact``), weights, epochs.

Bits are those of all symbols of the held-out pieces, ends included, divided by their notes and chords as `evolve`
counts them (each rest counts as one too). Representations compare because both predict the same music: tunes of one
voice and voices side by side lose nothing in either, and the chorales on one piano are those that `notes` can say: the
chords that it replaces are replaced before events learn.

    python -m benchmarks.whole_pieces --cells tunes                  # three networks, two minutes
    python -m benchmarks.whole_pieces --cells chorales --seconds 300 # 18 networks, an hour and a half
    python -m benchmarks.whole_pieces --cells tunes --gene bar_position=false --gene heads=chained
"""

import argparse
import dataclasses
import json
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from benchmarks.pairing import table
from benchmarks.taught import Taught, teach
from evolve.execution.song_context import SongContext, from_scratch
from evolve.music.corpus import Piece, read_corpus
from evolve.music.facts.set_figures import SetFigures
from evolve.music.holding_out import split_pieces
from evolve.music.representation.contract import Settings, Streams
from evolve.music.representation.kinds import learn
from evolve.music.song import Metre, Track
from evolve.network.sampling import Sampling

TUNES: Mapping[str, object] = {
    "cell": "lstm", "depth": 1, "width": 128, "encoding": "onehot", "dense_width": 128, "activation": "relu",
    "dropout": 0.2, "batch_size": 16, "learning_rate": 0.003, "optimizer": "adam",
}  # fmt: skip
CHORALES: Mapping[str, object] = {
    **TUNES, "width": 192, "encoding": "embedding", "embedding_width": 64, "learning_rate": 0.004,
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What networks of one row learn, and how.

    Attributes:
        source: The corpus.
        tracks: Its tracks.
        kind: The representation.
        genes: Of the networks.
        seconds: Processor time of each.
        songs: How many each composes from scratch.
    """

    source: str
    tracks: str
    kind: str
    genes: Mapping[str, object]
    seconds: float
    songs: int = 40


CELLS = {
    "tunes": [Cell("fiddle-tunes", "piano", "notes", TUNES, 30, songs=200)],
    "chorales": [
        Cell("bach-chorales", tracks, kind, CHORALES, 300)
        for tracks in ("piano", "soprano+bass", "soprano+alto+tenor+bass")
        for kind in ("notes", "events")
    ],
}
FEWEST_ENDS = 10
STRETCH_NOTES = 25

HEADS = (
    "corpus", "tracks", "symbols", "seeds", "exact", "weights", "epochs", "bits a note", "0–50", "75–125", "ends",
    "songs end", "length", "theirs", "bars begun", "theirs", "across bars", "theirs",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    chosen = _parser().parse_args()
    genes = dict(gene.split("=", 1) for gene in chosen.gene)
    rows = []
    for cell in (cell for name in chosen.cells for cell in CELLS[name]):
        if chosen.kind in (None, cell.kind) and chosen.tracks in (None, cell.tracks):
            asked = dataclasses.replace(
                cell,
                genes={
                    **cell.genes,
                    **{name: json.loads(value) if value in _JSON else value for name, value in genes.items()},
                },
                seconds=chosen.seconds or cell.seconds,
            )
            figures = [measured(asked, seed, chosen.notes) for seed in range(chosen.seeds)]
            rows.append(row(asked, figures))
            print(" · ".join(rows[-1]), flush=True)
    print(table(HEADS, rows))


_JSON = ("true", "false")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS), help="which rows")
    parser.add_argument("--kind", choices=("notes", "events"), help="only this representation")
    parser.add_argument("--tracks", help="only these tracks")
    parser.add_argument("--seeds", type=int, default=3, help="networks of a row (default: 3)")
    parser.add_argument(
        "--seconds", type=float, help="processor time of each (default: 30 for tunes, 300 for chorales)"
    )
    parser.add_argument("--notes", type=int, default=500, help="the most notes of a song (default: 500)")
    parser.add_argument("--gene", action="append", default=[], metavar="NAME=VALUE", help="another value of a gene")
    return parser


def measured(cell: Cell, seed: int, notes: int) -> dict[str, Any]:
    """The figures of one network, also printed as they are found."""
    from evolve.execution.songs import compose_songs, figures_of_set  # noqa: PLC0415 - Keras, which --help can do without

    corpus = read_corpus([cell.source], roles=cell.tracks.split("+"))
    parts = as_notes_say(*split_pieces(corpus.pieces, seed=0))
    taught = teach(corpus, parts, cell.kind, cell.genes, seconds=cell.seconds, settings=Settings(), seed=seed)
    encoded, representation = taught.encoded, taught.pieces.representation
    begun = from_scratch(encoded.parts, encoded.beginnings[0])
    context = SongContext(representation, begun, encoded.parts, encoded.beginnings, copies=None, figures=None)
    numbers = range(1, cell.songs + 1)
    composed = compose_songs(taught.model, context, numbers=numbers, notes=notes, seed=seed, sampling=Sampling())
    found = {
        "exact": sum(
            tuple(track.notes for track in piece.song.tracks) == heard
            for piece, heard in zip(parts[0], taught.pieces.training_songs, strict=True)
        ),
        "pieces": len(parts[0]),
        "weights": taught.weights,
        "epochs": taught.epochs,
        "bits": taught.bits_a_note,
        **by_position(taught),
        "songs": figures_of_set(composed).to_json(),
        "theirs": SetFigures.of([piece.song for piece in parts[0]]).to_json(),
    }
    print(json.dumps({"tracks": cell.tracks, "kind": cell.kind, "seed": seed, **found}), flush=True)
    return found


def row(cell: Cell, figures: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line of the table."""

    def middle(name: str, *, of: str | None = None) -> float:
        return float(median((figure[of] if of else figure)[name] for figure in figures))

    farthest = [max(figure["ends"], key=lambda ratio: abs(np.log(ratio)), default=1.0) for figure in figures]
    return [
        cell.source, cell.tracks, cell.kind, str(len(figures)),
        f"{figures[0]['exact']} of {figures[0]['pieces']}", f"{figures[0]['weights']:,}", f"{middle('epochs'):.0f}",
        f"{middle('bits'):.2f}", f"{middle('early'):.2f}", f"{middle('late'):.2f}", f"{median(farthest):.2f}",
        f"{middle('ended', of='songs'):.0%}",
        f"{middle('notes_median', of='songs'):.0f}", f"{middle('notes_median', of='theirs'):.0f}",
        f"{middle('bars_begun', of='songs'):.1%}", f"{middle('bars_begun', of='theirs'):.1%}",
        f"{middle('across_bars', of='songs'):.1%}", f"{middle('across_bars', of='theirs'):.1%}",
    ]  # fmt: skip


def by_position(taught: Taught) -> dict[str, Any]:
    """Bits a note early and late in held-out pieces, and ends expected for each that is there, stretch by stretch."""
    scale = taught.encoded.held_out_symbols_per_note(taught.pieces.representation.name)
    steps = [_steps(taught, scale, piece) for piece in taught.pieces.held_out]
    nats, expected, there, notes = (np.concatenate(column) for column in zip(*steps, strict=True))
    stretch = (notes // STRETCH_NOTES).astype(int)
    counts = np.bincount(stretch, there)
    sums = np.bincount(stretch, expected)
    full = counts >= FEWEST_ENDS

    def bits(start: float, stop: float) -> float:
        return float(nats[(notes >= start) & (notes < stop)].mean() / np.log(2) * scale)

    return {
        "early": bits(0, 50),
        "late": bits(75, 125),
        "ends": [round(float(ratio), 3) for ratio in sums[full] / counts[full]],
        "expected": [round(float(value), 1) for value in sums],
        "there": [int(value) for value in counts],
    }


def _steps(taught: Taught, scale: float, piece: Streams) -> tuple[np.ndarray, ...]:
    """Of each step of a piece the loss in nats, the odds of an end, whether it is one, and the notes before it."""
    from evolve.network.build import given_name  # noqa: PLC0415 - Keras, which --help can do without

    predicted = tuple(taught.pieces.representation.sizes)
    first = predicted[0]
    inputs = {name: stream[:-1] for name, stream in piece.items()}
    inputs |= {given_name(name): piece[name][1:] for name in predicted}
    logits = taught.model({name: inputs[name][None].astype(np.int32) for name in taught.model.input}, training=False)
    odds = {name: _log_softmax(np.asarray(logits[name], np.float64)[0]) for name in predicted}
    steps = np.arange(len(piece[first]) - 1)
    nats = -np.sum([odds[name][steps, piece[name][1:]] for name in predicted], axis=0)
    return nats, np.exp(odds[first][:, 0]), (piece[first][1:] == 0).astype(float), steps / scale


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logs: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def as_notes_say(training: Sequence[Piece], held_out: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces as the representation of notes knows them: what it has to replace or leave out is gone."""
    roles = [track.name.lower() for track in training[0].song.tracks]
    notes = learn("notes", [piece.song for piece in training], roles, Settings(), [Metre()])

    def said(piece: Piece) -> Piece:
        heard = notes.decode(notes.encode(piece.song).streams)
        tracks = [Track(own, track.name, track.program) for own, track in zip(heard, piece.song.tracks, strict=True)]
        return Piece.of(piece.name, dataclasses.replace(piece.song, tracks=tuple(tracks)), piece.transposed_by)

    return [said(piece) for piece in training], [said(piece) for piece in held_out]


if __name__ == "__main__":
    main()
