"""Search spaces as a program meets them: loaded from a file, a shipped name, a mapping or a build function."""

import contextlib
import functools
import inspect
import numbers
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evolve.arguments import refused_argument, texts_of
from evolve.domain_registry import DEFAULT, named_domain, named_domains
from evolve.errors import SpaceError, nearest_spelling, shortened
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import is_value_of
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import (
    Rules,
    SpaceFile,
    Written,
    domain_and_build,
    gene_names,
    parse_space,
    space_from_mapping,
)
from evolve.inputs.scalars import number_of
from evolve.inputs.yaml_files import to_yaml
from evolve.records.genome import Genome, Value
from evolve.records.shares import Shares
from evolve.shipped import find_space
from evolve.silence import stderr_silenced
from evolve.user_code import read_code

PlainValue = bool | int | float | str | dict[str, float]
"""The value of a gene as JSON has it; of a gene of shares, share by group."""


@dataclass(frozen=True, slots=True)
class Space:
    """A search space: what `load_space` gives.

    Attributes:
        name: The file's, or ``mapping``.
        text: The space as YAML.
        file: What the YAML says.
        folder: Where its file lies, beside which files that it names are looked for; None where it is of no file.
    """

    name: str
    text: str
    file: SpaceFile = field(compare=False)
    folder: Path | None = field(default=None, compare=False)

    @property
    def genes(self) -> dict[str, Gene]:
        """The genes by name: each has a ``kind``, and ``min_value``, ``max_value`` and ``step``, or ``values``."""
        return {gene.name: gene for gene in self.file.space.genes}

    @property
    def settings(self) -> dict[str, int | float | str | list[str] | None]:
        """The run settings that suit the space, as its file has them; numbers are numbers."""
        return {name: _meant(value) for name, value, _ in self.file.settings}

    @property
    def size(self) -> float:
        """How many genomes there are; `math.inf` when a gene is continuous."""
        return self.file.space.size

    def sample(self, rng: np.random.Generator | int, groups: Collection[str] | None = None) -> dict[str, PlainValue]:
        """A genome drawn evenly from the space, each gene on its own scale.

        Args:
            rng: A generator, or a seed for one.
            groups: See `with_groups`.
        """
        if not isinstance(rng, np.random.Generator) and not (isinstance(rng, int | np.integer) and rng >= 0):
            raise refused_argument("rng", rng, "a seed of 0 or more, or a NumPy generator")
        return plain(self.with_groups(groups).sample(np.random.default_rng(rng)))

    def with_groups(self, groups: Collection[str] | None = None) -> SearchSpace:
        """The space that is bred from: its genes of shares, such as ``diet``, divide a whole among these groups.

        Without groups such a gene has those that the space names, and is left out where it names none.
        """
        if groups is not None:
            groups = texts_of("groups", groups, 'names, such as ["jig", "reel"]')
            return self.file.space.with_groups(groups)
        genes = tuple(gene for gene in self.file.space.genes if gene.kind is not GeneKind.SHARES or gene.values)
        return replace(self.file.space, genes=genes)

    def __repr__(self) -> str:
        """A line, and one for each gene."""
        rows = list(self._rows())
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = [f"  {name:{widths[0]}}  {kind:{widths[1]}}  {values}" for name, kind, values in rows]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        """A table, for notebooks."""
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self._rows())
        head = "<tr><th>gene</th><th>kind</th><th>values</th></tr>"
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><caption>{escape(self._title())}</caption>{head}{body}</table>"

    def _title(self) -> str:
        description = " ".join(self.file.space.description.split())
        return f"Space {self.name}" + (f": {description}" if description else "")

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        return ((gene.name, gene.kind.value, values_in_words(gene)) for gene in self.file.space.genes)


