"""What is known of one listener's taste: expected liking, and its uncertainty, of anything with a genome or samples.

The utility of an individual is a function of its genome, with `GenomeKernel` as its prior, and of its samples: a sum
over what is measured of them, each with a weight of its own. Length scales, noise and the rest maximise the evidence of
the rankings together with a prior that keeps them sensible where there is little evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from evolve.taste.kernels import GenomeKernel, squared_distances
from evolve.taste.rankings import Comparisons, RankingPosterior, posterior

Array = np.ndarray

_STEPS = 20
_MOST_FITTED = 160
"""Hearings from which scale and noise are found; of more, the newest."""

_JITTER = 1e-6

_LENGTH_SCALE: Final = (np.log(0.6), 0.8)
_NOISE: Final = (np.log(0.3), 0.5)
_ADDITIVE: Final = (0.0, 1.5)
_FEATURES: Final = (np.log(0.7), 0.8)
"""Mean and standard deviation of the normal prior: of logs, of a logit."""

_TRIED_NOISE: Final = np.geomspace(0.05, 20.0, 25)
_LIKELIHOOD_95: Final = 1.92
"""Log-likelihoods that are nearer to the best are allowed: half of chi-squared's quantile, one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Items:
    """Whom a model speaks of.

    Attributes:
        points: Genomes as points, float [items, columns].
        features: What is measured of their samples, standardized, the mean over samples, float [items, features];
            without columns where nothing is measured.
        spread: Where features are a forecast, how unsure that is, float [items, items]; None: they are known.
        scale: Of the forecast, the standard deviation of each feature that goes with a spread of 1, float [features].
    """

    points: Array
    features: Array
    spread: Array | None = None
    scale: Array | None = None

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, slots=True)
class Scales:
    """What the model has learned about itself.

    Attributes:
        kernel: Of genomes.
        noise: The standard deviation of what is perceived, where that of the utility by genome is 1.
        features: The standard deviation of the utility by features, all together.
    """

    kernel: GenomeKernel
    noise: float
    features: float

    @classmethod
    def of(cls, numbers: Array) -> Self:
        """From the numbers that are optimized: logs, and a logit; float [genes + 3]."""
        scales, (additive, noise, features) = np.exp(numbers[:-3]), numbers[-3:]
        return cls(GenomeKernel(scales, float(expit(additive))), float(np.exp(noise)), float(np.exp(features)))

    def covariance(self, items: Items, others: Items, blocks: Sequence[slice]) -> Array:
        """Of utilities under the prior, float [items, others]."""
        distances = squared_distances(items.points, others.points, blocks)
        by_features = self.feature_variance(items.features.shape[1]) * items.features @ others.features.T
        return np.asarray(self.kernel.covariance(distances) + by_features)

    def feature_variance(self, features: int) -> float:
        """Of the weight of each of so many features."""
        return self.features**2 / max(features, 1)


