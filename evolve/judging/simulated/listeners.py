"""Simulated listeners: a hidden taste, a noisy ear, and a way of ranking.

Utilities are in standard deviations over random members, so that a listener's noise says how much of an order is
chance, whatever the space: with ``noise=1`` two random members are as far apart by chance as by taste.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.judging.simulated import tastes
from evolve.judging.simulated.tastes import Taste
from evolve.judging.simulated.traits import Member, Trait, random_members
from evolve.randomness import derive_rng
from evolve.words import listed

Tiers = list[list[str]]
"""Ids, best first; those of one tier are tied."""


@dataclass(frozen=True, slots=True)
class ListenerKind:
    """A kind of simulated listeners.

    Attributes:
        words: What such a listener does, as it goes on behind its name.
        draw: Draws its taste for traits, of which random members are given.
        is_of_samples: Whether it listens to samples, and knows nothing of genomes.
    """

    words: str
    draw: Callable[[Sequence[Trait], Sequence[Member], np.random.Generator], Taste]
    is_of_samples: bool = False


LAZY: Final = "lazy"
CONTRARY: Final = "contrary"

KINDS: Final[Mapping[str, ListenerKind]] = {
    "additive": ListenerKind("likes each gene for itself", tastes.additive),
    "interacting": ListenerKind("likes how pairs of genes go together", tastes.interacting),
    "conditional": ListenerKind("likes other things where one gene has another value", tastes.conditional),
    "peaks": ListenerKind("likes whatever is near one of several genomes", tastes.peaks),
    "drifting": ListenerKind("likes something else little by little", tastes.drifting),
    LAZY: ListenerKind("tells the two best apart and ties all others", tastes.additive),
    CONTRARY: ListenerKind("is two who want opposite things", tastes.additive),
    "features": ListenerKind("likes three features of samples near a value", tastes.features, is_of_samples=True),
}
"""By name."""

_RANDOM_MEMBERS = 1000
"""By which utilities are standardised."""

_LAZY_TIERS = 2


@dataclass(frozen=True, slots=True)
class SimulatedListener:
    """Somebody who ranks by a hidden taste.

    Attributes:
        kind: One of `KINDS`.
        taste: How much it likes a member in a generation.
        seed: All its chance derives from it.
        noise: Standard deviation of what chance adds to each utility, at least 0; drawn anew in each generation.
        rejects_below: It rejects whomever it finds worse than this; by default nobody.
        is_opposite: Whether it wants the opposite of what the seed says.
    """

    kind: str
    taste: Taste
    seed: int
    noise: float = 0.0
    rejects_below: float = -math.inf
    is_opposite: bool = False

    @classmethod
    def drawn(
        cls, kind: str, traits: Sequence[Trait], *, seed: int, noise: float = 0.0, rejects_below: float = -math.inf
    ) -> "SimulatedListener":
        """A listener of this kind with a taste that the seed alone decides.

        Args:
            kind: One of `KINDS`.
            traits: What can be liked, each behind those that it depends on: the genes of a space, or the features of
                samples. At least one.
            seed: Any integer.
            noise: At least 0.
            rejects_below: In standard deviations.

        Raises:
            SettingsError: There is no such kind, no such noise, or nothing that could be liked.
        """
        check_kind_of_listener(kind)
        check_noise(noise)
        if not traits:
            raise SettingsError(f"a simulated listener ({kind}) has nothing to like; give it a gene or a feature")
        members = random_members(traits, derive_rng(seed, "simulated", kind, "members"), _RANDOM_MEMBERS)
        taste = KINDS[kind].draw(traits, members, derive_rng(seed, "simulated", kind, "taste"))
        mean, spread = tastes.mean_and_spread([taste(member, 0) for member in members])

        def told(member: Member, generation: int) -> float:
            return (taste(member, generation) - mean) / spread

        return cls(kind, told, seed, noise, rejects_below)

    @property
    def opposite(self) -> "SimulatedListener":
        """Who wants the opposite, with chance of its own: the other of a ``contrary`` pair."""
        return replace(self, is_opposite=not self.is_opposite)

    def utility(self, member: Member, generation: int = 0) -> float:
        """How much it likes a member, without noise: of random members the mean is 0 and the standard deviation 1.

        Args:
            member: The values of the traits that it has; others are not looked at.
            generation: From 0; a drifting taste alone depends on it.
        """
        liked = self.taste(member, generation)
        return -liked if self.is_opposite else liked

    def order(self, members: Mapping[str, Member], generation: int = 0) -> tuple[Tiers, list[str]]:
        """How it ranks members, and whom it rejects.

        What is heard of each member depends on the seed, the generation and the member's id alone.

        Args:
            members: By id, in any order.
            generation: From 0.

        Returns:
            Tiers of ids, best first, in which those are tied that are liked alike; and the ids of the rejected.
        """
        heard = {name: self._heard(name, member, generation) for name, member in members.items()}
        rejected = sorted(name for name in heard if heard[name] < self.rejects_below)
        kept = sorted(heard.keys() - set(rejected), key=lambda name: (-heard[name], name))
        tiers = [list(tied) for _, tied in groupby(kept, key=heard.__getitem__)]
        return (_lazily(tiers) if self.kind == LAZY else tiers), rejected

    def _heard(self, name: str, member: Member, generation: int) -> float:
        rng = derive_rng(self.seed, "simulated", self.kind, "noise", generation, name, int(self.is_opposite))
        return self.utility(member, generation) + self.noise * float(rng.standard_normal())


def check_kind_of_listener(kind: str) -> None:
    """See that there is such a kind.

    Raises:
        SettingsError: There is none; names those that there are.
    """
    if kind not in KINDS:
        hint = nearest_spelling(kind, KINDS)
        raise SettingsError(f'there is no simulated listener "{shortened(kind)}"{hint}; there are {listed([*KINDS])}')


def check_noise(noise: float) -> None:
    """See that a noise can be.

    Raises:
        SettingsError: It is negative or not finite.
    """
    if not (math.isfinite(noise) and noise >= 0):
        raise SettingsError(f"noise={noise:g}: must be at least 0, in standard deviations of what is liked")


def _lazily(tiers: Tiers) -> Tiers:
    """The order of somebody who tells the best two places apart, and ties all the rest."""
    rest = [name for tier in tiers[_LAZY_TIERS:] for name in tier]
    return [*tiers[:_LAZY_TIERS], *([rest] if rest else [])]
