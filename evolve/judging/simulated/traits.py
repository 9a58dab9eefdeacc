"""What a simulated listener can like or not: genes of a genome, or features of samples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evolve.records.genome import Value

Member = Mapping[str, Value]
"""Somebody to be liked: the value of each trait that it has, by name."""


def _always(_: Member) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Trait:
    """A gene, or a feature of samples.

    Attributes:
        name: Unique among the traits of a listener.
        draw: A random value, of which the generator is the only source of chance.
        position: Where a value lies, as the coordinates of a point: of a number one, from 0 to 1 on the gene's own
            scale; of shares all fractions; of a feature one, in standard deviations. None: values have no order.
        values: All values that have no order; empty where there is a position.
        is_active_in: Whether a genome has the gene, by the values of the genes before it.
    """

    name: str
    draw: Callable[[np.random.Generator], Value]
    position: Callable[[Value], Sequence[float]] | None = None
    values: tuple[Value, ...] = ()
    is_active_in: Callable[[Member], bool] = _always


def random_members(traits: Sequence[Trait], rng: np.random.Generator, count: int) -> tuple[Member, ...]:
    """Members whose active traits are drawn at random.

    Args:
        traits: Each behind those that it depends on.
        rng: The only source of chance.
        count: How many.
    """
    return tuple(_random_member(traits, rng) for _ in range(count))


def _random_member(traits: Sequence[Trait], rng: np.random.Generator) -> Member:
    values: dict[str, Value] = {}
    for trait in traits:
        if trait.is_active_in(values):
            values[trait.name] = trait.draw(rng)
    return values