@dataclass(frozen=True, slots=True)
class TasteModel:
    """One listener's taste, as far as their rankings tell it.

    Attributes:
        blocks: The columns of each gene.
        heard: Whoever was ranked; features are those of the samples that were heard.
        scales: What the model has learned about itself.
        comparisons: The rankings.
        found: What the rankings say.
    """

    blocks: Sequence[slice]
    heard: Items
    scales: Scales
    comparisons: Comparisons
    found: RankingPosterior

    @classmethod
    def fit(cls, heard: Items, blocks: Sequence[slice], rankings: Sequence[Sequence[Sequence[int]]]) -> Self | None:
        """The model that rankings speak for; None where they compare nothing.

        Args:
            heard: Everybody who is in a ranking.
            blocks: The columns of each gene.
            rankings: Of each generation in turn the tiers, best first, each a list of places in `heard`.
        """
        comparisons = Comparisons.of(rankings)
        if not len(comparisons.better):
            return None
        newest = Comparisons.of(_newest(rankings))
        scales = _Fit(heard, blocks, newest if len(newest.better) else comparisons).best()
        prior = scales.covariance(heard, heard, blocks)[np.ix_(comparisons.items, comparisons.items)]
        prior[np.diag_indices_from(prior)] += scales.noise**2 + _JITTER
        return cls(blocks, heard, scales, comparisons, posterior(prior, comparisons))

    def expected(self, items: Items) -> Array:
        """The expected utility of each, float [items]."""
        return self.found.mean(self._to_hearings(items))

    def deviation(self, items: Items) -> Array:
        """The standard deviation of the utility of each, float [items]."""
        return np.asarray(np.sqrt(np.maximum(self.covariance(items).diagonal(), 0.0)))

    def covariance(self, items: Items) -> Array:
        """Of the utilities of all, after the rankings, float [items, items]."""
        known = self._to_hearings(items)
        prior = self.scales.covariance(items, items, self.blocks)
        covariance = np.asarray(prior - self.found.reduction(known, known))
        if items.spread is None or items.scale is None:
            return covariance
        return covariance + float(self._squared_weights @ items.scale**2) * items.spread

    @property
    def relative_noise(self) -> float:
        """The standard deviation of what is perceived, where that of the utility, by genome and features, is 1."""
        return self.scales.noise / self.spread

    def noise_range(self) -> tuple[float, float]:
        """The noise that the rankings allow, in the unit of `relative_noise`: a 95 % likelihood interval.

        Everything else that the model has learned about itself stays as it is, and no prior holds the noise. Its ends
        are at most those of `_TRIED_NOISE`: of few rankings they are.
        """
        items = self.comparisons.items
        prior = self.scales.covariance(self.heard, self.heard, self.blocks)[np.ix_(items, items)]
        evidence = [
            posterior(
                prior + np.eye(len(items)) * ((noise * self.spread) ** 2 + _JITTER), self.comparisons
            ).log_evidence
            for noise in _TRIED_NOISE
        ]
        allowed = _TRIED_NOISE[np.array(evidence) >= max(evidence) - _LIKELIHOOD_95]
        return float(allowed[0]), float(allowed[-1])

    @property
    def spread(self) -> float:
        """The standard deviation of the utility under the prior, by genome and features."""
        by_features = self.scales.features if self.heard.features.shape[1] else 0.0
        return float(np.hypot(1.0, by_features))

    @property
    def weights(self) -> Array:
        """What is liked in samples: the expected weight of each feature, float [features]."""
        return np.asarray(self._feature_variance * self._heard_features.T @ self.found.weights)

    @property
    def _squared_weights(self) -> Array:
        """The expected square of the weight of each feature, float [features]."""
        variance, heard = self._feature_variance, self._heard_features
        taken = variance**2 * np.einsum("if,ij,jf->f", heard, self.found.precision, heard)
        return np.asarray(self.weights**2 + variance - taken)

    @property
    def _heard_features(self) -> Array:
        return np.asarray(self.heard.features[self.comparisons.items])

    @property
    def _feature_variance(self) -> float:
        return self.scales.feature_variance(self.heard.features.shape[1])

    def _to_hearings(self, items: Items) -> Array:
        covariance = self.scales.covariance(items, self.heard, self.blocks)
        return np.asarray(covariance[:, self.comparisons.items])


def _newest(rankings: Sequence[Sequence[Sequence[int]]]) -> Sequence[Sequence[Sequence[int]]]:
    """As many of the last rankings as are enough to learn scales from."""
    kept: list[Sequence[Sequence[int]]] = []
    for ranking in reversed(rankings):
        if kept and sum(len(tier) for one in [*kept, ranking] for tier in one) > _MOST_FITTED:
            break
        kept.insert(0, ranking)
    return kept


class _Fit:
    """Finds the scales that rankings speak for most."""

    def __init__(self, heard: Items, blocks: Sequence[slice], comparisons: Comparisons) -> None:
        places, items = np.unique(comparisons.items, return_inverse=True)
        self._comparisons = Comparisons(items, comparisons.better, comparisons.worse)
        self._distances = squared_distances(heard.points[places], heard.points[places], blocks)
        features = heard.features[places]
        self._by_features = features @ features.T / max(features.shape[1], 1)
        self._has_features = bool(features.shape[1])
        prior = [*[_LENGTH_SCALE] * len(blocks), _ADDITIVE, _NOISE, _FEATURES]
        self._mean, self._deviation = np.array(prior).T
        self._sites: Array | None = None

    def best(self) -> Scales:
        """The scales at the maximum."""
        found = minimize(self._loss, self._mean, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        return Scales.of(found.x)

    def _loss(self, numbers: Array) -> tuple[float, Array]:
        """The negative log evidence with the prior, and its gradient."""
        scales, items = Scales.of(numbers), self._comparisons.items
        by_features = scales.features**2 * self._by_features
        covariance = scales.kernel.covariance(self._distances) + by_features
        prior = covariance[np.ix_(items, items)]
        prior[np.diag_indices_from(prior)] += scales.noise**2 + _JITTER
        found = posterior(prior, self._comparisons, self._sites)
        self._sites = found.sites
        by_hearing = 0.5 * (np.outer(found.weights, found.weights) - found.precision)
        by_item = np.zeros_like(covariance)
        np.add.at(by_item, (items[:, None], items[None, :]), by_hearing)
        by_kernel = scales.kernel.gradients(self._distances, by_item)
        by_noise = 2 * scales.noise**2 * np.trace(by_hearing)
        gradient = np.array([*by_kernel, by_noise, 2 * (by_features * by_item).sum()])
        score = (numbers - self._mean) / self._deviation
        return 0.5 * float(score @ score) - found.log_evidence, score / self._deviation - gradient