def load_space(spec: "str | Path | Mapping[str, Any] | Space") -> Space:
    """The search space of a file, of one that ships with evolve, or of a mapping.

    A space that names its domain is read by the rules of that domain, as a run reads it. One that does not is read by
    those of music where they fit, and may have any genes else. Loads no TensorFlow, and none of the code that it names.

    Args:
        spec: A path (``"mine.yaml"``), the name of a shipped space (``"quick.yaml"`` or ``"quick"``), a mapping with
            what a file has (``{"genes": {"width": {"type": "int", "min_value": 8, "max_value": 64}}}``), or a `Space`.

    Raises:
        EvolveError: There is no such file, or it is no search space; names line and key, and what is allowed.

    Example:
        >>> import evolve
        >>> space = evolve.load_space({"genes": {
        ...     "cell": {"type": "choice", "values": ["lstm", "gru"]},
        ...     "width": {"type": "int", "min_value": 16, "max_value": 128, "step": 16},
        ... }})
        >>> space
        Space mapping
          cell   choice  lstm, gru
          width  int     16 … 128, step 16
        >>> space.genes["width"].max_value
        128
        >>> space.sample(7)
        {'cell': 'gru', 'width': 128}
    """
    match spec:
        case Space():
            return spec
        case str() | Path():
            name, text = find_space(str(spec))
            return replace(read_space(Path(name).name, text), folder=_folder(spec))
        case Mapping():
            text, name = _text_of(spec), "mapping"
            return Space(name, text, _fitting(lambda rules: space_from_mapping(spec, rules, name), text, name))
        case _:
            raise SpaceError(
                f"load_space: {shortened(repr(spec))} is no search space; give a file's path, the name of a shipped "
                f'space, a mapping {{"genes": {{…}}}}, or what evolve.space_from(build) gives'
            )


def _folder(spec: str | Path) -> Path | None:
    path = Path(spec)
    return path.resolve().parent if path.is_file() else None


def read_space(name: str, text: str) -> Space:
    """The search space of a YAML text.

    Raises:
        SpaceError: It is none.
    """
    return Space(name, text, _fitting(lambda rules: parse_space(text, name, rules), text, name))


def _fitting(read: Callable[[Rules], SpaceFile], text: str, name: str) -> SpaceFile:
    """What is read by the rules of its domain; of a space that names none, where music's do not fit, by no rules."""
    rules = _rules_of(text, name)
    try:
        return read(rules)
    except SpaceError:
        if rules is not None and domain_and_build(text, name) == (None, None):
            with contextlib.suppress(SpaceError):
                return read(None)
        raise


def _rules_of(text: str, name: str) -> Rules:
    """The rules of a space's genes: those of the domain that it names, else of music, if it knows them all."""
    domain, build = domain_and_build(text, name)
    if domain is not None or build is not None:
        return named_domain(domain).genes if build is None and domain in named_domains() else None
    usual = named_domain(DEFAULT).genes
    return usual if usual and all(gene in usual for gene in gene_names(text, name)) else None


def space_from(build: Callable[..., Any] | str) -> Space:
    """The search space that a build function asks for: the hyperparameters that it takes from keras-tuner.

    Loads keras-tuner, and TensorFlow with it.

    Args:
        build: A function ``build(hp)`` or ``build(hp, streams)``, a hypermodel in keras-tuner's convention, or
            ``"FILE.py:NAME"`` of one: it is called with a `keras_tuner.HyperParameters` that records what is asked of
            it, in all conditional scopes.

    Raises:
        EvolveError: It asks for nothing, or for what no space can say.
    """
    if not isinstance(build, str) and not callable(getattr(build, "build", build)):
        raise SpaceError(f"space_from: {shortened(repr(build))} is neither a function, a HyperModel nor FILE.py:NAME")
    code = read_code(build) if isinstance(build, str) else None
    with stderr_silenced():  # TensorFlow looks for GPUs, and complains of none
        from evolve.network.from_build import genes_from_build  # noqa: PLC0415 - loads TensorFlow
        from evolve.network.own_build import EXAMPLE_STREAMS, load_build, space_from_build  # noqa: PLC0415 - the same

        if code is not None:
            return load_space(space_from_build(load_build(code)))
        function: Any = getattr(build, "build", build)
        if "streams" in inspect.signature(function).parameters:
            function = functools.partial(function, streams=EXAMPLE_STREAMS)
        return load_space({"genes": genes_from_build(function)})


