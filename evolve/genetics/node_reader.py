"""What the nodes of a YAML file hold, with every mistake told by file, line and key.

A file is walked as YAML nodes, not as loaded objects, because only nodes know their line.
"""

from collections.abc import Callable
from typing import NoReturn

import yaml

from evolve.errors import SpaceError, nearest_spelling, shortened
from evolve.genetics.genome import Value
from evolve.genetics.literals import boolean_of, meanings, number_of
from evolve.genetics.yaml_nodes import is_null, is_quoted, key_problem, kind_of

Accepts = Callable[[Value], bool]
"""Whether a value is one that can stand somewhere."""


class NodeReader:
    """Reads the nodes of one file; knows its name, so that every failure can tell where it is."""

    def __init__(self, source: str) -> None:
        """Read the file of this name."""
        self._source = source

    def fail(self, node: yaml.Node | None, key: str, problem: str) -> NoReturn:
        """Raise with file, line and key in front of the problem."""
        line = "" if node is None else f", line {node.start_mark.line + 1}"
        raise SpaceError(f"{self._source}{line}{', ' + shortened(key, 100) if key else ''}: {problem}")

    def mapping(
        self, node: yaml.Node, key: str, allowed: tuple[str, ...] | None = None, *, of: str = "key"
    ) -> dict[str, yaml.Node]:
        """The entries of a mapping node, each key once and, where given, among those allowed."""
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, key, f"must be a mapping (key: value), not {kind_of(node)}")
        entries: dict[str, yaml.Node] = {}
        for key_node, value_node in node.value:
            name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            path = ".".join(filter(None, (key, name)))
            if problem := key_problem(key_node, entries):
                self.fail(key_node, path, problem)
            if allowed is not None and name not in allowed:
                hint = nearest_spelling(name, allowed)
                self.fail(key_node, path, f"unknown {of}; allowed: {', '.join(allowed)}{hint}")
            entries[name] = value_node
        return entries

    def text(self, node: yaml.Node, key: str) -> str:
        """The text of a scalar node."""
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, key, f"must be text, not {kind_of(node)}")
        return str(node.value)

    def given(self, node: yaml.Node, key: str) -> str:
        """The text of a scalar node that must not be left empty."""
        if is_null(node):
            self.fail(node, key, "has no value")
        return self.text(node, key)

    def texts(self, node: yaml.Node, key: str) -> list[str]:
        """The texts of a list node, at least one, as they were written."""
        return [self.given(child, f"{key}[{index}]") for index, child in enumerate(self._children(node, key))]

    def value(self, node: yaml.Node, key: str, accepts: Accepts) -> Value:
        """What is meant by a scalar node: the likeliest of its meanings that is accepted; else as it was written."""
        text = self.given(node, key)
        number = number_of(text)
        meant = (value for value in meanings(text, quoted=is_quoted(node)) if accepts(value))
        return next(meant, text if number is None else number)

    def values(self, node: yaml.Node, key: str, accepts: Accepts) -> tuple[Value, ...]:
        """The values of a list node, at least one, none twice."""
        children = self._children(node, key)
        values = tuple(self.value(child, f"{key}[{index}]", accepts) for index, child in enumerate(children))
        self.check_once(values, node, key)
        return values

    def check_once(self, values: tuple[Value, ...], node: yaml.Node, key: str) -> None:
        """See that no value is named twice."""
        if len(set(values)) < len(values):
            self.fail(node, key, "names a value twice; keep one")

    def required(
        self, entries: dict[str, yaml.Node], key: str, node: yaml.Node, path: str, whose: str = "this type of gene"
    ) -> yaml.Node:
        """The node of a key that must be there."""
        if key not in entries:
            self.fail(node, path, f'has no key "{key}", which {whose} needs')
        return entries[key]

    def flag(self, entries: dict[str, yaml.Node], key: str, path: str) -> bool:
        """The boolean of a key; false when it is not there."""
        if key not in entries:
            return False
        text = self.text(entries[key], f"{path}.{key}")
        value = boolean_of(text)
        if value is None:
            self.fail(entries[key], f"{path}.{key}", f'must be true or false, not "{shortened(text)}"')
        return value

    def _children(self, node: yaml.Node, key: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, key, f"must be a list such as [a, b], not {kind_of(node)}")
        if not node.value:
            self.fail(node, key, "is an empty list; give at least one value")
        return list(node.value)
