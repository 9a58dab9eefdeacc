"""What a breeder knows, as it is told, kept between two calls and read again."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from evolve.errors import EvolveError, nearest_spelling, shortened
from evolve.genetics.breeding import BreedingPlan
from evolve.genetics.space import SearchSpace
from evolve.records.ballot import Ballot
from evolve.records.expectation import Expectation
from evolve.records.individual import Individual
from evolve.spaces import genome_from, plain

Features = Mapping[str, Sequence[Mapping[str, float]]]
"""By id, the numbers of each of an individual's samples."""


@dataclass(frozen=True, slots=True)
class AskedGeneration:
    """Members in slot order, those who failed on the way, and what was told of it."""

    members: tuple[str, ...]
    elites: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    ballot: Ballot | None = None
    features: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    expected: dict[str, Expectation] = field(default_factory=dict)

    @property
    def vacant(self) -> tuple[str, ...]:
        """The members who failed and have no replacement yet, in slot order."""
        return tuple(name for name in self.members if name in self.failed)


@dataclass(frozen=True, slots=True)
class BreederState:
    """All that a breeder knows."""

    space_name: str
    space_text: str
    groups: tuple[str, ...] | None
    seed: int
    taste: bool
    plan: BreedingPlan
    individuals: tuple[Individual, ...] = ()
    generations: tuple[AskedGeneration, ...] = ()


def read_state(state: Mapping[str, Any]) -> BreederState:
    """What a breeder gave; also after a journey through JSON.

    Raises:
        EvolveError: No breeder gave it.
    """
    try:
        return TypeAdapter(BreederState).validate_python(state)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc'])) or 'all of it'}: {first['msg']}"
        raise EvolveError(f"from_state: this is no state of a Breeder: {what}") from error


def check_whole(state: BreederState, space: SearchSpace) -> None:
    """See that a state's parts fit together.

    Raises:
        EvolveError: A generation names somebody who is not there, or was told of others; or a genome is none of the
            space.
    """
    individuals = {one.id: one for one in state.individuals}
    for index, one in enumerate(state.generations):
        named = {*one.members, *one.failed}
        named |= {parent for name in named & individuals.keys() for parent in individuals[name].parents}
        is_known = named <= individuals.keys() and {*one.elites} <= {*one.members} and (index or not one.elites)
        judged = one.members if one.ballot is None else one.ballot.ids
        is_told = one.ballot is not None or index == len(state.generations) - 1
        if not (one.members and is_known and is_told and sorted(judged) == sorted(one.members)):
            raise EvolveError(f"from_state: this is no state of a Breeder: generation {index} is not whole")
    for name in state.generations[-1].members if state.generations else ():
        genome_from(plain(individuals[name].genome), space)


def check_known(names: Iterable[str], allowed: Sequence[str], call: str) -> None:
    """See that all of these are members.

    Raises:
        EvolveError: One is not; it names the call in which that was.
    """
    for name in names:
        if name not in allowed:
            told = f"{', '.join(allowed) or 'none'}{nearest_spelling(str(name), allowed)}"
            raise EvolveError(f'{call}: no such member is called "{shortened(str(name))}"; allowed: {told}')


def checked_features(features: Features, members: Sequence[str]) -> dict[str, list[dict[str, float]]]:
    """The features of samples, once they are finite numbers of members.

    Raises:
        EvolveError: They are not.
    """
    check_known(features, members, "tell: features")
    try:
        told = {name: [{key: float(one[key]) for key in one} for one in samples] for name, samples in features.items()}
        numbers = [number for samples in told.values() for one in samples for number in one.values()]
    except (TypeError, ValueError, AttributeError) as error:
        raise EvolveError(
            'tell: features are numbers by name of each sample, as in {"g0-3": [{"density": 0.4}, {"density": 0.5}]}'
        ) from error
    if not all(map(math.isfinite, numbers)):
        raise EvolveError("tell: a feature is not finite; leave it out")
    return told
