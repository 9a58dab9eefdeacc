"""A search space as a person writes it, in YAML or as plain data, with every mistake told by file, line and key."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evolve.errors import SpaceError, nearest_spelling, shortened
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import count_values, is_value_of
from evolve.genetics.space import SearchSpace
from evolve.inputs.scalars import Scalar, shown
from evolve.inputs.yaml_files import Part, Source, part_of, read_yaml, to_yaml
from evolve.records.gene_rule import ANY_GENE, GeneRule
from evolve.records.genome import Value

_TOP_KEYS = ("description", "domain", "build", "genes", "settings")
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

_MOST_STEPS = 1e12
"""Values of a gene with a step; there is no telling more of them apart."""

Rules = Mapping[str, GeneRule] | None
"""Every gene that a domain understands; None where each is understood, since a user's own function reads it."""

Written = Scalar | list[str] | None
"""The value of a setting as it was written; None is unset."""


@dataclass(frozen=True, slots=True)
class SpaceFile:
    """What a search space file says.

    Attributes:
        space: Its genes; those of shares without groups, which the corpus tells: see `SearchSpace.with_groups`.
        settings: Run settings that suit this space, as (name, value, line); not checked here. A value is as it was
            written: its setting says what it means, so that ``off`` can be a word. Plain data have no lines.
        domain: What is bred, if it says so: a domain's name, ``module:name`` or ``FILE.py:NAME``.
        build: What makes a network of a genome, if it says so: ``module:name`` or ``FILE.py:NAME``.
    """

    space: SearchSpace
    settings: tuple[tuple[str, Written, int | None], ...]
    domain: str | None = None
    build: str | None = None


def parse_space(text: str, source: str, rules: Rules) -> SpaceFile:
    """The search space that a YAML text describes.

    Args:
        text: YAML with the keys ``genes`` (required), ``description``, ``domain``, ``build`` and ``settings``.
        source: The file's name, for messages.
        rules: What genes there are; None: those that the text names, as it says.

    Raises:
        SpaceError: Naming file, line and key, what came, what is allowed and the nearest valid spelling.
    """
    return _space_file(read_yaml(text, _source(source)), rules)


def space_from_mapping(mapping: Mapping[str, Any], rules: Rules, name: str) -> SpaceFile:
    """The search space that plain data describe, with the keys and values that its YAML would have.

    Raises:
        SpaceError: As of `parse_space`, without lines; ``name`` stands for the file.
    """
    return _space_file(part_of(mapping, _source(name)), rules)


def domain_and_build(text: str, source: str) -> tuple[str | None, str | None]:
    """What a text says under ``domain`` and ``build``, to choose the rules of its genes by.

    Raises:
        SpaceError: It is no mapping, or no YAML.
    """
    root = read_yaml(text, _source(source))
    if root.value is None:
        return None, None
    return _name(root, "domain"), _name(root, "build")


def gene_names(text: str, source: str) -> tuple[str, ...]:
    """The names of the genes of a text, whatever they are; none where it has none.

    Raises:
        SpaceError: It is no mapping, or no YAML.
    """
    genes = read_yaml(text, _source(source)).entries().get("genes")
    return tuple(genes.entries()) if genes is not None and genes.value is not None else ()


def space_to_yaml(
    space: SearchSpace,
    settings: Mapping[str, Any] | None = None,
    *,
    domain: str | None = None,
    build: str | None = None,
) -> str:
    """A search space file that is read back as this space, with these settings, which must be plain data."""
    genes = {gene.name: _as_written(gene) for gene in space.genes}
    top = {"description": space.description, "domain": domain, "build": build, "genes": genes, "settings": settings}
    return to_yaml({key: value for key, value in top.items() if value})


def _source(name: str) -> Source:
    return Source(name, "a search space", SpaceError)


def _space_file(root: Part, rules: Rules) -> SpaceFile:
    if root.value is None:
        root.fail('is empty: a search space needs the key "genes" with at least one gene under it')
    top = root.entries(_TOP_KEYS)
    if "genes" not in top:
        root.fail('has no key "genes": a search space needs at least one gene under it')
    space = SearchSpace(tuple(_genes(top["genes"], rules)), _name(root, "description") or "")
    settings = top.get("settings")
    written = () if settings is None or settings.value is None else settings.entries().items()
    settled = tuple((name, _setting(part), part.line) for name, part in written)
    return SpaceFile(space, settled, _name(root, "domain"), _name(root, "build"))


def _name(root: Part, key: str) -> str | None:
    part = root.entries().get(key)
    return None if part is None or part.value is None else part.text()


