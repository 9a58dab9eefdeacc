"""Bytes of an XML file as a tree of elements, whatever its encoding and namespace; nothing is fetched for it."""

import codecs
import re
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from evolve.errors import CorpusError
from evolve.texts import text_of

_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']")
_UNMARKED: Final = ((b"<\0", codecs.BOM_UTF16_LE), (b"\0<", codecs.BOM_UTF16_BE))
"""How a file in UTF-16 without a byte order mark begins (XML standard, appendix F), and the mark that it lacks."""


def read_xml(data: bytes, called: str) -> ET.Element:
    """The root of an XML file, its own namespace taken off every name.

    Args:
        data: The file's bytes.
        called: What it should be, for the reason of a refusal.

    Raises:
        CorpusError: Its text is the reason alone: no XML, or one that defines entities.
    """
    text = _text(data)
    try:
        _check_entities(text)
        root = ET.fromstring(text)  # noqa: S314 -- no entities, and nothing is fetched
    except (ET.ParseError, expat.ExpatError, ValueError) as error:
        raise CorpusError(f"cannot be read as {called}: {error}") from error
    _take_off_namespace(root)
    return root


def _check_entities(text: str) -> None:
    """Refuse a text that defines entities: a few lines of them can fill any memory. In comments they are none.

    Raises:
        CorpusError: Its text is the reason alone.
        expat.ExpatError: It is no XML.
    """
    if "<!ENTITY" in text:  # as in hardly any
        parser = expat.ParserCreate()
        parser.EntityDeclHandler = _refuse_entity  # called before any is used
        parser.Parse(text, True)  # noqa: FBT003 -- it takes no names


def _refuse_entity(*_declared: object) -> None:
    raise CorpusError("defines XML entities, which no score needs")


def _text(data: bytes) -> str:
    """The file's letters; those that are not of its encoding are replaced, since only names can have them."""
    data = next((mark + data for start, mark in _UNMARKED if data.startswith(start)), data)
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
    text = text_of(data, declared[1].decode("ascii") if declared else None, otherwise=None)
    return text.lstrip("\ufeff \t\r\n")


def _take_off_namespace(root: ET.Element) -> None:
    """Name elements of the root's namespace as if they had none; others stay strangers."""
    space, brace, _ = root.tag.rpartition("}")
    if brace:
        for element in root.iter():
            if element.tag.startswith(space + brace):
                element.tag = element.tag[len(space) + 1 :]
