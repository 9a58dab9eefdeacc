"""Pictures of networks: never flat, always the same, and like their parents'."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.domains.pictures.drawing import Pixels, Viewpoint, draw, view_of
from evolve.domains.pictures.genes import GENES, genes_of
from evolve.domains.pictures.images import measured
from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.genetics.variation import mutate
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from tests.domains.pictures.genomes import genomes

SPACE = Path(__file__).parents[3] / "search_spaces" / "pictures.yaml"


@pytest.fixture(scope="module")
def space() -> SearchSpace:
    """The shipped one."""
    return parse_space(SPACE.read_text(), SPACE.name, GENES).space


def drawn(genome: Genome, view: Viewpoint = Viewpoint(), size: int = 48) -> Pixels:  # noqa: B008 - immutable
    """The picture of a genome."""
    return draw(genes_of(genome), size, view)


def distance(first: Pixels, second: Pixels) -> float:
    """The mean difference of two pictures' channels."""
    return float(np.abs(first.astype(float) - second).mean())


@settings(max_examples=30, deadline=None)
@given(genomes, st.integers(32, 70), st.integers(0, 9), st.integers(1, 9))
def test_every_legal_genome_draws_a_picture_that_is_not_plain(
    genome: Genome, size: int, seed: int, number: int
) -> None:
    """It has the size that is asked for, light and dark, and is the same when it is drawn again."""
    picture = drawn(genome, view_of(seed, number), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert measured(picture)["contrast"] > 0.1
    assert (picture == drawn(genome, view_of(seed, number), size)).all()


@settings(max_examples=12, deadline=None)
@given(genomes, st.integers(32, 65), st.integers(1, 5))
def test_symmetric_genomes_draw_symmetric_pictures(genome: Genome, size: int, number: int) -> None:
    """Left and right, and above and below where both are asked for, but for the light that falls from one side."""
    for symmetry in ("mirror", "both"):
        even = Genome.from_dict(genome.as_dict() | {"symmetry": symmetry, "relief": 0.0})
        picture = drawn(even, view_of(0, number), size).astype(int)
        assert (picture == picture[:, ::-1]).all()
        if symmetry == "both":
            assert np.abs(picture - picture[::-1]).mean() < 3


def test_children_are_more_like_their_parents_than_strangers_are(space: SearchSpace) -> None:
    """As evolve mutates by default, on average and for nearly all parents; yet every child is another picture."""
    plan = BreedingPlan(population=9, parents=3, elites=1, newcomers=1)
    rng = derive_rng(0, "children of pictures")
    parents = [space.sample(rng) for _ in range(30)]
    pictures = [drawn(parent) for parent in parents]
    nearer = 0
    for parent, picture in zip(parents, pictures, strict=True):
        children = [mutate(parent, space, rng, rate=plan.gene_mutation_rate, eta=plan.eta) for _ in range(6)]
        away = [distance(picture, drawn(child)) for child in children]
        assert min(away) > 0
        nearer += np.mean(away) < np.mean([distance(picture, other) for other in pictures if other is not picture])
    assert nearer >= 27


@pytest.mark.parametrize("name", [name for name, rule in GENES.items() if rule.kind == "float"])
def test_a_number_that_changes_a_little_changes_the_picture_a_little(space: SearchSpace, name: str) -> None:
    """A hundredth of what the space allows is, on average, less than half of the way to a stranger."""
    gene, rng = space.gene(name), derive_rng(0, name)
    assert gene.min_value is not None
    assert gene.max_value is not None
    step = (gene.max_value - gene.min_value) / 100
    sampled = [space.sample(rng) for _ in range(12)]
    pictures = [drawn(genome) for genome in sampled]
    away = []
    for genome, picture in zip(sampled, pictures, strict=True):
        value = genome[name]
        assert isinstance(value, float)
        near = value + step if value + step <= gene.max_value else value - step
        away.append(distance(picture, drawn(Genome.from_dict(genome.as_dict() | {name: near}))))
    strangers = [distance(one, other) for one, other in itertools.combinations(pictures, 2)]
    assert 0 < np.mean(away) < 0.5 * np.mean(strangers)


def test_one_unit_or_layer_more_leaves_a_family_likeness(space: SearchSpace) -> None:
    """Since all other units keep their weights."""
    rng = derive_rng(0, "one more")
    sampled = [Genome.from_dict(space.sample(rng).as_dict() | {"depth": 3, "width": 12}) for _ in range(20)]
    pictures = [drawn(genome) for genome in sampled]
    strangers = np.mean([distance(one, other) for one, other in itertools.combinations(pictures, 2)])
    for more in ({"width": 13}, {"depth": 4}):
        away = [
            distance(picture, drawn(Genome.from_dict(genome.as_dict() | more)))
            for genome, picture in zip(sampled, pictures, strict=True)
        ]
        assert np.mean(away) < 0.75 * strangers


def test_the_first_view_is_plain_and_the_others_are_the_runs_own() -> None:
    """So that a founder from another run looks as it did, and all networks of a run are seen from the same sides."""
    assert view_of(1, 1) == view_of(2, 1) == Viewpoint()
    assert view_of(1, 2) == view_of(1, 2) != view_of(2, 2)
    assert view_of(1, 2) != view_of(1, 3)
