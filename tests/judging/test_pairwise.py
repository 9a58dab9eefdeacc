"""Merge insertion finds the order with the fewest questions, and can stop after any answer."""

from collections.abc import Sequence
from math import ceil, log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.judging.pairwise import PairAnswer, Question, most_questions, next_question, questions_asked, questions_left
from evolve.records.ballot import Ballot
from tests.judging.orderings import ballots, names


def answer(question: Question, truth: Ballot) -> PairAnswer:
    """What a listener with this ordering in mind says."""
    a, b = truth.ranks[question.a], truth.ranks[question.b]
    better = None if a == b else question.a if a < b else question.b
    return PairAnswer(question.a, question.b, better)


def interview(ids: Sequence[str], truth: Ballot) -> tuple[Ballot, list[PairAnswer]]:
    """All questions, each asked of a comparison that has just come back from its saved answers."""
    answers: list[PairAnswer] = []
    while isinstance(step := next_question(ids, answers), Question):
        left = questions_left(ids, answers)
        answers.append(answer(step, truth))
        assert questions_left(ids, answers) < left, "the progress display never goes back"
    return step, answers


@given(st.integers(0, 24).map(names).flatmap(lambda ids: ballots(ids, rejections=False)))
@settings(max_examples=40, deadline=None)
def test_any_hidden_order_is_found_within_the_bound(truth: Ballot) -> None:
    """With ties or without, the ballot is the truth, and no more is asked than Ford and Johnson allow."""
    ids = sorted(truth.ids)

    found, answers = interview(ids, truth)

    assert [set(tier) for tier in found.tiers] == [set(place) for place in truth.places]
    assert len(answers) <= most_questions(len(ids))
    assert len({frozenset((each.a, each.b)) for each in answers}) == len(answers), "nothing is asked twice"


@given(st.integers(1, 40).map(names).flatmap(st.permutations))
@settings(max_examples=40, deadline=None)
def test_distinct_candidates_take_no_more_questions_than_the_bound(order: list[str]) -> None:
    """A strict order is found with at most the sum of ceil(log2(3k/4)) questions."""
    truth = Ballot(tuple((each,) for each in order))

    found, answers = interview(sorted(order), truth)

    assert found == truth
    assert len(answers) <= sum(ceil(log2(3 * k / 4)) for k in range(1, len(order) + 1))


def test_the_bound_is_the_published_one() -> None:
    """Knuth's table 5.3.1 (1) lists these numbers for 1 to 12 candidates."""
    assert [most_questions(count) for count in range(1, 13)] == [0, 1, 3, 5, 7, 10, 13, 16, 19, 22, 26, 30]


@pytest.mark.parametrize("count", [1, 2, 5, 8, 21])
def test_all_tied_needs_no_more_than_one_question_fewer_than_candidates(count: int) -> None:
    """Every tie takes one candidate out of the questions."""
    ids = names(count)

    found, answers = interview(ids, Ballot((tuple(ids),)))

    assert found == Ballot((tuple(ids),))
    assert len(answers) == count - 1


def test_a_later_answer_to_the_same_question_counts() -> None:
    """Who answers anew is believed."""
    first, second = PairAnswer("a", "b", "a"), PairAnswer("b", "a", "b")

    assert next_question("ab", [first, second]) == Ballot((("b",), ("a",)))
    assert questions_asked("ab", [first, second]) == 1
