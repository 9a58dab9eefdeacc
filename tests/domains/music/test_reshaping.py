"""Songs made of songs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.reshaping import (
    PIANO,
    arrange,
    joined,
    lower_line,
    merged,
    shifted,
    since,
    transposed,
    until,
    upper_line,
    without_overlaps,
)
from evolve.domains.music.song import Note, Notes, Song, Track
from tests.domains.music.pieces import songs, tracks_of_notes


@given(songs(), st.integers(-24, 24))
def test_transposing_there_and_back_is_where_it_was(song: Song, semitones: int) -> None:
    """Within MIDI's range nothing is lost."""
    assert transposed(transposed(song, semitones), -semitones) == song


@given(songs(), st.integers(-140, 140))
def test_transposing_keeps_pitch_classes_and_range(song: Song, semitones: int) -> None:
    """However far, pitches stay MIDI's, and their names move by the interval."""
    for before, after in zip(song.tracks, transposed(song, semitones).tracks, strict=True):
        assert after.notes.pitches.min() >= 0
        assert after.notes.pitches.max() <= 127
        assert set((before.notes.pitches + semitones) % 12) == set(after.notes.pitches % 12)


@given(songs(), st.integers(0, 500))
def test_a_song_is_what_sounds_until_a_tick_and_what_starts_since(song: Song, ticks: int) -> None:
    """Cut in two, every note is on one side; those that would last beyond the cut end there."""
    first, rest = until(song, ticks), since(song, ticks)
    for whole, before, after in zip(song.tracks, first.tracks, rest.tracks, strict=True):
        assert len(before.notes) + len(after.notes) == len(whole.notes)
        assert before.notes.ends_ticks.max(initial=0) <= ticks
    goes_on = tuple(track.notes for track in shifted(rest, -ticks).tracks)
    together = joined(first, goes_on, ticks)
    for whole, again in zip(song.tracks, together.tracks, strict=True):
        assert np.array_equal(whole.notes.table[:2], again.notes.table[:2])


def test_tracks_are_merged_without_striking_twice() -> None:
    """A unison of two tracks is one note, the longer; a pitch struck again ends the one before."""
    song = Song(
        (Track(Notes.of([Note(60, 0, 24), Note(62, 24, 48)])), Track(Notes.of([Note(60, 0, 12), Note(62, 48, 12)])))
    )
    (track,) = merged(song).tracks
    assert track.notes == Notes.of([Note(60, 0, 24), Note(62, 24, 24), Note(62, 48, 12)])
    assert merged(merged(song)) == merged(song)


def test_notes_of_no_length_are_gone() -> None:
    """What is struck with a longer one of its pitch makes no sound of its own."""
    table = Notes.of([Note(60, 0, 24), Note(60, 0, 12)]).table
    assert without_overlaps(table) == Notes.of([Note(60, 0, 24)])


def track(name: str, program: int, *pitches: int) -> Track:
    """A track of quarter notes, one after the other."""
    return Track(Notes.of(Note(pitch, 24 * place, 24) for place, pitch in enumerate(pitches)), name, program)


VOICES = (
    track("Bass", 43, 48, 50, 52),
    track("Soprano (I)", 73, 72, 74, 76),
    track("Tenor", 42, 60, 59, 57),
    track("alto", 71, 67, 65, 64),
)


def test_voices_are_taken_by_their_names() -> None:
    """Whatever their order, tracks that bear the roles' names take them, on their instruments."""
    arranged = arrange(Song(VOICES), ("soprano", "alto", "tenor", "bass"))
    assert [(one.name, one.program) for one in arranged.tracks] == [
        ("Soprano", 73), ("Alto", 71), ("Tenor", 42), ("Bass", 43),
    ]  # fmt: skip
    assert arranged.tracks[0].notes == VOICES[1].notes


def test_tracks_without_names_are_taken_by_their_height() -> None:
    """The highest is the melody, the lowest the bass, and chords are all that is left."""
    nameless = Song(tuple(Track(one.notes, "", one.program) for one in VOICES))
    melody, chords, bass = arrange(nameless, ("melody", "chords", "bass")).tracks
    assert (melody.notes, bass.notes) == (VOICES[1].notes, VOICES[0].notes)
    assert chords.notes == Notes.of([*VOICES[2].notes, *VOICES[3].notes])
    assert [one.notes for one in arrange(nameless, ("bass", "melody")).tracks] == [bass.notes, melody.notes]


