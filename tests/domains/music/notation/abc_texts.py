"""ABC texts as they are read, in a form that tests can be written in."""

from evolve.domains.music.notation.reader import read_notation
from evolve.domains.music.song import TICKS_PER_BEAT, ReadSong, Refused, Song

HEADER = "X:1\nT:x\nM:4/4\nL:1/4\n"


def read(text: str) -> tuple[ReadSong | Refused, ...]:
    """The pieces of an ABC text."""
    return read_notation(text.encode(), ".abc", "x")


def read_one(text: str) -> ReadSong:
    """The only tune of an ABC text."""
    (piece,) = read(text)
    assert isinstance(piece, ReadSong)
    return piece


def told(song: Song) -> str:
    """Each track as ``pitch@beat+length``, tracks parted by a stroke."""
    return " | ".join(
        " ".join(
            f"{note.pitch}@{note.onset_ticks / TICKS_PER_BEAT:.3g}+{note.duration_ticks / TICKS_PER_BEAT:.3g}"
            for note in track.notes
        )
        for track in song.tracks
    )


def pitches(text: str) -> list[int]:
    """The pitches of all tracks, one after the other."""
    return [note.pitch for track in read_one(text).song.tracks for note in track.notes]
