"""Which of many are most worth hearing: those among whom the best is expected to be best.

This is qEUBO, the expected utility of the best option (Astudillo, Lin, Bakshy and Frazier, "qEUBO: a decision-theoretic
acquisition function for preferential Bayesian optimization", AISTATS 2023), built up one by one, with the best of those
heard so far as the first.
"""

import numpy as np

Array = np.ndarray

_DRAWS = 256
_JITTER = 1e-6


_GAIN_DRAWS = 4096


def most_worth_hearing(expected: Array, covariance: Array, count: int, rng: np.random.Generator) -> list[int]:
    """The places of those to be heard, the most worth hearing first.

    Args:
        expected: The utility of whoever is heard in any case, then of all who may be chosen, float [1 + options].
        covariance: Of these utilities.
        count: How many are wanted.
        rng: The only source of chance.

    Returns:
        At most `count` places among the options, from 0.
    """
    drawn = _drawn(expected, covariance, _DRAWS, rng)
    best, options, chosen = drawn[0], drawn[1:], list[int]()
    for _ in range(min(count, len(options))):
        gains = np.maximum(options - best, 0).mean(axis=1)
        gains[chosen] = -1.0
        chosen.append(int(np.argmax(gains)))
        best = np.maximum(best, options[chosen[-1]])
    return chosen


def hoped_gain(expected: Array, covariance: Array, rng: np.random.Generator) -> tuple[float, float]:
    """How likely any option is liked more than the best of those heard so far, and by how much more on average.

    Args:
        expected: The utility of the best so far, then of all options, float [1 + options].
        covariance: Of these utilities.
        rng: The only source of chance.

    Returns:
        The chance, from 0 to 1, sure to about a hundredth; and the mean gain in utility, where none counts as 0.
    """
    drawn = _drawn(expected, covariance, _GAIN_DRAWS, rng)
    gains = np.maximum(drawn[1:] - drawn[0], 0.0).max(axis=0, initial=0.0)
    return float((gains > 0).mean()), float(gains.mean())


def _drawn(expected: Array, covariance: Array, draws: int, rng: np.random.Generator) -> Array:
    """Utilities as they may be, float [len(expected), draws]."""
    factor = np.linalg.cholesky(covariance + _JITTER * np.eye(len(covariance)))
    return np.asarray(expected[:, None] + factor @ rng.standard_normal((len(covariance), draws)))
