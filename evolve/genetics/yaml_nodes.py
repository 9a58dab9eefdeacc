"""YAML: a text as nodes, which know their lines, no more of them than a person writes; and values as a text."""

import contextlib
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

import yaml

from evolve.errors import shortened

MOST_NODES: Final = 10_000
"""Keys, values and lists; a space with every gene has some hundred."""

MOST_ALIASES: Final = 100
"""How often a file may refer to what stands elsewhere in it (``*name``): a few of many values make millions of them."""

DEEPEST: Final = 20
"""How many mappings and lists may lie within each other; a space has four."""

_PLAIN_TAGS: Final = tuple(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")
)


class TooMuchError(yaml.MarkedYAMLError):
    """The text is YAML, but far more, or of another kind, than any settings are."""


def compose(text: str) -> yaml.Node | None:
    """The root node of the text; None when it is empty.

    Raises:
        yaml.YAMLError: It is no YAML, or more than one document; knows the line where it stops being any.
        TooMuchError: It has too many nodes or aliases, or tags.
    """
    with _bounded(text) as loader:
        return loader.get_single_node()


def compose_all(text: str) -> tuple[yaml.Node, ...]:
    """The root nodes of the documents in the text, which ``---`` parts; the limits hold for all of them together.

    Raises:
        yaml.YAMLError: It is no YAML; knows the line where it stops being any.
        TooMuchError: It has too many nodes or aliases, or tags.
    """
    nodes: list[yaml.Node] = []
    with _bounded(text) as loader:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                nodes.append(node)
    return tuple(nodes)


def to_yaml(values: Mapping[str, Any]) -> str:
    """Values as YAML that is read back as what they are, in the order given."""
    return yaml.dump(dict(values), Dumper=_ExactDumper, sort_keys=False, allow_unicode=True)


class _ExactDumper(yaml.SafeDumper):
    """Keeps line ends of other systems, which YAML would make plain ones."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = None if data.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_ExactDumper.add_representer(str, _ExactDumper.represent_str)


def complaint(error: yaml.YAMLError) -> tuple[int | None, str]:
    """The line where a text stops being YAML, if that is known, and what is wrong there, in words."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    if problem.startswith("found character '\\t'"):
        problem = "a tab stands where only spaces may; YAML is indented with spaces"
    return (mark.line + 1 if mark else None), problem


def is_null(node: yaml.Node) -> bool:
    """Whether nothing stands there, or ``null`` or ``~``, not in quotes."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def is_quoted(node: yaml.Node) -> bool:
    """Whether a value stands in quotes, or as a block of text."""
    return getattr(node, "style", None) is not None


def kind_of(node: yaml.Node) -> str:
    """What a node is, in words, such as ``a list`` or ``"adam"``."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return f'"{shortened(node.value)}"' if node.value else "nothing"


def key_problem(key: yaml.Node, earlier: Container[str]) -> str | None:
    """Why a node cannot be the key of an entry, in words; None when it can.

    Args:
        key: The node.
        earlier: The keys that stand before it in the same mapping.
    """
    if not isinstance(key, yaml.ScalarNode):
        return f"must be text, not {kind_of(key)}"
    if key.tag == "tag:yaml.org,2002:merge":
        return "<< takes over the keys of another mapping, which is not read here; write them out"
    return "stands twice; keep one" if key.value in earlier else None


def _strange_character(text: str, place: int) -> yaml.MarkedYAMLError:
    line = text.count("\n", 0, place)
    mark = yaml.Mark("", place, line, 0, None, 0)
    return yaml.MarkedYAMLError(problem=f"it has the character U+{ord(text[place]):04X}", problem_mark=mark)


@contextlib.contextmanager
def _bounded(text: str) -> Iterator["_BoundedLoader"]:
    if strange := yaml.reader.Reader.NON_PRINTABLE.search(text):
        raise _strange_character(text, strange.start())
    loader = _BoundedLoader(text)
    try:
        yield loader
    except (ValueError, OverflowError) as error:  # of numbers that PyYAML makes out of escapes and directives
        raise yaml.MarkedYAMLError(problem="it has a number or a character far beyond all that there are") from error
    finally:
        loader.dispose()


class _BoundedLoader(yaml.SafeLoader):
    """Counts while nodes are made, so that a text that would make too many ends early."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._nodes = self._aliases = self._depth = 0
        self._open: set[str] = set()

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs do not say what it is
        is_alias = isinstance(event, yaml.AliasEvent)
        self._nodes += not is_alias
        self._aliases += is_alias
        for count, most, what in (
            (self._nodes, MOST_NODES, "keys and values"),
            (self._aliases, MOST_ALIASES, 'aliases ("*name")'),
            (self._depth, DEEPEST, "mappings and lists within each other"),
        ):
            if count > most:
                raise TooMuchError(problem=f"has more than {most:,} {what}", problem_mark=event.start_mark)
        anchor = getattr(event, "anchor", None)
        if is_alias and anchor in self._open:
            raise TooMuchError(
                problem=f'has an alias ("*{anchor}") to what it stands in', problem_mark=event.start_mark
            )
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", *_PLAIN_TAGS):
            raise TooMuchError(
                problem=f'has the tag "{tag}"; write the value without it', problem_mark=event.start_mark
            )
        self._depth += 1
        inside = set() if anchor is None or is_alias else {str(anchor)} - self._open
        self._open |= inside
        try:
            return super().compose_node(parent, index)
        finally:
            self._open -= inside
            self._depth -= 1
