"""Songs fold into one line of steps, and unfold again."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.music.representation.steps import (
    DURATIONS,
    SHORTEST_REST_TICKS,
    Step,
    fold,
    nearest_duration,
    placed_steps,
    unfold,
)
from evolve.music.song import Note, Notes, Song, Track
from tests.music.pieces import lines, songs


def song(*notes: tuple[int, int, int]) -> Song:
    """A song of notes given as pitch, onset and duration."""
    return Song((Track(Notes.of(Note(*note) for note in notes)),))


def test_notes_that_start_together_are_a_chord() -> None:
    """Notes of any track that start together make one step, sorted from the bass."""
    two_hands = Song((Track(Notes.of([Note(72, 0, 12)])), Track(Notes.of([Note(48, 0, 24), Note(55, 12, 12)]))))
    assert fold(two_hands) == (Step((48, 72), 12), Step((55,), 12))


def test_a_step_lasts_until_the_next_onset() -> None:
    """A note that is held while another starts ends there; one that is played short lasts until there."""
    assert fold(song((60, 0, 96), (64, 24, 22), (67, 48, 24))) == (Step((60,), 24), Step((64,), 24), Step((67,), 24))


def test_silence_of_a_sixteenth_is_a_rest() -> None:
    """A gap of a sixteenth and more is a rest, a shorter one belongs to the note before."""
    assert fold(song((60, 0, 18), (62, 24, 20), (64, 48, 24))) == (
        Step((60,), 18),
        Step((), 6),
        Step((62,), 24),
        Step((64,), 24),
    )


def test_a_slightly_broken_chord_is_a_chord() -> None:
    """A tick between two onsets, a hundredth of a second or two, is no rhythm."""
    assert fold(song((60, 0, 24), (64, 1, 23), (67, 24, 24))) == (Step((60, 64), 24), Step((67,), 24))


def test_silence_around_a_song_is_dropped() -> None:
    """A song begins with its first note, wherever its file put it."""
    assert fold(song((60, 500, 24))) == (Step((60,), 24),)


def test_nothing_folds_to_nothing() -> None:
    """A song without notes has no steps."""
    assert fold(Song((Track(Notes.of(())),))) == ()


def test_unison_doublings_are_one_note() -> None:
    """Two voices on the same pitch sound one key of the piano."""
    assert fold(song((60, 0, 12), (60, 0, 24))) == (Step((60,), 24),)


def test_pitches_beyond_the_piano_sound_within_it() -> None:
    """A pitch that no piano has sounds in the nearest octave that it has."""
    assert fold(song((5, 0, 12), (127, 12, 12))) == (Step((29,), 12), Step((103,), 12))


@given(lines)
def test_folding_undoes_unfolding(line: tuple[Step, ...]) -> None:
    """Steps that became a song come back, with neighbouring rests as one and silence around the song gone."""
    expected: list[Step] = []
    for step in line:
        if step.is_rest and expected and expected[-1].is_rest:
            expected[-1] = Step((), expected[-1].duration_ticks + step.duration_ticks)
        elif expected or not step.is_rest:
            expected.append(step)
    if expected and expected[-1].is_rest:
        expected.pop()
    if any(step.is_rest and step.duration_ticks < SHORTEST_REST_TICKS for step in expected):
        return  # a shorter silence is no rest
    assert fold(unfold(line, tempo_bpm=100)) == tuple(
        Step(s.pitches, nearest_duration(s.duration_ticks)) for s in expected
    )


@given(lines)
def test_unfolding_keeps_time(line: tuple[Step, ...]) -> None:
    """Each step starts when those before it have ended."""
    onsets = list(accumulate((step.duration_ticks for step in line), initial=0))
    expected = {(onset, pitch) for onset, step in zip(onsets, line, strict=False) for pitch in step.pitches}
    assert {(note.onset_ticks, note.pitch) for note in unfold(line, tempo_bpm=100).notes} == expected


@pytest.mark.parametrize("duration", DURATIONS)
def test_written_durations_stay(duration: int) -> None:
    """A duration of the table is taken as it is."""
    assert nearest_duration(duration) == duration


@given(st.integers(1, 10_000))
def test_played_durations_become_near_ones(ticks: int) -> None:
    """A duration in the table's range changes by less than a quarter, and a longer one is no shorter in the table."""
    taken = nearest_duration(ticks)
    assert taken in DURATIONS
    assert not DURATIONS[0] <= ticks <= DURATIONS[-1] or 0.75 < taken / ticks < 4 / 3
    assert taken <= nearest_duration(ticks + 1)


@pytest.mark.parametrize(("played", "meant"), [(7, 6), (5, 6), (11, 12), (14, 12), (22, 24), (10, 12), (17, 18)])
def test_plain_durations_are_preferred(played: int, meant: int) -> None:
    """Between two durations the plainer one is likelier meant."""
    assert nearest_duration(played) == meant


@given(songs(), st.integers(0, 60))
def test_placed_steps_tile_the_song(song: Song, silence: int) -> None:
    """Each step starts where the one before it ends, and the last ends where the caller says."""
    end = song.length_ticks + silence
    placed = list(placed_steps(song, end))
    assert placed[0].start_ticks == song.notes.onsets_ticks[0]
    for before, after in pairwise(placed):
        assert before.start_ticks + before.ticks == after.start_ticks
    assert placed[-1].start_ticks + placed[-1].ticks == end
    assert tuple(step.pitches for step in placed_steps(song)) == tuple(step.pitches for step in fold(song))
