"""The same seed means the same genomes in every version, so that an old run can be bred on."""

import pytest

from evolve.genetics.breeding import BreedingPlan, Fitness, breed, found
from evolve.genetics.gene import Gene, GeneKind
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
            "2 251 592 36 0.02855 0.2 onehot",
            "2 57 259 4 0.0006458 0.1 onehot",
            "1 154 74 12 0.007777 0.0 embedding 48",
            "2 251 592 36 0.02855 0.2 embedding 32",
            "2 256 296 12 0.03042 0.1 onehot",
            "3 132 74 4 0.0789 0.3 embedding 56",
        ],
    ),
    (
        7,
        [
            "4 27 111 108 6.686e-05 0.6 onehot",
            "2 135 555 12 0.0005676 0.2 onehot",
            "6 377 629 12 1.372e-05 0.4 onehot",
            "4 27 0 108 6.686e-05 0.6 onehot",
            "5 22 629 108 7.734e-05 0.2 onehot",
            "6 18 481 12 0.002875 0.3 embedding 16",
        ],
    ),
    (
        2**40,
        [
            "6 23 296 36 0.005508 0.2 embedding 56",
            "5 39 518 12 0.01465 0.1 embedding 40",
            "6 296 629 36 0.006016 0.3 onehot",
            "4 23 629 108 0.0164 0.1 embedding 56",
            "5 125 259 12 0.005511 0.1 embedding 40",
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
