"""Self-consistency: a candidate that is presented twice, under a second letter, and how far apart it was placed.

The second appearance has an id of its own while a ballot is filled in, so that letters and ids stay one to one. It is
dropped from the ballot before that is kept: whatever is bred, everyone counts once.
"""

from collections.abc import Collection, Sequence
from typing import Final

from evolve.judging.presenting import original_of
from evolve.randomness import derive_rng
from evolve.records.ballot import LONGEST_COMMENT, Ballot, Repeat

_FEWEST: Final = 2
"""Candidates, below which there is nothing to place one between."""


def repeated(ids: Collection[str], elites: Collection[str], *, seed: int, generation: int, listener: str) -> str | None:
    """Who is presented twice to a listener; None where there are too few.

    Nobody who comes back from the generation before: such a one would have three letters in two generations.

    Args:
        ids: The candidates of one generation, in any order.
        elites: Who came back.
        seed: The run's seed.
        generation: From 0.
        listener: The listener's name; each has another.
    """
    new = sorted(set(ids) - set(elites))
    if len(ids) < _FEWEST or not new:
        return None
    return new[int(derive_rng(seed, "repeat", generation, listener).integers(len(new)))]


def without_repeat(ballot: Ballot) -> tuple[Ballot, Repeat | None]:
    """The ballot with everyone once, and where the two appearances of one came; None where nobody has two.

    The first appearance keeps its place. It has the favourites and the comments of both.
    """
    again = next((name for name in ballot.ids if original_of(name) != name), None)
    if again is None:
        return ballot, None
    once = original_of(again)
    tiers = (tuple(name for name in tier if name != again) for tier in ballot.tiers)
    kept = Ballot(
        tuple(tier for tier in tiers if tier),
        tuple(name for name in ballot.rejected if name != again),
        tuple(dict.fromkeys((original_of(name), sample) for name, sample in ballot.favourites)),
        _comments_once(ballot.comments, once, again),
    )
    return kept, Repeat(once, (ballot.ranks[once], ballot.ranks[again]), len(ballot.ids))


def _comments_once(comments: Sequence[tuple[str, str]], once: str, again: str) -> tuple[tuple[str, str], ...]:
    told = dict(comments)
    both = " / ".join(told.pop(name) for name in (once, again) if name in told)
    return (*told.items(), *([(once, both[:LONGEST_COMMENT].strip())] if both else []))
