"""The same seed means the same genomes in every version, so that an old run can be bred on."""

import pytest

from evolve.genetics.breeding import BreedingPlan, breed, found
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.genome import Value

SPACE_TEXT = """
genes:
  depth: {type: int, min_value: 1, max_value: 6}
  width: {type: int, min_value: 8, max_value: 900, sampling: log}
  dense_width: {type: int, min_value: 0, max_value: 700, step: 37}
  batch_size: {type: int, min_value: 4, max_value: 200, step: 3, sampling: log}
  learning_rate: {type: float, min_value: 1e-5, max_value: 1e-1, sampling: log}
  dropout: {type: float, min_value: 0.0, max_value: 0.6, step: 0.1}
  encoding: {type: choice, values: [onehot, embedding]}
  embedding_width: {type: int, min_value: 8, max_value: 64, step: 8, parent_name: encoding, parent_values: [embedding]}
"""
"""Each kind of scale that a space file can name."""

SPACE = parse_space(SPACE_TEXT, "every scale.yaml", GENES).space


PINNED: list[tuple[int, list[str]]] = [
    (
        0,
        [
            "5 154 370 4 0.005714 0.4 embedding 64",
            "1 24 74 108 0.0001416 0.2 onehot",
            "3 717 518 36 0.001049 0.0 onehot",
            "5 154 370 4 0.005714 0.4 onehot",
            "1 139 370 108 0.004503 0.2 onehot",
            "3 132 74 4 0.0789 0.3 embedding 56",
        ],
    ),
    (
        7,
        [
            "6 453 37 4 0.0637 0.0 embedding 64",
            "1 34 296 36 7.476e-05 0.2 onehot",
            "4 95 555 108 0.0003663 0.5 embedding 8",
            "6 453 0 4 0.0637 0.0 embedding 56",
            "5 617 333 4 0.04024 0.2 onehot",
            "6 18 481 12 0.002875 0.3 embedding 16",
        ],
    ),
    (
        2**40,
        [
            "1 396 0 108 3.639e-05 0.4 embedding 24",
            "6 15 296 4 0.06659 0.1 onehot",
            "3 57 555 12 0.002367 0.5 onehot",
            "6 628 259 108 0.0912 0.2 embedding 24",
            "1 15 37 12 3.654e-05 0.1 onehot",
            "3 150 37 12 2.48e-05 0.2 embedding 56",
        ],
    ),
]
"""Three founders, and the three that are bred from them, by seed."""

GROUPS = ("jig", "reel", "hornpipe", "waltz")
FED = SearchSpace((Gene("diet", GeneKind.SHARES, values=GROUPS),))


def told(genome: dict[str, Value]) -> str:
    """A genome as one line."""
    return " ".join(str(value) for value in genome.values())


@pytest.mark.parametrize(("seed", "genomes"), PINNED)
def test_a_seed_means_these_founders_and_these_children(seed: int, genomes: list[str]) -> None:
    """Of all scales; whoever changes one changes every run that is still to be resumed."""
    assert family(SPACE, seed) == genomes


def test_a_seed_means_these_diets() -> None:
    """Drawn, crossed and mutated in the simplex."""
    assert family(FED, 7) == [
        "jig 0.84, reel 0.06, hornpipe 0.06, waltz 0.04",
        "jig 0.03, reel 0.75, hornpipe 0.14, waltz 0.08",
        "jig 0.73, reel 0.26, hornpipe 0, waltz 0.01",
        "jig 0.73, reel 0.19, hornpipe 0.06, waltz 0.02",
        "jig 0.79, reel 0.11, hornpipe 0.06, waltz 0.04",
        "jig 0.48, reel 0.21, hornpipe 0.14, waltz 0.17",
    ]


def family(space: SearchSpace, seed: int) -> list[str]:
    """Three founders and the three that are bred from them."""
    founders = found(space, population=3, seed=seed)
    fitness = {one.id: Fitness(rank, rejected=False) for rank, one in enumerate(founders, start=1)}
    plan = BreedingPlan(population=3, parents=2, elites=0, newcomers=1)
    offspring = breed(fitness, {one.id: one.genome for one in founders}, space, plan, generation=1, seed=seed)
    return [told(one.genome.as_dict()) for one in (*founders, *offspring.born)]
