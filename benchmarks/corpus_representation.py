"""How many chord symbols, and in which key? Held-out bits a note, and how close songs come to their corpus.

Each cell trains one network (an LSTM of 128 units) for some seconds of processor time on one way to represent a
corpus, then lets it continue the openings of held-out pieces. Printed are

* ``model``: bits a note of the network on held-out pieces, in its own symbols;
* ``rest``: bits a note to say which chord each symbol stood for, by the training pieces' counts (escape method C of
  Witten & Bell, "The zero-frequency problem", IEEE Trans. Inf. Theory 37, 1991), novel chords spelled out;
* ``total``: their sum, a code for the very notes of the held-out pieces, which compares across vocabularies;
* ``replaced``: share of all steps whose chord had to give way to another;
* how far the songs are from the corpus as it is, all moved to the common key: Jensen-Shannon divergences in
  thousandths of a bit of pitch classes, durations, steps of the melody (the top voice), sizes and kinds of chords
  (intervals above the bass); and their mean;
* ``repeats``: share of steps with the same notes as the step before;
* ``known``: share of runs of 4 melody steps with their rhythm that training pieces have too.

``the music itself`` are held-out pieces, as many steps as the songs have: no song can be expected to come closer.

Run it with ``python -m benchmarks.corpus_representation --seconds 60 --repetitions 2``; it takes 1 thread.
"""

import argparse
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


from benchmarks import papers_way
from benchmarks.music_statistics import STATISTICS, divergences, known, repeats
from evolve.music.corpus import Corpus, Piece, read_corpus
from evolve.music.encoded import EncodedCorpus
from evolve.music.holding_out import OPENING_STEPS, split_pieces
from evolve.music.representation.steps import Step
from evolve.randomness import derive_rng, derive_seed

SONGS_PER_OPENING, OPENINGS, SONG_STEPS = 1, 24, 200
EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to represent a corpus, and one network trained on it."""

    corpus: str
    key: str
    cap: int
    repetition: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out of a cell; bits are a note, divergences in bits."""

    symbols: int
    replaced: float
    epochs: int
    model_bits: float
    rest_bits: float
    divergences: dict[str, float]
    repeats: float
    known: float

    @property
    def total_bits(self) -> float:
        """Bits a note to code the held-out pieces without loss."""
        return self.model_bits + self.rest_bits

    @property
    def divergence(self) -> float:
        """The mean of all divergences."""
        return mean(self.divergences.values())


# --- the lossless code ---


def rest_bits(training: Sequence[Piece], held_out: Sequence[Piece], encoded: EncodedCorpus) -> float:
    """Bits a note to say which chord each held-out symbol stood for."""
    meanings: dict[int, Counter[tuple[int, ...]]] = {}
    for piece, streams in zip(training, encoded.pieces["notes"].training, strict=True):
        for step, symbol in zip(piece.steps, streams["pitch"].tolist(), strict=True):
            meanings.setdefault(symbol, Counter())[step.pitches] += 1
    span = len({pitch for piece in training for step in piece.steps for pitch in step.pitches})
    bits = [
        _meaning_bits(meanings.get(symbol, Counter()), step.pitches, span)
        for piece, streams in zip(held_out, encoded.pieces["notes"].held_out, strict=True)
        for step, symbol in zip(piece.steps, streams["pitch"].tolist(), strict=True)
    ]
    return mean(bits)


def _meaning_bits(counts: Counter[tuple[int, ...]], pitches: tuple[int, ...], span: int) -> float:
    total, kinds = counts.total(), len(counts)
    if pitches in counts:
        return -math.log2(counts[pitches] / (total + (kinds if kinds > 1 else 1)))
    escape = -math.log2(max(kinds, 1) / (total + max(kinds, 1)))
    return escape + math.log2(6) + math.log2(math.comb(span, max(1, min(len(pitches), span))))


# --- one cell ---


