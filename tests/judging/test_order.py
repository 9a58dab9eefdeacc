"""Orders are read as a listener means them, and mistakes are explained in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BallotError
from evolve.judging.ballot import Ballot
from evolve.judging.letters import letter_name
from evolve.judging.order import check_heard, format_order, parse_order
from tests.judging.orderings import ballots, names

LETTERS = {"A": "g0-1", "B": "g0-2", "C": "g0-3", "D": "g0-4", "E": "g0-5b"}


@pytest.mark.parametrize(
    ("text", "tiers", "rejected"),
    [
        ("C > A = B > D > E", "C|AB|D|E", ""),
        ("c>a=b>d>e", "C|AB|D|E", ""),
        ("C > A = B ! D E", "C|AB", "DE"),
        ("C > A = B ! d, e", "C|AB", "DE"),
        ("g0-3 > G0-5B > a = g0-2 ! D", "C|E|AB", "D"),
        ("C > ...", "C|ABDE", ""),
        ("C > … ! E", "C|ABD", "E"),
        ("...", "ABCDE", ""),
        ("A > B > C > D > E > ...", "A|B|C|D|E", ""),
        ("! A B C D E", "", "ABCDE"),
        ("  B = A = E = D = C  \n", "BAEDC", ""),
    ],
)
def test_an_order_is_read(text: str, tiers: str, rejected: str) -> None:
    """Letters and ids in either case, ties, rejections and "the rest" all work."""
    expected = Ballot(
        tuple(tuple(LETTERS[letter] for letter in tier) for tier in tiers.split("|") if tier),
        tuple(LETTERS[letter] for letter in rejected),
    )

    assert parse_order(text, LETTERS) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nobody beside it|leaves out"),
        ("C > A", 'the order leaves out B, D, E; name every candidate, or end with "> ..." to tie the rest last'),
        ("C > F > ...", 'no candidate is called "F"; allowed: A, B, C, D, E'),
        ("g0-6 > ...", 'no candidate is called "g0-6"; did you mean "g0-[1-5]b?".*allowed: A'),
        ("C > A > C > ...", "the order names C more than once"),
        ("C > g0-3 > ...", "the order names C more than once"),
        ("C > ... ! C", "the order names C more than once"),
        ("C > > A > ...", 'has a ">" or "=" with nobody beside it'),
        ("C > A = B > D > E >", 'has a ">" or "=" with nobody beside it'),
        ("> C > ...", 'has a ">" or "=" with nobody beside it'),
        ("C A > ...", 'nothing stands between "C" and "A"; put ">"'),
        ("C, A, B", 'nothing stands between "C" and "A"; put ">"'),
        ("... > C", '"..." stands for all the rest and must be the last tier'),
        ("C > A = ...", '"..." stands for all the rest and must be the last tier'),
        ("C > ... !", 'rejects nobody after "!"'),
        ("C > ... ! D > E", 'the rejected after "!" have no order'),
        ("C ! D ! E", 'has two "!"'),
    ],
)
def test_a_mistake_in_an_order_is_explained_in_one_line(text: str, says: str) -> None:
    """What came, what is allowed, what to do."""
    with pytest.raises(BallotError, match=says) as caught:
        parse_order(text, LETTERS)

    assert "\n" not in str(caught.value)


@given(st.integers(0, 30).map(names).flatmap(ballots))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back(ballot: Ballot) -> None:
    """`format_order` and `parse_order` are inverse."""
    letters = {letter_name(place): each for place, each in enumerate(sorted(ballot.ids))}

    assert parse_order(format_order(ballot, letters), letters) == ballot


@given(st.text(alphabet="ABCDEFgx0-123 >=!.,…b", max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text_is_an_order_or_an_error_for_the_listener(text: str) -> None:
    """No text makes it fail in another way, and an order read holds everyone."""
    try:
        ballot = parse_order(text, LETTERS)
    except BallotError:
        return
    assert sorted(ballot.ids) == sorted(LETTERS.values())


@pytest.mark.parametrize("text", ["A>" * 50_000, "=" * 50_000, "A ! " + "B " * 50_000, "x" * 50_000, "A B " * 50_000])
def test_of_an_endless_order_the_beginning_is_told(text: str) -> None:
    """A file that was pasted by mistake does not fill the terminal."""
    with pytest.raises(BallotError) as told:
        parse_order(text, LETTERS)
    assert len(str(told.value)) < 300


def test_whoever_is_not_put_before_listeners_cannot_be_ranked() -> None:
    """The rule by which the others were chosen is told, and how a run hears others."""
    rule = "of 9 members, a sample of 3 is heard (heard=3, screening=sample)"
    check_heard("A > g0-1 = C ! D", ["g0-2", "g0-3"], rule)
    with pytest.raises(BallotError) as told:
        check_heard("A>G0-2 = g0-1 ! g0-3", ["g0-2", "g0-3"], rule)
    assert str(told.value) == (
        f"g0-2, g0-3 cannot be ranked, not being put before listeners: {rule}; order those whom evolve rank --json "
        "lists, and let a run hear others with: evolve start --set heard=N --set screening=RULE"
    )
