"""YAML documents as plain data: what JSON can say, with the line of each part."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

import yaml

from evolve.errors import EvolveError, shortened
from evolve.genetics.yaml_nodes import MOST_NODES, TooMuchError, compose_all
from evolve.store.records import Json

MAX_CHARACTERS: Final = 200_000
"""A manifest is some pages; anything larger is another file by mistake."""

_TYPED: Final = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null"))


class ManifestError(EvolveError):
    """A file that describes a cluster cannot be read, or does not say what it must."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file.

    Attributes:
        source: The file's name, for messages.
        data: What it says.
        lines: Where each part begins: path, such as ``spec.rayVersion``, → line.
    """

    source: str
    data: dict[str, Json]
    lines: dict[str, int]

    def fail(self, path: str, problem: str) -> NoReturn:
        """Raise with file, line and path in front of the problem; a part that lacks has the line of what it is in."""
        known = path
        while known not in self.lines and known:
            known = known.rpartition(".")[0]
        raise ManifestError(
            f"{self.source}, line {self.lines[known]}{', ' + shortened(path, 100) if path else ''}: {problem}"
        )


def parse_documents(text: str, source: str) -> tuple[Document, ...]:
    """The documents of a YAML text, but for empty ones.

    Raises:
        ManifestError: It is no YAML, far too much of it, or says what JSON cannot.
    """
    if len(text) > MAX_CHARACTERS:
        raise ManifestError(f"{source}: is larger than {MAX_CHARACTERS:,} characters: no description of a cluster")
    try:
        nodes = compose_all(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        kind = "no description of a cluster: it" if isinstance(error, TooMuchError) else "not valid YAML:"
        raise ManifestError(f"{source}{line}: {kind} {shortened(problem, 200)}") from error
    return tuple(_Reader(source).document(node) for node in nodes if node.tag != "tag:yaml.org,2002:null")


class _Reader:
    """Walks the nodes of one document; counts them, as aliases of aliases may stand for very many."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: dict[str, int] = {}
        self._count = 0

    def document(self, node: yaml.Node) -> Document:
        if not isinstance(node, yaml.MappingNode):
            self._fail(node, "must be a mapping (key: value)")
        data = dict(self._entries(node, ""))
        return Document(self._source, data, self._lines)

    def _value(self, node: yaml.Node, path: str) -> Json:
        self._count += 1
        if self._count > MOST_NODES:
            self._fail(node, f"its aliases stand for more than {MOST_NODES:,} values")
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._entries(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, f"{path}[{index}]") for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Json]]:
        self._lines[path] = node.start_mark.line + 1
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                self._fail(key, "must be a plain key: text, and no << either")
            name = str(key.value)
            if name in seen:
                self._fail(key, f'"{shortened(name)}" stands twice; keep one')
            seen.add(name)
            yield name, self._value(value, f"{path}.{name}" if path else name)

    def _scalar(self, node: yaml.Node) -> Json:
        if node.tag not in _TYPED:
            return str(node.value)
        try:
            value: Json = yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError as error:  # a number of more digits than Python reads
            raise ManifestError(f"{self._source}, line {node.start_mark.line + 1}: has a number without end") from error
        if isinstance(value, float) and not math.isfinite(value):
            self._fail(node, f'"{node.value}" is no finite number')
        return value

    def _fail(self, node: yaml.Node, problem: str) -> NoReturn:
        raise ManifestError(f"{self._source}, line {node.start_mark.line + 1}: {problem}")