def measure(cell: Cell, seconds: float) -> Measured:
    """Train one network on one representation and look at what it writes."""
    corpus = read_corpus([cell.corpus], to_common_key=cell.key == "common")
    plain = read_corpus([cell.corpus])
    encoded = papers_way.in_the_papers_way(corpus, cell.repetition, cell.cap)
    training, held_out = _parts(corpus, encoded)
    model, bits, epochs = _train(encoded, cell.repetition, seconds)
    moved = {piece.name: piece.transposed_by for piece in plain.pieces} if cell.key != "common" else {}
    songs = _compose(model, encoded, cell.repetition, moved)
    reference = [piece.steps for piece in plain.pieces]
    learned = [piece.steps for piece in plain.pieces if piece.name in encoded.training_names]
    return Measured(
        symbols=papers_way.sizes(encoded)["pitch"],
        replaced=encoded.pieces["notes"].replaced_share,
        epochs=epochs,
        model_bits=bits,
        rest_bits=rest_bits(training, held_out, encoded),
        divergences=divergences(songs, reference),
        repeats=repeats(songs),
        known=known(songs, learned),
    )


def _parts(corpus: Corpus, encoded: EncodedCorpus) -> tuple[list[Piece], list[Piece]]:
    """The pieces as they were before they were encoded."""
    by_name = {piece.name: piece for piece in corpus.pieces}
    return [by_name[n] for n in encoded.training_names], [by_name[n] for n in encoded.held_out_names]


def _train(encoded: EncodedCorpus, seed: int, seconds: float) -> tuple[object, float, int]:
    import keras_tuner  # noqa: PLC0415 -- loads TensorFlow, which the table alone does not need

    from evolve.network.build import hypermodel  # noqa: PLC0415
    from evolve.network.train import TrainingSettings, train  # noqa: PLC0415

    hp = keras_tuner.HyperParameters()
    for name, value in GENES.items():
        hp.Fixed(name, value)
    model = hypermodel(papers_way.sizes(encoded), seed=derive_seed(seed, "network"), window=50)(hp)
    settings = TrainingSettings(epochs=1000, seconds=seconds, patience=6, batch_size=32, seed=seed)
    pieces = encoded.pieces["notes"]
    history = train(model, pieces.training, pieces.held_out, settings, clock=time.process_time)
    return model, history.best_held_out_bits, len(history.epochs)


GENES = {
    "cell": "lstm", "depth": 1, "width": 128, "dropout": 0.2, "dense_width": 128, "activation": "relu",
    "encoding": "onehot", "branches": False, "batch_size": 32, "learning_rate": 0.004, "optimizer": "adam",
}  # fmt: skip


def _compose(model: object, encoded: EncodedCorpus, seed: int, moved: dict[str, int]) -> list[tuple[Step, ...]]:
    """Songs after the openings of held-out pieces, without the openings, in the common key."""
    from evolve.network.compose import compose  # noqa: PLC0415
    from evolve.network.pen import FixedLength  # noqa: PLC0415
    from evolve.network.sampling import Sampling  # noqa: PLC0415

    songs = []
    held_out = encoded.pieces["notes"].held_out
    enough = [i for i, piece in enumerate(held_out) if len(piece["pitch"]) >= OPENING_STEPS]
    for index in enough[:OPENINGS]:
        opening = {name: stream[:OPENING_STEPS] for name, stream in held_out[index].items()}
        pens = [FixedLength(SONG_STEPS) for _ in range(SONGS_PER_OPENING)]
        rngs = derive_rng(seed, "songs", index).spawn(SONGS_PER_OPENING)
        written = compose(model, opening, pens, rngs, Sampling())
        semitones = moved.get(encoded.held_out_names[index], 0)
        songs += [_moved(papers_way.steps(encoded, streams), semitones) for streams in written]
    return songs