def test_a_single_track_is_split_into_its_lines() -> None:
    """Of a piano piece the melody is the upper line, the bass the lower, and chords all but the melody."""
    piano = Song((Track(Notes.of(Note(p, 24 * k, 24) for k in range(8) for p in (48 + k, 64, 72 + k))),))
    melody, bass = arrange(piano, ("melody", "bass")).tracks
    assert melody.notes.pitches.tolist() == [72 + k for k in range(8)]
    assert bass.notes.pitches.tolist() == [48 + k for k in range(8)]
    _, chords = arrange(piano, ("melody", "chords")).tracks
    assert len(chords.notes) == 16


@pytest.mark.parametrize(
    ("song", "roles", "reason"),
    [
        (Song((track("", 0, *range(60, 80)),)), ("melody", "bass"), "a single track without bass"),
        (Song((track("", 0, *range(60, 80)),)), ("soprano", "bass"), r"a single track, too few for soprano\+bass"),
        (Song(VOICES[:2]), ("melody", "chords", "bass"), r"2 tracks, too few for melody\+chords\+bass"),
    ],
)
def test_a_piece_without_the_tracks_is_refused_with_a_reason(song: Song, roles: tuple[str, ...], reason: str) -> None:
    """The reason is short, for the caller knows the name."""
    with pytest.raises(CorpusError, match=f"^{reason}$"):
        arrange(song, roles)


def test_a_held_inner_voice_is_no_melody() -> None:
    """A low note under a longer one is not the upper line, though the melody's last note has ended."""
    notes = Notes.of([Note(64, 0, 96), Note(72, 0, 12), Note(40, 24, 12), Note(71, 48, 12)])
    assert upper_line(notes).pitches.tolist() == [72, 71]
    accompaniment = Notes.of([Note(60, 0, 100), Note(64, 10, 10), Note(50, 30, 12)])
    assert upper_line(accompaniment).pitches.tolist() == [60, 64]


def test_a_bassoon_is_no_bass() -> None:
    """A name is a word: others that begin like it are other instruments."""
    tracks = (track("Bassoon", 70, 40, 41, 42), track("Melody", 73, 72, 74, 76), track("", 32, 30, 31, 32))
    melody, bass = arrange(Song(tracks), ("melody", "bass")).tracks
    assert (melody.program, bass.program) == (73, 32)


def test_a_piano_is_a_piano() -> None:
    """Whatever plays a piece, on one piano it is one."""
    (piano,) = arrange(Song((track("take 0 of Ann", 40, 60, 62, 64),)), PIANO).tracks
    assert (piano.name, piano.program) == ("Piano", 0)


@given(songs())
def test_on_one_piano_no_two_notes_of_a_pitch_overlap(song: Song) -> None:
    """All tracks become one, and every moment in which a pitch starts is kept."""
    (piano,) = arrange(song, PIANO).tracks
    kept = {(note.pitch, note.onset_ticks) for note in piano.notes}
    assert kept == {(note.pitch, note.onset_ticks) for note in song.notes}
    for pitch in set(piano.notes.pitches.tolist()):
        table = piano.notes.table[:, piano.notes.pitches == pitch]
        assert (table[1, 1:] >= table[1, :-1] + table[2, :-1]).all()


@given(tracks_of_notes())
def test_a_line_is_one_note_at_a_time_with_nothing_beyond_it(notes: Notes) -> None:
    """Nothing starts above the upper line, or below the lower one, while it sounds, and its notes are the track's."""
    for line, beyond in ((upper_line(notes), 1), (lower_line(notes), -1)):
        ends = line.ends_ticks.tolist()
        assert all(end <= start for end, start in zip(ends, line.onsets_ticks.tolist()[1:], strict=False))
        assert {(n.pitch, n.onset_ticks) for n in line} <= {(n.pitch, n.onset_ticks) for n in notes}
        for sung in line:
            above = [n for n in notes if n.onset_ticks == sung.onset_ticks and beyond * (n.pitch - sung.pitch) > 0]
            assert not above
