"""Reading a page as a browser's parser meets it: elements, their attributes and texts, and whether they are closed."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "img", "br", "hr", "input", "link"}
_SELF_CLOSING = {"path", "rect", "line", "circle", "polyline", "polygon", "image"}


@dataclass
class Markup:
    """What a page is made of.

    Attributes:
        elements: Each element's name and attributes, in order.
        texts: All that is text, in one string.
        scripts: The contents of the scripts.
        faults: What is closed that is not open, or left open.
    """

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: str = ""
    scripts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def ids(self) -> Counter[str]:
        """How often each id is there."""
        return Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)

    def named(self, name: str) -> list[dict[str, str]]:
        """The attributes of all elements of a name."""
        return [attributes for element, attributes in self.elements if element == name]


def read_markup(html: str) -> Markup:
    """What a page is made of."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.found.faults += [f"<{name}> is left open" for name in reader.open]
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found, self.open = Markup(), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _SELF_CLOSING | _VOID:
            self.found.faults.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.found.faults.append(f"</{tag}> inside {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.found.scripts.append(data)
        elif self.open[-1:] != ["style"]:
            self.found.texts += data
