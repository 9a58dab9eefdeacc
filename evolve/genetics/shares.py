"""Shares: how a whole is divided among groups, and how such a division is drawn, mutated and crossed.

Shares are hundredths, which can be read aloud and compared exactly. In between, operators work with fractions of the
whole, points of the simplex, and round to hundredths by largest remainder.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

_WHOLE = 100
"""Hundredths."""

_SPREAD = 1.25
"""Of founders: see `sample_shares`."""


@dataclass(frozen=True, slots=True)
class Shares:
    """A whole divided among groups.

    Attributes:
        parts: Each group's name and share, in the order of the groups: multiples of 0.01 from 0 that sum to 1.

    Raises:
        ValueError: The parts are no such shares.
    """

    parts: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        shares = self.fractions
        if any(not 0 <= share <= 1 or share != round(share, 2) for share in shares):
            raise ValueError("a share must be a multiple of 0.01 from 0 to 1")
        if sum(_hundredths(share) for share in shares) != _WHOLE:
            raise ValueError("shares must sum to 1")

    @classmethod
    def nearest(cls, names: Sequence[str], fractions: Iterable[float]) -> Self:
        """The shares nearest to fractions that sum to 1: rounded down to hundredths, the rest to whom it cost most."""
        exact = [float(fraction) * _WHOLE for fraction in fractions]
        counts = [math.floor(share) for share in exact]
        by_remainder = sorted(range(len(exact)), key=lambda place: counts[place] - exact[place])
        for place in by_remainder[: _WHOLE - sum(counts)]:
            counts[place] += 1
        return cls(tuple((name, count / _WHOLE) for name, count in zip(names, counts, strict=True)))

    @classmethod
    def from_json(cls, shares: Mapping[str, object]) -> Self:
        """What `to_json` gave; `ValueError` when that cannot have been."""
        numbers = {name: share for name, share in shares.items() if isinstance(share, int | float)}
        if len(numbers) < len(shares) or any(not 0 <= share <= 1 for share in numbers.values()):
            raise ValueError("a share must be a number from 0 to 1")
        return cls(tuple((name, float(share)) for name, share in numbers.items()))

    def to_json(self) -> dict[str, float]:
        """Share by group name, in the order of the groups."""
        return dict(self.parts)

    def __getitem__(self, name: str) -> float:
        """The share of a group; `KeyError` when it is none of these."""
        return dict(self.parts)[name]

    def __str__(self) -> str:
        """``jig 0.62, reel 0.38``."""
        return ", ".join(f"{name} {share:g}" for name, share in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(name for name, _ in self.parts)

    @property
    def fractions(self) -> tuple[float, ...]:
        """The share of each group."""
        return tuple(share for _, share in self.parts)


def sample_shares(names: Sequence[str], rng: np.random.Generator) -> Shares:
    """Shares of at least two groups in which one is heard to lead: the largest is about 0.6 on average.

    They have a symmetric Dirichlet distribution. With a concentration of 1 for each group the mean largest share falls
    from 0.75 of two groups to 0.41 of six and 0.05 of a hundred: mixtures that all sound alike. Where concentrations
    sum to a constant it has a limit instead (Kingman, "Random discrete distributions", Journal of the Royal Statistical
    Society B 37, 1975). With 1.25 / (groups - 1) for each group it is 0.73 of two groups, 0.67 of three, 0.62 of six
    and 0.58 of a hundred.
    """
    return Shares.nearest(names, rng.dirichlet([_SPREAD / (len(names) - 1)] * len(names)))


def mutate_shares(shares: Shares, rng: np.random.Generator, *, eta: float) -> Shares:
    """Other shares of the same groups, about as far away as polynomial mutation takes a number of the unit interval.

    They have a Dirichlet distribution around the parent. How much of the whole changes its group is 1 / (eta + 2) on
    average, where the parent leaves room for it: as far as polynomial mutation moves a number of the unit interval from
    its middle. The mean lies a little towards equal shares, so that a group without a share can come back; at the
    least, a hundredth changes its group.

    Args:
        shares: Of at least two groups.
        rng: The only source of chance.
        eta: The distribution index, at least 0: the larger, the smaller the step.
    """
    step, groups = 1.0 / (eta + 2.0), len(shares.parts)
    pull = 0.5 * step * groups / (groups - 1)  # the mean of a parent with one group alone moves by half a step
    mean = (1.0 - pull) * np.array(shares.fractions) + pull / groups
    # The mean distance from the mean of a share of variance m (1 - m) / (concentration + 1), taken for a normal one.
    concentration = float(np.sqrt(mean * (1.0 - mean)).sum() / step) ** 2 / (2.0 * math.pi) - 1.0
    mutant = Shares.nearest(shares.names, rng.dirichlet(max(concentration, 1.0) * mean))
    return mutant if mutant != shares else _neighbour(shares, rng)


def shares_between(first: Shares, second: Shares, position: float) -> Shares:
    """The shares on the line through two divisions among the same groups: the first at 0, the second at 1."""
    pairs = zip(first.fractions, second.fractions, strict=True)
    return Shares.nearest(first.names, [max(one + position * (other - one), 0.0) for one, other in pairs])


def ends_of_line(first: Shares, second: Shares) -> tuple[float, float]:
    """The positions at which the line through two different divisions leaves the simplex, at most 0 and at least 1."""
    changes = [(one, other - one) for one, other in zip(first.fractions, second.fractions, strict=True)]
    lowest = max(-one / change for one, change in changes if change > 0)
    return lowest, min(-one / change for one, change in changes if change < 0)


def _neighbour(shares: Shares, rng: np.random.Generator) -> Shares:
    """The shares with a hundredth moved from a group that has one to another."""
    counts = [_hundredths(share) for share in shares.fractions]
    givers = [place for place, count in enumerate(counts) if count]
    giver = givers[int(rng.integers(len(givers)))]
    taker = (giver + 1 + int(rng.integers(len(counts) - 1))) % len(counts)
    counts[giver], counts[taker] = counts[giver] - 1, counts[taker] + 1
    return Shares.nearest(shares.names, [count / _WHOLE for count in counts])


def _hundredths(share: float) -> int:
    return round(share * _WHOLE)
