"""YAML documents as plain data: what JSON can say, with the line of each part."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

import yaml

from evolve.errors import EvolveError, shortened
from evolve.genetics.yaml_nodes import (
    MOST_NODES,
    TooMuchError,
    complaint,
    compose_all,
    is_null,
    is_quoted,
    key_problem,
)
from evolve.store.records import Json

MAX_CHARACTERS: Final = 200_000
"""A manifest is some pages; anything larger is another file by mistake."""

_NUMBERS: Final = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_EXPONENT: Final = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")
"""A number for Kubernetes, of which YAML 1.1 makes a text where it has no point or no sign."""

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
        number, problem = complaint(error)
        line = f", line {number}" if number else ""
        kind = "no description of a cluster: it" if isinstance(error, TooMuchError) else "not valid YAML:"
        raise ManifestError(f"{source}{line}: {kind} {shortened(problem, 200)}") from error
    return tuple(_Reader(source).document(node) for node in nodes if not is_null(node))


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
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if problem := key_problem(key, seen):
                self._fail(key, f'"{shortened(name)}" {problem}' if name in seen else problem)
            seen.add(name)
            yield name, self._value(value, f"{path}.{name}" if path else name)

    def _scalar(self, node: yaml.Node) -> Json:
        text = str(node.value)
        if node.tag not in _TYPED or (node.tag in _NUMBERS and ":" in text):  # 12:30 is no number for Kubernetes
            number = None if is_quoted(node) or _EXPONENT.fullmatch(text) is None else float(text)
            return text if number is None or not math.isfinite(number) else number
        try:
            value: Json = yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError as error:  # a number of more digits than Python reads
            raise ManifestError(f"{self._source}, line {node.start_mark.line + 1}: has a number without end") from error
        if isinstance(value, float) and not math.isfinite(value):
            self._fail(node, f'"{node.value}" is no finite number')
        return value

    def _fail(self, node: yaml.Node, problem: str) -> NoReturn:
        raise ManifestError(f"{self._source}, line {node.start_mark.line + 1}: {problem}")
