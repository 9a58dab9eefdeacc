"""Which songs stand for all songs of a network: a few whose mean is near the mean of all.

A listener hears three songs and judges the network that made them. Songs that are drawn at random say little of it; a
set whose features have, on average, the mean of forty says more (docs/decisions/songs-heard.md).
"""

from collections.abc import Mapping, Sequence

import numpy as np


def typical_order(features: Sequence[Mapping[str, float | None]], count: int) -> tuple[int, ...]:
    """All songs in the order in which they are to be heard: places from 0.

    The first `count` are chosen together, so that their mean is nearest to that of all: the best set that is found by
    exchanging one song for another, whichever song it begins with. Of these, and then of the others, each brings the
    mean of those up to it as near as it can.

    Args:
        features: Of each song the same numbers by name, at least one song. A number that is missing counts as the
            middle of the others; features that do not differ do not count.
        count: How many will be heard, 1 at least; no more than there are.
    """
    table = _standardised(features)
    everyone = range(len(table))
    sets = [
        _exchanged(table, _greedy(table, (first,), [place for place in everyone if place != first])[:count])
        for first in everyone
    ]
    chosen = min(sets, key=lambda some: float((table[some].sum(axis=0) ** 2).sum()))
    heard = _greedy(table, (), chosen)
    return _greedy(table, heard, [place for place in everyone if place not in heard])


def _standardised(features: Sequence[Mapping[str, float | None]]) -> np.ndarray:
    """Each feature less its mean, in its own standard deviations, float64 [songs, features]."""
    columns = [
        np.array([np.nan if one[name] is None else one[name] for one in features], float) for name in features[0]
    ]
    known = [np.where(np.isnan(own), np.nanmedian(own), own) for own in columns if not np.isnan(own).all()]
    differing = [own for own in known if own.std() > 0]
    if not differing:
        return np.zeros((len(features), 1))
    return np.stack([(own - own.mean()) / own.std() for own in differing], axis=1)


def _greedy(table: np.ndarray, first: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """The first, and after them the others, each the one that brings the sum so far nearest to zero."""
    order, left = list(first), list(others)
    total = table[order].sum(axis=0)
    while left:
        distances = ((total + table[left]) ** 2).sum(axis=1)
        order.append(left.pop(int(distances.argmin())))
        total = total + table[order[-1]]
    return tuple(order)


def _exchanged(table: np.ndarray, chosen: Sequence[int]) -> list[int]:
    """The chosen, one exchanged for another as long as the sum comes nearer to zero."""
    chosen = list(chosen)
    while True:
        total = table[chosen].sum(axis=0)
        others = [place for place in range(len(table)) if place not in chosen]
        if not others:
            return chosen
        sums = total - table[chosen][:, None] + table[others][None]
        distances = (sums**2).sum(axis=2)
        out, into = np.unravel_index(distances.argmin(), distances.shape)
        if distances[out, into] >= (total**2).sum() * (1 - 1e-9):
            return chosen
        chosen[out] = others[into]
