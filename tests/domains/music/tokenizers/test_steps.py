"""Songs fold into one line of steps, and unfold again."""

from itertools import accumulate, groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.tokenizers.steps import (
    DURATIONS,
    HELD,
    SHORTEST_REST_TICKS,
    SNAP_TICKS,
    TOGETHER_TICKS,
    NoteStep,
    Slice,
    cut,
    fold,
    nearest_duration,
    placed_steps,
    sound,
    unfold,
)
from tests.domains.music.pieces import aligned_songs, lines, songs


def song(*notes: tuple[int, int, int]) -> Song:
    """A song of notes given as pitch, onset and duration."""
    return Song((Track(Notes.of(Note(*note) for note in notes)),))


def test_notes_that_start_together_are_a_chord() -> None:
    """Notes of any track that start together make one step, sorted from the bass."""
    two_hands = Song((Track(Notes.of([Note(72, 0, 12)])), Track(Notes.of([Note(48, 0, 24), Note(55, 12, 12)]))))
    assert fold(two_hands) == (NoteStep((48, 72), 12), NoteStep((55,), 12))


def test_a_step_lasts_until_the_next_onset() -> None:
    """A note that is held while another starts ends there; one that is played short lasts until there."""
    assert fold(song((60, 0, 96), (64, 24, 22), (67, 48, 24))) == (
        NoteStep((60,), 24),
        NoteStep((64,), 24),
        NoteStep((67,), 24),
    )


def test_silence_of_a_sixteenth_is_a_rest() -> None:
    """A gap of a sixteenth and more is a rest, a shorter one belongs to the note before."""
    assert fold(song((60, 0, 18), (62, 24, 20), (64, 48, 24))) == (
        NoteStep((60,), 18),
        NoteStep((), 6),
        NoteStep((62,), 24),
        NoteStep((64,), 24),
    )


def test_a_slightly_broken_chord_is_a_chord() -> None:
    """A tick between two onsets, a hundredth of a second or two, is no rhythm."""
    assert fold(song((60, 0, 24), (64, 1, 23), (67, 24, 24))) == (NoteStep((60, 64), 24), NoteStep((67,), 24))


def test_silence_around_a_song_is_dropped() -> None:
    """A song begins with its first note, wherever its file put it."""
    assert fold(song((60, 500, 24))) == (NoteStep((60,), 24),)


def test_nothing_folds_to_nothing() -> None:
    """A song without notes has no steps."""
    assert fold(Song((Track(Notes.of(())),))) == ()


def test_unison_doublings_are_one_note() -> None:
    """Two voices on the same pitch sound one key of the piano."""
    assert fold(song((60, 0, 12), (60, 0, 24))) == (NoteStep((60,), 24),)


def test_pitches_beyond_the_piano_sound_within_it() -> None:
    """A pitch that no piano has sounds in the nearest octave that it has."""
    assert fold(song((5, 0, 12), (127, 12, 12))) == (NoteStep((29,), 12), NoteStep((103,), 12))


@given(lines)
def test_folding_undoes_unfolding(line: tuple[NoteStep, ...]) -> None:
    """Steps that became a song come back, with neighbouring rests as one and silence around the song gone."""
    expected: list[NoteStep] = []
    for step in line:
        if step.is_rest and expected and expected[-1].is_rest:
            expected[-1] = NoteStep((), expected[-1].duration_ticks + step.duration_ticks)
        elif expected or not step.is_rest:
            expected.append(step)
    if expected and expected[-1].is_rest:
        expected.pop()
    if any(step.is_rest and step.duration_ticks < SHORTEST_REST_TICKS for step in expected):
        return  # a shorter silence is no rest
    assert fold(unfold(line, tempo_bpm=100)) == tuple(
        NoteStep(s.pitches, nearest_duration(s.duration_ticks)) for s in expected
    )


@given(lines)
def test_unfolding_keeps_time(line: tuple[NoteStep, ...]) -> None:
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


def song_of_tracks(*tracks: tuple[tuple[int, int, int], ...]) -> Song:
    """A song of tracks of notes, each given as pitch, onset and duration."""
    return Song(tuple(Track(Notes.of(Note(*note) for note in notes)) for notes in tracks))


@given(aligned_songs())
def test_tracks_of_chords_in_a_row_come_back_as_they_were(song: Song) -> None:
    """Where the notes of each chord start and stop together nothing is lost, whatever the other tracks do."""
    assert sound(cut(song), len(song.tracks)) == tuple(track.notes for track in song.tracks)


@given(songs(tracks=st.just(1)))
def test_a_single_track_is_the_papers_line(song: Song) -> None:
    """With one track a slice is a step: nothing is held."""
    slices = cut(song, keeps_upbeat=False)
    steps = list(placed_steps(song))
    assert [(one.voices, one.ticks, one.velocity) for one in slices] == [
        ((step.pitches,), step.ticks, step.velocity) for step in steps
    ]


@given(songs(), st.integers(0, 40))
def test_slices_last_as_long_as_the_song(song: Song, silence: int) -> None:
    """Together they fill the time from the bar line to where the caller says, but for a silence too short to be one."""
    end = song.length_ticks + silence
    first = int(song.notes.onsets_ticks[0])
    assert sum(one.ticks for one in cut(song, end)) == end - (first if first < 6 else 0)