def _moved(steps: Sequence[Step], semitones: int) -> tuple[Step, ...]:
    return tuple(Step(tuple(pitch + semitones for pitch in step.pitches), step.duration_ticks) for step in steps)


# --- the table ---


def the_music_itself(corpus_name: str, seed: int) -> Measured:
    """Held-out pieces, as many steps as the songs have, measured as the songs are."""
    corpus = read_corpus([corpus_name])
    training, held_out = split_pieces(corpus.pieces, seed=seed)
    amount = SONGS_PER_OPENING * OPENINGS * SONG_STEPS
    pieces, taken = [], 0
    for piece in held_out:
        if taken < amount:
            pieces.append(piece.steps)
            taken += len(piece.steps)
    reference = [piece.steps for piece in corpus.pieces]
    learned = [piece.steps for piece in training]
    nan = math.nan
    return Measured(0, 0, 0, nan, nan, divergences(pieces, reference), repeats(pieces), known(pieces, learned))


def table(rows: Sequence[tuple[str, Sequence[Measured]]]) -> str:
    """A Markdown table, means over the repetitions; total bits with their range."""
    names = list(STATISTICS)
    head = ["", "symbols", "replaced", "epochs", "model", "rest", "**total**", *names, "**mean**", "repeats", "known"]
    lines = [head, ["---"] * len(head), *(_row(label, runs) for label, runs in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(label: str, runs: Sequence[Measured]) -> list[str]:
    totals = [run.total_bits for run in runs]
    learned = [
        f"{mean(run.symbols for run in runs):.0f}",
        f"{mean(run.replaced for run in runs):.0%}",
        f"{mean(run.epochs for run in runs):.0f}",
        f"{mean(run.model_bits for run in runs):.2f}",
        f"{mean(run.rest_bits for run in runs):.2f}",
        f"{mean(totals):.2f} ({min(totals):.2f}–{max(totals):.2f})",
    ]
    return [
        label,
        *(["–"] * len(learned) if math.isnan(totals[0]) else learned),
        *(f"{1000 * mean(run.divergences[name] for run in runs):.0f}" for name in STATISTICS),
        f"{1000 * mean(run.divergence for run in runs):.0f}",
        f"{mean(run.repeats for run in runs):.0%}",
        f"{mean(run.known for run in runs):.0%}",
    ]


def main() -> None:
    """Measure every cell, keeping what is done in a file, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="processor time of each training")
    parser.add_argument("--repetitions", type=int, default=2)
    parser.add_argument("--caps", type=int, nargs="+", default=[128, 256, 384, 512, 1024, EVERYTHING])
    parser.add_argument("--keys", nargs="+", default=["written", "common"])
    parser.add_argument("--corpora", nargs="+", default=["bach-chorales", "fiddle-tunes"])
    parser.add_argument("--results", type=Path, help="a file of finished cells, to go on from")
    given = parser.parse_args()
    done = json.loads(given.results.read_text()) if given.results and given.results.exists() else {}
    for corpus in given.corpora:
        rows = []
        for key in given.keys:
            for cap in given.caps if corpus != "fiddle-tunes" else [EVERYTHING]:
                runs = []
                for repetition in range(given.repetitions):
                    cell = Cell(corpus, key, cap, repetition)
                    name = f"{corpus} {key} {cap} {repetition} {given.seconds:g}"
                    if name not in done:
                        done[name] = asdict(measure(cell, given.seconds))
                        print(name, done[name], file=sys.stderr, flush=True)
                        if given.results:
                            given.results.write_text(json.dumps(done))
                    runs.append(Measured(**done[name]))
                rows.append((f"{key} key, {'all chords' if cap == EVERYTHING else f'{cap} symbols'}", runs))
        itself = [the_music_itself(corpus, repetition) for repetition in range(given.repetitions)]
        print(f"\n### {corpus}\n\n{table([*rows, ('the music itself', itself)])}")


if __name__ == "__main__":
    main()
