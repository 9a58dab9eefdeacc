"""From rankings to utilities: how much each item is liked, and how sure that is.

The model is Thurstone's ("A law of comparative judgment", Psychological Review 34, 1927): a listener perceives the
utility of an item with Gaussian noise, anew at each hearing, and orders what is perceived. Utilities have a Gaussian
process as their prior (Chu and Ghahramani, "Preference learning with Gaussian processes", ICML 2005). A whole order of
n items is n - 1 comparisons of neighbours, which are certain once the noise has been drawn; the posterior is found by
expectation propagation (Minka, UAI 2001), in the form that Rasmussen and Williams give for classification ("Gaussian
Processes for Machine Learning", 2006, section 3.6), with the differences of neighbours as the latent function.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import log_ndtr

Array = np.ndarray

_SWEEPS = 40
_SETTLED = 1e-4
_LEAST_PRECISION = 1e-10
_DAMPING = 0.8
_JITTER = 1e-8


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Who was placed before whom, in all rankings together.

    Attributes:
        items: Of each hearing the item that was heard, int [hearings]; an item may be heard in several rankings.
        better: Of each comparison the hearing that was placed higher, int [comparisons].
        worse: Of each comparison the other hearing, int [comparisons].
    """

    items: Array
    better: Array
    worse: Array

    @classmethod
    def of(cls, rankings: Sequence[Sequence[Sequence[int]]]) -> "Comparisons":
        """Those that some rankings amount to.

        Within a tier nothing is compared: whoever ties two says that the difference is not worth a word.

        Args:
            rankings: Each a list of tiers, best first; a tier is a list of items.
        """
        items: list[int] = []
        better: list[int] = []
        worse: list[int] = []
        for ranking in rankings:
            above: list[int] = []
            for tier in ranking:
                hearings = list(range(len(items), len(items) + len(tier)))
                items += tier
                better += [one for one in above for _ in hearings]
                worse += [one for _ in above for one in hearings]
                above = hearings or above
        return cls(np.array(items, int), np.array(better, int), np.array(worse, int))

    def differences(self, table: Array) -> Array:
        """The rows of a table over hearings, better minus worse, float [comparisons, ...]."""
        return np.asarray(table[self.better] - table[self.worse])


@dataclass(frozen=True, slots=True)
class RankingPosterior:
    """What rankings say of utilities, as far as a Gaussian can.

    Attributes:
        weights: What the prior covariance with each hearing adds to the mean of an item, float [hearings].
        precision: What covariances with each two hearings take from a covariance, float [hearings, hearings].
        log_evidence: The log probability of the rankings under the prior.
        sites: Of each comparison the precision, and that times the mean, float [2, comparisons].
    """

    weights: Array
    precision: Array
    log_evidence: float
    sites: Array

    def mean(self, covariance: Array) -> Array:
        """The expected utility of items.

        Args:
            covariance: Between each and each hearing under the prior, without noise, float [items, hearings].
        """
        return np.asarray(covariance @ self.weights)

    def reduction(self, covariance: Array, other: Array) -> Array:
        """By how much the prior covariance between items and other items falls, float [items, others]."""
        return np.asarray(covariance @ self.precision @ other.T)


def posterior(covariance: Array, comparisons: Comparisons, sites: Array | None = None) -> RankingPosterior:
    """What rankings say under a prior.

    Args:
        covariance: Of the perceived utilities under the prior, noise included, float [hearings, hearings].
        comparisons: At least one.
        sites: Those of a like fit, to begin from.
    """
    prior = comparisons.differences(comparisons.differences(covariance).T)
    count = len(prior)
    precision, shift = np.full(count, _LEAST_PRECISION) if sites is None else sites[0].copy(), np.zeros(count)
    if sites is not None:
        shift = sites[1].copy()
    for _ in range(_SWEEPS):
        root, factor = _factored(prior, precision)
        reduced = solve_triangular(factor, root[:, None] * prior, lower=True, check_finite=False)
        mean = prior @ shift - reduced.T @ (reduced @ shift)
        variance = np.maximum(prior.diagonal() - np.einsum("ij,ij->j", reduced, reduced), _JITTER)
        cavity = np.maximum(1 / variance - precision, _LEAST_PRECISION)
        cavity_mean = (mean / variance - shift) / cavity
        new, new_shift = _tilted(cavity_mean, cavity)
        change = np.abs(new - precision).max(initial=0.0) / (1 + np.abs(new).max(initial=0.0))
        precision, shift = (precision + _DAMPING * (new - precision), shift + _DAMPING * (new_shift - shift))
        if change < _SETTLED:
            break
    return _settled(prior, comparisons, len(covariance), precision, shift)


def _factored(prior: Array, precision: Array) -> tuple[Array, Array]:
    root = np.sqrt(precision)
    inner = root[:, None] * prior * root
    inner[np.diag_indices_from(inner)] += 1.0
    return root, np.linalg.cholesky(inner)


def _tilted(mean: Array, precision: Array) -> tuple[Array, Array]:
    """The sites that give the moments of a normal distribution, cut off below 0."""
    deviation = 1 / np.sqrt(precision)
    score = mean / deviation
    hazard = np.exp(-0.5 * score**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(score))
    shrink = np.clip(hazard * (score + hazard), 1e-9, 1 - 1e-9)
    variance = (1 - shrink) / precision
    site = np.maximum(1 / variance - precision, _LEAST_PRECISION)
    return site, (mean + deviation * hazard) * (site + precision) - mean * precision


def _settled(prior: Array, comparisons: Comparisons, hearings: int, precision: Array, shift: Array) -> RankingPosterior:
    root, factor = _factored(prior, precision)
    reduced = solve_triangular(factor, root[:, None] * prior, lower=True, check_finite=False)
    mean = prior @ shift - reduced.T @ (reduced @ shift)
    variance = np.maximum(prior.diagonal() - np.einsum("ij,ij->j", reduced, reduced), _JITTER)
    inner = solve_triangular(factor, np.diag(root), lower=True, check_finite=False)
    inner = inner.T @ inner
    duals = shift - inner @ (prior @ shift)
    cavity = np.maximum(1 / variance - precision, _LEAST_PRECISION)
    cavity_mean = (mean / variance - shift) / cavity
    log_evidence = float(
        log_ndtr(cavity_mean * np.sqrt(cavity)).sum()
        - np.log(factor.diagonal()).sum()
        + 0.5 * np.log1p(precision / cavity).sum()
        + 0.5 * shift @ mean
        + 0.5 * np.sum((cavity_mean * precision - 2 * shift) * cavity * cavity_mean / (cavity + precision))
        - 0.5 * np.sum(shift**2 / (cavity + precision))
    )
    spread = np.zeros((len(prior), hearings))
    spread[np.arange(len(prior)), comparisons.better] += 1
    spread[np.arange(len(prior)), comparisons.worse] -= 1
    return RankingPosterior(spread.T @ duals, spread.T @ inner @ spread, log_evidence, np.stack([precision, shift]))
