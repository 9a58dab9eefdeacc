"""Dynamics stand where the loudness changes and stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.score.staves import Accidentals, Clef, Spelling, dynamics, parts, signature, spelled
from evolve.domains.music.song import Note, Notes, Song, Track
from tests.domains.music.score.songs import line, song_of


def marks(*velocities: int) -> dict[int, str]:
    """The marks of a part with four notes of each of these velocities in a bar."""
    notes = [Note(60, 96 * bar + 24 * k, 24, velocity) for bar, velocity in enumerate(velocities) for k in range(4)]
    return dynamics(Notes.of(notes), 96)


def test_a_level_part_has_no_marks() -> None:
    """Music as loud from beginning to end says nothing of it."""
    assert marks(*[80] * 8) == {}


def test_a_lasting_change_is_marked_with_what_was_before() -> None:
    """Soft bars, then loud ones: both are marked, where they begin."""
    assert marks(40, 42, 44, 40, 90, 92, 88, 90, 94) == {0: "p", 4: "f"}


def test_a_single_loud_bar_is_an_accent() -> None:
    """What does not stay is not marked."""
    assert marks(40, 42, 44, 40, 90, 44, 40, 41, 42) == {}


NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@given(st.integers(0, 127), st.integers(-7, 7))
def test_a_spelling_names_its_pitch(pitch: int, sharps: int) -> None:
    """Step, alteration and octave say which key is struck; no double accidental is needed."""
    spelling = spelled(pitch, sharps)
    assert 12 * (spelling.octave + 1) + NATURAL[spelling.step] + spelling.alter == pitch
    assert -1 <= spelling.alter <= 1


@pytest.mark.parametrize("sharps", range(-5, 7))
def test_the_scale_needs_no_accidentals(sharps: int) -> None:
    """Each note of the major key is spelled as its signature has it."""
    tonic = 60 + 7 * sharps % 12
    for interval in (0, 2, 4, 5, 7, 9, 11):
        spelling = spelled(tonic + interval, sharps)
        assert spelling.alter == signature(sharps)[spelling.step]


def test_flat_keys_have_flats() -> None:
    """The same black key is B flat in F major and A sharp in F sharp major."""
    assert spelled(70, -1) == Spelling("B", -1, 4)
    assert spelled(70, 6) == Spelling("A", 1, 4)
    assert spelled(68, 0) == Spelling("G", 1, 4)  # the leading note of A minor


def test_an_accidental_holds_until_the_bar_line() -> None:
    """It stands once for its octave, is taken back by a natural, and does not stand at the end of a tie."""
    accidentals = Accidentals(1)
    sharp, natural = Spelling("F", 1, 4), Spelling("F", 0, 4)
    marks = [accidentals.needed(s, is_held=False) for s in (sharp, natural, natural, sharp, Spelling("F", 0, 5))]
    assert marks == [None, "natural", None, "sharp", "natural"]
    assert Accidentals(0).needed(sharp, is_held=True) is None


def scale(pitch: int) -> list[Note]:
    """Five notes upwards."""
    return line(*((pitch + step, 24) for step in (0, 2, 4, 5, 7)))


def test_a_piano_alone_has_two_staves() -> None:
    """Treble for the right hand, bass for the left; every note is on one of them."""
    (part,) = parts(song_of([*scale(72), *scale(40)]))
    assert [staff.clef for staff in part.staves] == [Clef.TREBLE, Clef.BASS]
    assert [staff.notes for staff in part.staves] == [Notes.of(scale(72)), Notes.of(scale(40))]


def test_no_staff_stays_empty() -> None:
    """A tune that fits one staff gets one."""
    assert [[s.clef for s in p.staves] for p in parts(song_of(scale(67)))] == [[Clef.TREBLE]]
    assert [[s.clef for s in p.staves] for p in parts(song_of(scale(40)))] == [[Clef.BASS]]


def test_each_voice_has_a_clef_that_suits_it() -> None:
    """Soprano, alto, tenor and bass stand as they do in print."""
    clefs = [part.staves[0].clef for part in parts(song_of(scale(70), scale(64), scale(55), scale(43)))]
    assert clefs == [Clef.TREBLE, Clef.TREBLE, Clef.TENOR_VOICE, Clef.BASS]


def test_players_can_be_told_apart() -> None:
    """Tracks of one name are numbered, nameless ones named, long names cut, silent tracks left out."""
    notes = Notes.of(scale(60))
    names = ("Violin", "Violin", "", "A\nvery long name that would leave no room for music")
    song = Song((*(Track(notes, name) for name in names), Track(Notes.of(()), "silent")))
    assert [part.name for part in parts(song)] == ["Violin 1", "Violin 2", "Track 3", "A very long name that would…"]
