"""What is measured of samples, as numbers in which a taste is a weighted sum; and a forecast for samples not made yet.

A liking of a feature may grow with it, or be greatest near some value. So each feature gives two numbers, the first two
Hermite polynomials of its standardized value: their mean over samples is what a taste that is a parabola needs to know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.special import expit

from evolve.taste.kernels import GenomeKernel, squared_distances

Array = np.ndarray

_FARTHEST: Final = 3.0
"""Standard deviations from the mean, beyond which a feature says no more."""

_STEPS: Final = 20
_MOST_FITTED: Final = 160
_JITTER: Final = 1e-6

_LENGTH_SCALE: Final = (np.log(0.6), 0.8)
_ADDITIVE: Final = (0.0, 1.5)
_NOISE: Final = (np.log(0.5), 0.8)


@dataclass(frozen=True, slots=True)
class FeatureBasis:
    """How features become numbers.

    Attributes:
        names: Of the features that vary between samples.
        middle: The mean of each over all samples.
        scale: The standard deviation of each.
    """

    names: tuple[str, ...]
    middle: tuple[float, ...]
    scale: tuple[float, ...]

    @classmethod
    def of(cls, samples: Iterable[Mapping[str, float]]) -> Self:
        """The basis of the features that vary between some samples."""
        values: dict[str, list[float]] = {}
        for sample in samples:
            for name, value in sample.items():
                values.setdefault(name, []).append(value)
        spreads = {name: (float(np.mean(one)), float(np.std(one))) for name, one in sorted(values.items())}
        varying = {name: spread for name, spread in spreads.items() if spread[1] > _JITTER * (1 + abs(spread[0]))}
        return cls(
            tuple(varying),
            tuple(middle for middle, _ in varying.values()),
            tuple(scale for _, scale in varying.values()),
        )

    def __len__(self) -> int:
        return 2 * len(self.names)

    def mean(self, samples: Sequence[Mapping[str, float]]) -> Array:
        """The mean over samples of their numbers, float [2 x features]; what is missing counts as the middle."""
        if not samples or not self.names:
            return np.zeros(len(self))
        table = np.array([[sample.get(name, np.nan) for name in self.names] for sample in samples])
        scores = np.clip(np.nan_to_num((table - self.middle) / self.scale), -_FARTHEST, _FARTHEST)
        return np.asarray(np.concatenate([scores, (scores**2 - 1) / np.sqrt(2)], axis=1).mean(axis=0))


@dataclass(frozen=True, slots=True)
class FeatureForecast:
    """What the samples of a genome will be like, told from those of others: a Gaussian process with one kernel for all.

    Attributes:
        blocks: The columns of each gene.
        points: Genomes whose samples are known, float [genomes, columns].
        kernel: Of genomes.
        middle: The mean of each number, float [numbers].
        scale: The standard deviation of each over genomes, float [numbers].
        factor: The Cholesky factor of the covariance of what is known.
        solved: With the covariance to what is known it gives the forecast, float [genomes, numbers].
    """

    blocks: Sequence[slice]
    points: Array
    kernel: GenomeKernel
    middle: Array
    scale: Array
    factor: tuple[Array, bool]
    solved: Array

    @classmethod
    def fit(cls, points: Array, numbers: Array, blocks: Sequence[slice]) -> Self:
        """Learn from genomes, and the mean numbers of the samples of each, float [genomes, numbers]."""
        middle, scale = numbers.mean(axis=0), numbers.std(axis=0) + _JITTER
        scores, newest = (numbers - middle) / scale, slice(-_MOST_FITTED, None)
        fitted = _ForecastFit(squared_distances(points[newest], points[newest], blocks), scores[newest])
        kernel, noise = fitted.best()
        covariance = kernel.covariance(squared_distances(points, points, blocks))
        factor = cho_factor(covariance + (noise**2 + _JITTER) * np.eye(len(points)), lower=True)
        return cls(blocks, points, kernel, middle, scale, factor, cho_solve(factor, scores))

    def numbers(self, points: Array) -> Array:
        """The expected numbers of genomes, float [genomes, numbers]."""
        return np.asarray(self.middle + self.scale * (self._to_known(points) @ self.solved))

    def covariance(self, points: Array) -> Array:
        """How unsure that is, in units of the squared scale of each number, float [genomes, genomes]."""
        known = self._to_known(points)
        prior = self.kernel.covariance(squared_distances(points, points, self.blocks))
        return np.asarray(prior - known @ cho_solve(self.factor, known.T))

    def _to_known(self, points: Array) -> Array:
        return self.kernel.covariance(squared_distances(points, self.points, self.blocks))


class _ForecastFit:
    """Finds the kernel and the noise under which the numbers are likeliest."""

    def __init__(self, distances: Array, scores: Array) -> None:
        self._distances, self._scores = distances, scores
        self._mean, self._deviation = np.array([*[_LENGTH_SCALE] * len(distances), _ADDITIVE, _NOISE]).T

    def best(self) -> tuple[GenomeKernel, float]:
        """The kernel, and the standard deviation of the noise."""
        found = minimize(self._loss, self._mean, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        return self._read(found.x)

    @staticmethod
    def _read(numbers: Array) -> tuple[GenomeKernel, float]:
        return GenomeKernel(np.exp(numbers[:-2]), float(expit(numbers[-2]))), float(np.exp(numbers[-1]))

    def _loss(self, numbers: Array) -> tuple[float, Array]:
        kernel, noise = self._read(numbers)
        covariance = kernel.covariance(self._distances) + (noise**2 + _JITTER) * np.eye(len(self._scores))
        factor = cho_factor(covariance, lower=True)
        solved, columns = cho_solve(factor, self._scores), self._scores.shape[1]
        inverse = cho_solve(factor, np.eye(len(covariance)))
        # Numbers go together; counted as independent they would drown the prior: their mean counts.
        likely = -0.5 * (self._scores * solved).sum() / columns - np.log(factor[0].diagonal()).sum()
        by_entry = 0.5 * (solved @ solved.T / columns - inverse)
        gradient = np.append(kernel.gradients(self._distances, by_entry), 2 * noise**2 * np.trace(by_entry))
        score = (numbers - self._mean) / self._deviation
        return 0.5 * float(score @ score) - likely, score / self._deviation - gradient
