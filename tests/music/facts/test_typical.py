"""Songs that stand for all songs of a network."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.facts.features import Features
from evolve.music.facts.typical import typical_order

numbers = st.one_of(st.none(), st.integers(-5, 5).map(float))
songs = st.lists(
    st.fixed_dictionaries({"notes": st.integers(1, 9).map(float), "pace": numbers}), min_size=1, max_size=9
)


def test_those_are_heard_whose_mean_is_that_of_all() -> None:
    """A very slow and a very fast one stand for all, not two that are alike."""
    pace = [0.0, 10.0, 4.0, 4.4, 6.0, 7.6, 3.0]
    assert set(typical_order([{"pace": one} for one in pace], 2)[:2]) == {0, 1}


def test_the_first_of_them_is_the_nearest_by_itself() -> None:
    """Who hears one song alone hears the one that says most; the others follow in that order too."""
    order = typical_order([{"pace": one} for one in (0.0, 10.0, 5.5, 4.0)], 3)
    assert order[0] == 3 or order[0] == 2
    heard = [(0.0, 10.0, 5.5, 4.0)[place] for place in order[:3]]
    assert abs(heard[0] - 4.875) == min(abs(one - 4.875) for one in heard)


def test_no_other_three_of_forty_have_a_nearer_mean() -> None:
    """Against all 9,880 sets, in features that lie together."""
    rng = np.random.default_rng(3)
    table = rng.normal(size=(40, 12)) @ rng.normal(size=(12, 12))
    features: list[Features] = [{str(place): float(one) for place, one in enumerate(row)} for row in table]
    chosen = typical_order(features, 3)[:3]
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    sets = np.array(list(itertools.combinations(range(40), 3)))
    errors = (scaled[sets].sum(axis=1) ** 2).sum(axis=1)
    assert (scaled[list(chosen)].sum(axis=0) ** 2).sum() <= errors.min() * (1 + 1e-9)


@given(songs, st.integers(1, 9))
def test_every_song_comes_once(some: list[Features], count: int) -> None:
    """Whatever is missing or does not differ; the same songs in the same order."""
    order = typical_order(some, min(count, len(some)))
    assert sorted(order) == list(range(len(some)))
    assert order == typical_order(some, min(count, len(some)))
