"""A ballot is an ordering in which everyone stands once."""

import pytest

from evolve.errors import BallotError
from evolve.records.ballot import Ballot, ListeningLog, Playback


def test_ties_share_the_better_rank_and_the_rejected_come_last_together() -> None:
    """Ranks count candidates, not tiers."""
    ballot = Ballot((("a",), ("b", "c"), ("d",)), ("e", "f"))

    assert ballot.ranks == {"a": 1, "b": 2, "c": 2, "d": 4, "e": 5, "f": 5}
    assert ballot.ids == ("a", "b", "c", "d", "e", "f")


def test_favourites_break_ties_and_nothing_else() -> None:
    """Of those tied, who has more comes first; the rejected stay tied, and no tier overtakes another."""
    ballot = Ballot(
        (("a",), ("b", "c", "d", "e")), ("f", "g"), (("g", 1), ("e", 2), ("d", 2), ("d", 1), ("c", 3), ("g", 2))
    )

    assert ballot.favourites == (("c", 3), ("d", 1), ("d", 2), ("e", 2), ("g", 1), ("g", 2))
    assert ballot.places == (("a",), ("d",), ("c", "e"), ("b",))
    assert ballot.ranks == {"a": 1, "d": 2, "c": 3, "e": 3, "b": 5, "f": 6, "g": 6}
    assert ballot.ids == ("a", "b", "c", "d", "e", "f", "g")


def test_a_song_is_loved_once_more_or_no_longer() -> None:
    """Toggled twice, the ballot is what it was."""
    ballot = Ballot((("a", "b"),))

    assert ballot.toggled(("b", 2)).toggled(("a", 1)).favourites == (("a", 1), ("b", 2))
    assert ballot.toggled(("b", 2)).toggled(("b", 2)) == ballot


def test_favourites_are_kept_unless_others_are_named() -> None:
    """As of an order that is typed after hearts were given in the list."""
    before = Ballot((("a", "b"),), (), (("b", 2),))

    assert Ballot((("a",), ("b",))).keeping_comments_and_favourites_of(before) == Ballot(
        (("a",), ("b",)), (), (("b", 2),)
    )
    other = Ballot((("a",), ("b",)), (), (("a", 1),))
    assert other.keeping_comments_and_favourites_of(before) == other


@pytest.mark.parametrize(
    ("favourites", "says"),
    [
        ((("b", 1),), "sample 1 of b cannot be a favourite: b is not on the ballot"),
        ((("a", 0),), "sample 0 of a cannot be a favourite: samples are numbered from 1"),
        ((("a", 1), ("a", 1)), "sample 1 of a cannot be a favourite: it is named more than once"),
    ],
)
def test_a_favourite_that_cannot_be_is_refused(favourites: tuple[tuple[str, int], ...], says: str) -> None:
    """Only songs of those on the ballot, each once."""
    with pytest.raises(BallotError) as caught:
        Ballot((("a",),), (), favourites)

    assert str(caught.value) == says


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


def test_a_comment_takes_the_place_of_the_one_before() -> None:
    """One for each candidate; spaces are tidied, and an empty one is none."""
    ballot = Ballot((("a", "b"),)).commented("b", "too  long\n").commented("a", "lovely")

    assert ballot.comments == (("a", "lovely"), ("b", "too long"))
    assert ballot.commented("b", "better").comments == (("a", "lovely"), ("b", "better"))
    assert ballot.commented("b", " ").comments == (("a", "lovely"),)


@pytest.mark.parametrize(
    ("comments", "says"),
    [
        ((("b", "good"),), "the comment on b cannot be kept: b is not on the ballot"),
        ((("a", "good"), ("a", "bad")), "the comment on a cannot be kept: there is more than one"),
        ((("a", "x" * 1001),), "the comment on a has 1,001 characters; allowed are 1 to 1,000"),
    ],
)
def test_a_comment_that_cannot_be_is_refused(comments: tuple[tuple[str, str], ...], says: str) -> None:
    """Only on those on the ballot, one each, no longer than a page shows."""
    with pytest.raises(BallotError) as caught:
        Ballot((("a",),), (), (), comments)

    assert str(caught.value) == says


def test_what_was_played_adds_up() -> None:
    """By sample, in the order in which each was played first."""
    first = ListeningLog(10.0, (Playback("a", 1, 1, 5.0), Playback("b", 2, 1, 2.5)))
    more = ListeningLog(5.5, (Playback("b", 2, 2, 1.0), Playback("a", 2, 1, 1.0)))

    both = first.plus(more)
    assert both == ListeningLog(15.5, (Playback("a", 1, 1, 5.0), Playback("b", 2, 3, 3.5), Playback("a", 2, 1, 1.0)))
    assert both.plays == 5
    assert not ListeningLog()
