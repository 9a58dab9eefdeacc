"""Bytes of an XML file as a tree of elements, whatever its encoding and namespace; nothing is fetched for it."""

import re
from typing import Final
from xml.etree import ElementTree as ET

from evolve.errors import CorpusError

_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']")
_BY_FIRST_BYTES: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""What the XML standard tells encodings by (appendix F)."""

_OF_NO_FILE: Final = re.compile(r"utf.?(7|16|32)|.*(escape|punycode|idna|undefined|ucs)", re.IGNORECASE)
"""Encodings that a declaration in plain letters is not in, and Python's own, which are not meant for files."""


def read_xml(data: bytes, called: str) -> ET.Element:
    """The root of an XML file, its own namespace taken off every name.

    Args:
        data: The file's bytes.
        called: What it should be, for the reason of a refusal.

    Raises:
        CorpusError: Its text is the reason alone: no XML, or one that defines entities.
    """
    text = _text(data)
    if "<!ENTITY" in text:  # a few lines of them can fill any memory
        raise CorpusError("defines XML entities, which no score needs")
    try:
        root = ET.fromstring(text)  # noqa: S314 -- no entities, and nothing is fetched
    except (ET.ParseError, ValueError) as error:
        raise CorpusError(f"cannot be read as {called}: {error}") from error
    _take_off_namespace(root)
    return root


def _text(data: bytes) -> str:
    """The file's letters; those that are not of its encoding are replaced, since only names can have them."""
    encoding = next((name for start, name in _BY_FIRST_BYTES if data.startswith(start)), None)
    if encoding is None:
        declared = _DECLARED.match(data)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        if _OF_NO_FILE.fullmatch(encoding):
            encoding = "utf-8"
    try:
        text = data.decode(encoding, "replace")
    except (LookupError, UnicodeError):  # not known, or not of texts
        text = data.decode("utf-8", "replace")
    return text.lstrip("\ufeff \t\r\n")


def _take_off_namespace(root: ET.Element) -> None:
    """Name elements of the root's namespace as if they had none; others stay strangers."""
    space, brace, _ = root.tag.rpartition("}")
    if brace:
        for element in root.iter():
            if element.tag.startswith(space + brace):
                element.tag = element.tag[len(space) + 1 :]
