"""How often do songs of 500 notes get stuck, with and without the guard, next to real music?

Networks are taught for some seconds of processor time on one thread, without ends, so that every song is as long as it
may be. From the opening of a held-out piece each composes ``--songs`` songs at several temperatures with the guard
off, gentle and strict, always with the same random numbers. A song is stuck as `evolve.music.facts.stuck` says. Real
music is cut into pieces of 500 notes and chords where it is longer, and counted as it is where it is shorter.

Run it with ``python -m benchmarks.stuck_songs --seconds 180``.
"""

import argparse
from collections.abc import Iterator, Sequence

from benchmarks.pairing import table
from benchmarks.taught import Taught, opening_of, songs, teach
from evolve.music.corpus import Piece, read_corpus
from evolve.music.facts.figures import figures_of
from evolve.music.holding_out import split_pieces
from evolve.music.representation.contract import Settings
from evolve.music.representation.steps import chord_starts
from evolve.music.reshaping import since, until
from evolve.music.song import Song
from evolve.network.sampling import Guard, Sampling

CELLS = (("fiddle-tunes", "notes"), ("bach-chorales", "notes"), ("bach-chorales", "events"))
TEMPERATURES = (1.0, 0.6, 0.4, 0.2)
GUARDS: tuple[Guard, ...] = ("off", "gentle", "strict")
NOTES = 500


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180, help="processor time of each network")
    parser.add_argument("--songs", type=int, default=20, help="songs of each cell")
    parser.add_argument("--corpus", action="append", default=[], help="more real music to count: a folder or a name")
    chosen = parser.parse_args()
    genes = {
        "cell": "lstm", "depth": 1, "width": 192, "encoding": "embedding", "embedding_width": 64, "dense_width": 128,
        "activation": "relu", "dropout": 0.2, "batch_size": 16, "learning_rate": 0.004, "optimizer": "adam",
    }  # fmt: skip
    rows = []
    for source, kind in CELLS:
        corpus = read_corpus([source])
        parts = split_pieces(corpus.pieces, seed=0)
        taught = teach(corpus, parts, kind, genes, seconds=chosen.seconds, settings=Settings(endings=False))
        for temperature in TEMPERATURES:
            stuck = [share(_composed(taught, temperature, guard, chosen.songs)) for guard in GUARDS]
            rows.append([source, kind, f"{temperature:g}", *stuck])
            print(" · ".join(rows[-1]), flush=True)
    print(table(["corpus", "symbols", "temperature", *(f"guard {guard}" for guard in GUARDS)], rows))
    real = [
        [source, *_real(read_corpus([source]).pieces)] for source in ("fiddle-tunes", "bach-chorales", *chosen.corpus)
    ]
    print(table(["real music", "stretches", "stuck"], real))


def share(stretches: Sequence[tuple[Song, int]]) -> str:
    """How many stretches are stuck, from some tick on each."""
    stuck = sum(bool(figures_of(song, opening_ticks=start).stuck) for song, start in stretches)
    return f"{stuck} of {len(stretches)}"


def _composed(taught: Taught, temperature: float, guard: Guard, count: int) -> list[tuple[Song, int]]:
    opening = opening_of(taught)
    sampling = Sampling(temperature, guard=guard)
    composed = songs(taught, opening, count=count, notes=NOTES, sampling=sampling)
    return [(song, opening.goes_on_at) for song, _ in composed]


def _real(pieces: Sequence[Piece]) -> list[str]:
    stretches = [stretch for piece in pieces for stretch in _stretches(piece.song)]
    return [str(len(stretches)), share([(stretch, 0) for stretch in stretches])]


def _stretches(song: Song) -> Iterator[Song]:
    """The song in stretches of `NOTES`, without what is left at the end; all of a shorter one."""
    onsets = song.notes.onsets_ticks
    starts = onsets[chord_starts(onsets.tolist())].tolist()
    for first in range(0, max(len(starts) - NOTES, 0) + 1, NOTES):
        stop = starts[first + NOTES] if first + NOTES < len(starts) else song.length_ticks
        yield since(until(song, stop), starts[first])


if __name__ == "__main__":
    main()
