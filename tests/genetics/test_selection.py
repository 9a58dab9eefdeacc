"""Who becomes a parent, and who is heard again."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.genetics.selection import Fitness, draw_parents, select_best
from evolve.randomness import derive_rng

fitness = st.lists(st.builds(Fitness, st.integers(1, 6), st.booleans()), max_size=10).map(
    lambda ranks: {f"g0-{slot}": one for slot, one in enumerate(ranks, start=1)}
)


@given(fitness, st.integers(0, 12))
def test_the_best_are_selected_and_none_who_was_rejected(ranking: dict[str, Fitness], count: int) -> None:
    """Nobody who was left out is better than one selected; fewer come when more were rejected."""
    chosen = select_best(ranking, count)
    fit = [name for name, one in ranking.items() if not one.rejected]
    assert len(chosen) == min(count, len(fit))
    assert set(chosen) <= set(fit)
    left_out = set(fit) - set(chosen)
    assert all(ranking[one].rank <= ranking[other].rank for one in chosen for other in left_out)


@given(fitness, st.integers(0, 12))
def test_the_selected_come_best_first_and_ties_in_slot_order(ranking: dict[str, Fitness], count: int) -> None:
    """So that chance has no part in it."""
    chosen, slots = select_best(ranking, count), list(ranking)
    for one, other in pairwise(chosen):
        assert (ranking[one].rank, slots.index(one)) < (ranking[other].rank, slots.index(other))


@settings(deadline=None)
@given(st.integers(1, 10), st.integers(1, 2), st.integers(0, 2**32))
def test_drawn_parents_are_different(parents: int, count: int, seed: int) -> None:
    """Two of one parent would be no crossover; a single parent is drawn alone."""
    names = [f"g0-{slot}" for slot in range(parents)]
    drawn = draw_parents(names, derive_rng(seed), count=count)
    assert len(drawn) == len(set(drawn)) == min(count, parents)
    assert set(drawn) <= set(names)


def test_the_best_of_three_parents_is_drawn_three_times_as_often_as_the_last() -> None:
    """Linear ranking: shares of 3, 2 and 1 sixths."""
    rng = derive_rng(1, "draws")
    drawn = Counter(draw_parents(("a", "b", "c"), rng, count=1)[0] for _ in range(6000))
    assert drawn["a"] == pytest.approx(3000, abs=200)
    assert drawn["b"] == pytest.approx(2000, abs=200)
    assert drawn["c"] == pytest.approx(1000, abs=200)
