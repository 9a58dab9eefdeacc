"""Compressed scores are unpacked within limits."""

import io
import zipfile

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.reader import LARGEST_SCORE_BYTES, unpacked, unpacked_size
from evolve.domains.music.reading_process import LONGEST_READING_S, limits_for


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


def container_of(*rootfiles: str, namespace: str = "") -> bytes:
    """A list of what an archive holds; of each file the attributes."""
    files = "".join(f"<rootfile {attributes}/>" for attributes in rootfiles)
    return f'<?xml version="1.0"?><container {namespace}><rootfiles>{files}</rootfiles></container>'.encode()


def archive_with(container: bytes, *names: str) -> bytes:
    """An archive with a container, and files that hold their own names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, name)
        archive.writestr("META-INF/container.xml", container)
    return data.getvalue()


@pytest.mark.parametrize(
    "container",
    [
        container_of('full-path="b/score.xml"'),
        container_of(
            'full-path="b/score.xml" media-type="application/vnd.recordare.musicxml+xml"', 'full-path="a.xml"'
        ),
        container_of('full-path="a.pdf" media-type="application/pdf"', 'full-path="b/score.xml"'),
        container_of('full-path="./b\\score.xml"'),
        container_of('full-path="/b/score%2Exml"'),
        container_of('full-path="b/score.xml"', namespace='xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'),
    ],
)
def test_the_score_is_the_one_that_the_archive_names(container: bytes) -> None:
    """Its first file of MusicXML, whatever lies before it."""
    assert unpacked(archive_with(container, "a.xml", "a.pdf", "b/score.xml")) == b"b/score.xml"


@pytest.mark.parametrize(
    "container",
    [
        container_of('full-path="lost.xml"'),
        container_of(),
        b"<container",
        b'<!DOCTYPE a [<!ENTITY b "ha">]>' + container_of('full-path="&b;"'),
    ],
)
def test_the_first_score_is_taken_where_none_is_named(container: bytes) -> None:
    """Folders, what macOS lays beside a file, and files of other kinds are none."""
    names = ("x.xml/", "__MACOSX/._b.xml", "._b.xml", "b.txt", "b.xml", "c.xml")
    assert unpacked(archive_with(container, *names)) == b"b.xml"


def changed(data: bytes, *, at_first: bytes, by: int, to: bytes) -> bytes:
    """Some bytes replaced, so far from the first place of others."""
    place = data.index(at_first) + by
    return data[:place] + to + data[place + len(to) :]


def locked(data: bytes) -> bytes:
    """Marked as encrypted, in both places."""
    return changed(changed(data, at_first=b"PK\3\4", by=6, to=b"\1"), at_first=b"PK\1\2", by=8, to=b"\1")


def packed_strangely(data: bytes) -> bytes:
    """Packed in a way that there is not, in both places."""
    return changed(changed(data, at_first=b"PK\3\4", by=8, to=b"\x63"), at_first=b"PK\1\2", by=10, to=b"\x63")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive_of(a_xml=b"<a/>" * 99)[:-30], "a broken archive: "),
        (
            changed(archive_of(a_xml=b"<a/>" * 99), at_first=b"PK\1\2", by=16, to=b"\0\0\0\0"),
            "a broken archive: Bad CRC",
        ),
        (changed(archive_of(a_xml=b"<a/>" * 99), at_first=b"a.xml", by=5, to=b"\xff\xff"), "a broken archive: "),
        (locked(archive_of(a_xml=b"<a/>")), "an archive locked by a password"),
        (packed_strangely(archive_of(a_xml=b"<a/>")), "an archive packed in a way that is not known"),
        (archive_of(a_mxl=archive_of(a_xml=b"<a/>")), "an archive within an archive"),
        (archive_of(), "an archive without a score"),
    ],
    ids=["cut", "wrong sum", "overwritten", "locked", "packed strangely", "nested", "empty"],  # bytes hold the time
)
def test_a_broken_archive_is_a_reason(data: bytes, said: str) -> None:
    """Whatever is wrong with it, in one line."""
    with pytest.raises(CorpusError, match=said):
        unpacked(data)
    assert unpacked_size(data) >= len(data)