def plain(genome: Genome) -> dict[str, PlainValue]:
    """The genome as a dictionary of what JSON has."""
    return {name: value.to_json() if isinstance(value, Shares) else value for name, value in genome.genes}


def genome_from(values: Mapping[str, PlainValue], space: SearchSpace) -> Genome:
    """The genome of a space that `plain` gave.

    Raises:
        SpaceError: It is no genome of this space; names the gene.
    """
    names = [gene.name for gene in space.genes]
    for name in values:
        if name not in names:
            allowed = f"{', '.join(names)}{nearest_spelling(str(name), names)}"
            raise SpaceError(f'the space has no gene "{shortened(str(name))}"; allowed: {allowed}')
    genome = Genome.from_dict(
        {gene.name: _value_from(values[gene.name], gene) for gene in space.genes if gene.name in values}
    )
    if genome not in space:
        raise SpaceError(f"no genome of the space: {next(_mistakes_in(genome, space))}")
    return genome


def _mistakes_in(genome: Genome, space: SearchSpace) -> Iterator[str]:
    for gene in space.genes:
        is_there, is_active = gene.name in genome, gene.is_active_in(genome)
        if is_active and not is_there:
            yield f"{gene.name} is missing; allowed: {values_in_words(gene)}"
        elif is_there and not is_active:
            yield f"{gene.name} is given, and is only there with {gene.parent_name} {_words(gene.parent_values)}"
        elif is_there and not is_value_of(gene, genome[gene.name]):
            value = genome[gene.name]
            told = shortened(f'"{value}"' if isinstance(value, str) else value_in_words(value))
            yield f"{gene.name} is {told}; allowed: {values_in_words(gene)}"


def _words(values: Iterable[object]) -> str:
    return " or ".join(map(value_in_words, values))


def values_in_words(gene: Gene) -> str:
    """The values that a gene may have, as in ``16 … 128, step 16 (with cell lstm)``."""
    condition = ""
    if gene.parent_name is not None:
        condition = f" (with {gene.parent_name} {_words(gene.parent_values)})"
    if gene.kind == "shares":
        groups = ", ".join(map(str, gene.values)) or "the corpus's groups"
        return f"of {groups}{condition}"
    if not gene.is_numeric:
        return ", ".join(map(value_in_words, gene.values)) + condition
    if gene.is_point:
        return f"{gene.min_value:g}{condition}"
    scale = ", log" if gene.sampling == "log" else ""
    step = "" if gene.step is None else f", {'×' if scale else 'step '}{gene.step:g}"
    return f"{gene.min_value:g} … {gene.max_value:g}{step}{scale}{condition}"


def value_in_words(value: object) -> str:
    """A value as a space file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text_of(mapping: Mapping[str, Any]) -> str:
    try:
        return to_yaml(mapping)
    except yaml.YAMLError as error:
        raise SpaceError(f"load_space: the mapping holds what is no YAML: {shortened(str(error), 200)}") from error


def _value_from(value: Any, gene: Gene) -> Value:  # noqa: ANN401 - whatever a user gives
    """A value as the gene has it: 2.0 of whole numbers is 2, and a number of NumPy's is a number."""
    if not isinstance(value, Mapping):
        if not gene.is_numeric or isinstance(value, bool) or not isinstance(value, numbers.Real):
            return value  # type: ignore[no-any-return]  # whether the gene can have it is looked at next
        try:
            number = float(value)
        except OverflowError:
            return value  # type: ignore[return-value]  # no gene can have it
        return int(number) if gene.kind is GeneKind.INT and number.is_integer() else number
    try:
        return Shares.from_json(value)
    except ValueError as error:
        raise SpaceError(f"{shortened(str(value))} are no shares: {error}") from error


def _meant(value: Written) -> int | float | str | list[str] | None:
    if not isinstance(value, str):
        return value
    number = number_of(value)
    return value if number is None else number
