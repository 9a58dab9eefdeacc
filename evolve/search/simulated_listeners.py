"""Simulated listeners in a search: what of a space and of samples they can like."""

from functools import partial

from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import sample_value, to_unit
from evolve.genetics.space import SearchSpace
from evolve.judging.simulated.traits import Trait
from evolve.records.genome import Value
from evolve.records.shares import Shares


def gene_traits(space: SearchSpace) -> tuple[Trait, ...]:
    """The genes of a space as simulated listeners know them, for `SimulatedListener.drawn`."""
    return tuple(map(_gene_trait, space.genes))


def _gene_trait(gene: Gene) -> Trait:
    draw = partial(sample_value, gene)
    if not gene.has_neighbours:
        return Trait(gene.name, draw, values=gene.values, is_active_in=gene.is_active_in)
    position = _fractions if gene.kind is GeneKind.SHARES else partial(_place, gene)
    return Trait(gene.name, draw, position, is_active_in=gene.is_active_in)


def _place(gene: Gene, value: Value) -> tuple[float]:
    return (to_unit(gene, value),)


def _fractions(value: Value) -> tuple[float, ...]:
    return value.fractions if isinstance(value, Shares) else ()
