"""`search_spaces/lstm.yaml`: thousands of its genomes lie in it, every gene moves, and its networks build.

Building all 4,000 genomes with their real starting weights takes an hour of one core, nearly all of it for the
orthogonal matrices of the widest layers. So the networks that are built are chosen such that every two values of the
genes that shape a network, which come together in any of the 4,000, come together in one that is built; starting
weights are zeros there. A few small ones, which together have every value at least once, are built as they are.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path

import keras
import pytest

from evolve.genetics.breeding import BreedingPlan, breed, found
from evolve.genetics.lineage import changed
from evolve.genetics.scale import count_values
from evolve.genetics.selection import Fitness
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.genetics.variation import crossover, mutate
from evolve.network.build import hypermodel
from evolve.network.genes import GENES
from evolve.randomness import derive_rng
from evolve.records.genome import Genome, Value
from tests.genetics.drawing import number

pytestmark = pytest.mark.slow

CARD = ("depth", "width", "batch_size", "learning_rate", "activation", "optimizer")
SHAPING = ("depth", "width", "dense_width", "dropout", "activation", "optimizer")
"""Genes that building looks at and that have values to list; a learning rate or a batch size is a mere number to it."""

PLAN = BreedingPlan(population=8, parents=3, elites=1, newcomers=1)
COUNT = 2000

Key = tuple[tuple[str, Value], ...]


@pytest.fixture(scope="module")
def space() -> SearchSpace:
    """The space of the card, on a corpus of two groups."""
    path = Path(__file__).parents[2] / "search_spaces" / "lstm.yaml"
    return parse_space(path.read_text(), path.name, GENES).space.with_groups(["major", "minor"])


@pytest.fixture(scope="module")
def samples(space: SearchSpace) -> list[Genome]:
    """Genomes drawn as founders are."""
    return [space.sample(derive_rng(7, "sample", index)) for index in range(COUNT)]


@pytest.fixture(scope="module")
def mutants(space: SearchSpace, samples: list[Genome]) -> list[Genome]:
    """A mutant of each, as breeding makes them."""
    rate, eta = PLAN.gene_mutation_rate, PLAN.eta
    return [
        mutate(genome, space, derive_rng(7, "mutant", index), rate=rate, eta=eta)
        for index, genome in enumerate(samples)
    ]


def test_two_thousand_samples_two_thousand_mutants_and_their_crosses_lie_in_the_space(
    space: SearchSpace, samples: list[Genome], mutants: list[Genome]
) -> None:
    """And every mutant differs from its parent."""
    crosses = [
        crossover(first, second, space, derive_rng(7, "cross", index), eta=PLAN.eta)
        for index, (first, second) in enumerate(zip(samples, reversed(mutants), strict=True))
    ]
    for genomes in (samples, mutants, crosses):
        assert all(genome in space for genome in genomes)
    assert all(changed(mutant, parent) for mutant, parent in zip(mutants, samples, strict=True))


def test_samples_reach_every_value_of_every_gene(space: SearchSpace, samples: list[Genome]) -> None:
    """None of the steps is out of reach, and the learning rate covers its range on the log scale."""
    for name in (*SHAPING, "batch_size"):
        assert len({genome[name] for genome in samples}) == count_values(space.gene(name))
    rates = sorted(number(genome["learning_rate"]) for genome in samples)
    assert rates[0] < 1.05e-4
    assert rates[-1] > 0.95e-2
    assert 0.8e-3 < rates[COUNT // 2] < 1.25e-3


@pytest.mark.parametrize("exploration", [0.0, 0.5, 1.0])
def test_every_gene_of_the_card_changes_in_some_child(space: SearchSpace, exploration: float) -> None:
    """In a few generations bred with the usual settings, wherever the dial between refine and explore stands."""
    plan = BreedingPlan(population=16, parents=3, elites=1, newcomers=1, exploration=exploration)
    born = {one.id: one for one in found(space, population=16, seed=3)}
    members, seen = list(born), set()
    for generation in range(1, 5):
        fitness = {name: Fitness(rank) for rank, name in enumerate(members, start=1)}
        genomes = {name: one.genome for name, one in born.items()}
        offspring = breed(fitness, genomes, space, plan, generation=generation, seed=3)
        for child in offspring.born:
            assert child.genome in space
            seen |= {gene for parent in child.parents[:1] for gene in changed(child.genome, genomes[parent])}
        born |= {one.id: one for one in offspring.born}
        members = [*offspring.elites, *(one.id for one in offspring.born)]
    assert set(CARD) <= seen


def test_every_two_values_that_come_together_build_together(
    space: SearchSpace, samples: list[Genome], mutants: list[Genome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No combination of depth, widths, dropout, activation and optimizer keeps a network from being built."""
    monkeypatch.setattr(keras.initializers, "Orthogonal", lambda **_: keras.initializers.Zeros())
    monkeypatch.setattr(keras.initializers, "GlorotUniform", lambda *_: keras.initializers.Zeros())
    genomes = _light_first([*samples, *mutants])
    chosen = _cover(genomes, lambda genome: combinations([(name, genome[name]) for name in SHAPING], 2))
    assert len(chosen) < 250
    for genome in chosen:
        _check_network(space, genome)


def test_every_value_builds_with_its_real_starting_weights(space: SearchSpace, samples: list[Genome]) -> None:
    """The lightest genomes that together have every value of every gene."""
    chosen = _cover(_light_first(samples), lambda genome: [((name, genome[name]),) for name in SHAPING])
    assert len(chosen) < 40
    for genome in chosen:
        _check_network(space, genome)


def _light_first(genomes: Iterable[Genome]) -> list[Genome]:
    return sorted(genomes, key=lambda genome: number(genome["depth"]) * number(genome["width"]) ** 2)


def _cover(genomes: Sequence[Genome], keys: Callable[[Genome], Iterable[Key]]) -> list[Genome]:
    """Genomes that together have every key that any of them has; those that bring many new ones first."""
    missing = {key for genome in genomes for key in keys(genome)}
    chosen = []
    for enough in (12, 8, 6, 5, 4, 3, 2, 1):
        for genome in genomes:
            new = missing.intersection(keys(genome))
            if len(new) >= enough:
                chosen.append(genome)
                missing -= new
    assert not missing
    return chosen


def _check_network(space: SearchSpace, genome: Genome) -> None:
    """It has the layers, widths and optimizer that its genes ask for, and a head for each attribute."""
    hp = space.hyperparameters(genome)
    model = hypermodel({"pitch": 40, "duration": 9}, seed=1, window=50, learn_from="every")(hp)
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.LSTM)]
    assert [layer.units for layer in recurrent] == [genome["width"]] * round(number(genome["depth"]))
    assert model.get_layer("dense").units == genome["dense_width"]
    assert model.get_layer("dense").activation is keras.activations.get(genome["activation"])
    assert type(model.optimizer).__name__.lower() == genome["optimizer"]
    assert float(model.optimizer.learning_rate) == pytest.approx(genome["learning_rate"])
    assert {name: head.shape[-1] for name, head in model.output.items()} == {"pitch": 40, "duration": 9}
    assert hp.get("batch_size") == genome["batch_size"]