def _setting(part: Part) -> Written:
    if isinstance(part.value, tuple):
        return [child.text() for child in part.items()]
    return None if part.value is None else part.scalar()


def _genes(part: Part, rules: Rules) -> Iterator[Gene]:
    """The genes in the order of the file."""
    entries = part.entries(rules, of="gene")
    if not entries:
        part.fail(f"is empty; name at least one gene{': ' if rules else ''}{', '.join(rules or ())}")
    known: dict[str, Gene] = {}
    for name, child in entries.items():
        if not name.strip():
            child.fail("has no name")
        known[name] = _GeneReader(child, name, ANY_GENE if rules is None else rules[name]).gene(known)
        yield known[name]


class _GeneReader:
    """One gene of a file, read by its rule."""

    def __init__(self, part: Part, name: str, rule: GeneRule) -> None:
        self._part = part
        self._name = name
        self._rule = rule
        self._entries: dict[str, Part] = {}

    def gene(self, earlier: Mapping[str, Gene]) -> Gene:
        if not isinstance(self._part.value, Mapping | tuple):
            return Gene(self._name, GeneKind.FIXED, values=(self._legal(self._part),))
        kind = self._kind()
        entries = self._part.entries(("type", *_KEYS[kind], *_CONDITION_KEYS))
        may_be_empty = (*_OPTIONAL_KEYS, "values") if kind is GeneKind.SHARES else _OPTIONAL_KEYS
        self._entries = {key: one for key, one in entries.items() if key not in may_be_empty or one.value is not None}
        parent_name, parent_values = self._condition(earlier)
        gene = self._numeric(kind) if kind in (GeneKind.INT, GeneKind.FLOAT) else self._of_values(kind)
        if default := self._entries.get("default"):
            value = default.meant(lambda value: is_value_of(gene, value))
            if not is_value_of(gene, value):
                default.fail(f"{shown(value)} is not among the values of this gene")
            gene = dataclasses.replace(gene, default=value)
        return dataclasses.replace(gene, parent_name=parent_name, parent_values=parent_values)

    def _kind(self) -> GeneKind:
        entries = self._part.entries()
        is_shares = self._rule.kind == "shares"
        kinds = [one for one in GeneKind if self._rule.kind == "any" or (one is GeneKind.SHARES) == is_shares]
        if "type" not in entries:
            self._part.fail(f'has no key "type"; allowed: {", ".join(kinds)}')
        word = entries["type"].text().lower()
        if word not in kinds:
            of_this_gene = f" of {self._name}" if word in list(GeneKind) else ""
            hint = nearest_spelling(word, kinds)
            entries["type"].fail(f'"{shortened(word)}" is no type{of_this_gene}; allowed: {", ".join(kinds)}{hint}')
        return GeneKind(word)

    def _of_values(self, kind: GeneKind) -> Gene:
        values: tuple[Value, ...] = ()
        if kind is GeneKind.SHARES:
            values = self._groups()
        elif kind is GeneKind.CHOICE:
            values = self._choice(self._required("values"))
        elif kind is GeneKind.FIXED:
            values = (self._legal(self._required("value")),)
        else:
            values = (False, True)
            self._check(values, self._part)
        ordered = self._entries.get("ordered")
        return Gene(self._name, kind, values=values, ordered=ordered is not None and ordered.boolean())

    def _choice(self, part: Part) -> tuple[Scalar, ...]:
        """The values of a choice as keras-tuner wants them: [0, 0.5] are floats, though 0 alone would be an int."""
        values = tuple(child.meant(self._rule.allows) for child in part.items())
        self._check(values, part)
        if float in map(type, values):
            values = tuple(float(value) if type(value) is int else value for value in values)
        if len(set(map(type, values))) > 1:
            part.fail("must be all words, all numbers, or true and false; write words in quotes")
        _check_once(values, part)
        return values

    def _groups(self) -> tuple[str, ...]:
        """The groups that are named, as they were written: a folder may be called 1850; none stands for all."""
        if "values" not in self._entries:
            return ()
        part = self._entries["values"]
        groups = tuple(child.text() for child in part.items())
        _check_once(groups, part)
        if len(groups) == 1:
            part.fail("names one group; give two or more, or leave values out for all")
        return groups

    def _numeric(self, kind: GeneKind) -> Gene:
        low, high = self._number(kind, "min_value"), self._number(kind, "max_value")
        step = self._number(kind, "step") if "step" in self._entries else None
        sampling = self._entries["sampling"].text().lower() if "sampling" in self._entries else "linear"
        if sampling not in ("linear", "log"):
            hint = nearest_spelling(sampling, ("linear", "log"))
            self._entries["sampling"].fail(f'"{shortened(sampling)}" is no sampling; allowed: linear, log{hint}')
        lowest = self._entries["min_value"]
        if low > high:
            lowest.fail(f"{low:g} is above max_value {high:g}; swap them")
        if sampling == "log" and low <= high / 1e300:
            lowest.fail(f"log sampling needs a number above 0, not {low:g}")
        if step is not None:
            self._check_step(step, sampling, high - low)
        if kind is GeneKind.FLOAT and self._rule.kind == "int":
            self._entries["type"].fail(f"{self._name} has whole numbers; write type: int")
        self._check((low,), lowest)
        self._check((high,), self._entries["max_value"])
        return Gene(self._name, kind, low, high, step, sampling)

    def _number(self, kind: GeneKind, key: str) -> float:
        part = self._required(key)
        value = part.number(is_whole=kind is GeneKind.INT)
        if kind is GeneKind.FLOAT:
            return float(value)
        if value != int(value):
            part.fail(f"must be a whole number for an int, not {value:g}")
        return int(value)

    def _check_step(self, step: float, sampling: str, width: float) -> None:
        smallest = 1 if sampling == "log" else 0
        meaning = "ratio of neighbours" if sampling == "log" else "distance of neighbours"
        if step <= smallest:
            problem = f"with {sampling} sampling this is the {meaning} and must be above {smallest}, not {step:g}"
            self._entries["step"].fail(problem)
        if sampling == "linear" and step < width / _MOST_STEPS:
            self._entries["step"].fail(f"{step:g} is too small for this range; leave it out for every value")

    def _legal(self, part: Part) -> Scalar:
        value = part.meant(self._rule.allows)
        self._check((value,), part)
        return value

    def _check(self, values: tuple[Scalar, ...], part: Part) -> None:
        for value in values:
            if not self._rule.allows(value):
                words = (shown(one).strip('"') for one in self._rule.allowed)
                hint = nearest_spelling(value, words) if isinstance(value, str) else ""
                part.fail(f"{self._name} cannot be {shown(value)}; allowed: {self._rule.legal}{hint}")

    def _condition(self, earlier: Mapping[str, Gene]) -> tuple[str | None, tuple[Value, ...]]:
        if not any(key in self._entries for key in _CONDITION_KEYS):
            return None, ()
        name_part, values_part = (self._required(key, "a condition") for key in _CONDITION_KEYS)
        name = name_part.text()
        if name not in earlier:
            allowed, hint = ", ".join(earlier) or "none yet", nearest_spelling(name, earlier)
            name_part.fail(f'"{shortened(name)}" is no gene above this one; allowed: {allowed}{hint}')
        parent = earlier[name]
        if parent.kind is GeneKind.SHARES:
            name_part.fail(f'no gene can depend on shares, as "{name}" is')
        if count_values(parent) == math.inf:
            name_part.fail(f'"{name}" is continuous; a parent needs a step')
        values = tuple(child.meant(lambda value: is_value_of(parent, value)) for child in values_part.items())
        for value in values:
            if not is_value_of(parent, value):
                values_part.fail(f'"{name}" can never be {shown(value)}')
        _check_once(values, values_part)
        return name, values

    def _required(self, key: str, whose: str = "this type of gene") -> Part:
        if key not in self._entries:
            self._part.fail(f'has no key "{key}", which {whose} needs')
        return self._entries[key]


def _check_once(values: tuple[Value, ...], part: Part) -> None:
    if len(set(values)) < len(values):
        part.fail("names a value twice; keep one")


def _as_written(gene: Gene) -> Any:  # noqa: ANN401 - what YAML can say
    if gene.kind is GeneKind.FIXED and gene.parent_name is None:
        return gene.values[0]
    written: dict[str, Any] = {"type": gene.kind.value}
    if gene.is_numeric:
        written |= {"min_value": gene.min_value, "max_value": gene.max_value, "step": gene.step}
        written |= {"sampling": gene.sampling} if gene.sampling != "linear" else {}
    elif gene.kind is GeneKind.FIXED:
        written["value"] = gene.values[0]
    elif gene.kind is not GeneKind.BOOLEAN and gene.values:
        written["values"] = list(gene.values)
    written |= {"ordered": gene.ordered or None, "default": gene.default}
    written |= {"parent_name": gene.parent_name, "parent_values": list(gene.parent_values) or None}
    return {key: value for key, value in written.items() if value is not None}
