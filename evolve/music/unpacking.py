"""The score within a compressed MusicXML file, with its size known before anything is unpacked."""

import io
import zipfile
from pathlib import PurePosixPath
from typing import Final

from evolve.errors import CorpusError

LARGEST_SCORE_BYTES: Final = 20_000_000
"""Of unpacked MusicXML; a whole opera act has less."""

_ZIP = b"PK\x03\x04"
_SCORES: Final = (".xml", ".musicxml", ".mxl")


def unpacked_size(data: bytes) -> int:
    """How many bytes there are to read, as an archive itself says; of anything else, its own."""
    if not data.startswith(_ZIP):
        return len(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return max(len(data), _score_in(archive).file_size)
    except (CorpusError, zipfile.BadZipFile, ValueError, NotImplementedError):  # the last: a way of packing not known
        return len(data)


def unpacked(data: bytes) -> bytes:
    """The score of an archive; anything else as it is.

    Raises:
        CorpusError: Its text is the reason alone: no score in it, or one that is far too large.
    """
    if not data.startswith(_ZIP):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        score = _score_in(archive)
        if score.file_size > LARGEST_SCORE_BYTES:
            raise CorpusError(f"unpacks to more than {LARGEST_SCORE_BYTES // 1_000_000} MB, which no piece has")
        with archive.open(score) as file:
            return file.read(LARGEST_SCORE_BYTES)  # not more, whatever it says of its size


def _score_in(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The first score; the folder META-INF only says where it is."""
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        is_score = path.suffix.lower() in _SCORES or entry.filename == ".xml"  # as Noteflight calls what has no title
        if is_score and "META-INF" not in path.parts:
            return entry
    raise CorpusError("an archive without a score")
