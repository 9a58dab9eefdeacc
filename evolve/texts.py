"""Texts that people wrote with whatever program they have: decoded, or told what they are instead."""

import codecs
import contextlib
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does, so it is asked for before
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The byte order marks that a text may begin with, and its encoding then."""

_PLAIN: Final = b"xn--a +AGE- \\x41 \\u0041 <'\"=:> 09"
"""Letters that mean other ones in Python's own encodings (idna, utf-7, unicode_escape, raw_unicode_escape)."""

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
    body, marked = _marked(data)
    encoding = marked or "utf-8"
    try:
        return codecs.getincrementaldecoder(encoding)().decode(body, final=is_whole)
    except UnicodeDecodeError as error:
        raise NotTextError(_told(body, error, encoding)) from error


def text_of(data: bytes, declared: str | None = None, otherwise: str | None = "latin-1") -> str:
    """The text that these bytes most likely are, without a byte order mark; there always is one.

    A byte order mark is believed, then the declared charset, then that it is UTF-8: the first in which all of it is
    text. A declaration in plain letters names a charset that has them, so one that has not is passed over: UTF-16,
    EBCDIC, and what Python has for other things than files (punycode, unicode_escape, utf-7, base64).

    Args:
        data: What a file holds.
        declared: The charset that it says it is in, as it says it.
        otherwise: What it is in when nothing else fits. If None, what is no text in the declared charset, or else in
            UTF-8, becomes replacement characters, as does what is none after a mark.
    """
    body, marked = _marked(data)
    if marked:
        return body.decode(marked, "replace")
    likely = [*([declared] if declared and _has_plain_letters(declared) else []), "utf-8", *filter(None, [otherwise])]
    for encoding in likely:
        with contextlib.suppress(UnicodeError):
            return data.decode(encoding)
    return data.decode(likely[0], "replace")


def _marked(data: bytes) -> tuple[bytes, str | None]:
    """The bytes behind the byte order mark, and the encoding that it stands for."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :], encoding
    return data, None


def _has_plain_letters(charset: str) -> bool:
    """Whether this is a charset of texts in which the letters and digits of ASCII are themselves."""
    try:
        text = _PLAIN.decode(charset)
    except (LookupError, ValueError):  # unknown, or not of texts
        return False
    return list(filter(str.isalnum, text)) == list(filter(str.isalnum, _PLAIN.decode()))


def _told(data: bytes, error: UnicodeDecodeError, encoding: str) -> str:
    if encoding != "utf-8":
        return f"begins as {encoding[:6].upper()} text and is none: damaged at byte {error.start:,}; save it as UTF-8"
    if any(byte < ord(" ") and byte not in _IN_TEXTS for byte in data):
        return "is not a text file"
    line = data.count(b"\n", 0, error.start) + 1
    return f"is not UTF-8 text: byte 0x{data[error.start]:02x} in line {line:,}; save it as UTF-8"
