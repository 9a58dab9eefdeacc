"""Rank correlations: how one thing rises or falls with another, and how surely."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FEWEST = 4
"""Pairs; the error of Fisher's z is infinite for three."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rank correlation of some pairs.

    Attributes:
        value: From -1 to 1; equal values share the mean of their ranks.
        low: Lower end of its interval.
        high: Upper end.
        pairs: How many.
    """

    value: float
    low: float
    high: float
    pairs: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Concordance:
    """How many pairs two orders place alike; pairs that either of them ties say nothing.

    Attributes:
        right: Pairs that both place alike.
        pairs: All that both compare.
        variance: Of ``right`` less all other pairs, were one of the orders drawn by chance.
    """

    right: int = 0
    pairs: int = 0
    variance: float = 0.0

    @property
    def is_beyond_chance(self) -> bool:
        """Whether chance would place so many alike in one case of twenty at most, as far as that is normal."""
        return 2 * self.right - self.pairs > _quantile(0.9) * math.sqrt(self.variance)

    def __add__(self, other: "Concordance") -> "Concordance":
        """The pairs of both, whose chances are independent."""
        return Concordance(self.right + other.right, self.pairs + other.pairs, self.variance + other.variance)


NO_PAIRS = Concordance()
"""Where nothing is compared."""


def rank_correlation(first: Sequence[float], second: Sequence[float], *, level: float) -> Correlation | None:
    """The rank correlation of the pairs that are known, with an interval.

    The interval is symmetric in Fisher's z, with the standard error of Bonett, D. G. & Wright, T. A. (2000), "Sample
    size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65(1).

    Args:
        first: NaN where a value is missing.
        second: As many.
        level: How often the interval holds the true correlation.

    Returns:
        None of fewer than four pairs, or where either side is the same in all.
    """
    pairs = np.array([first, second], dtype=np.float64)
    pairs = pairs[:, np.isfinite(pairs).all(axis=0)]
    count = pairs.shape[1]
    if count < _FEWEST or (pairs == pairs[:, :1]).all(axis=1).any():
        return None
    value = float(np.corrcoef(average_ranks(pairs[0]), average_ranks(pairs[1]))[0, 1])
    # Ranks in perfect order are taken for half a swap of neighbours less: Fisher's z of 1 is infinite.
    most = 1 - 6 / (count**3 - count)
    z, margin = math.atanh(min(max(value, -most), most)), _quantile(level) * _error(value, count)
    return Correlation(value, math.tanh(z - margin), math.tanh(z + margin), count)


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Kendall's tau-b of pairs of numbers: 1, in the same order; 0, as by chance; -1, in the opposite order.

    Kendall, M. G. (1945), "The treatment of ties in ranking problems", Biometrika 33(3). SciPy has it too, but takes
    longer to import than a report to be written.

    Args:
        first: Finite numbers.
        second: As many.

    Returns:
        None of fewer than two pairs, or where either side is the same in all.
    """
    one, other = (np.sign(np.subtract.outer(side, side)) for side in (np.asarray(first), np.asarray(second)))
    counts = float(np.abs(one).sum()) * float(np.abs(other).sum())
    return float((one * other).sum()) / math.sqrt(counts) if counts else None


def concordance(first: Sequence[float], second: Sequence[float]) -> Concordance:
    """How many pairs two orders place alike, each given by a finite number for everyone.

    The variance is that of Kendall, M. G. (1948), Rank Correlation Methods, section 4.9, for orders with ties.
    """
    count = len(first)
    if count < 2:  # noqa: PLR2004 - there is no pair
        return NO_PAIRS
    one, other = (np.sign(np.subtract.outer(side, side)) for side in (np.asarray(first), np.asarray(second)))
    alike = one * other
    ties = [np.unique(side, return_counts=True)[1].astype(float) for side in (first, second)]
    untied = _fives(np.array([count])) - sum(_fives(counts) for counts in ties)
    twos = math.prod(float((counts * (counts - 1)).sum()) for counts in ties)
    threes = math.prod(float((counts * (counts - 1) * (counts - 2)).sum()) for counts in ties)
    variance = untied / 18 + twos / (2 * count * (count - 1))
    variance += threes / (9 * count * (count - 1) * (count - 2)) if threes else 0.0
    return Concordance(int((alike > 0).sum()) // 2, int((alike != 0).sum()) // 2, variance)


def _fives(counts: NDArray[np.float64]) -> float:
    return float((counts * (counts - 1) * (2 * counts + 5)).sum())


def pairs_needed(correlation: float, *, level: float) -> int:
    """The fewest pairs whose interval leaves out 0 when their rank correlation is this one, other than 0 and ±1."""
    spread = _quantile(level) * _error(correlation, _FEWEST)
    return 3 + max(1, math.ceil((spread / math.atanh(correlation)) ** 2))


def _error(value: float, count: int) -> float:
    return math.sqrt((1 + value**2 / 2) / (count - 3))


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def average_ranks(values: NDArray[np.float64]) -> NDArray[Any]:
    """The rank of each value, from 1 for the least; equal values share the mean of their places."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[Any] = np.cumsum(counts) - (counts - 1) / 2
    return ranks[places]
