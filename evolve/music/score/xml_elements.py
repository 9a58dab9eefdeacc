"""Elements of an XML document, made in one line each."""

from xml.etree import ElementTree as ET


def child(parent: ET.Element, tag: str, content: str | float | None = None, **attributes: str) -> ET.Element:
    """A new last element within another one; characters that XML does not allow are left out of its text."""
    element = ET.SubElement(parent, tag, attributes)
    if content is not None:
        element.text = "".join(character for character in str(content) if character.isprintable())
    return element
