"""Blind letters hide who is who, each time anew."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.judging.presenting import blind_letters, letter_name
from tests.judging.orderings import names


@given(st.integers(0, 60), st.integers(), st.integers(0, 99), st.text(max_size=8), st.randoms())
@settings(max_examples=60, deadline=None)
def test_every_candidate_has_one_letter_whatever_the_order_of_the_ids(
    count: int, seed: int, generation: int, listener: str, order: object
) -> None:
    """The same letters come out for the same listener and generation, and they hide everyone."""
    ids = list(names(count))
    letters = blind_letters(ids, seed=seed, generation=generation, listener=listener)
    order.shuffle(ids)  # type: ignore[attr-defined] # Hypothesis' random.Random has no public type

    assert sorted(letters.values()) == sorted(ids)
    assert list(letters) == [letter_name(place) for place in range(count)]
    assert blind_letters(ids, seed=seed, generation=generation, listener=listener) == letters


def test_letters_go_on_after_z() -> None:
    """The 27th candidate is AA."""
    assert [letter_name(place) for place in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AB",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_listeners_and_generations_have_letters_of_their_own() -> None:
    """Nobody can tell a candidate by the letter it had for another, or last time."""
    ids = names(8)
    drawn = [
        tuple(blind_letters(ids, seed=7, generation=generation, listener=listener).items())
        for generation in range(3)
        for listener in ("", "anna", "ben")
    ]

    assert len(set(drawn)) == len(drawn)


@given(st.integers(2, 30), st.integers(0, 2**31))
def test_who_is_heard_again_has_another_letter(count: int, seed: int) -> None:
    """A letter kept from one generation to the next would give an elite away."""
    ids = [f"g0-{slot}" for slot in range(1, count + 1)]
    first = blind_letters(ids, seed=seed, generation=0, listener="ann")
    again = [*ids[: count // 2], *(f"g1-{slot}" for slot in range(count - count // 2))]
    second = blind_letters(again, seed=seed, generation=1, listener="ann", before=first)
    assert sorted(second.values()) == sorted(again)
    assert not first.items() & second.items()
