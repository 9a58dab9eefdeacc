"""Notes or events? Held-out bits a note of networks of equal size, and how their songs end.

Each cell trains one network for some seconds of processor time on one thread, on the very same pieces in one of the
two representations, and lets it compose from scratch. Bits are those of all symbols of the held-out pieces, ends
included, divided by their notes and chords as `evolve` counts them (each rest counts as one too). They compare because
both predict the same music: tunes of one voice and voices side by side lose nothing in either representation
(``exact`` counts the pieces that come back note for note), and the chorales on one piano are those that `notes` can
say: the chords that it replaces are replaced before events learn.

Printed are weights, epochs, bits a note, the share of 40 songs from scratch that end by themselves within ``--notes``,
and the middle length of all in notes and chords, beside that of the training pieces.

Run it with ``python -m benchmarks.representations --seconds 300``; every cell takes about as long.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from statistics import median

from benchmarks.pairing import table
from benchmarks.taught import Taught, songs, teach
from evolve.music.corpus import Piece, read_corpus
from evolve.music.holding_out import split_pieces
from evolve.music.representation.contract import Settings
from evolve.music.representation.kinds import KINDS, learn
from evolve.music.representation.steps import chord_starts
from evolve.music.song import Metre, Song, Track
from evolve.network.sampling import Sampling

CELLS = (
    ("fiddle-tunes", "piano"),
    ("bach-chorales", "piano"),
    ("bach-chorales", "soprano+bass"),
    ("bach-chorales", "soprano+alto+tenor+bass"),
)
SONGS = 40
HEADS = (
    "corpus", "tracks", "symbols", "exact", "weights", "epochs", "bits a note", "songs end", "length", "theirs",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300, help="processor time of each network")
    parser.add_argument("--width", type=int, default=192, help="units of its LSTM layer")
    parser.add_argument("--depth", type=int, default=1, help="its LSTM layers")
    parser.add_argument("--notes", type=int, default=500, help="the most notes of a song")
    parser.add_argument("--cell", type=int, choices=range(len(CELLS)), help="only this corpus and these tracks")
    parser.add_argument("--kind", choices=KINDS, help="only this representation")
    chosen = parser.parse_args()
    genes = {
        "cell": "lstm", "depth": chosen.depth, "width": chosen.width, "encoding": "embedding", "embedding_width": 64,
        "dense_width": 128, "activation": "relu", "dropout": 0.2, "batch_size": 16, "learning_rate": 0.004,
        "optimizer": "adam",
    }  # fmt: skip
    rows = []
    for source, tracks in CELLS if chosen.cell is None else CELLS[chosen.cell : chosen.cell + 1]:
        corpus = read_corpus([source], roles=tracks.split("+"))
        parts = as_notes_say(*split_pieces(corpus.pieces, seed=0))
        for kind in KINDS if chosen.kind is None else (chosen.kind,):
            taught = teach(corpus, parts, kind, genes, seconds=chosen.seconds, settings=Settings())
            rows.append([source, tracks, kind, *figures(taught, parts[0], chosen.notes)])
            print(" · ".join(rows[-1]), flush=True)
    print(table(HEADS, rows))


def as_notes_say(training: Sequence[Piece], held_out: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces as the representation of notes knows them: what it has to replace or leave out is gone."""
    roles = [track.name.lower() for track in training[0].song.tracks]
    notes = learn("notes", [piece.song for piece in training], roles, Settings(), [Metre()])

    def said(piece: Piece) -> Piece:
        heard = notes.decode(notes.encode(piece.song).streams)
        tracks = [Track(own, track.name, track.program) for own, track in zip(heard, piece.song.tracks, strict=True)]
        return Piece.of(piece.name, dataclasses.replace(piece.song, tracks=tuple(tracks)), piece.transposed_by)

    return [said(piece) for piece in training], [said(piece) for piece in held_out]


def figures(taught: Taught, training: Sequence[Piece], notes: int) -> list[str]:
    """What is printed of one network."""
    encoded = taught.pieces
    exact = sum(
        tuple(track.notes for track in piece.song.tracks) == heard
        for piece, heard in zip(training, encoded.training_songs, strict=True)
    )
    composed = songs(taught, None, count=SONGS, notes=notes, sampling=Sampling())
    return [
        f"{exact} of {len(training)}",
        f"{taught.weights:,}",
        str(taught.epochs),
        f"{taught.bits_a_note:.2f}",
        f"{sum(ended for _, ended in composed) / SONGS:.0%}",
        f"{median(struck(song) for song, _ in composed):.0f}",
        f"{median(struck(piece.song) for piece in training):.0f}",
    ]


def struck(song: Song) -> int:
    """How many notes and chords a song has."""
    return len(chord_starts(song.notes.onsets_ticks.tolist()))


if __name__ == "__main__":
    main()
