"""Any notation file as songs, with the doubts about each."""

from evolve.errors import CorpusError
from evolve.music.notation.abc.reader import read_abc
from evolve.music.notation.kern import read_kern
from evolve.music.notation.musicxml import read_musicxml
from evolve.music.notation.timeline import song_of
from evolve.music.notation.written import WrittenScore
from evolve.music.read_song import ReadSong, Refused
from evolve.music.unpacking import unpacked


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
    try:
        return tuple(_read(piece, name) for piece in _pieces(data, suffix))
    except RecursionError as error:
        raise CorpusError(f"cannot be read as {suffix[1:]}: nested too deeply") from error


def _pieces(data: bytes, suffix: str) -> tuple[WrittenScore | Refused, ...]:
    if suffix == ".abc":
        return read_abc(data)
    return (read_kern(data) if suffix == ".krn" else read_musicxml(unpacked(data)),)


def _read(piece: WrittenScore | Refused, name: str) -> ReadSong | Refused:
    """The song of a piece; of a collection's, one that has no end is refused alone."""
    if isinstance(piece, Refused):
        return piece
    try:
        song, doubts = song_of(piece, name)
    except CorpusError as error:
        if not piece.label:
            raise
        return Refused(piece.label, str(error))
    return ReadSong(song, piece.label, doubts, piece.kind)
