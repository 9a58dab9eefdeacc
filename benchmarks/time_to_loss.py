"""How soon do we reach the validation loss that the article's pipeline has after 150 processor seconds?

Claim: in a quarter of the time or less, with the same network on the same Bach.

Both learn the built-in chorales, encoded and split as `evolve start` does it, with two LSTM layers of 256 units,
dropout 0.2, a dense layer of 128, batches of 64 windows of 50 notes, and adam at 0.001. What differs is the pipeline:
`benchmarks.article` learns the note after each one-hot window with ``model.fit``; ours is `evolve.network.train`, which
learns from every note of a window.

The loss is the article's own: bits a note (all attributes together) to predict the note after 50 notes, mean over 1,024
windows spread evenly over the held-out pieces, the same for both, dropout off.

Each runs in a process of its own on one thread. Its clock is the processor's and starts when the encoded corpus is in
memory: building windows and networks, and tracing, count; imports and held-out evaluations of this measure do not. The
peer is evaluated once, after the last batch that it began in its time. Ours is evaluated about every two seconds of its
clock, between steps when training asks what time it is, and is done when its loss is the peer's or less. Training's own
evaluation after each epoch counts against us; it is on one held-out piece, as nothing here depends on it.

Run it with ``python -m benchmarks.time_to_loss``; five rounds, each with a seed of its own, take about 20 minutes.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import papers_way
from benchmarks.pairing import Paired, table, use_one_thread
from evolve.domains.music.corpus import read_corpus
from evolve.domains.music.encoded import EncodedCorpus

WINDOW, EXAM_WINDOWS, EXAM_BATCH = 50, 1024, 256
LOOK_EVERY_S = 2.0
SLOWEST = 2.0
"""Ours is given up after so many times the peer's time."""
SHARE = 0.25


class Exam:
    """The held-out windows, each with the note after it: attribute → int32 [windows, WINDOW] and [windows]."""

    def __init__(self, encoded: EncodedCorpus) -> None:
        from benchmarks import article  # noqa: PLC0415 - Keras, which --help can do without

        held_out = encoded.pieces["notes"].held_out
        every = article.window_starts(held_out, WINDOW)
        chosen = every[np.linspace(0, len(every) - 1, EXAM_WINDOWS).round().astype(int)]
        names = papers_way.sizes(encoded)
        runs = {name: [held_out[p][name][first : first + WINDOW + 1] for p, first in chosen] for name in names}
        self.read = {name: np.stack(run)[:, :-1] for name, run in runs.items()}
        self.next = {name: np.stack(run)[:, -1] for name, run in runs.items()}

    def bits(self, probabilities: dict[str, np.ndarray]) -> float:
        """Bits a note of predictions, attribute → [windows, size]."""
        right = [np.take_along_axis(probabilities[name], self.next[name][:, None], 1) for name in self.next]
        return float(-sum(np.log2(np.maximum(one, 1e-30)).mean() for one in right))


def learn_as_the_article(encoded: EncodedCorpus, seed: int, seconds: float) -> tuple[float, float]:
    """The peer's processor seconds and its loss after them."""
    from benchmarks import article  # noqa: PLC0415

    sizes = papers_way.sizes(encoded)
    network = article.ArticleNetwork()
    model, spent_s = article.train_for(
        network, encoded.pieces["notes"].training, sizes, window=WINDOW, seconds=seconds, seed=seed
    )
    exam = Exam(encoded)
    codes = {name: np.eye(size, dtype=np.float32)[exam.read[name]] for name, size in sizes.items()}
    return spent_s, exam.bits(model.predict(codes, batch_size=EXAM_BATCH, verbose=0))


class Reached(Exception):  # noqa: N818 -- ends a training that has come where it should
    """The loss was reached."""


