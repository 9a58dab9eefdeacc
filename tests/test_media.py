"""What a file is, told from its name or its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import ExecutionError
from evolve.media import media_type, suffix_of_data
from evolve.presentation import Presentation, type_of
from evolve.report.page.media import first_image


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "image/png"),
        ("a.JPG", "image/jpeg"),
        ("a.svg", "image/svg+xml"),
        ("a.webp", "image/webp"),
        ("song-1.ogg", "audio/ogg"),
        ("a.wav", "audio/wav"),
        ("a.mid", "audio/midi"),
        ("a.mp4", "video/mp4"),
        ("a.webm", "video/webm"),
        ("a.html", "text/html"),
        ("a.txt", "text/plain"),
        ("a.b.gif", "image/gif"),
        ("png", "application/octet-stream"),
        ("a.whatever", "application/octet-stream"),
    ],
)
def test_a_name_tells_the_media_type(name: str, expected: str) -> None:
    """By its last suffix, in capitals or not, the same on every machine."""
    assert media_type(name) == expected


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"\x89PNG\r\n\x1a\n...", ".png"),
        (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"GIF89a", ".gif"),
        (b"OggS\0", ".ogg"),
        (b"MThd\0\0\0\6", ".mid"),
        (b"ID3\4", ".mp3"),
        (b"%PDF-1.7", ".pdf"),
        (b"\x1a\x45\xdf\xa3\x9f", ".webm"),
        (b"RIFF\0\0\0\0WAVEfmt ", ".wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", ".webp"),
        (b"\0\0\0\x20ftypisom", ".mp4"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ".svg"),
        (b"\n <?xml version='1.0'?>\n<!-- hat --><svg/>", ".svg"),
        (b"<!DOCTYPE html><title>hat</title>", ".html"),
        (b"<html>", ".html"),
        (b"<?xml version='1.0'?><hat/>", ".txt"),
        ("ein Hut für José".encode(), ".txt"),
        (b"", ".txt"),
    ],
)
def test_the_first_bytes_tell_what_has_no_suffix(data: bytes, suffix: str) -> None:
    """Pictures, sound, films and text that a browser shows."""
    assert suffix_of_data(data, "hat") == suffix


@given(st.integers(4090, 4096))
def test_a_text_is_one_wherever_it_is_cut(ascii_letters: int) -> None:
    """A character of three bytes may lie across the end of what is looked at."""
    assert suffix_of_data(("a" * ascii_letters + "音" * 9).encode(), "text") == ".txt"


@pytest.mark.parametrize("data", [b"\x80\x81\x82", b"text and then \xff", b"a" * 4000 + b"\xff" + b"a" * 200])
def test_what_no_browser_shows_is_refused_with_what_to_do(data: bytes) -> None:
    """In a line that names the file."""
    with pytest.raises(ExecutionError, match=r'"weights" is no picture, .*such as "weights\.png"'):
        suffix_of_data(data, "weights")


@given(st.binary(max_size=64))
def test_any_bytes_have_a_suffix_or_are_refused(data: bytes) -> None:
    """A suffix that is given has a media type; nothing else is raised."""
    try:
        assert media_type(f"a{suffix_of_data(data, 'a')}") != "application/octet-stream"
    except ExecutionError:
        assert data


def test_a_samples_file_is_what_its_name_says_and_else_what_its_domain_says() -> None:
    """On the page and in the report alike: a JPEG of a domain that makes PNGs is shown as what it is."""
    presentation = Presentation(media={"image": "image/png", "sound": "audio/ogg"})
    assert type_of(presentation, "image", "a.jpg") == "image/jpeg"
    assert type_of(presentation, "image", "a.whatever") == "image/png"
    assert type_of(presentation, "notes", "a.whatever") == "application/octet-stream"
    assert first_image(presentation, {"sound": "a.ogg", "image": "individuals/a.jpg"}) == (
        "individuals/a.jpg",
        "image/jpeg",
    )
    assert first_image(presentation, {"sound": "a.png"}) == ("a.png", "image/png")
    assert first_image(presentation, {"sound": "a"}) is None
