"""Songs stand on the staves that suit them."""

from evolve.music.score.staves import Clef, parts
from evolve.music.song import Note, Notes, Song, Track
from tests.music.score.songs import line, song_of


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
