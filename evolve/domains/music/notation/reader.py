"""Files of notation, told apart by their suffixes, and the score within a compressed MusicXML file.

An archive says in META-INF/container.xml which of its files the score is (MusicXML 4.0, "Compressed .mxl files"). Its
size is known before anything is unpacked.
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.abc.music import read_abc
from evolve.domains.music.notation.kern import read_kern
from evolve.domains.music.notation.musicxml import read_musicxml, read_xml
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.notation.written import WrittenScore
from evolve.domains.music.song import ReadSong, Refused

LARGEST_SCORE_BYTES: Final = 20_000_000
"""Of unpacked MusicXML; a whole opera act has less."""

LARGEST_CONTAINER_BYTES: Final = 1_000_000
"""Of the list of what an archive holds."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")  # the second has no files
_CONTAINER: Final = "META-INF/container.xml"
_SCORES: Final = (".xml", ".musicxml", ".mxl")
_ASIDE: Final = ("META-INF", "__MACOSX")
_ENCRYPTED: Final = 1


def unpacked_size(data: bytes) -> int:
    """How many bytes there are to read, as an archive itself says; of anything else, its own."""
    if not data.startswith(_ZIP):
        return len(data)
    try:
        with _opened(data) as archive:
            return max(len(data), _score_in(archive).file_size)
    except CorpusError:
        return len(data)


def unpacked(data: bytes) -> bytes:
    """The score of an archive; anything else as it is.

    Raises:
        CorpusError: Its text is the reason alone: no score in it, one that is far too large, or a broken archive.
    """
    if not data.startswith(_ZIP):
        return data
    with _opened(data) as archive:
        score = _score_in(archive)
        if score.file_size > LARGEST_SCORE_BYTES:
            raise CorpusError(f"unpacks to more than {LARGEST_SCORE_BYTES // 1_000_000} MB, which no piece has")
        content = _content(archive, score, LARGEST_SCORE_BYTES)  # not more, whatever it says of its size
    if content.startswith(_ZIP):
        raise CorpusError("an archive within an archive; unpack it once")
    return content


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive; whatever is wrong with it while it is open is a reason."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except NotImplementedError as error:
        raise CorpusError("an archive packed in a way that is not known; pack it as ZIP programs usually do") from error
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError, OverflowError
    ) as error:  # fmt: skip
        raise CorpusError(f"a broken archive: {str(error) or 'it ends too soon'}") from error


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """What is packed in an entry, up to so many bytes."""
    if entry.flag_bits & _ENCRYPTED:
        raise CorpusError("an archive locked by a password")
    with archive.open(entry) as file:
        return file.read(most)


def _score_in(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The score that the archive names, else the first that looks like one."""
    entries = {_plain(entry.filename): entry for entry in reversed(archive.infolist()) if not entry.is_dir()}
    for name in _named_scores(archive, entries.get(_CONTAINER)):
        for path in (_plain(name), _plain(unquote(name))):
            if path in entries:
                return entries[path]
    for entry in archive.infolist():
        if not entry.is_dir() and _looks_like_a_score(_plain(entry.filename)):
            return entry
    raise CorpusError("an archive without a score")


def _named_scores(archive: zipfile.ZipFile, container: zipfile.ZipInfo | None) -> list[str]:
    """The paths of MusicXML files that an archive names, the score first; none where it does not."""
    if container is None or container.file_size > LARGEST_CONTAINER_BYTES:
        return []
    with suppress(CorpusError, zipfile.BadZipFile, zlib.error):  # what is damaged there may be whole elsewhere
        root = read_xml(_content(archive, container, LARGEST_CONTAINER_BYTES), "a container")
        roots = [file for file in root.iter() if file.tag.rpartition("}")[2] == "rootfile"]
        return [file.get("full-path", "") for file in roots if "musicxml" in file.get("media-type", "musicxml").lower()]
    return []


def _looks_like_a_score(path: str) -> bool:
    """By its name; one without a title is called ``.xml`` by some programs, and others leave files of their own."""
    pure = PurePosixPath(path)
    if not pure.parts or any(part in _ASIDE for part in pure.parts):
        return False
    return pure.name == ".xml" or (pure.suffix.lower() in _SCORES and not pure.name.startswith("._"))


def _plain(path: str) -> str:
    """A path in an archive from its root, parted by slashes."""
    return "/".join(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))


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
