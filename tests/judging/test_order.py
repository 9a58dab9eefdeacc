"""Orders are read as a listener means them, and mistakes are explained in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BallotError
from evolve.judging.order import (
    HEART,
    PLAIN_HEART,
    ballot_of,
    check_heard,
    format_order,
    heart_in,
    parse_order,
    parse_sample,
)
from evolve.judging.presenting import letter_name
from evolve.records.ballot import Ballot
from tests.judging.orderings import SONG_NUMBERS, ballots, names

LETTERS = {"A": "g0-1", "B": "g0-2", "C": "g0-3", "D": "g0-4", "E": "g0-5b"}
SONGS = dict.fromkeys(LETTERS.values(), (1, 2, 3))


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

    assert parse_order(text, LETTERS, SONGS) == expected


@given(ballots(list(LETTERS.values())))
def test_tiers_of_a_program_are_the_ballot_of_their_order(ballot: Ballot) -> None:
    """By letters or ids; one who is alone on a tier need not be a list."""
    letter_of = {candidate: letter for letter, candidate in LETTERS.items()}
    plain = Ballot(ballot.tiers, ballot.rejected)
    by_letter = [[letter_of[name] for name in tier] for tier in ballot.tiers]
    alone = [tier[0] if len(tier) == 1 else tier for tier in ballot.tiers]
    for tiers in (ballot.tiers, by_letter, alone):
        assert ballot_of(tiers, ballot.rejected, LETTERS, SONGS) == plain
    assert ballot_of(format_order(ballot, LETTERS), (), LETTERS, SONGS) == ballot


@pytest.mark.parametrize(
    ("text", "without", "favourites"),
    [
        ("C♥2 > A = B > D > E", "C > A = B > D > E", [("C", 2)]),
        ("c+2>a=b+1+3>d>e", "C > A = B > D > E", [("C", 2), ("B", 1), ("B", 3)]),
        ("C ♥ 3 ♥1 > ...", "C > ...", [("C", 1), ("C", 3)]),
        ("C❤️2❤2 > ...", "C > ...", [("C", 2)]),
        ("g0-3+2 > ... ! G0-5B♥1, D+3", "C > ... ! E D", [("C", 2), ("E", 1), ("D", 3)]),
        ("! A B +2 C D ♥1♥2 E", "! A B C D E", [("B", 2), ("D", 1), ("D", 2)]),
        ("B = A+1 > C > D > E", "B = A > C > D > E", [("A", 1)]),
    ],
)
def test_a_heart_behind_a_name_makes_a_song_a_favourite(
    text: str, without: str, favourites: list[tuple[str, int]]
) -> None:
    """With a heart or a plus, with spaces or without, of the rejected too; the order is what it is without hearts."""
    plain = parse_order(without, LETTERS, SONGS)
    loved = tuple((LETTERS[letter], song) for letter, song in favourites)

    assert parse_order(text, LETTERS, SONGS) == Ballot(plain.tiers, plain.rejected, loved)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("C+7 > ...", "C has no sample 7; its samples are 1, 2 and 3"),
        ("C > ... ! g0-4♥0", "g0-4 has no sample 0; its samples are 1, 2 and 3"),
        ("C♥ > ...", '"C♥2" or "C+2"; got "C♥"'),
        ("C♥x > ...", '"C♥2" or "C+2"; got "C♥x"'),
        ("♥2 > C > ...", '"C♥2" or "C+2"; got "♥2"'),
        ("C > ...♥2", '"C♥2" or "C+2"; got "...♥2"'),
        ("C♥-1 > ...", '"C♥2" or "C+2"; got "C♥-1"'),
        ("C♥1 2 > ...", 'nothing stands between "C" and "2"'),
        ("X+2 > ...", 'no candidate is called "X"'),
        ("C+1 > C+2 > ...", "the order names C more than once"),
    ],
)
def test_a_heart_for_no_song_is_explained_in_one_line(text: str, says: str) -> None:
    """Which songs there are, or where a heart stands."""
    with pytest.raises(BallotError) as caught:
        parse_order(text, LETTERS, SONGS)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_whoever_has_no_songs_or_one_is_told_so() -> None:
    """The line names what there is."""
    for songs, says in (
        ((4,), "A has no sample 2; its only sample is 4"),
        ((), "A has no sample 2; it has no samples"),
    ):
        with pytest.raises(BallotError) as caught:
            parse_order("A+2", {"A": "g0-1"}, {"g0-1": songs})
        assert str(caught.value) == says


def test_favourites_are_written_in_the_order_of_the_ballot() -> None:
    """Hearts where the encoding has them, else pluses."""
    ballot = parse_order("C+3+1 > A = B > D ! E+2", LETTERS, SONGS)

    assert format_order(ballot, LETTERS, heart=heart_in("utf-8")) == "C♥1♥3 > A = B > D ! E♥2"
    assert format_order(ballot, LETTERS, heart=heart_in("iso-8859-1")) == "C+1+3 > A = B > D ! E+2"
    assert [heart_in(encoding) for encoding in ("UTF-8", "ascii", "no-such-encoding", None)] == ["♥", "+", "+", "+"]


@pytest.mark.parametrize(
    ("text", "song"),
    [
        ("g0-3+2", ("g0-3", 2)), ("g0-3♥12", ("g0-3", 12)), (" g0-3 ❤️ 2 ", ("g0-3", 2)), ("g0-3", None),
        ("g0-3+", None), ("+2", None), ("g0-3+1+2", None), ("g0-3+x", None), ("", None),
    ],
)  # fmt: skip
def test_a_song_is_named_by_its_individual_and_its_number(text: str, song: tuple[str, int] | None) -> None:
    """As hearts in an order are."""
    assert parse_sample(text) == song


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
        parse_order(text, LETTERS, SONGS)

    assert "\n" not in str(caught.value)


@given(st.integers(0, 30).map(names).flatmap(ballots), st.sampled_from([HEART, PLAIN_HEART]))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back(ballot: Ballot, heart: str) -> None:
    """`format_order` and `parse_order` are inverse, favourites included."""
    letters = {letter_name(place): each for place, each in enumerate(sorted(ballot.ids))}

    songs = dict.fromkeys(ballot.ids, SONG_NUMBERS)

    assert parse_order(format_order(ballot, letters, heart=heart), letters, songs) == ballot


@given(st.text(alphabet="ABCDEFgx0-123 >=!.,…b♥+\ufe0f", max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text_is_an_order_or_an_error_for_the_listener(text: str) -> None:
    """No text makes it fail in another way, and an order read holds everyone."""
    try:
        ballot = parse_order(text, LETTERS, SONGS)
    except BallotError:
        return
    assert sorted(ballot.ids) == sorted(LETTERS.values())


@pytest.mark.parametrize(
    "text",
    [
        "A>" * 50_000,
        "=" * 50_000,
        "A ! " + "B " * 50_000,
        "x" * 50_000,
        "A B " * 50_000,
        "A" + "♥1" * 50_000,
        "+ " * 50_000,
    ],
)
def test_of_an_endless_order_the_beginning_is_told(text: str) -> None:
    """A file that was pasted by mistake does not fill the terminal."""
    with pytest.raises(BallotError) as told:
        parse_order(text, LETTERS, SONGS)
    assert len(str(told.value)) < 300


def test_whoever_is_not_put_before_listeners_cannot_be_ranked() -> None:
    """The rule by which the others were chosen is told, and how a run hears others."""
    rule = "of 9 members, a sample of 3 is heard (heard=3, screening=sample)"
    check_heard("A > g0-1 = C ! D", ["g0-2", "g0-3"], rule)
    with pytest.raises(BallotError) as told:
        check_heard("A>G0-2+1 = g0-1 ! g0-3", ["g0-2", "g0-3"], rule)
    assert str(told.value) == (
        f"g0-2, g0-3 cannot be ranked, not being put before listeners: {rule}; order those whom evolve rank --json "
        "lists, and let a run hear others with: evolve start --set heard=N --set screening=RULE"
    )
