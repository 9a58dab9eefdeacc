"""Which few of many samples to keep: those that are expected to be liked most, and are unlike each other.

This is maximal marginal relevance (Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering
documents and producing summaries", SIGIR 1998): one after the other is picked, each for what is expected of it, less
its likeness to the one picked already that it is most like.
"""

import numpy as np

Array = np.ndarray


def best_and_different(expected: Array, features: Array, count: int) -> list[int]:
    """The places of those to keep, in the order in which they are picked: the one expected to be liked most first.

    Likeness is a Gaussian of the distance: 1 of samples with the same features, about a third of two random ones. It
    counts in standard deviations of what is expected.

    Args:
        expected: The utility of each sample, float [samples].
        features: Of each, in any units, float [samples, features].
        count: How many are wanted, at least 1.

    Returns:
        At most `count` places, from 0; of samples with the same features one at most.
    """
    differing = features[:, np.ptp(features, axis=0) > 0]
    if not differing.shape[1]:
        return [int(expected.argmax())]
    places = np.sort(np.unique(differing, axis=0, return_index=True)[1])
    worth, table = _standardized(expected[places]), _standardized(differing[places])
    likeness = np.zeros(len(places))
    picked: list[int] = []
    for _ in range(min(count, len(places))):
        gains = worth - likeness
        gains[picked] = -np.inf
        picked.append(int(gains.argmax()))
        likeness = np.maximum(likeness, np.exp(-0.5 * ((table - table[picked[-1]]) ** 2).mean(axis=1)))
    return [int(place) for place in places[picked]]


def _standardized(numbers: Array) -> Array:
    spread = numbers.std(axis=0)
    return np.asarray((numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
