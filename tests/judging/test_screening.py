"""Who of a large generation is put before a listener: by what can be computed, or by chance."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.judging.presenting import screened

scores = st.one_of(st.none(), st.floats(), st.integers(0, 2).map(float))
generations = st.lists(st.tuples(scores, st.booleans()), max_size=30).map(
    lambda members: {f"g3-{slot}": member for slot, member in enumerate(members, start=1)}
)


@given(generations, st.integers(0, 2**31), st.randoms())
@settings(deadline=None)
def test_everyone_has_a_place_whatever_the_order_of_the_ids(
    members: dict[str, tuple[float | None, bool]], seed: int, order: object
) -> None:
    """Those who came back first, then the lower score; whoever has no number comes last of all."""
    known = {name: score for name, (score, _) in members.items()}
    elites = {name for name, (_, is_elite) in members.items() if is_elite}
    ids = list(members)
    line = screened(ids, known, elites=elites, seed=seed, generation=3)
    order.shuffle(ids)  # type: ignore[attr-defined] # Hypothesis' random.Random has no public type

    assert screened(ids, known, elites=elites, seed=seed, generation=3) == line
    assert sorted(line) == sorted(members)
    assert set(line[: len(elites)]) == elites
    new = [known[name] for name in line[len(elites) :]]
    numbers = [score for score in new if score is not None and not math.isnan(score)]
    assert new[: len(numbers)] == sorted(numbers)


def test_equals_are_chosen_by_chance_and_not_by_their_slots() -> None:
    """Newcomers sit in the last slots: with ties in slot order nobody would ever hear one."""
    ids = [f"g0-{slot}" for slot in range(1, 201)]
    first = [screened(ids, {}, elites=(), seed=seed, generation=0)[:20] for seed in range(50)]
    times = [sum(name in one for one in first) for name in ids]
    assert max(times) < 20
    assert sum(times[100:]) > 400


def test_each_generation_has_a_sample_of_its_own() -> None:
    """And each run; the same one whenever it is asked for, in whatever version of evolve: ballots refer to it."""
    ids = [f"g0-{slot}" for slot in range(1, 9)]
    drawn = {screened(ids, {}, elites=(), seed=seed, generation=place) for seed in range(4) for place in range(4)}
    assert len(drawn) == 16
    drawn_once = screened(ids, {}, elites=("g0-8",), seed=7, generation=2)
    assert " ".join(drawn_once) == "g0-8 g0-6 g0-7 g0-1 g0-3 g0-4 g0-5 g0-2"