def test_a_melody_moves_over_a_held_bass_and_rests_are_told() -> None:
    """What a track holds, strikes and rests stands beside what the others do."""
    melody = Notes.of([Note(72, 0, 24, 90), Note(74, 24, 24, 60)])
    bass = Notes.of([Note(48, 0, 36, 50)])
    assert cut(Song((Track(melody), Track(bass)))) == [
        Slice(((72,), (48,)), 24, 90),
        Slice(((74,), HELD), 12, 60),
        Slice((HELD, ()), 12, 60),
    ]


def test_an_upbeat_is_a_rest_of_all_tracks() -> None:
    """The silence before the first note is kept where bars are to be kept."""
    song = Song((Track(Notes.of([Note(60, 72, 24)])), Track(Notes.of([Note(48, 96, 24)]))))
    assert cut(song)[0] == Slice(((), ()), 72, 80)
    assert cut(song, keeps_upbeat=False)[0] == Slice(((60,), ()), 24, 80)


def test_notes_a_tick_apart_are_struck_together() -> None:
    """What is played almost at once is one moment on all tracks."""
    song = Song((Track(Notes.of([Note(60, 0, 24)])), Track(Notes.of([Note(48, 1, 23)]))))
    assert cut(song) == [Slice(((60,), (48,)), 24, 80)]


def test_silence_has_no_slices() -> None:
    """A song without notes is nothing."""
    assert cut(Song((Track(Notes.of(())),))) == []
    assert sound([], 2) == (Notes.of(()), Notes.of(()))


def test_a_note_that_ends_beside_the_start_of_another_ends_there() -> None:
    """A few ticks too long or too short make no slice of their own."""
    for duration in (24 - SNAP_TICKS, 24 + SNAP_TICKS):
        slices = cut(song_of_tracks(((72, 0, duration),), ((48, 0, 24), (50, 24, 24))))
        assert [(one.voices, one.ticks) for one in slices] == [(((72,), (48,)), 24), (((), (50,)), 24)]


def test_a_short_note_ends_before_its_rest() -> None:
    """A 32nd beside its own start and that of another track does not sound through its rest."""
    short = song_of_tracks(((72, 2, 1), (74, 48, 24)), ((48, 0, 72),))
    assert [(one.voices, one.ticks) for one in cut(short)] == [
        (((), (48,)), 2),
        (((72,), HELD), 1),
        (((), HELD), 45),
        (((74,), HELD), 24),
    ]


def test_a_track_ends_with_its_last_note() -> None:
    """A note that was struck earlier and let go later does not lengthen the last: they end as in a single track."""
    track = ((48, 0, 96), (72, 24, 24))
    assert [(one.voices[0], one.ticks) for one in cut(song_of_tracks(track, ((36, 0, 48),)))] == [
        ((48,), 24),
        ((72,), 24),
    ]
    assert [(one.voices[0], one.ticks) for one in cut(song_of_tracks(track))] == [((48,), 24), ((72,), 24)]


def test_where_more_follows_the_last_slice_lasts_until_there() -> None:
    """A short silence belongs to the last note, a longer one is a rest."""
    for tracks in ((((72, 0, 24),),), (((72, 0, 24),), ((48, 0, 24),))):
        assert [one.ticks for one in cut(song_of_tracks(*tracks), 48)] == [24, 24]
        assert not any(cut(song_of_tracks(*tracks), 48)[-1].voices)


@given(songs(tracks=st.integers(2, 4)))
def test_slices_lie_side_by_side_and_each_changes_something(any_song: Song) -> None:
    """A slice takes time, tells of every track, and has at least one that does not go on as it was."""
    slices = cut(any_song)
    assert all(one.ticks >= 1 and len(one.voices) == len(any_song.tracks) for one in slices)
    assert HELD not in slices[0].voices
    for before, after in pairwise(slices):
        assert any(new is not HELD and (new or old != ()) for old, new in zip(before.voices, after.voices, strict=True))


@given(songs(tracks=st.integers(2, 4)))
def test_no_track_loses_or_moves_a_chord(any_song: Song) -> None:
    """Each track strikes its chords in their order, a tick early at most, and rests where it rested."""
    slices = cut(any_song)
    upbeat = int(any_song.notes.onsets_ticks[0])
    began = 0 if upbeat >= SHORTEST_REST_TICKS else upbeat
    for track, heard in zip(any_song.tracks, sound(slices, len(any_song.tracks)), strict=True):
        before = [step for step in placed_steps(Song((track,))) if step.pitches]
        after = [list(chord) for _, chord in groupby(heard, key=lambda note: note.onset_ticks)]
        assert [tuple(note.pitch for note in chord) for chord in after] == [step.pitches for step in before]
        for old, (new, *_) in zip(before, after, strict=True):
            assert 0 <= old.start_ticks - (new.onset_ticks + began) <= TOGETHER_TICKS
            assert abs(old.start_ticks + old.ticks - (new.end_ticks + began)) <= SNAP_TICKS
