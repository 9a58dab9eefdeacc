"""What a reader of music makes of one piece: a song, or the reason why there is none."""

from dataclasses import dataclass

from evolve.music.song import Song


@dataclass(frozen=True, slots=True)
class ReadSong:
    """A song that was read, with what its reader could not be sure of.

    Attributes:
        song: What sounds.
        label: Its number and title in its collection, such as ``12 "The Bride"``; empty where it stands alone.
        doubts: Each a short clause.
        kind: Its kind of tune, such as ``reel``, as its notation or its title says; empty where neither does.
    """

    song: Song
    label: str = ""
    doubts: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A piece of a collection that cannot be read, or is none; the others of its file are not touched by that.

    Attributes:
        label: Its number and title in its collection.
        reason: Why, in a few words.
    """

    label: str
    reason: str
