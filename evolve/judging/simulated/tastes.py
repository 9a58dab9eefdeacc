"""Hidden tastes: how much a simulated listener likes each member, drawn at random.

Parts of a taste are standardised over random members before they are put together, so that each counts as much as its
weight says, whatever the scale of its trait.
"""

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from evolve.judging.simulated.traits import Member, Trait
from evolve.records.genome import Value

Liking = Callable[[Member], float]
"""How much a member is liked."""

Taste = Callable[[Member, int], float]
"""How much a member is liked in a generation, from 0."""

FEATURES_LIKED = 3
"""Of all features of samples."""

PEAK_HEIGHTS = (1.0, 0.9, 0.8)
"""Of the points that are liked, in the distance at which nothing is alike."""

TURN = math.pi / 20
"""By which a drifting taste turns in a generation: after ten, nothing of it is left."""

_LEAST_SPREAD = 1e-9
"""Below this all are liked alike."""


def additive(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """Each trait is liked for itself, some much more than others."""
    return _steady(_sum_of_likings(traits, members, rng))


def interacting(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """Half of what is liked are single traits, half is how pairs of them go together."""
    single = standardised(_sum_of_likings(traits, members, rng), members)
    around = [traits[place] for place in rng.permutation(len(traits))]
    pairs = [
        (trait_liking(one, members, rng), trait_liking(other, members, rng))
        for one, other in zip(around, around[1:] + around[:1], strict=True)
        if one is not other
    ]
    together = standardised(lambda member: sum(one(member) * other(member) for one, other in pairs), members)
    return _steady(lambda member: single(member) + together(member))


def conditional(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """What is liked of the other traits depends on one of them: on its value, or on which half of its scale that is."""
    varying = [trait for trait in traits if len({member.get(trait.name) for member in members}) > 1] or [*traits]
    switches = [trait for trait in varying if trait.position is None] or varying
    switch = switches[int(rng.integers(len(switches)))]
    case_of = _case_of(switch, members)
    others = [trait for trait in traits if trait is not switch] or [switch]
    cases = dict.fromkeys(map(case_of, members))
    likings = {case: _sum_of_likings(others, members, rng) for case in cases}
    return _steady(lambda member: likings[case_of(member)](member) if case_of(member) in likings else 0.0)


def peaks(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """Several members are liked, one more than another, and the nearer to any of them, the better."""
    liked = [members[int(rng.integers(len(members)))] for _ in PEAK_HEIGHTS]
    summits = [*zip(PEAK_HEIGHTS, liked, strict=True)]
    return _steady(lambda member: max(height - distance(traits, member, one) for height, one in summits))


def drifting(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """An additive taste that turns into another, a little in each generation; the two have nothing in common."""
    one, other = (standardised(_sum_of_likings(traits, members, rng), members) for _ in range(2))
    shared = float(np.mean([one(member) * other(member) for member in members]))
    new = standardised(lambda member: other(member) - shared * one(member), members)
    return lambda member, generation: (
        math.cos(TURN * generation) * one(member) + math.sin(TURN * generation) * new(member)
    )


def features(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Taste:
    """A few of the traits are liked near a value, and each counts as much."""
    chosen = rng.choice(len(traits), min(FEATURES_LIKED, len(traits)), replace=False)
    likings = [trait_liking(traits[place], members, rng) for place in sorted(chosen)]
    return _steady(lambda member: sum(liking(member) for liking in likings))


def trait_liking(trait: Trait, members: Sequence[Member], rng: np.random.Generator) -> Liking:
    """How much the value of one trait is liked: the nearer to a random value, or at random where there is no order.

    It is standardised over the members that have the trait; who does not have it is liked as the mean of those.
    """
    of_value = _by_distance(trait, rng) if trait.position is not None else _by_value(trait, rng)
    liking = standardised(
        lambda member: of_value(member[trait.name]), [member for member in members if trait.name in member]
    )
    return lambda member: liking(member) if trait.name in member else 0.0


def standardised(liking: Liking, members: Sequence[Member]) -> Liking:
    """The liking with mean 0 and standard deviation 1 over these members; 0 where they are all liked alike."""
    mean, spread = mean_and_spread([liking(member) for member in members])
    return lambda member: (liking(member) - mean) / spread


def mean_and_spread(liked: Sequence[float]) -> tuple[float, float]:
    """The mean and the standard deviation, which is 1 where all are liked alike; 0 and 1 of nobody."""
    if not liked:
        return 0.0, 1.0
    spread = float(np.std(liked))
    return float(np.mean(liked)), spread if spread > _LEAST_SPREAD else 1.0


def distance(traits: Sequence[Trait], one: Member, other: Member) -> float:
    """How far apart two members are: from 0 to 1 where traits are numbers of the unit interval or have no order."""
    apart = [_apart(trait, one.get(trait.name), other.get(trait.name)) for trait in traits]
    return math.sqrt(sum(each**2 for each in apart) / len(apart))


def _sum_of_likings(traits: Sequence[Trait], members: Sequence[Member], rng: np.random.Generator) -> Liking:
    weighed = [(float(rng.exponential()), trait_liking(trait, members, rng)) for trait in traits]
    return lambda member: sum(weight * liking(member) for weight, liking in weighed)


def _steady(liking: Liking) -> Taste:
    return lambda member, _: liking(member)


def _by_distance(trait: Trait, rng: np.random.Generator) -> Callable[[Value], float]:
    wanted = trait.draw(rng)
    return lambda value: -_apart(trait, value, wanted)


def _by_value(trait: Trait, rng: np.random.Generator) -> Callable[[Value], float]:
    liked = rng.standard_normal(len(trait.values))
    return lambda value: float(liked[trait.values.index(value)])


def _apart(trait: Trait, one: Value | None, other: Value | None) -> float:
    """How far apart two values of a trait are; whoever alone has none is as far away as another value."""
    if one is None or other is None or trait.position is None:
        return float(one != other)
    return math.dist(trait.position(one), trait.position(other))


def _case_of(switch: Trait, members: Sequence[Member]) -> Callable[[Member], Hashable]:
    """Tells which case a member is: by its value, or whether it lies in the upper half of the members."""
    position = switch.position
    if position is None:
        return lambda member: member.get(switch.name)
    middle = float(np.median([position(member[switch.name])[0] for member in members if switch.name in member]))
    return lambda member: position(member[switch.name])[0] > middle if switch.name in member else None
