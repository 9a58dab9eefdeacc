"""YAML text as nodes, which know their lines; no more of them than a person writes."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import yaml

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


@contextlib.contextmanager
def _bounded(text: str) -> Iterator["_BoundedLoader"]:
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
