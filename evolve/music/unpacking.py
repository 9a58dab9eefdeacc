"""The score within a compressed MusicXML file, with its size known before anything is unpacked.

An archive says in META-INF/container.xml which of its files the score is (MusicXML 4.0, "Compressed .mxl files").
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

from evolve.errors import CorpusError
from evolve.music.notation.xml_tree import read_xml

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
