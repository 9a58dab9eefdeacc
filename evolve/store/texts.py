"""Texts that people wrote with whatever program they have: decoded, or told what they are instead."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does, so it is asked for before
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The byte order marks that a text may begin with, and its encoding then."""

_IN_TEXTS: Final = frozenset(b"\t\n\x0b\f\r\x1a\x1b")
"""Control characters that texts do hold."""


class NotTextError(Exception):
    """Bytes that are no text that can be read; says what they are, as in ``is not UTF-8 text: …``."""


def decoded(data: bytes, *, is_whole: bool = True) -> str:
    """The text that these bytes are, without a byte order mark: UTF-8, or UTF-16 or UTF-32 where a mark says so.

    Args:
        data: What a file holds.
        is_whole: Whether it is all of it; else it may end in the middle of a character.

    Raises:
        NotTextError: They are none.
    """
    mark, encoding = next((one for one in _MARKS if data.startswith(one[0])), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return codecs.getincrementaldecoder(encoding)().decode(body, final=is_whole)
    except UnicodeDecodeError as error:
        raise NotTextError(_told(body, error, encoding)) from error


def _told(data: bytes, error: UnicodeDecodeError, encoding: str) -> str:
    if encoding != "utf-8":
        return f"begins as {encoding[:6].upper()} text and is none: damaged at byte {error.start:,}; save it as UTF-8"
    if any(byte < ord(" ") and byte not in _IN_TEXTS for byte in data):
        return "is not a text file"
    line = data.count(b"\n", 0, error.start) + 1
    return f"is not UTF-8 text: byte 0x{data[error.start]:02x} in line {line:,}; save it as UTF-8"
