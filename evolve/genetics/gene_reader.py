"""Genes read from the nodes of a search space file."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import yaml

from evolve.errors import nearest_spelling, shortened
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.genome import Value
from evolve.genetics.literals import number_hint, number_of, shown
from evolve.genetics.node_reader import NodeReader
from evolve.genetics.scale import count_values, is_value_of
from evolve.genetics.yaml_nodes import is_null

_CONDITION_KEYS = ("parent_name", "parent_values")
_NUMERIC_KEYS = ("min_value", "max_value", "step", "sampling", "default")
_KEYS = {
    GeneKind.INT: _NUMERIC_KEYS,
    GeneKind.FLOAT: _NUMERIC_KEYS,
    GeneKind.CHOICE: ("values", "ordered", "default"),
    GeneKind.BOOLEAN: ("default",),
    GeneKind.FIXED: ("value",),
    GeneKind.SHARES: ("values",),
}
_OPTIONAL_KEYS = ("step", "sampling", "default", "ordered", *_CONDITION_KEYS)
"""Keys that may be left empty, as keras-tuner has None for them."""

Entries = dict[str, yaml.Node]
"""The nodes of a mapping by key."""


class GeneRule(Protocol):
    """What a network can do with a gene; see `evolve.network.genes`."""

    @property
    def kind(self) -> str:
        """``shares`` for a gene of shares, which can be nothing else."""

    @property
    def legal(self) -> str:
        """The legal values in words."""

    def allows(self, value: object) -> bool:
        """Whether the network can be built with this value."""


class GeneReader:
    """Reads the genes of one file by the rules of what a network can do with them."""

    def __init__(self, nodes: NodeReader, rules: Mapping[str, GeneRule]) -> None:
        """Read these genes alone."""
        self._nodes = nodes
        self._rules = rules

    def genes(self, node: yaml.Node) -> Iterator[Gene]:
        """The genes in the order of the file."""
        entries = self._nodes.mapping(node, "genes", tuple(self._rules), of="gene")
        if not entries:
            self._nodes.fail(node, "genes", "is empty; name at least one gene: " + ", ".join(self._rules))
        known: dict[str, Gene] = {}
        for name, child in entries.items():
            known[name] = self._gene(name, child, known)
            yield known[name]

    def _gene(self, name: str, node: yaml.Node, earlier: Mapping[str, Gene]) -> Gene:
        path = f"genes.{name}"
        if isinstance(node, yaml.ScalarNode):
            value = self._nodes.value(node, path, self._rules[name].allows)
            self._check_legal(name, (value,), node, path)
            return Gene(name, GeneKind.FIXED, values=(value,))
        entries = self._nodes.mapping(node, path)
        kind = self._kind(name, entries, node, path)
        entries = self._nodes.mapping(node, path, ("type", *_KEYS[kind], *_CONDITION_KEYS))
        entries = {key: one for key, one in entries.items() if key not in _OPTIONAL_KEYS or not is_null(one)}
        parent_name, parent_values = self._condition(entries, node, path, earlier)
        gene = self._scale(name, kind, entries, node, path)
        return dataclasses.replace(gene, parent_name=parent_name, parent_values=parent_values)

    def _kind(self, name: str, entries: Entries, node: yaml.Node, path: str) -> GeneKind:
        is_shares = self._rules[name].kind == GeneKind.SHARES
        allowed = [kind.value for kind in GeneKind if (kind is GeneKind.SHARES) == is_shares]
        if "type" not in entries:
            self._nodes.fail(node, path, f'has no key "type"; allowed: {", ".join(allowed)}')
        word = self._nodes.text(entries["type"], f"{path}.type")
        if word.lower() not in allowed:
            of_this_gene = f" of {name}" if word.lower() in list(GeneKind) else ""
            hint = nearest_spelling(word.lower(), allowed)
            problem = f'"{shortened(word)}" is no type{of_this_gene}; allowed: {", ".join(allowed)}{hint}'
            self._nodes.fail(entries["type"], f"{path}.type", problem)
        return GeneKind(word.lower())

    def _scale(self, name: str, kind: GeneKind, entries: Entries, node: yaml.Node, path: str) -> Gene:
        if kind.is_numeric:
            return self._numeric(name, kind, entries, node, path)
        if kind is GeneKind.SHARES:
            return self._shares(name, entries, path)
        path_of_values = path
        if kind is GeneKind.BOOLEAN:
            values: tuple[Value, ...] = (False, True)
        else:
            key = "values" if kind is GeneKind.CHOICE else "value"
            path_of_values, node = f"{path}.{key}", self._nodes.required(entries, key, node, path)
            allows = self._rules[name].allows
            if kind is GeneKind.CHOICE:
                values = _of_one_type(self._nodes.values(node, path_of_values, allows))
            else:
                values = (self._nodes.value(node, path_of_values, allows),)
        self._check_legal(name, values, node, path_of_values)
        gene = Gene(name, kind, values=values, ordered=self._nodes.flag(entries, "ordered", path))
        return self._with_default(gene, entries, path)

    def _shares(self, name: str, entries: Entries, path: str) -> Gene:
        """A gene of the groups that are named, as they were written: a folder may be called 1850; or of all."""
        node, path = entries.get("values"), f"{path}.values"
        if node is None or is_null(node):
            return Gene(name, GeneKind.SHARES)
        groups = tuple(self._nodes.texts(node, path))
        self._nodes.check_once(groups, node, path)
        if len(groups) == 1:
            self._nodes.fail(node, path, "names one group; give two or more, or leave values out for all")
        return Gene(name, GeneKind.SHARES, values=groups)

    def _numeric(self, name: str, kind: GeneKind, entries: Entries, node: yaml.Node, path: str) -> Gene:
        number = self._number(kind)
        low = number(self._nodes.required(entries, "min_value", node, path), f"{path}.min_value")
        high = number(self._nodes.required(entries, "max_value", node, path), f"{path}.max_value")
        sampling = self._sampling(entries, path)
        if low > high:
            self._nodes.fail(entries["min_value"], path, f"min_value {low:g} is above max_value {high:g}; swap them")
        if sampling == "log" and low <= 0:
            self._nodes.fail(entries["min_value"], path, f"log sampling needs min_value above 0, not {low:g}")
        step = number(entries["step"], f"{path}.step") if "step" in entries else None
        self._check_step(step, sampling, entries, path)
        self._check_whole(name, kind, (low, high), entries, path)
        self._check_legal(name, (low,), entries["min_value"], f"{path}.min_value")
        self._check_legal(name, (high,), entries["max_value"], f"{path}.max_value")
        gene = Gene(name, kind, low, high, step, sampling)
        return self._with_default(gene, entries, path)

    def _number(self, kind: GeneKind) -> Callable[[yaml.Node, str], float]:
        def read(node: yaml.Node, key: str) -> float:
            text = self._nodes.given(node, key)
            value = number_of(text)
            if value is None or not math.isfinite(value):
                hint = number_hint(text, is_whole=kind is GeneKind.INT)
                self._nodes.fail(node, key, f'must be a number, not "{shortened(text)}"{hint}')
            if kind is GeneKind.INT and value != int(value):
                self._nodes.fail(node, key, f"must be a whole number for an int, not {value:g}")
            return int(value) if kind is GeneKind.INT else float(value)

        return read

    def _sampling(self, entries: Entries, path: str) -> str:
        word = self._nodes.text(entries["sampling"], f"{path}.sampling").lower() if "sampling" in entries else "linear"
        if word not in ("linear", "log"):
            problem = (
                f'"{shortened(word)}" is no sampling; allowed: linear, log{nearest_spelling(word, ("linear", "log"))}'
            )
            self._nodes.fail(entries["sampling"], f"{path}.sampling", problem)
        return word

    def _check_step(self, step: float | None, sampling: str, entries: Entries, path: str) -> None:
        smallest = 1 if sampling == "log" else 0
        if step is not None and step <= smallest:
            meaning = "ratio of neighbours" if sampling == "log" else "distance of neighbours"
            problem = f"with {sampling} sampling this is the {meaning} and must be above {smallest}, not {step:g}"
            self._nodes.fail(entries["step"], f"{path}.step", problem)

    def _check_whole(self, name: str, kind: GeneKind, limits: tuple[float, float], entries: Entries, path: str) -> None:
        """Say that a gene of whole numbers is an int; without this, "cannot be 8" would be a riddle."""
        allows = self._rules[name].allows
        if kind is GeneKind.FLOAT and any(not allows(limit) and allows(round(limit)) for limit in limits):
            self._nodes.fail(entries["type"], f"{path}.type", f"{name} has whole numbers; write type: int")

    def _check_legal(self, name: str, values: tuple[Value, ...], node: yaml.Node, path: str) -> None:
        rule = self._rules[name]
        for value in values:
            if not rule.allows(value):
                words = rule.legal.removeprefix("one of ").replace(" or ", ", ").split(", ")
                hint = nearest_spelling(value, words) if isinstance(value, str) else ""
                self._nodes.fail(node, path, f"{name} cannot be {shown(value)}; allowed: {rule.legal}{hint}")

    def _with_default(self, gene: Gene, entries: Entries, path: str) -> Gene:
        if "default" not in entries:
            return gene
        node, path = entries["default"], f"{path}.default"
        default = self._nodes.value(node, path, lambda value: is_value_of(gene, value))
        if not is_value_of(gene, default):
            self._nodes.fail(node, path, f"{shown(default)} is not among the values of this gene")
        return dataclasses.replace(gene, default=default)

    def _condition(
        self, entries: Entries, node: yaml.Node, path: str, earlier: Mapping[str, Gene]
    ) -> tuple[str | None, tuple[Value, ...]]:
        if not any(key in entries for key in _CONDITION_KEYS):
            return None, ()
        name_node = self._nodes.required(entries, "parent_name", node, path, whose="a condition")
        name = self._nodes.text(name_node, f"{path}.parent_name")
        values_node = self._nodes.required(entries, "parent_values", node, path, whose="a condition")
        if name not in earlier:
            allowed = ", ".join(earlier) or "none yet"
            problem = (
                f'"{shortened(name)}" is no gene above this one; allowed: {allowed}{nearest_spelling(name, earlier)}'
            )
            self._nodes.fail(name_node, f"{path}.parent_name", problem)
        parent = earlier[name]
        if parent.kind is GeneKind.SHARES:
            self._nodes.fail(name_node, f"{path}.parent_name", f'no gene can depend on shares, as "{name}" is')
        if count_values(parent) == math.inf:
            self._nodes.fail(name_node, f"{path}.parent_name", f'"{name}" is continuous; a parent needs a step')
        values = self._nodes.values(values_node, f"{path}.parent_values", lambda value: is_value_of(parent, value))
        for value in values:
            if not is_value_of(parent, value):
                self._nodes.fail(values_node, f"{path}.parent_values", f'"{name}" can never be {shown(value)}')
        return name, values


def _of_one_type(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values of a choice as keras-tuner wants them: [0, 0.5] are floats, though 0 alone would be an int."""
    has_float = any(isinstance(value, float) for value in values)
    return tuple(float(value) if has_float and type(value) is int else value for value in values)
