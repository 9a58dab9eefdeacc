"""A song as numbers that compare."""

import math

import pytest

from evolve.music.facts.corpus_figures import CorpusFigures
from evolve.music.facts.features import features_of
from evolve.music.song import Note, Notes, Song, Track


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
