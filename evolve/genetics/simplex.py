"""Shares drawn, mutated and crossed as points of the simplex: fractions of a whole that sum to one."""

import math
from collections.abc import Sequence

import numpy as np

from evolve.records.shares import Shares

_SPREAD = 1.25
"""Of founders: see `sample_shares`."""

_LEAST = 0.01
"""By which shares can differ."""


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
    counts = [round(share / _LEAST) for share in shares.fractions]
    givers = [place for place, count in enumerate(counts) if count]
    giver = givers[int(rng.integers(len(givers)))]
    taker = (giver + 1 + int(rng.integers(len(counts) - 1))) % len(counts)
    counts[giver], counts[taker] = counts[giver] - 1, counts[taker] + 1
    return Shares.nearest(shares.names, [count * _LEAST for count in counts])
