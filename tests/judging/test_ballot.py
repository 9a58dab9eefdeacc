"""A ballot is an ordering in which everyone stands once."""

import pytest

from evolve.errors import BallotError
from evolve.judging.ballot import Ballot


def test_ties_share_the_better_rank_and_the_rejected_come_last_together() -> None:
    """Ranks count candidates, not tiers."""
    ballot = Ballot((("a",), ("b", "c"), ("d",)), ("e", "f"))

    assert ballot.ranks == {"a": 1, "b": 2, "c": 2, "d": 4, "e": 5, "f": 5}
    assert ballot.ids == ("a", "b", "c", "d", "e", "f")


@pytest.mark.parametrize(
    ("tiers", "rejected", "says"),
    [((("a",), ()), (), "empty tier"), ((("a",), ("a",)), (), "names a more"), ((("a",),), ("a",), "names a more")],
)
def test_a_ballot_that_is_no_ordering_is_refused(
    tiers: tuple[tuple[str, ...], ...], rejected: tuple[str, ...], says: str
) -> None:
    """Nobody may stand in two places, and no place may be empty."""
    with pytest.raises(BallotError, match=says):
        Ballot(tiers, rejected)
