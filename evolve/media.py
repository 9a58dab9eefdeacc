"""Media types of files that a browser shows, told from their names or their first bytes."""

import mimetypes
from typing import Final

from evolve.errors import ExecutionError

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"OggS", ".ogg"),
    (b"MThd", ".mid"),
    (b"ID3", ".mp3"),
    (b"%PDF", ".pdf"),
    (b"\x1a\x45\xdf\xa3", ".webm"),
)
_TYPES = {
    ".ogg": "audio/ogg",
    ".mid": "audio/midi",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}
_TEXT = ".txt"

UNKNOWN_TYPE: Final = "application/octet-stream"
"""Of a file of which nothing is known."""


def media_type(name: str) -> str:
    """The media type of a file of this name, such as ``image/png``; of an unknown one ``application/octet-stream``."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE


def suffix_of_data(data: bytes, kind: str) -> str:
    """The suffix of a file with this content, such as ``.png``.

    Raises:
        ExecutionError: It is nothing that a browser shows; `kind` says in the message which file it was.
    """
    for signature, suffix in _SIGNATURES:
        if data.startswith(signature):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] in (b"WAVE", b"WEBP"):
        return ".wav" if data[8:12] == b"WAVE" else ".webp"
    if data[4:8] == b"ftyp":
        return ".mp4"
    try:
        text = data[:4096].decode().lstrip().lower()
    except UnicodeDecodeError as error:
        if error.start >= len(data[:4096]) - 4 and len(data) > 4096:  # noqa: PLR2004 - a character cut in two
            return _TEXT
        raise ExecutionError(
            f'the sample\'s file "{kind}" is no picture, sound, film or text that a browser shows; give it a name '
            f'with a suffix, such as "{kind}.png"'
        ) from error
    if text.startswith(("<svg", "<?xml")) and "<svg" in text:
        return ".svg"
    return ".html" if text.startswith(("<!doctype html", "<html")) else _TEXT
