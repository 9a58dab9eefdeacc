"""An individual: a genome with a name, a birth and a family."""

from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase
from typing import Final

from evolve.records.genome import Genome


class Origin(StrEnum):
    """How an individual came to be: a child has parents, all others are sampled fresh from the space."""

    FOUNDER = "founder"
    CHILD = "child"
    NEWCOMER = "newcomer"
    REPLACEMENT = "replacement"


GIVEN: Final = ("given",)
"""The operators of an individual whose genome the user gave."""


@dataclass(frozen=True, slots=True)
class Individual:
    """One genome of one run, born in one generation.

    Attributes:
        id: Unique in the run, such as ``g2-3``: born in generation 2 in slot 3. A replacement of a failed
            individual adds a letter: ``g2-3b``.
        generation: The generation it was born into, from 0.
        slot: Its place in that generation, from 1.
        genome: Its genes.
        origin: How it came to be.
        parents: Ids; the first is the one that `changed` compares with. Empty unless the origin is a child.
        operators: What was done, in order: ``"crossover"``, ``"mutation"``, ``"sampling"``; `GIVEN` where the user
            gave the genome.
    """

    id: str
    generation: int
    slot: int
    genome: Genome
    origin: Origin
    parents: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


def individual_id(generation: int, slot: int, replacement: int = 0) -> str:
    """The id of the individual of a slot: ``g0-1``, for its replacements ``g0-1b``, ``g0-1c`` and so on.

    Args:
        generation: From 0.
        slot: From 1.
        replacement: 0 for the first in the slot, n for its n-th replacement; after ``z`` comes ``ba``.
    """
    suffix = ""
    while replacement:
        replacement, letter = divmod(replacement, len(ascii_lowercase))
        suffix = ascii_lowercase[letter] + suffix
    return f"g{generation}-{slot}{suffix}"


def first_in_slot(individual: str) -> str:
    """The id of whoever was born first in the slot: of ``g0-1c``, and of ``g0-1`` itself, ``g0-1``."""
    return individual.rstrip(ascii_lowercase)