class Watch:
    """Processor time without evaluations, and the evaluations, which come when training asks for the time.

    Attributes:
        model: What is evaluated, once there is something.
        looks: Each evaluation: when, in seconds, and the loss, in bits a note.
    """

    def __init__(self, exam: Exam, goal_bits: float, give_up_s: float) -> None:
        self.model: Any = None
        self.looks = [(0.0, math.inf)]
        self._exam, self._goal_bits, self._give_up_s = exam, goal_bits, give_up_s
        self._began = time.process_time()

    def now(self) -> float:
        """Processor seconds, evaluations not counted."""
        return time.process_time() - self._began

    def ask(self) -> float:
        """The same, after an evaluation where one is due."""
        if self.now() - self.looks[-1][0] >= LOOK_EVERY_S:
            self.look()
        return self.now()

    def look(self) -> None:
        """Evaluate, and end the training when it is where it should be or will hardly come."""
        now = self.now()
        self.looks.append((now, self._exam.bits(self._probabilities())))
        self._began += self.now() - now
        if self.looks[-1][1] <= self._goal_bits or now >= self._give_up_s:
            raise Reached

    def _probabilities(self) -> dict[str, np.ndarray]:
        read = self._exam.read
        starts = range(0, EXAM_WINDOWS, EXAM_BATCH)
        parts = [self.model({name: run[k : k + EXAM_BATCH] for name, run in read.items()}) for k in starts]
        logits = {name: np.concatenate([np.asarray(part[name])[:, -1] for part in parts]) for name in read}
        raised = {name: np.exp(one - one.max(axis=1, keepdims=True)) for name, one in logits.items()}
        return {name: one / one.sum(axis=1, keepdims=True) for name, one in raised.items()}


def learn_as_we_do(encoded: EncodedCorpus, seed: int, goal_bits: float, give_up_s: float) -> tuple[float, float]:
    """Our processor seconds to the peer's loss, infinite when it is not reached, and our loss then."""
    import keras_tuner  # noqa: PLC0415

    from benchmarks import article  # noqa: PLC0415
    from evolve.network.build import hypermodel  # noqa: PLC0415
    from evolve.network.train import TrainingSettings, train  # noqa: PLC0415

    hp = keras_tuner.HyperParameters()
    for name, value in article.ArticleNetwork().genes().items():
        hp.Fixed(name, value)
    exam = Exam(encoded)
    watch = Watch(exam, goal_bits, give_up_s)  # from here on the clock runs
    watch.model = hypermodel(papers_way.sizes(encoded), seed=seed, window=WINDOW)(hp)
    batch = int(hp.get("batch_size"))
    settings = TrainingSettings(WINDOW, epochs=10**6, seconds=10**6, patience=10**6, batch_size=batch, seed=seed)
    try:
        pieces = encoded.pieces["notes"]
        train(watch.model, pieces.training, pieces.held_out[:1], settings, lambda _: watch.look(), clock=watch.ask)
    except Reached:
        spent_s, bits = watch.looks[-1]
    return (spent_s if bits <= goal_bits else math.inf), bits


def in_a_process(corpus: Path, *arguments: object) -> tuple[float, float]:
    """What one side took in a fresh process, and its loss."""
    command = [sys.executable, "-m", "benchmarks.time_to_loss", "--corpus", *map(str, (corpus, *arguments))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    seconds, bits = json.loads(done.stdout.splitlines()[-1])
    print(*arguments, f"{seconds:.1f} CPU-s, {bits:.3f} bits a note", file=sys.stderr, flush=True)
    return seconds, bits


def compare(rounds: int, seconds: float) -> None:
    """Run both by turns, the peer first as it sets the goal, and print the table."""
    peer, ours, goals = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.npz"
        for seed in range(rounds):
            corpus.write_bytes(papers_way.in_the_papers_way(read_corpus(["bach-chorales"]), seed).to_bytes())
            spent_s, goal_bits = in_a_process(corpus, "--seed", seed, "--seconds", seconds)
            peer.append(spent_s)
            goals.append(goal_bits)
            ours.append(in_a_process(corpus, "--seed", seed, "--seconds", SLOWEST * seconds, "--goal", goal_bits)[0])
    share = 1 / max(Paired(tuple(ours), tuple(peer)).ratio, 1e-9)
    heads = ["to the same validation loss", "ours, CPU-s", "article, CPU-s", "share", "rounds", "claim", "held"]
    row = [
        f"{median(goals):.2f} bits a note ({min(goals):.2f} to {max(goals):.2f})",
        f"{median(ours):.1f}",
        f"{median(peer):.1f}",
        f"{share:.2f}",
        str(rounds),
        f"{SHARE} or less",
        "yes" if share <= SHARE else "no",
    ]
    print(table(heads, [row]))


def main() -> None:
    """Compare both; or, in a process that comparing has started, let one of them learn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=150.0, help="of processor time that the peer learns in")
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--goal", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    use_one_thread()
    if given.corpus is None:
        compare(given.rounds, given.seconds)
        return
    encoded = EncodedCorpus.from_bytes(given.corpus.read_bytes())
    if given.goal is None:
        print(json.dumps(learn_as_the_article(encoded, given.seed, given.seconds)))
    else:
        print(json.dumps(learn_as_we_do(encoded, given.seed, given.goal, given.seconds)))


if __name__ == "__main__":
    main()
