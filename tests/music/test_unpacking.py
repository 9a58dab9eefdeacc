"""Compressed scores are unpacked within limits."""

import io
import zipfile

import pytest

from evolve.errors import CorpusError
from evolve.music.reading_limits import LONGEST_READING_S, limits_for
from evolve.music.unpacking import LARGEST_SCORE_BYTES, unpacked, unpacked_size


def archive_of(**files: bytes) -> bytes:
    """A ZIP archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return data.getvalue()


def test_the_score_is_found_among_what_lies_beside_it() -> None:
    """The folder META-INF and pictures are passed over."""
    data = archive_of(**{"META-INF__container_xml": b"<c/>", "logo_png": b"PNG", "score_xml": b"<score/>"})
    assert unpacked(data) == b"<score/>"
    assert unpacked_size(data) == len(data)


def test_what_is_no_archive_is_taken_as_it_is() -> None:
    """Some files called .mxl are plain MusicXML."""
    assert unpacked(b"<score/>") == b"<score/>"
    assert unpacked_size(b"<score/>") == 8


def test_a_bomb_is_not_unpacked() -> None:
    """A small archive of a huge score is refused by what it says, and gets the time of a huge one at most."""
    data = archive_of(bomb_xml=b" " * (LARGEST_SCORE_BYTES + 1))
    assert len(data) < 100_000
    with pytest.raises(CorpusError, match="unpacks to more than 20 MB, which no piece has"):
        unpacked(data)
    assert limits_for(unpacked_size(data)).seconds == LONGEST_READING_S


def test_an_archive_without_a_score_is_told() -> None:
    """Its reason is in words, and its size its own."""
    data = archive_of(notes_txt=b"la la la")
    with pytest.raises(CorpusError, match="an archive without a score"):
        unpacked(data)
    assert unpacked_size(data) == len(data)
    assert unpacked_size(b"PK\3\4 and no more") == 16
