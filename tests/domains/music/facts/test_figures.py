"""The figures of a song are what they claim to be."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.figures import FARTHEST, SILENCE, SMALLEST_SPREADS, CorpusFigures, distance, figures_of
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.tokenizers.steps import fold
from tests.domains.music.facts.songs import melody, songs


def of_notes(*notes: Note) -> Song:
    """A song of these notes."""
    return Song((Track(Notes.of(notes)),), tempo_bpm=120.0)


@given(songs, st.integers(0, 500))
def test_any_song_has_figures_within_their_limits(song: Song, opening_ticks: int) -> None:
    """Silence, one note, and an opening after which nothing comes included."""
    figures = figures_of(song, opening_ticks=opening_ticks)
    assert 0 <= figures.pitch_class_entropy_bits <= math.log2(12) + 1e-9
    for share in (figures.scale_consistency, figures.repeated_notes, figures.repetition):
        assert 0 <= share <= 1
    if figures.notes:
        assert figures.scale_consistency >= 7 / 12
        assert figures.polyphony >= 1
        assert figures.notes_per_beat > 0
        assert figures.lowest is not None
        assert figures.highest is not None
        assert 1 <= figures.distinct_pitches <= figures.highest - figures.lowest + 1
    else:
        assert figures == SILENCE


@given(songs)
def test_what_is_struck_is_what_sounds_of_the_line_that_networks_learn(song: Song) -> None:
    """Notes and chords are those of `fold`, rests left out, over all tracks."""
    sounding = [step.pitches for step in fold(song) if step.pitches]
    figures = figures_of(song)
    assert figures.notes == len(sounding)
    repeated = sum(a == b for a, b in itertools.pairwise(sounding))
    assert figures.repeated_notes == pytest.approx(repeated / max(1, len(sounding)))


@given(songs)
def test_polyphony_is_the_mean_over_every_sounding_tick(song: Song) -> None:
    """Counted tick by tick, silence left out."""
    sounding = np.zeros(song.length_ticks, dtype=int)
    for note in song.notes:
        sounding[note.onset_ticks : note.end_ticks] += 1
    expected = sounding[sounding > 0].mean() if sounding.any() else 0
    assert figures_of(song).polyphony == pytest.approx(expected)


@given(songs, st.integers(1, 11))
def test_the_key_changes_neither_entropy_nor_scale_consistency(song: Song, semitones: int) -> None:
    """Both are about which notes go together, not about what they are called."""
    moved = Song(tuple(Track(_moved(track.notes, semitones)) for track in song.tracks), song.tempo_bpm)
    before, after = figures_of(song), figures_of(moved)
    assert after.pitch_class_entropy_bits == pytest.approx(before.pitch_class_entropy_bits)
    assert after.scale_consistency == pytest.approx(before.scale_consistency)


def _moved(notes: Notes, semitones: int) -> Notes:
    return Notes(notes.table + np.array([[semitones], [0], [0], [0]]))


def test_a_scale_is_consistent_and_all_twelve_notes_are_even() -> None:
    """The extremes of both figures of pitch classes."""
    assert figures_of(melody([60, 62, 64, 65, 67, 69, 71])).scale_consistency == 1
    chromatic = figures_of(melody(range(60, 72)))
    assert chromatic.scale_consistency == pytest.approx(7 / 12)
    assert chromatic.pitch_class_entropy_bits == pytest.approx(math.log2(12))
    assert figures_of(melody([60, 72, 48])).pitch_class_entropy_bits == 0


def test_the_pace_does_not_depend_on_the_tempo() -> None:
    """Eighth notes are two a beat, however fast they are played; only the seconds change."""
    slow, fast = (Song(melody([60, 62] * 8, 12).tracks, tempo_bpm=tempo) for tempo in (60.0, 120.0))
    assert figures_of(slow).notes_per_beat == figures_of(fast).notes_per_beat == 2
    assert figures_of(slow).seconds == 2 * figures_of(fast).seconds == 8


def test_only_what_comes_after_the_opening_counts() -> None:
    """A note that starts with the opening's end counts, one that started before it does not."""
    song = of_notes(Note(40, 0, 100), Note(60, 48, 24), Note(64, 48, 24), Note(62, 72, 24))
    figures = figures_of(song, opening_ticks=48)
    assert (figures.notes, figures.lowest, figures.highest, figures.distinct_pitches) == (2, 60, 64, 3)
    assert figures.seconds == 1
    assert figures.polyphony == 1.5


def test_rests_do_not_hide_a_repetition() -> None:
    """A note struck again after a silence is the same note."""
    figures = figures_of(of_notes(*(Note(60, 48 * k, 12) for k in range(10))))
    assert figures.repeated_notes == pytest.approx(0.9)
    assert (figures.repetition, figures.longest_loop_notes, figures.loop_period_notes) == (1, 10, 1)


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
