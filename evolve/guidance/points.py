"""Genomes as points: what the model of taste knows of a search space."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from evolve.genetics.gene import Gene
from evolve.genetics.scale import to_unit
from evolve.genetics.space import SearchSpace
from evolve.records.genome import Genome, Value
from evolve.records.shares import Shares

_NEW: Final = 0.15
"""In the unit interval of a number, from all others: a value that is new."""

_FAR: Final = 1000.0
"""From everything, in units in which two genomes differ by 1 at most in each gene."""


class GenomePoints:
    """A search space as a space of points, in which genomes that are much alike lie near each other."""

    def __init__(self, space: SearchSpace) -> None:
        """The points of a space."""
        self.space = space
        sizes = [_width(gene) for gene in space.genes]
        ends = np.cumsum(sizes).tolist()
        self.blocks = tuple(slice(end - size, end) for size, end in zip(sizes, ends, strict=True))

    def of(self, genomes: Sequence[Genome]) -> np.ndarray:
        """Each genome as a point, float [genomes, columns]."""
        rows = [[number for gene in self.space.genes for number in _coordinates(gene, genome)] for genome in genomes]
        return np.array(rows, float).reshape(len(genomes), self.blocks[-1].stop)

    def stranger(self, number: int) -> np.ndarray:
        """A point for somebody who is of another space: like no genome, and like no stranger of another number.

        Args:
            number: From 1.
        """
        return np.full(self.blocks[-1].stop, _FAR * number)


def is_new(gene: Gene, value: Value, others: Sequence[Value]) -> bool:
    """Whether a value is unlike all others: another choice, or a number far from theirs."""
    if isinstance(value, Shares):
        return False
    if gene.is_numeric:
        return all(abs(to_unit(gene, value) - to_unit(gene, one)) > _NEW for one in others)
    return value not in others


def _width(gene: Gene) -> int:
    is_number = gene.is_numeric or gene.ordered
    return (1 if is_number else len(gene.values)) + (gene.parent_name is not None)


def _coordinates(gene: Gene, genome: Genome) -> list[float]:
    """Where a genome lies along a gene; a gene that it has not is as far from any value as two values can be."""
    values = genome.as_dict()
    is_number, is_there = gene.is_numeric or gene.ordered, gene.name in values
    if not is_there:
        own = [0.5] if is_number else [0.0] * len(gene.values)
    else:
        own = [to_unit(gene, values[gene.name])] if is_number else _shares_of(gene, values[gene.name])
    return [*own, float(is_there)] if gene.parent_name is not None else own


def _shares_of(gene: Gene, value: object) -> list[float]:
    """Shares, or a choice as one of them: any two lie at most 1 apart."""
    shares = value.fractions if isinstance(value, Shares) else [float(value == one) for one in gene.values]
    return [share / math.sqrt(2) for share in shares]
