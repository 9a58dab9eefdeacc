"""A search space read from YAML, with every mistake told by file, line and key.

The file is walked as YAML nodes, not as loaded objects, because only nodes know their line.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol

import yaml

from evolve.errors import SpaceError, nearest_spelling, shortened
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Value
from evolve.genetics.literals import boolean_of, meanings, number_hint, number_of, shown
from evolve.genetics.scale import count_values, is_value_of
from evolve.genetics.space import SearchSpace
from evolve.genetics.yaml_nodes import TooMuchError, complaint, compose, is_null, is_quoted, key_problem, kind_of

MAX_CHARACTERS = 200_000
"""A search space is a page or two; anything larger is another file by mistake."""

_TOP_KEYS = ("description", "genes", "settings")
_CONDITION_KEYS = ("parent_name", "parent_values")
_NUMERIC_KEYS = ("min_value", "max_value", "step", "sampling", "default")
_KEYS = {
    GeneKind.INT: _NUMERIC_KEYS,
    GeneKind.FLOAT: _NUMERIC_KEYS,
    GeneKind.CHOICE: ("values", "ordered", "default"),
    GeneKind.BOOLEAN: ("default",),
    GeneKind.FIXED: ("value",),
}
_OPTIONAL_KEYS = ("step", "sampling", "default", "ordered", *_CONDITION_KEYS)
"""Keys that may be left empty, as keras-tuner has None for them."""

Written = str | list[str] | None
"""The value of a setting as it was written."""

Accepts = Callable[[Value], bool]
"""Whether a value is one that can stand somewhere."""


class GeneRule(Protocol):
    """What a network can do with a gene; see `evolve.network.genes`."""

    @property
    def legal(self) -> str:
        """The legal values in words."""

    def allows(self, value: object) -> bool:
        """Whether the network can be built with this value."""


@dataclass(frozen=True, slots=True)
class SpaceFile:
    """What a search space file says.

    Attributes:
        space: Its genes.
        settings: Run settings that suit this space, as (name, value, line); not checked here. A value is the text as it
            was written, or several: what it means its setting says, so that ``off`` can be a word. None is unset.
    """

    space: SearchSpace
    settings: tuple[tuple[str, Written, int], ...]


def parse_space(text: str, source: str, rules: Mapping[str, GeneRule]) -> SpaceFile:
    """The search space that a YAML text describes.

    Args:
        text: YAML with the keys ``genes`` (required), ``description`` and ``settings``.
        source: The file's name, for messages.
        rules: Every gene that a network understands.

    Raises:
        SpaceError: Naming file, line and key, what came, what is allowed and the nearest valid spelling.
    """
    reader = _Reader(source, rules)
    if len(text) > MAX_CHARACTERS:
        reader.fail(None, "", f"is larger than {MAX_CHARACTERS:,} characters: not a search space")
    root = reader.compose(text)
    top = reader.mapping(root, "", _TOP_KEYS)
    if "genes" not in top:
        reader.fail(root, "", 'has no key "genes": a search space needs at least one gene under it')
    description = reader.text(top["description"], "description") if "description" in top else ""
    space = SearchSpace(tuple(reader.genes(top["genes"])), description)
    settings = tuple(reader.settings(top["settings"])) if "settings" in top else ()
    return SpaceFile(space, settings)


class _Reader:
    """Walks the nodes of one file; knows its name and the rules, so that every failure can tell where it is."""

    def __init__(self, source: str, rules: Mapping[str, GeneRule]) -> None:
        self._source = source
        self._rules = rules

    def fail(self, node: yaml.Node | None, key: str, problem: str) -> NoReturn:
        """Raise with file, line and key in front of the problem."""
        line = "" if node is None else f", line {node.start_mark.line + 1}"
        raise SpaceError(f"{self._source}{line}{', ' + shortened(key, 100) if key else ''}: {problem}")

    def compose(self, text: str) -> yaml.Node:
        """The root node of the text."""
        try:
            root = compose(text)
        except yaml.YAMLError as error:
            number, problem = complaint(error)
            line = f", line {number}" if number else ""
            kind = "not a search space: it" if isinstance(error, TooMuchError) else "not valid YAML:"
            raise SpaceError(f"{self._source}{line}: {kind} {shortened(problem, 200)}") from error
        if root is None:
            self.fail(None, "", 'is empty: a search space needs the key "genes" with at least one gene under it')
        return root

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

    def value(self, node: yaml.Node, key: str, accepts: Accepts) -> Value:
        """What is meant by a scalar node: the likeliest of its meanings that is accepted; else as it was written."""
        text = self._given(node, key)
        number = number_of(text)
        meant = (value for value in meanings(text, quoted=is_quoted(node)) if accepts(value))
        return next(meant, text if number is None else number)

    def _given(self, node: yaml.Node, key: str) -> str:
        if is_null(node):
            self.fail(node, key, "has no value")
        return self.text(node, key)

    def values(self, node: yaml.Node, key: str, accepts: Accepts) -> tuple[Value, ...]:
        """The values of a list node, at least one, none twice."""
        children = self._children(node, key)
        values = tuple(self.value(child, f"{key}[{index}]", accepts) for index, child in enumerate(children))
        if len(set(values)) < len(values):
            self.fail(node, key, "names a value twice; keep one")
        return values

    def _children(self, node: yaml.Node, key: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, key, f"must be a list such as [a, b], not {kind_of(node)}")
        if not node.value:
            self.fail(node, key, "is an empty list; give at least one value")
        return list(node.value)

    def settings(self, node: yaml.Node) -> Iterator[tuple[str, Written, int]]:
        """The settings in order, with their lines; none when nothing stands there."""
        if is_null(node):
            return
        for name, child in self.mapping(node, "settings").items():
            path = f"settings.{name}"
            value: Written = None if is_null(child) else ""
            if isinstance(child, yaml.SequenceNode):
                value = [self._given(one, f"{path}[{place}]") for place, one in enumerate(self._children(child, path))]
            elif value is not None:
                value = self.text(child, path)
            yield name, value, child.start_mark.line + 1

    def genes(self, node: yaml.Node) -> Iterator[Gene]:
        """The genes in the order of the file."""
        entries = self.mapping(node, "genes", tuple(self._rules), of="gene")
        if not entries:
            self.fail(node, "genes", "is empty; name at least one gene: " + ", ".join(self._rules))
        known: dict[str, Gene] = {}
        for name, child in entries.items():
            known[name] = self._gene(name, child, known)
            yield known[name]

    def _gene(self, name: str, node: yaml.Node, earlier: Mapping[str, Gene]) -> Gene:
        path = f"genes.{name}"
        if isinstance(node, yaml.ScalarNode):
            value = self.value(node, path, self._rules[name].allows)
            self._check_legal(name, (value,), node, path)
            return Gene(name, GeneKind.FIXED, values=(value,))
        entries = self.mapping(node, path)
        kind = self._kind(entries, node, path)
        entries = self.mapping(node, path, ("type", *_KEYS[kind], *_CONDITION_KEYS))
        entries = {key: one for key, one in entries.items() if key not in _OPTIONAL_KEYS or not is_null(one)}
        parent_name, parent_values = self._condition(entries, node, path, earlier)
        gene = self._scale(name, kind, entries, node, path)
        return dataclasses.replace(gene, parent_name=parent_name, parent_values=parent_values)

    def _kind(self, entries: Mapping[str, yaml.Node], node: yaml.Node, path: str) -> GeneKind:
        allowed = [kind.value for kind in _KEYS]
        if "type" not in entries:
            self.fail(node, path, f'has no key "type"; allowed: {", ".join(allowed)}')
        word = self.text(entries["type"], f"{path}.type")
        if word.lower() not in allowed:
            hint = nearest_spelling(word.lower(), allowed)
            self.fail(
                entries["type"], f"{path}.type", f'"{shortened(word)}" is no type; allowed: {", ".join(allowed)}{hint}'
            )
        return GeneKind(word.lower())

    def _scale(self, name: str, kind: GeneKind, entries: Mapping[str, yaml.Node], node: yaml.Node, path: str) -> Gene:
        if kind.is_numeric:
            return self._numeric(name, kind, entries, node, path)
        path_of_values = path
        if kind is GeneKind.BOOLEAN:
            values: tuple[Value, ...] = (False, True)
        else:
            key = "values" if kind is GeneKind.CHOICE else "value"
            path_of_values, node = f"{path}.{key}", self._required(entries, key, node, path)
            allows = self._rules[name].allows
            if kind is GeneKind.CHOICE:
                values = _of_one_type(self.values(node, path_of_values, allows))
            else:
                values = (self.value(node, path_of_values, allows),)
        self._check_legal(name, values, node, path_of_values)
        gene = Gene(name, kind, values=values, ordered=self._flag(entries, "ordered", path))
        return self._with_default(gene, entries, path)

    def _numeric(self, name: str, kind: GeneKind, entries: Mapping[str, yaml.Node], node: yaml.Node, path: str) -> Gene:
        number = self._number(kind)
        low = number(self._required(entries, "min_value", node, path), f"{path}.min_value")
        high = number(self._required(entries, "max_value", node, path), f"{path}.max_value")
        sampling = self._sampling(entries, path)
        if low > high:
            self.fail(entries["min_value"], path, f"min_value {low:g} is above max_value {high:g}; swap them")
        if sampling == "log" and low <= 0:
            self.fail(entries["min_value"], path, f"log sampling needs min_value above 0, not {low:g}")
        step = number(entries["step"], f"{path}.step") if "step" in entries else None
        self._check_step(step, sampling, entries, path)
        self._check_whole(name, kind, (low, high), entries, path)
        self._check_legal(name, (low,), entries["min_value"], f"{path}.min_value")
        self._check_legal(name, (high,), entries["max_value"], f"{path}.max_value")
        gene = Gene(name, kind, low, high, step, sampling)
        return self._with_default(gene, entries, path)

    def _number(self, kind: GeneKind) -> Callable[[yaml.Node, str], float]:
        def read(node: yaml.Node, key: str) -> float:
            text = self._given(node, key)
            value = number_of(text)
            if value is None or not math.isfinite(value):
                hint = number_hint(text, is_whole=kind is GeneKind.INT)
                self.fail(node, key, f'must be a number, not "{shortened(text)}"{hint}')
            if kind is GeneKind.INT and value != int(value):
                self.fail(node, key, f"must be a whole number for an int, not {value:g}")
            return int(value) if kind is GeneKind.INT else float(value)

        return read

    def _sampling(self, entries: Mapping[str, yaml.Node], path: str) -> str:
        word = self.text(entries["sampling"], f"{path}.sampling").lower() if "sampling" in entries else "linear"
        if word not in ("linear", "log"):
            problem = (
                f'"{shortened(word)}" is no sampling; allowed: linear, log{nearest_spelling(word, ("linear", "log"))}'
            )
            self.fail(entries["sampling"], f"{path}.sampling", problem)
        return word

    def _check_step(self, step: float | None, sampling: str, entries: Mapping[str, yaml.Node], path: str) -> None:
        smallest = 1 if sampling == "log" else 0
        if step is not None and step <= smallest:
            meaning = "ratio of neighbours" if sampling == "log" else "distance of neighbours"
            problem = f"with {sampling} sampling this is the {meaning} and must be above {smallest}, not {step:g}"
            self.fail(entries["step"], f"{path}.step", problem)

    def _check_whole(
        self, name: str, kind: GeneKind, limits: tuple[float, float], entries: Mapping[str, yaml.Node], path: str
    ) -> None:
        """Say that a gene of whole numbers is an int; without this, "cannot be 8" would be a riddle."""
        allows = self._rules[name].allows
        if kind is GeneKind.FLOAT and any(not allows(limit) and allows(round(limit)) for limit in limits):
            self.fail(entries["type"], f"{path}.type", f"{name} has whole numbers; write type: int")

    def _check_legal(self, name: str, values: tuple[Value, ...], node: yaml.Node, path: str) -> None:
        rule = self._rules[name]
        for value in values:
            if not rule.allows(value):
                words = rule.legal.removeprefix("one of ").replace(" or ", ", ").split(", ")
                hint = nearest_spelling(value, words) if isinstance(value, str) else ""
                self.fail(node, path, f"{name} cannot be {shown(value)}; allowed: {rule.legal}{hint}")

    def _with_default(self, gene: Gene, entries: Mapping[str, yaml.Node], path: str) -> Gene:
        if "default" not in entries:
            return gene
        default = self.value(entries["default"], f"{path}.default", lambda value: is_value_of(gene, value))
        if not is_value_of(gene, default):
            self.fail(entries["default"], f"{path}.default", f"{shown(default)} is not among the values of this gene")
        return dataclasses.replace(gene, default=default)

    def _condition(
        self, entries: Mapping[str, yaml.Node], node: yaml.Node, path: str, earlier: Mapping[str, Gene]
    ) -> tuple[str | None, tuple[Value, ...]]:
        if not any(key in entries for key in _CONDITION_KEYS):
            return None, ()
        name_node = self._required(entries, "parent_name", node, path, whose="a condition")
        name = self.text(name_node, f"{path}.parent_name")
        values_node = self._required(entries, "parent_values", node, path, whose="a condition")
        if name not in earlier:
            allowed = ", ".join(earlier) or "none yet"
            problem = (
                f'"{shortened(name)}" is no gene above this one; allowed: {allowed}{nearest_spelling(name, earlier)}'
            )
            self.fail(entries["parent_name"], f"{path}.parent_name", problem)
        if count_values(earlier[name]) == math.inf:
            self.fail(entries["parent_name"], f"{path}.parent_name", f'"{name}" is continuous; a parent needs a step')
        parent = earlier[name]
        values = self.values(values_node, f"{path}.parent_values", lambda value: is_value_of(parent, value))
        for value in values:
            if not is_value_of(parent, value):
                self.fail(values_node, f"{path}.parent_values", f'"{name}" can never be {shown(value)}')
        return name, values

    def _required(
        self, entries: Mapping[str, yaml.Node], key: str, node: yaml.Node, path: str, whose: str = "this type of gene"
    ) -> yaml.Node:
        if key not in entries:
            self.fail(node, path, f'has no key "{key}", which {whose} needs')
        return entries[key]

    def _flag(self, entries: Mapping[str, yaml.Node], key: str, path: str) -> bool:
        if key not in entries:
            return False
        text = self.text(entries[key], f"{path}.{key}")
        value = boolean_of(text)
        if value is None:
            self.fail(entries[key], f"{path}.{key}", f'must be true or false, not "{shortened(text)}"')
        return value


def _of_one_type(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values of a choice as keras-tuner wants them: [0, 0.5] are floats, though 0 alone would be an int."""
    has_float = any(isinstance(value, float) for value in values)
    return tuple(float(value) if has_float and type(value) is int else value for value in values)
