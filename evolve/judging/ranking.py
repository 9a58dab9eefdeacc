"""What all ballots of a generation say together.

Listeners need not have heard the same candidates, nor agree. Each ballot is broken into its pairs (a tie is half a
win each way), and Plackett-Luce log-strengths are fitted to all pairs at once, as in Hunter, D. R. (2004), "MM
algorithms for generalized Bradley-Terry models", The Annals of Statistics 32(1), and Maystre, L. & Grossglauser, M.
(2015), "Fast and Accurate Inference of Plackett-Luce Models", NeurIPS 28, whose `choix` does the fitting.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from evolve.errors import BallotError
from evolve.records.ballot import Ballot, RankingEntry

_PENALTY = 0.05
"""On each squared log-strength: a normal prior of standard deviation 3.2.

Mild: of two candidates compared once, the winner is thought to win again 9 times in 10. Without it, whoever won every
comparison would be infinitely strong.
"""

_SAME_UTILITY = 1e-4
"""Utilities nearer than this to the next better one share its rank; well above the error of the fit."""


Ranking = Mapping[str, RankingEntry]
"""Where everyone came: entries by id, best first, the rejected last."""


def rank(ballots: Sequence[Ballot]) -> Ranking:
    """The one ranking of all ballots of a generation, whatever their order.

    A candidate is rejected when more than half of the ballots that hold it reject it; the rejected share the last
    rank. With one ballot the ranks are those of its tiers, whose ties its favourites break; with several they follow
    the utilities.

    Args:
        ballots: At least one; a listener may have ordered only a part of the candidates.

    Raises:
        BallotError: When there is no ballot, or nobody on any.
    """
    ids = sorted({candidate for ballot in ballots for candidate in ballot.ids})
    if not ids:
        raise BallotError("there is no ballot to rank by; rank the generation first")
    utilities = _utilities(ids, ballots)
    rejected = _rejected(ids, ballots)
    ranks = ballots[0].ranks if len(ballots) == 1 else _ranks(utilities, rejected)
    entries = {
        candidate: RankingEntry(ranks[candidate], utilities[candidate], candidate in rejected) for candidate in ids
    }
    return dict(sorted(entries.items(), key=lambda item: (item[1].rank, item[0])))


def _rejected(ids: Sequence[str], ballots: Sequence[Ballot]) -> frozenset[str]:
    """Those whom more than half of their listeners rejected."""
    heard = Counter(candidate for ballot in ballots for candidate in ballot.ids)
    refused = Counter(candidate for ballot in ballots for candidate in ballot.rejected)
    return frozenset(candidate for candidate in ids if 2 * refused[candidate] > heard[candidate])


def _ranks(utilities: Mapping[str, float], rejected: frozenset[str]) -> dict[str, int]:
    """Ranks by utility, the rejected last, all with one rank."""
    eligible = sorted(utilities.keys() - rejected, key=lambda candidate: -utilities[candidate])
    ranks: dict[str, int] = {}
    last = ""
    for place, candidate in enumerate(eligible, start=1):
        same = last and utilities[last] - utilities[candidate] < _SAME_UTILITY
        ranks[candidate] = ranks[last] if same else place
        last = candidate
    return ranks | dict.fromkeys(rejected, len(eligible) + 1)


def _utilities(ids: Sequence[str], ballots: Sequence[Ballot]) -> dict[str, float]:
    """The log-strengths that make all pairs most probable, under a mild prior; their mean is 0."""
    import choix  # noqa: PLC0415 - takes 2 s of CPU time with its SciPy; only a ranking needs it

    place = {candidate: index for index, candidate in enumerate(ids)}
    wins = sorted((place[a], place[b]) for ballot in ballots for a, b in _half_wins(ballot))
    # Every pair counts two half wins, so the penalty doubles too.
    strengths = choix.opt_pairwise(len(ids), wins, alpha=2 * _PENALTY, tol=1e-9)
    return {candidate: round(float(strength), 9) + 0.0 for candidate, strength in zip(ids, strengths, strict=True)}


def _half_wins(ballot: Ballot) -> list[tuple[str, str]]:
    """Two (winner, loser) for each pair: both for the better one, or one each way in a tie."""
    ranks = ballot.ranks
    best_first = sorted(ballot.ids, key=ranks.__getitem__)
    return [
        half
        for a, b in combinations(best_first, 2)
        for half in (((a, b), (a, b)) if ranks[a] < ranks[b] else ((a, b), (b, a)))
    ]
