"""How far listeners agree: Kendall's coefficient of concordance.

Kendall, M. G. & Babington Smith, B. (1939), "The Problem of m Rankings", The Annals of Mathematical Statistics 10(3),
275-287; with the correction for ties of Kendall, M. G. (1948), Rank Correlation Methods, chapter 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evolve.judging.rank_correlation import NO_PAIRS, average_ranks, concordance
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
        alike: Of each two listeners and each two candidates that both order, how often they place these alike.
        compared: How many those are.
    """

    w: float
    listeners: int
    candidates: int
    alike: int
    compared: int

    @property
    def in_words(self) -> str:
        """Such as ``2 listeners place 12 of 15 pairs alike (by chance: half; Kendall's W 0.82)``."""
        pairs = f"{self.alike:,} of {self.compared:,} pairs"
        each = ", any two of them taken together," if self.listeners > _FEWEST else ""
        return f"{self.listeners:,} listeners{each} place {pairs} alike (by chance: half; Kendall's W {self.w:.2f})"


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
    alike = sum((concordance(*two) for two in combinations(ranks, 2)), start=NO_PAIRS)
    return Agreement(round(12 * spread / most, 6), listeners, candidates, alike.right, alike.pairs)
