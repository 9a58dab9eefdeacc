"""One listener's taste: what is learned from rankings alone."""

import numpy as np
import pytest

from evolve.randomness import derive_rng
from evolve.taste.features import FeatureBasis, FeatureForecast
from evolve.taste.kernels import GenomeKernel, squared_distances
from evolve.taste.model import Items, TasteModel, _Fit
from evolve.taste.rankings import Comparisons

BLOCKS = tuple(slice(place, place + 1) for place in range(5))


def liked(points: np.ndarray) -> np.ndarray:
    """A peak in the first number, a slope in the second; the others do not matter."""
    return np.asarray(-8 * (points[:, 0] - 0.3) ** 2 + points[:, 1])


def ranked(utilities: np.ndarray, noise: float, rng: np.random.Generator) -> list[list[list[int]]]:
    """Generations of eight, each in the order in which it is perceived."""
    heard = utilities + noise * rng.standard_normal(len(utilities))
    generations = np.split(np.arange(len(utilities)), range(8, len(utilities), 8))
    return [[[int(one)] for one in members[np.argsort(-heard[members])]] for members in generations]


def without_features(points: np.ndarray) -> Items:
    """Genomes of whose samples nothing is measured."""
    return Items(points, np.zeros((len(points), 0)))


def test_a_taste_of_genomes_is_learned_and_genes_that_do_not_matter_fade_out() -> None:
    """After 48 candidates strangers are ordered, and the model knows how sure it is."""
    rng = derive_rng(3, "model")
    points, others = rng.random((48, 5)), rng.random((300, 5))
    model = TasteModel.fit(without_features(points), BLOCKS, ranked(liked(points), 0.3 * liked(points).std(), rng))
    assert model is not None
    expected, deviation = model.expected(without_features(others)), model.deviation(without_features(others))
    assert np.corrcoef(expected, liked(others))[0, 1] > 0.85
    assert model.scales.kernel.length_scales[0] < min(model.scales.kernel.length_scales[2:])
    assert (deviation < 1).all()
    assert model.deviation(without_features(points)).mean() < deviation.mean()


def test_a_taste_of_samples_is_told_from_what_genomes_do() -> None:
    """A feature that is liked gets the weight, whatever the genome; a peak is liked as well as a slope."""
    rng = derive_rng(4, "model")
    points, density, length = rng.random((64, 5)), rng.standard_normal((64, 5)), rng.standard_normal((64, 5))
    samples = [
        [{"density": one, "length": other, "still": 1.0} for one, other in zip(*both, strict=True)]
        for both in zip(density, length, strict=True)
    ]
    basis = FeatureBasis.of(sample for own in samples for sample in own)
    assert basis.names == ("density", "length")
    features = np.array([basis.mean(own) for own in samples])
    utilities = density.mean(axis=1) - (length**2).mean(axis=1)
    model = TasteModel.fit(Items(points, features), BLOCKS, ranked(utilities, 0.2, rng))
    assert model is not None
    slope_of_density, slope_of_length, peak_of_density, peak_of_length = model.weights
    assert slope_of_density > 2 * abs(slope_of_length)
    assert -peak_of_length > 2 * abs(peak_of_density)


def test_the_gradient_of_the_evidence_is_its_slope() -> None:
    """Otherwise scales would be found wrong, slowly, and in silence."""
    rng = derive_rng(5, "model")
    items = Items(rng.random((16, 5)), rng.standard_normal((16, 3)))
    fit = _Fit(items, BLOCKS, Comparisons.of(ranked(liked(items.points), 0.1, rng)))
    at = fit._mean + 0.1 * rng.standard_normal(len(fit._mean))
    steps = 1e-4 * np.eye(len(at))
    slopes = [(fit._loss(at + step)[0] - fit._loss(at - step)[0]) / 2e-4 for step in steps]
    assert fit._loss(at)[1] == pytest.approx(slopes, abs=2e-3)


def test_without_a_comparison_nothing_is_known() -> None:
    """Everybody tied, or one alone."""
    items = without_features(np.zeros((2, 5)))
    assert TasteModel.fit(items, BLOCKS, []) is None
    assert TasteModel.fit(items, BLOCKS, [[[0, 1]], [[0]]]) is None


def test_what_samples_will_be_like_is_forecast_from_genomes() -> None:
    """A feature that follows a gene is told of strangers; where nobody is near, the forecast is unsure."""
    rng = derive_rng(6, "model")
    points, others = rng.random((40, 5)), rng.random((60, 5))
    numbers = np.stack([3 * points[:, 2] + 10, rng.standard_normal(40)], axis=1)
    forecast = FeatureForecast.fit(points, numbers, BLOCKS)
    told = forecast.numbers(others)
    assert np.corrcoef(told[:, 0], others[:, 2])[0, 1] > 0.9
    assert told[:, 0].mean() == pytest.approx(11.5, abs=0.3)
    far = forecast.covariance(np.array([points[0], np.full(5, 9.0)])).diagonal()
    assert far[0] < far[1]
    assert far[1] == pytest.approx(1, abs=0.01)


def test_the_kernel_falls_with_the_distance_and_is_a_covariance() -> None:
    """1 with oneself, less with others, positive definite; and the joint part knows no gene alone."""
    rng = derive_rng(7, "model")
    points = rng.random((30, 5))
    distances = squared_distances(points, points, BLOCKS)
    for additive in (0.0, 0.4, 1.0):
        covariance = GenomeKernel(np.full(5, 0.5), additive).covariance(distances)
        assert covariance.diagonal() == pytest.approx(np.ones(30))
        assert np.linalg.eigvalsh(covariance).min() > -1e-9
        assert (covariance <= 1 + 1e-12).all()
