"""Ballots are combined into one ranking, fairly and in any order."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BallotError
from evolve.judging.ranking import rank
from evolve.records.ballot import Ballot
from tests.judging.orderings import ballots, names


def strict(order: str, rejected: str = "") -> Ballot:
    """A ballot of one-letter candidates without ties."""
    return Ballot(tuple(tuple(each) for each in order), tuple(rejected))


@given(st.integers(1, 9).map(names).flatmap(ballots))
@settings(max_examples=40, deadline=None)
def test_one_ballot_is_the_ranking(ballot: Ballot) -> None:
    """Ranks are exactly its tiers, and utilities say the same."""
    ranking = rank([ballot])

    assert {each: entry.rank for each, entry in ranking.items()} == ballot.ranks
    assert {each for each, entry in ranking.items() if entry.rejected} == set(ballot.rejected)
    for better in ballot.ids:
        for worse in ballot.ids:
            gap = ranking[better].utility - ranking[worse].utility
            assert (gap > 1e-3) == (ballot.ranks[better] < ballot.ranks[worse])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_ballots_does_not_matter(data: Any) -> None:  # noqa: ANN401 - Hypothesis' data has no type
    """The same ballots in another order give the very same ranking."""
    parts = st.lists(st.sampled_from(names(7)), min_size=1, unique=True)
    cast = data.draw(st.lists(parts.flatmap(ballots), min_size=1, max_size=5))

    assert list(rank(data.draw(st.permutations(cast))).items()) == list(rank(cast).items())


def test_listeners_who_agree_are_agreed_with() -> None:
    """Several ballots of one order rank as each does."""
    assert list(rank([strict("BCA"), strict("BCA"), strict("BCA")])) == ["B", "C", "A"]


def test_the_majority_of_comparisons_decides() -> None:
    """Two against one."""
    assert list(rank([strict("ABC"), strict("ABC"), strict("CAB")])) == ["A", "B", "C"]


def test_favourites_break_ties_among_several_ballots() -> None:
    """Also against the order of the blind letters; who is rejected gains nothing by them."""
    tied = Ballot((("A", "B", "C"),))
    loved = Ballot((("A", "B", "C"),), (), (("C", 2), ("C", 1), ("B", 1)))

    assert list(rank([tied, loved])) == ["C", "B", "A"]
    assert [entry.rank for entry in rank([tied, loved]).values()] == [1, 2, 3]
    assert rank([loved])["C"].utility == pytest.approx(rank([strict("CBA")])["C"].utility)
    rejected = rank([Ballot((("A",),), ("B", "C"), (("C", 1),))])
    assert [(entry.rank, entry.rejected) for entry in rejected.values()] == [(1, False), (2, True), (2, True)]


def test_opposite_ballots_tie_everyone() -> None:
    """Who is as often above as below shares a rank."""
    ranking = rank([strict("ABC"), strict("CBA")])

    assert {entry.rank for entry in ranking.values()} == {1}


def test_listeners_who_heard_different_parts_are_joined() -> None:
    """B beats C through A, whom both listeners heard."""
    assert list(rank([strict("BA"), strict("AC")])) == ["B", "A", "C"]


def test_the_rejected_of_a_majority_come_last_however_strong() -> None:
    """More than half of those who heard it must reject it."""
    one_of_two = rank([strict("AB"), strict("B", "A")])
    two_of_three = rank([strict("ABC"), strict("CB", "A"), strict("CB", "A")])
    of_those_who_heard = rank([strict("BC"), strict("CB"), strict("B", "A")])

    assert not one_of_two["A"].rejected
    assert list(two_of_three) == ["C", "B", "A"]
    assert (two_of_three["A"].rank, two_of_three["A"].rejected) == (3, True)
    assert of_those_who_heard["A"].rejected


def test_an_undefeated_candidate_has_a_finite_utility() -> None:
    """The mild prior keeps a clean sweep from being infinite."""
    assert 1.0 < rank([strict("ABCDEFGH")] * 5)["A"].utility < 20.0


def test_no_ballot_is_no_ranking() -> None:
    """It says what to do instead."""
    with pytest.raises(BallotError, match="rank the generation first"):
        rank([])


def test_the_plain_parts_load_nothing_heavy() -> None:
    """Reports and scripted rankings stay quick to start."""
    plain = ("presenting", "order", "draft", "pairwise", "ranking", "reliability", "rank_correlation", "player")
    heavy = {"scipy", "choix", "prompt_toolkit", "questionary", "rich", "tensorflow", "ray", "music21"}
    imports = ", ".join(f"evolve.judging.{module}" for module in plain)
    code = f"import sys, {imports}; print(sorted({heavy!r} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
