"""Does it pay that a child begins with its parent's weights?

Lines of descent are trained twice: everybody from scratch, as in a run, and everybody but the first with the weights of
its parent, which were learned in the same way. A child has its parent's cell, encoding and heads, and the same shape
or, if asked for, a quarter more units in each layer, or one layer more; its other genes are mutated as in a run.

Printed are for each generation the median validation loss of both in bits a note, how much lower it is with weights
from parents, and the share of the parent's processor time after which the parent's loss was reached.

    python -m benchmarks.weights_from_parents --space events.yaml --seconds 90      # half an hour
    python -m benchmarks.weights_from_parents --space lstm.yaml --seconds 60 --children wider
"""

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.bred import Studio
from benchmarks.pairing import table
from evolve.genetics.variation import mutate
from evolve.randomness import derive_rng
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin

if TYPE_CHECKING:
    import keras

SHAPE = ("tokenizer", "cell", "depth", "width", "encoding", "embedding_width", "dense_width", "heads")
"""Genes by which weights fit."""

CHILDREN: Mapping[str, Mapping[str, float]] = {"same": {}, "wider": {"width": 1.25, "dense_width": 1.25}, "deeper": {}}
"""What a child's shape is to its parent's, and its widths as multiples of the parent's."""

MUTATION_RATE, ETA = 0.3, 8.0
"""Those of a run's children at the middle of the dial."""

PAYS_IN_TIME, PAYS_IN_LOSS = 1 / 3, 0.02


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of one training.

    Attributes:
        bits: The best validation loss, in bits a note.
        reached: By the end of each epoch, seconds of processor time and the validation loss.
        network: With the weights of the best loss.
    """

    bits: float
    reached: tuple[tuple[float, float], ...]
    network: "keras.Model"

    def seconds_until(self, bits: float) -> float:
        """After how long a loss was reached; infinite where it was not."""
        return next((seconds for seconds, loss in self.reached if loss <= bits), math.inf)


def main() -> None:
    """Print the table."""
    chosen = _parser().parse_args()
    studio = Studio(chosen.space, settings={"seconds": chosen.seconds, "epochs": 1000, "seed": chosen.seed}, fresh=0)
    seeds = range(chosen.seed, chosen.seed + chosen.lines)
    lines = [_line(studio, seed, chosen.generations, chosen.children) for seed in seeds]
    what = f"{chosen.lines} lines of descent, {chosen.seconds:g} CPU-seconds each, children: {chosen.children}"
    print(f"{chosen.space}: {what}")
    heads = ["generation", "from scratch", "with weights", "lower by", "of the time to the parent's loss", "pays"]
    print(table(heads, [_row(lines, generation) for generation in range(1, chosen.generations)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="events.yaml", help="a shipped space")
    parser.add_argument("--seconds", type=float, default=90.0, help="of processor time for each training [90]")
    parser.add_argument("--lines", type=int, default=4, help="of descent [4]")
    parser.add_argument("--generations", type=int, default=3, help="of each, the first included [3]")
    parser.add_argument("--children", choices=CHILDREN, default="same", help="their shape beside their parent's [same]")
    parser.add_argument("--seed", type=int, default=1)
    return parser


Pair = tuple[Learned, Learned]
"""From scratch, and with weights from the parent."""


def _line(studio: Studio, seed: int, generations: int, shape: str) -> list[Pair]:
    """One line of descent; the first of it is trained once."""
    rng = derive_rng(seed, "line of descent")
    genome = studio.space.sample(rng)
    first = _learned(studio, genome, f"g0-{seed}", None)
    line = [(first, first)]
    for generation in range(1, generations):
        genome = _child(genome, studio, rng, shape)
        name = f"g{generation}-{seed}"
        line.append((_learned(studio, genome, name, None), _learned(studio, genome, name, line[-1][1].network)))
        print(json.dumps([name, *(round(one.bits, 4) for one in line[-1])]), flush=True)
    return line


def _child(parent: Genome, studio: Studio, rng: np.random.Generator, shape: str) -> Genome:
    """A mutant of the shape that was asked for and the whole budget; it may have more than the space allows."""
    mutant = mutate(parent, studio.space, rng, rate=MUTATION_RATE, eta=ETA).as_dict()
    kept: dict[str, Value] = {name: value for name, value in parent.as_dict().items() if name in SHAPE}
    kept |= {name: round(by * int(str(kept[name]))) for name, by in CHILDREN[shape].items() if name in kept}
    if shape == "deeper":
        kept["depth"] = int(str(kept["depth"])) + 1
    return Genome.from_dict({**mutant, **kept})


def _learned(studio: Studio, genome: Genome, name: str, parent: "keras.Model | None") -> Learned:
    """One training, as a run's trial has it."""
    from evolve.domains.music.trial import built  # noqa: PLC0415 - Keras, which --help can do without
    from evolve.network.inheritance import inherit  # noqa: PLC0415
    from evolve.network.train import train  # noqa: PLC0415

    material = studio.material
    tokenizer = material.tokenizer(genome.as_dict())
    model, settings = built(Individual(name, 0, 1, genome, Origin.FOUNDER), material, tokenizer)
    if parent is not None and inherit(model, parent, settings.seed) is None:
        raise SystemExit(f"{name} cannot hold its parent's weights")
    pieces, began = material.encoded.pieces[tokenizer.name], time.process_time()
    reached: list[tuple[float, float]] = []
    history = train(
        model,
        pieces.training,
        pieces.held_out,
        replace(settings, budget=1.0),
        lambda epoch: reached.append((time.process_time() - began, epoch.validation_loss)),
        clock=time.process_time,
        diet=material.diet(genome),
    )
    return Learned(history.best_validation_loss, tuple(reached), model)


def _row(lines: Sequence[Sequence[Pair]], generation: int) -> list[str]:
    pairs = [line[generation] for line in lines]
    scratch, kept = (median(one.bits for one in column) for column in zip(*pairs, strict=True))
    lower = median(1 - with_weights.bits / alone.bits for alone, with_weights in pairs)
    shares = []
    for line in lines:
        parent = line[generation - 1][1]
        shares.append(line[generation][1].seconds_until(parent.bits) / parent.seconds_until(parent.bits))
    pays = lower >= PAYS_IN_LOSS or median(shares) <= PAYS_IN_TIME
    told = [f"{scratch:.3f}", f"{kept:.3f}", f"{lower:.1%}", f"{median(shares):.2f}"]
    return [str(generation), *told, "yes" if pays else "no"]


if __name__ == "__main__":
    main()
