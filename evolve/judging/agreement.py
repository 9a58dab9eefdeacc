"""How far listeners agree: Kendall's coefficient of concordance.

Kendall, M. G. & Babington Smith, B. (1939), "The Problem of m Rankings", The Annals of Mathematical Statistics 10(3),
275-287; with the correction for ties of Kendall, M. G. (1948), Rank Correlation Methods, chapter 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolve.judging.rank_correlation import average_ranks
from evolve.records.ballot import Ballot

_FEWEST = 2
"""Listeners, and candidates, below which there is nothing to agree on."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the listeners of a generation agree.

    Attributes:
        w: Kendall's W: 1, all rank alike; by chance 1 divided by the number of listeners; 0, two want the opposite.
        listeners: How many ballots it is of.
        candidates: How many candidates are on all of them.
    """

    w: float
    listeners: int
    candidates: int

    @property
    def in_words(self) -> str:
        """Such as ``3 listeners agree with Kendall's W = 0.71``."""
        means = f"1: all alike, {1 / self.listeners:.2f}: by chance"
        return f"{self.listeners:,} listeners agree with Kendall's W = {self.w:.2f} ({means})"


def agreement_of(ballots: Sequence[Ballot]) -> Agreement | None:
    """How far some ballots agree on the candidates that all of them hold; the rejected rank last, tied.

    None of fewer than two ballots or candidates, and where some ballot ties all of them: it says nothing.
    """
    shared = sorted(set.intersection(*(set(ballot.ids) for ballot in ballots))) if ballots else []
    listeners, candidates = len(ballots), len(shared)
    if listeners < _FEWEST or candidates < _FEWEST:
        return None
    ranks = np.array([average_ranks(np.array([ballot.ranks[name] for name in shared], float)) for ballot in ballots])
    ties = sum(int((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    if any(np.ptp(row) == 0 for row in ranks):
        return None
    spread = float(((ranks.sum(axis=0) - listeners * (candidates + 1) / 2) ** 2).sum())
    most = listeners**2 * (candidates**3 - candidates) - listeners * ties
    return Agreement(round(12 * spread / most, 6), listeners, candidates)
