"""Which of many are most worth hearing: those among whom the best is expected to be best.

This is qEUBO, the expected utility of the best option (Astudillo, Lin, Bakshy and Frazier, "qEUBO: a decision-theoretic
acquisition function for preferential Bayesian optimization", AISTATS 2023), built up one by one, with the best of those
heard so far as the first.
"""

import numpy as np

Array = np.ndarray

_DRAWS = 256
_JITTER = 1e-6


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
    factor = np.linalg.cholesky(covariance + _JITTER * np.eye(len(covariance)))
    drawn = expected[:, None] + factor @ rng.standard_normal((len(covariance), _DRAWS))
    best, options, chosen = drawn[0], drawn[1:], list[int]()
    for _ in range(min(count, len(options))):
        gains = np.maximum(options - best, 0).mean(axis=1)
        gains[chosen] = -1.0
        chosen.append(int(np.argmax(gains)))
        best = np.maximum(best, options[chosen[-1]])
    return chosen
