"""Genomes as points: what is alike lies near, in spaces of every kind."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.guidance.points import GenomePoints, is_new
from evolve.randomness import derive_rng
from evolve.records.genome import Genome
from evolve.records.shares import Shares
from tests.genetics.drawing import spaces


@given(space=spaces(), seed=st.integers(0, 999))
def test_no_two_values_of_a_gene_lie_farther_apart_than_one(space: SearchSpace, seed: int) -> None:
    """A little more where a gene is there in one of the two alone; equal genomes are one point."""
    rng = derive_rng(seed)
    genomes = [space.sample(rng) for _ in range(8)]
    points = GenomePoints(space)
    places = points.of(genomes)
    for gene, block in zip(space.genes, points.blocks, strict=True):
        apart = np.linalg.norm(places[:, None, block] - places[None, :, block], axis=2)
        assert apart.max() <= (1 if gene.parent_name is None else math.sqrt(1.51)) + 1e-9
        for one, other in ((0, 1), (2, 3)):
            values = genomes[one].as_dict().get(gene.name), genomes[other].as_dict().get(gene.name)
            assert (apart[one, other] == 0) == (values[0] == values[1])


def test_numbers_go_by_their_scale_and_choices_are_strangers() -> None:
    """A learning rate by ratios; an ordered choice by its steps."""
    rate = Gene("rate", GeneKind.FLOAT, min_value=1e-4, max_value=1e-2, sampling="log")
    cell = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "rnn"))
    size = Gene("size", GeneKind.CHOICE, values=(8, 16, 512), ordered=True)
    space = SearchSpace((rate, cell, size))
    written = [(1e-4, "lstm", 8), (1e-3, "gru", 16), (1e-2, "rnn", 512)]
    genomes = [Genome.from_dict(dict(zip(("rate", "cell", "size"), one, strict=True))) for one in written]
    points = GenomePoints(space)
    low, middle, high = points.of(genomes)
    assert np.isclose(middle[0] - low[0], high[0] - middle[0])
    assert np.isclose(np.linalg.norm(low[points.blocks[1]] - middle[points.blocks[1]]), 1)
    assert np.isclose(middle[-1] - low[-1], high[-1] - middle[-1])


def test_what_nobody_has_heard_is_new() -> None:
    """A choice that was not there, a number far from all; shares never, of which every mixture is another."""
    rate = Gene("rate", GeneKind.FLOAT, min_value=0.0, max_value=1.0)
    cell = Gene("cell", GeneKind.CHOICE, values=("lstm", "gru"))
    diet = Gene("diet", GeneKind.SHARES, values=("jig", "reel"))
    assert is_new(rate, 0.9, [0.1, 0.5])
    assert not is_new(rate, 0.6, [0.1, 0.5])
    assert is_new(cell, "gru", ["lstm"])
    assert not is_new(diet, Shares.nearest(("jig", "reel"), (1.0, 0.0)), [])
