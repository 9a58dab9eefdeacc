"""Any notation file as songs, with the doubts about each."""

from dataclasses import dataclass

from evolve.errors import CorpusError
from evolve.music.notation.abc.reader import read_abc
from evolve.music.notation.kern import read_kern
from evolve.music.notation.timeline import song_of
from evolve.music.notation.written import Refused, WrittenScore
from evolve.music.song import Song


@dataclass(frozen=True, slots=True)
class ReadSong:
    """A song that was read, with what the reader could not be sure of.

    Attributes:
        song: What sounds.
        label: Its number and title in its collection; empty where it stands alone.
        doubts: Each a short clause.
    """

    song: Song
    label: str = ""
    doubts: tuple[str, ...] = ()


def read_notation(data: bytes, suffix: str, name: str) -> tuple[ReadSong | Refused, ...]:
    """The songs of a notation file; of a collection's that cannot be read, why.

    Args:
        data: The file's bytes.
        suffix: The file's, in small letters; it says what the bytes are.
        name: What the file is called; becomes the title of its songs.

    Raises:
        CorpusError: Its text is the reason alone; the caller knows the name.
        MemoryError: The process may have no more.
    """
    if suffix not in (".abc", ".krn"):
        from evolve.music.notation import by_music21  # noqa: PLC0415 -- takes a second and a half

        return tuple(ReadSong(song) for song in by_music21.read_notation(data, suffix, name))
    try:
        pieces: tuple[WrittenScore | Refused, ...] = (read_kern(data),) if suffix == ".krn" else read_abc(data)
    except RecursionError as error:
        raise CorpusError(f"cannot be read as {suffix[1:]}: nested too deeply") from error
    return tuple(piece if isinstance(piece, Refused) else _read(piece, name) for piece in pieces)


def _read(score: WrittenScore, name: str) -> ReadSong:
    song, doubts = song_of(score, name)
    return ReadSong(song, score.label, doubts)
