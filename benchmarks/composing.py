"""Composing five songs of 500 notes after an opening of 50, with two LSTM layers of 256 units, in processor time.

Two claims:

* against the article's pipeline (`benchmarks.article`: a ``model.predict`` of the last 50 notes for each note, one song
  after the other), compilation included: at least 400 times faster. Ours is all from a built Keras network to symbols,
  the first time that it composes. The peer's is its first predict, which compiles, and 2,499 more; these are
  EXTRAPOLATED from a few dozen, for all of them would take minutes a round.
* against reading the weights from memory: at most 1.5 times as long, when a network composes again. The yardstick is
  all its weights as float32, once for each of the 549 steps, over the bandwidth at which one thread reads memory (a dot
  product of 256 MB with itself). One-hot inputs look rows of their weights up, so that not all are read at each step; a
  last line without a claim counts only those that are.

Networks are untrained, which changes no time, with 260 pitch and 30 duration symbols. Both sides run by turns on one
thread; figures are medians over the rounds, ratios medians of the rounds' ratios.

Run it with ``python -m benchmarks.composing``.
"""

import argparse
from statistics import median
from typing import Any

import numpy as np

from benchmarks.pairing import Paired, cpu_s, table, use_one_thread

SIZES = {"pitch": 260, "duration": 30}
SONGS, NOTES, OPENING = 5, 500, 50
STEPS = OPENING + NOTES - 1
MEMORY_FLOATS = 64 * 2**20
"""256 MB: several times what any cache holds."""

FASTER, WITHIN = 400.0, 1.5


def network(seed: int) -> Any:  # noqa: ANN401 - Keras has no types
    """Our network of the article's genes."""
    import keras_tuner  # noqa: PLC0415 - Keras, which --help can do without

    from benchmarks import article  # noqa: PLC0415
    from evolve.network.build import hypermodel  # noqa: PLC0415

    hp = keras_tuner.HyperParameters()
    for name, value in article.ArticleNetwork().genes().items():
        hp.Fixed(name, value)
    return hypermodel(SIZES, seed=seed, window=OPENING)(hp)


def opening(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Symbols at random."""
    return {name: rng.integers(0, size, OPENING).astype(np.int32) for name, size in SIZES.items()}


def write(model: Any, seed: int) -> None:  # noqa: ANN401 - Keras has no types
    """All our songs."""
    from evolve.network.compose import FixedLength, compose  # noqa: PLC0415
    from evolve.network.sampling import Sampling  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    compose(model, opening(rng), [FixedLength(NOTES) for _ in range(SONGS)], rng.spawn(SONGS), Sampling())


def ours_s(seed: int) -> float:
    """Processor seconds of a network's first songs."""
    model = network(seed)
    return cpu_s(lambda: write(model, seed))


def peer_s(seed: int, measured: int) -> float:
    """Processor seconds of the peer's songs, from its first predict and `measured` of the others."""
    import keras  # noqa: PLC0415

    from benchmarks import article  # noqa: PLC0415

    keras.utils.set_random_seed(seed)
    model = article.ArticleNetwork().build(SIZES, OPENING)
    start = opening(np.random.default_rng(seed))
    first_s = cpu_s(lambda: article.compose(model, start, SIZES, notes=1))
    article.compose(model, start, SIZES, notes=2)
    some_s = cpu_s(lambda: article.compose(model, start, SIZES, notes=measured))
    return first_s + some_s / measured * (SONGS * NOTES - 1)


def bandwidth(memory: np.ndarray) -> float:
    """Bytes that one thread reads in a processor second."""
    return memory.nbytes / median(cpu_s(lambda: memory @ memory) for _ in range(3))


def warm(seed: int, memory: np.ndarray) -> tuple[float, float, float]:
    """Processor seconds of songs that are not the network's first, of reading its weights, and those it multiplies."""
    from evolve.network.plan import read_plan  # noqa: PLC0415

    model = network(seed)
    write(model, seed)
    ours = median(cpu_s(lambda: write(model, seed)) for _ in range(3))
    bytes_s = bandwidth(memory)
    multiplied = sum(level.weights.size for level in read_plan(model).levels.values())
    return ours, STEPS * 4 * model.count_params() / bytes_s, STEPS * 4 * multiplied / bytes_s


def main() -> None:
    """Measure both claims and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--predicts", type=int, default=40, help="of the peer, measured in each round")
    given = parser.parse_args()
    use_one_thread()
    memory = np.ones(MEMORY_FLOATS, np.float32)
    write(network(given.rounds), given.rounds)  # what Python and numpy do once is no network's
    seeds = range(given.rounds)
    rounds = [(ours_s(seed), peer_s(seed, given.predicts), *warm(seed, memory)) for seed in seeds]
    first, predicts, again, weights, multiplied = zip(*rounds, strict=True)
    against_predict = Paired(first, predicts)
    against_memory, against_products = Paired(weights, again), Paired(multiplied, again)
    print(
        table(
            ["5 x 500 notes, 2 x 256, CPU-s", "ours", "peer", "ratio", "rounds", "claim", "held"],
            [
                [
                    f"first songs; peer: predict a note, extrapolated from {given.predicts} of {SONGS * NOTES}",
                    *_medians(first, predicts),
                    f"{against_predict.ratio:.0f} x faster",
                    str(given.rounds),
                    f"at least {FASTER:.0f}",
                    "yes" if against_predict.ratio >= FASTER else "no",
                ],
                [
                    "songs again; peer: read all weights once a step",
                    *_medians(again, weights),
                    f"{against_memory.ratio:.2f} x as long",
                    str(given.rounds),
                    f"within {WITHIN}",
                    "yes" if against_memory.ratio <= WITHIN else "no",
                ],
                [
                    "songs again; peer: read the weights that are multiplied",
                    *_medians(again, multiplied),
                    f"{against_products.ratio:.2f} x as long",
                    str(given.rounds),
                    "",
                    "",
                ],
            ],
        )
    )


def _medians(ours: tuple[float, ...], peer: tuple[float, ...]) -> list[str]:
    return [f"{median(ours):.3f}", f"{median(peer):.3f}"]


if __name__ == "__main__":
    main()
