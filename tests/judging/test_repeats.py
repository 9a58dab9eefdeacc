"""Who is presented twice, and a ballot with everyone once."""

from hypothesis import given
from hypothesis import strategies as st

from evolve.judging.presenting import blind_letters, original_of, second_of
from evolve.judging.repeats import repeated, without_repeat
from evolve.records.ballot import LONGEST_COMMENT, Ballot, Repeat
from tests.judging.orderings import ballots, names

IDS = ("g0-1", "g0-2", "g0-3b", "g0-4")


def test_each_listener_and_generation_has_another_and_never_one_who_came_back() -> None:
    """The same for the same arguments, whatever the order of the ids."""
    chosen = {
        (listener, generation): repeated(IDS, ["g0-1"], seed=7, generation=generation, listener=listener)
        for listener in ("ann", "bob", "cleo")
        for generation in range(20)
    }
    assert set(chosen.values()) == {"g0-2", "g0-3b", "g0-4"}
    assert chosen["bob", 3] == repeated(IDS[::-1], ["g0-1"], seed=7, generation=3, listener="bob")


def test_where_nobody_can_be_presented_twice_nobody_is() -> None:
    """One candidate alone, and a generation of those who came back."""
    assert repeated(["g0-1"], [], seed=7, generation=0, listener="ann") is None
    assert repeated(IDS, IDS, seed=7, generation=0, listener="ann") is None


def test_a_ballot_without_a_second_appearance_is_left_as_it_is() -> None:
    """And nothing is told of it."""
    ballot = Ballot((("g0-1",), ("g0-2",)), (), (("g0-1", 2),))
    assert without_repeat(ballot) == (ballot, None)


def test_the_second_appearance_goes_and_both_places_are_kept() -> None:
    """Its favourites and its comment are the first one's; a tier of its own goes with it."""
    again = second_of("g0-2")
    ballot = Ballot(
        ((again,), ("g0-1",), ("g0-2", "g0-3")),
        ("g0-4",),
        ((again, 1), (again, 2), ("g0-2", 2)),
        (("g0-2", "dull"), (again, "bright")),
    )
    kept, repeat = without_repeat(ballot)
    assert kept == Ballot(
        (("g0-1",), ("g0-2", "g0-3")), ("g0-4",), (("g0-2", 1), ("g0-2", 2)), (("g0-2", "dull / bright"),)
    )
    assert repeat == Repeat("g0-2", (3, 1), 5)


def test_two_long_comments_are_cut_to_what_a_ballot_takes() -> None:
    """The first one is kept in full."""
    again, longest = second_of("g0-1"), "x" * LONGEST_COMMENT
    kept, _ = without_repeat(Ballot((("g0-1", again),), (), (), (("g0-1", longest), (again, longest))))
    assert kept.comments == (("g0-1", longest),)


@given(st.integers(1, 6).flatmap(lambda count: ballots(names(count))), st.data())
def test_all_others_keep_their_order(ballot: Ballot, data: st.DataObject) -> None:
    """Wherever the second appearance stands, in a tier of its own, in a tie or among the rejected."""
    once = data.draw(st.sampled_from(ballot.ids))
    again = second_of(once)
    place = data.draw(st.integers(0, 2 * len(ballot.tiers) + 1))
    tiers = list(ballot.tiers)
    if place == 2 * len(tiers) + 1:
        doubled = Ballot(tuple(tiers), (*ballot.rejected, again), ballot.favourites)
    elif place % 2:
        tiers[place // 2] = (*tiers[place // 2], again)
        doubled = Ballot(tuple(tiers), ballot.rejected, ballot.favourites)
    else:
        tiers.insert(place // 2, (again,))
        doubled = Ballot(tuple(tiers), ballot.rejected, ballot.favourites)
    kept, repeat = without_repeat(doubled)
    assert (kept.tiers, kept.rejected, kept.favourites) == (ballot.tiers, ballot.rejected, ballot.favourites)
    assert repeat == Repeat(once, (doubled.ranks[once], doubled.ranks[again]), len(doubled.ids))


@given(st.integers(2, 8), st.integers(0, 6), st.integers(0, 2**32))
def test_whoever_comes_back_has_neither_of_the_letters_it_had(count: int, elites: int, seed: int) -> None:
    """Through three generations in which somebody is presented twice each time."""
    before: dict[str, str] = {}
    back: list[str] = []
    for generation in range(3):
        ids = [*back, *(f"g{generation}-{slot}" for slot in range(len(back) + 1, count + 1))]
        one = repeated(ids, back, seed=seed, generation=generation, listener="ann")
        shown = [*ids, *([second_of(one)] if one else [])]
        letters = blind_letters(shown, seed=seed, generation=generation, listener="ann", before=before)
        assert sorted(letters.values()) == sorted(shown)
        had = {(letter, original_of(name)) for letter, name in before.items()}
        assert not had & {(letter, original_of(name)) for letter, name in letters.items()}
        before, back = letters, ids[: min(elites, count - 1)]
