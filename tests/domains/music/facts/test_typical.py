"""A song as numbers that compare."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.facts.typical import Features, features_of, typical_order
from evolve.domains.music.song import Note, Notes, Song, Track


def of(*notes: tuple[int, int]) -> Song:
    """One voice of pitches and durations."""
    onset, placed = 0, []
    for pitch, duration in notes:
        placed.append(Note(pitch, onset, duration))
        onset += duration
    return Song((Track(Notes.of(placed)),))


TUNE = of((60, 12), (64, 12), (62, 24), (62, 12), (67, 12), (65, 24))
"""C E D D G F: up 4, down 2, repeated, up 5, down 2."""


def test_a_melody_is_told_by_its_intervals_and_durations() -> None:
    """By hand: 13 semitones in five intervals, two of which rise; each of three places between four moves is a turn."""
    told = features_of(TUNE, opening_ticks=0, corpus=None)
    assert told["leap_semitones"] == pytest.approx(13 / 5)
    assert told["rising"] == pytest.approx(2 / 5)
    assert told["turning"] == 1.0
    assert told["distinct_durations"] == 2
    assert told["duration_entropy_bits"] == pytest.approx(
        -(2 / 3 * math.log2(2 / 3) + 1 / 3 * math.log2(1 / 3)), abs=1e-3
    )
    assert (told["notes"], told["lowest"], told["highest"], told["distinct_pitches"]) == (6, 60, 67, 5)
    assert told["distance"] is None


def test_only_what_was_composed_counts() -> None:
    """From the tick on at which the opening ends; two notes have no melody, silence has no pitches either."""
    told = features_of(TUNE, opening_ticks=48, corpus=None)
    assert (told["notes"], told["leap_semitones"]) == (3, 3.5)
    short = features_of(TUNE, opening_ticks=60, corpus=None)
    assert (short["notes"], short["leap_semitones"], short["turning"]) == (2, None, None)
    silent = features_of(TUNE, opening_ticks=999, corpus=None)
    assert (silent["notes"], silent["lowest"], silent["distinct_durations"]) == (0, None, None)


def test_the_distance_is_that_of_its_facts() -> None:
    """A piece of the corpus is near it, in whatever key it is heard; silence is as far as anything."""
    corpus = CorpusFigures.of([TUNE])
    assert features_of(TUNE, opening_ticks=0, corpus=corpus)["distance"] == 0
    assert features_of(TUNE, opening_ticks=0, corpus=corpus, transposed_by=12)["distance"] > 1  # type: ignore[operator]
    assert features_of(TUNE, opening_ticks=999, corpus=corpus)["distance"] == 5


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
