"""A song's distance from a corpus says how unlike it is, and in what."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import CorpusError
from evolve.music.facts.corpus_figures import FARTHEST, SMALLEST_SPREADS, CorpusFigures, distance
from evolve.music.facts.figures import SILENCE, figures_of
from evolve.music.song import Notes, Song, Track
from tests.music.facts.songs import melody, songs

SILENT = Song((Track(Notes.of(())),))
PIECES = [melody([start + k * k % 11 for k in range(50)]) for start in (58, 59, 60, 61, 62)]


@given(songs)
def test_the_middle_of_a_corpus_is_at_no_distance(song: Song) -> None:
    """A corpus of one piece is like that piece, whatever it is."""
    figures = figures_of(song)
    if figures.notes:
        deviations = CorpusFigures.of([song, song]).deviations(figures)
        assert set(deviations) == set(SMALLEST_SPREADS)
        assert distance(deviations.values()) == 0


def test_what_all_pieces_share_does_not_make_a_small_difference_immense() -> None:
    """A figure that never varies has a least spread."""
    corpus = CorpusFigures.of(PIECES)
    assert corpus.spreads["polyphony"] == SMALLEST_SPREADS["polyphony"]
    assert corpus.middles["polyphony"] == 1


def test_the_sign_says_on_which_side_a_song_lies() -> None:
    """An octave too low is negative; what is as it should be is near 0."""
    corpus = CorpusFigures.of(PIECES)
    deviations = corpus.deviations(figures_of(melody([48 + k * k % 11 for k in range(50)])))
    assert deviations["lowest"] < -3
    assert abs(deviations["notes_per_beat"]) < 0.1


def test_strange_pieces_do_not_move_the_middle() -> None:
    """Medians and quartiles are those of most pieces."""
    strange = melody([100] * 50, 3)
    assert CorpusFigures.of([*PIECES, strange]).middles["repetition"] == CorpusFigures.of(PIECES).middles["repetition"]


def test_long_pieces_are_cut_to_the_length_of_songs() -> None:
    """A piece's end, which no song would reach, widens no range."""
    long = melody([60, 62, 64, 67] * 5 + [100])
    assert CorpusFigures.of([long]).middles["highest"] == 100
    assert CorpusFigures.of([long], most_notes=20).middles["highest"] == 67


def test_pitches_are_compared_in_the_corpus_s_key() -> None:
    """A song that is heard a fourth higher than the corpus's key is moved there first."""
    corpus = CorpusFigures.of(PIECES)
    heard = figures_of(melody([65 + k * k % 11 for k in range(50)]))
    assert corpus.deviations(heard, transposed_by=-5)["lowest"] == 0


def test_silent_pieces_do_not_count_and_a_silent_song_is_far_off() -> None:
    """There is nothing in silence to compare."""
    assert CorpusFigures.of([*PIECES, SILENT]) == CorpusFigures.of(PIECES)
    assert CorpusFigures.of(PIECES).deviations(SILENCE) == {}
    assert distance([]) == FARTHEST
    with pytest.raises(CorpusError):
        CorpusFigures.of([SILENT])


@given(st.lists(st.floats(-100, 100), min_size=1))
def test_a_distance_has_limits_and_does_not_know_directions(deviations: list[float]) -> None:
    """From 0 to the farthest that counts, the same for too much and too little."""
    assert 0 <= distance(deviations) <= FARTHEST + 1e-9
    assert distance(deviations) == distance([-each for each in deviations])


def test_a_corpus_s_figures_travel_as_json() -> None:
    """They are kept with the run."""
    corpus = CorpusFigures.of(PIECES)
    assert CorpusFigures.from_json(json.loads(json.dumps(corpus.to_json()))) == corpus
