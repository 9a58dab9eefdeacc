"""Moves on an unfinished ordering: each takes a ballot and gives a ballot."""

from collections.abc import Sequence
from enum import StrEnum

from evolve.judging.ballot import Ballot

Tiers = tuple[tuple[str, ...], ...]


class Action(StrEnum):
    """What a listener may do with one candidate."""

    UP = "up"
    DOWN = "down"
    TOP = "top"
    BOTTOM = "bottom"
    TIE = "tie"
    UNTIE = "untie"
    REJECT = "reject"
    UNREJECT = "unreject"


def rearrange(ballot: Ballot, action: Action, candidate: str, *, ids: Sequence[str]) -> Ballot:
    """The ordering after one move of one candidate.

    - ``up``, ``down``: one that is tied leaves its tie, to stand alone just above or below it; one that stands alone
      changes places with a single neighbour, or joins the tie that it meets. Up also takes back a rejection.
    - ``top``, ``bottom``: alone above, or below, all others that are not rejected.
    - ``tie``: the first of its tier joins the tier above, with all that are tied to it.
    - ``untie``: a tie parts in two, above this candidate.
    - ``reject``, ``unreject``: below all tiers, and back as the last tier.

    Args:
        ballot: Where every candidate is now.
        action: What to do.
        candidate: Its id, which is on the ballot.
        ids: All candidates; those tied, and those rejected, are kept in this order.

    Returns:
        A new ballot with the same candidates, or the very same object when the move changes nothing.
    """
    changed = _changed(ballot, action, candidate)
    place = {each: index for index, each in enumerate(ids)}
    tidy = Ballot(
        tuple(tuple(sorted(tier, key=place.__getitem__)) for tier in changed.tiers),
        tuple(sorted(changed.rejected, key=place.__getitem__)),
        ballot.favourites,
    )
    return ballot if tidy == ballot else tidy


def _changed(ballot: Ballot, action: Action, candidate: str) -> Ballot:
    if candidate in ballot.rejected:
        return _taken_back(ballot, action, candidate)
    if action is Action.REJECT:
        return Ballot(_without(ballot.tiers, candidate), (*ballot.rejected, candidate))
    return Ballot(_moved(ballot.tiers, action, candidate), ballot.rejected)


def _moved(tiers: Tiers, action: Action, candidate: str) -> Tiers:
    """The tiers after a move that rejects nobody."""
    match action:
        case Action.UP:
            moved = _up(tiers, candidate)
        case Action.DOWN:
            moved = _up(tiers[::-1], candidate)[::-1]
        case Action.TOP:
            moved = ((candidate,), *_without(tiers, candidate))
        case Action.BOTTOM:
            moved = (*_without(tiers, candidate), (candidate,))
        case Action.TIE:
            moved = _tie(tiers, candidate)
        case Action.UNTIE:
            moved = _untie(tiers, candidate)
        case _:
            moved = tiers
    return moved


def _taken_back(ballot: Ballot, action: Action, candidate: str) -> Ballot:
    """What a move does to one that is rejected."""
    rejected = tuple(other for other in ballot.rejected if other != candidate)
    match action:
        case Action.UP | Action.UNREJECT | Action.BOTTOM:
            return Ballot((*ballot.tiers, (candidate,)), rejected)
        case Action.TOP:
            return Ballot(((candidate,), *ballot.tiers), rejected)
        case _:
            return ballot


def _up(tiers: Tiers, candidate: str) -> Tiers:
    """One step towards the first tier."""
    at = _tier_of(tiers, candidate)
    others = tuple(other for other in tiers[at] if other != candidate)
    if others:
        return (*tiers[:at], (candidate,), others, *tiers[at + 1 :])
    if at == 0:
        return tiers
    above = tiers[at - 1]
    met = ((candidate,), above) if len(above) == 1 else ((*above, candidate),)
    return (*tiers[: at - 1], *met, *tiers[at + 1 :])


def _tie(tiers: Tiers, candidate: str) -> Tiers:
    at = _tier_of(tiers, candidate)
    if at == 0 or tiers[at][0] != candidate:
        return tiers
    return (*tiers[: at - 1], tiers[at - 1] + tiers[at], *tiers[at + 1 :])


def _untie(tiers: Tiers, candidate: str) -> Tiers:
    at = _tier_of(tiers, candidate)
    cut = tiers[at].index(candidate)
    return (*tiers[:at], tiers[at][:cut], tiers[at][cut:], *tiers[at + 1 :]) if cut else tiers


def _without(tiers: Tiers, candidate: str) -> Tiers:
    fewer = (tuple(other for other in tier if other != candidate) for tier in tiers)
    return tuple(tier for tier in fewer if tier)


def _tier_of(tiers: Tiers, candidate: str) -> int:
    return next(index for index, tier in enumerate(tiers) if candidate in tier)
