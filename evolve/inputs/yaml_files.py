"""YAML as a tree whose parts know their file, line and place, so that each mistake can be told where it stands.

The text is composed into nodes, never loaded as objects: only nodes know their lines, and a scalar stays as it was
written until somebody says what it may mean. Files that would become far more than a person writes are refused while
they are read, however few characters they take.
"""

import dataclasses
import math
import numbers
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

from evolve.errors import EvolveError, nearest_spelling, shortened
from evolve.inputs.scalars import Scalar, boolean_of, meanings, number_hint, number_of

MOST_CHARACTERS: Final = 200_000
"""A search space, a profile or a manifest is some pages; anything larger is another file by mistake."""

MOST_PARTS: Final = 10_000
"""Keys, values and lists, with what aliases (``*name``) stand for; a space with every gene has some hundred."""

DEEPEST: Final = 20
"""How many mappings and lists may lie within each other; a space has four."""

_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "value", "merge")


@dataclass(frozen=True, slots=True)
class Source:
    """A file for messages: its name, what it is to be, such as ``a search space``, and what a mistake is raised as."""

    name: str
    kind: str
    error: type[EvolveError]

    def refuse(self, problem: str, line: int | None = None, place: str = "") -> NoReturn:
        """Raise the error, with file, line and place in front of the problem."""
        where = (f", line {line}" * (line is not None)) + (f", {shortened(place, 100)}" if place else "")
        raise self.error(f"{self.name}{where}: {problem}")


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a file with its place.

    Attributes:
        source: The file.
        place: Where in the file, such as ``hosts[1].cpus``; empty for all of it.
        line: Its line, that of its key if it has one; None when it was not read from a text.
        value: Its children, or the scalar as it was written; None when it is null or left empty. Only what was not
            read from a text has numbers and booleans already.
        kind: What YAML 1.1 takes it for: ``str``, ``int``, ``float``, ``bool``, ``null``, ``map``, ``seq``, ….
        is_quoted: Whether it is a text that was marked as one: in quotes, or as a block.
    """

    source: Source
    place: str
    line: int | None
    value: "Content"
    kind: str = "str"
    is_quoted: bool = False

    def fail(self, problem: str, *below: str | int) -> NoReturn:
        """Raise with file, line and place in front of the problem; it may lie below, or be missing there."""
        part, place = self, self.place
        for key in below:
            place = f"{place}[{key}]" if isinstance(key, int) else _joined(place, key)
            children: Any = dict(enumerate(part.value)) if isinstance(part.value, tuple) else part.value
            lacks = dataclasses.replace(part, value=None)
            part = children.get(key, lacks) if isinstance(children, Mapping) else lacks
        self.source.refuse(problem, part.line, place)

    def entries(self, allowed: Collection[str] | None = None, of: str = "key") -> Mapping[str, "Part"]:
        """The children of a mapping, in order, all of them among those allowed, if these are given."""
        if not isinstance(self.value, Mapping):
            self.fail(f"must be a mapping (key: value), not {self._shown}")
        for name, child in self.value.items():
            if allowed is not None and name not in allowed:
                child.fail(f"unknown {of}; allowed: {', '.join(allowed)}{nearest_spelling(name, allowed)}")
        return self.value

    def items(self) -> tuple["Part", ...]:
        """The children of a list, at least one."""
        if not isinstance(self.value, tuple):
            self.fail(f"must be a list such as [a, b], not {self._shown}")
        if not self.value:
            self.fail("is an empty list; give at least one value")
        return self.value

    def scalar(self) -> Scalar:
        """The scalar as it was written."""
        if self.value is None:
            self.fail("has no value")
        if not isinstance(self.value, Scalar):
            self.fail(f"must be text, not {self._shown}")
        return self.value

    def text(self) -> str:
        """The scalar as text."""
        value = self.scalar()
        return str(value).lower() if isinstance(value, bool) else str(value)

    def number(self, *, is_whole: bool = False) -> int | float:
        """The finite number that stands there."""
        text = self.text()
        number = number_of(text)
        if number is None or not math.isfinite(number):
            self.fail(f'must be a number, not "{shortened(text)}"{number_hint(text, is_whole=is_whole)}')
        return number

    def boolean(self) -> bool:
        """Whether true, yes or on stands there."""
        value = boolean_of(self.text())
        if value is None:
            self.fail(f'must be true or false, not "{shortened(self.text())}"')
        return value

    def meant(self, accepts: Callable[[Scalar], bool]) -> Scalar:
        """The likeliest meaning of the scalar that is accepted; else the number or the text that it is."""
        value = self.scalar()
        if not isinstance(value, str):
            return value
        number = number_of(value)
        likely = filter(accepts, meanings(value, quoted=self.is_quoted))
        return next(likely, value if number is None else number)

    def plain(self, scalar: "Callable[[Part], Any]" = lambda part: part.value) -> Any:  # noqa: ANN401 - any data
        """All of it as dictionaries, lists and what the function makes of each scalar; by default its text."""
        if isinstance(self.value, Mapping):
            return {name: child.plain(scalar) for name, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain(scalar) for child in self.value]
        return scalar(self)

    @property
    def _shown(self) -> str:
        if isinstance(self.value, Mapping):
            return "a mapping"
        if isinstance(self.value, tuple):
            return "a list"
        return "nothing" if self.value in (None, "") else f'"{shortened(self.text())}"'


Content = Scalar | Mapping[str, Part] | tuple[Part, ...] | None
"""The value of a part."""


def read_yaml(text: str, source: Source) -> Part:
    """The only document of a text; its value is None when it is empty.

    Raises:
        EvolveError: The source's, with the line where the text is no YAML, more than a person writes, or has a tag, a
            key twice, a key that is no text, or another document.
    """
    documents = read_documents(text, source)
    if len(documents) > 1:
        source.refuse("a second document begins here; keep one", documents[1].line)
    return documents[0] if documents else Part(source, "", None, None)


def read_documents(text: str, source: Source) -> tuple[Part, ...]:
    """The documents of a text, which ``---`` parts; the limits hold for all of them together.

    Raises:
        EvolveError: As `read_yaml`.
    """
    if len(text) > MOST_CHARACTERS:
        source.refuse(f"is larger than {MOST_CHARACTERS:,} characters: not {source.kind}")
    if strange := yaml.reader.Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        source.refuse(f"not valid YAML: it has the character U+{ord(strange.group()):04X}", line)
    reader = _NodeReader(source)
    try:
        return tuple(reader.part(node) for node in _nodes(text))
    except yaml.MarkedYAMLError as error:
        source.refuse(_problem(error, source.kind), error.problem_mark.line + 1 if error.problem_mark else None)
    except (ValueError, OverflowError):  # of numbers that PyYAML makes out of escapes and directives
        source.refuse("not valid YAML: it has a number or a character far beyond all that there are")


def part_of(given: object, source: Source, place: str = "", depth: int = 0) -> Part:
    """Plain data as a part: mappings with texts as keys, lists, tuples, texts, finite numbers, booleans and None.

    Raises:
        EvolveError: The source's: it is something else, or has too many mappings and lists within each other.
    """
    value: Content
    if depth > DEEPEST:
        source.refuse(f"has more than {DEEPEST} mappings and lists within each other", place=place)
    if isinstance(given, Mapping):
        for key in given:
            if not isinstance(key, str):
                source.refuse(f"a key must be text, not {shortened(repr(key))}", place=place)
        value = {key: part_of(one, source, _joined(place, key), depth + 1) for key, one in given.items()}
    elif isinstance(given, list | tuple):
        value = tuple(part_of(one, source, f"{place}[{index}]", depth + 1) for index, one in enumerate(given))
    elif given is None or isinstance(given, bool | str):
        value = given
    elif isinstance(given, numbers.Real) and math.isfinite(given):
        value = int(given) if isinstance(given, numbers.Integral) else float(given)
    else:
        source.refuse(f"must be text, a finite number, true or false, not {shortened(repr(given))}", place=place)
    return Part(source, place, None, value, is_quoted=True)


def to_yaml(values: Mapping[str, Any]) -> str:
    """Values as YAML that is read back as what they are, in the order given."""
    return yaml.dump(dict(values), Dumper=_ExactDumper, sort_keys=False, allow_unicode=True, width=120)


class _ExactDumper(yaml.SafeDumper):
    """Keeps line ends of other systems, quotes words that look like numbers or booleans, and writes [a, b]."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        is_plain = data.isprintable() and number_of(data) is None and boolean_of(data) is None
        return self.represent_scalar(f"{_TAG}str", data, style=None if is_plain else '"')

    def represent_list(self, data: Any) -> yaml.SequenceNode:  # noqa: ANN401 - as in PyYAML
        return self.represent_sequence(f"{_TAG}seq", data, flow_style=True)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as in PyYAML
        return True


_ExactDumper.add_representer(str, _ExactDumper.represent_str)
_ExactDumper.add_representer(list, _ExactDumper.represent_list)
_ExactDumper.add_representer(tuple, _ExactDumper.represent_list)


def _problem(error: yaml.MarkedYAMLError, kind: str) -> str:
    if isinstance(error, _TooMuchError):
        return f"not {kind}: it has more than {error.problem}"
    if str(error.problem).startswith("found character '\\t'"):
        return "not valid YAML: a tab stands where only spaces may; YAML is indented with spaces"
    return f"not valid YAML: {shortened(str(error.problem), 200)}"


class _TooMuchError(yaml.MarkedYAMLError):
    """The text is YAML, but far more of it than a person writes."""


def _check_size(count: int, depth: int, mark: yaml.Mark) -> None:
    if count > MOST_PARTS:
        raise _TooMuchError(problem=f"{MOST_PARTS:,} keys and values", problem_mark=mark)
    if depth > DEEPEST:
        raise _TooMuchError(problem=f"{DEEPEST} mappings and lists within each other", problem_mark=mark)


class _BoundedLoader(yaml.SafeLoader):
    """Counts while nodes are made, so that a text that would make too many ends early."""

    count = depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.count += 1
        _check_size(self.count, self.depth, self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _nodes(text: str) -> Iterator[yaml.Node]:
    loader = _BoundedLoader(text)
    try:
        while loader.check_node():
            yield loader.get_node()  # type: ignore[misc]  # None only where no node is left
    finally:
        loader.dispose()


class _NodeReader:
    """Makes parts of nodes; counts them, as aliases of aliases may stand for very many."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0

    def part(self, node: yaml.Node, place: str = "", line: int | None = None, depth: int = 0) -> Part:
        self._count += 1
        _check_size(self._count, depth, node.start_mark)
        line = line or node.start_mark.line + 1
        kind = node.tag.removeprefix(_TAG)
        if kind not in _KINDS:
            self._source.refuse(f'has the tag "{shortened(node.tag)}"; write the value without it', line, place)
        value: Content = None if kind == "null" else node.value
        if isinstance(node, yaml.MappingNode):
            value = self._entries(node, place, depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            children = enumerate(node.value)
            value = tuple(self.part(child, f"{place}[{index}]", depth=depth + 1) for index, child in children)
        return Part(self._source, place, line, value, kind, is_quoted=getattr(node, "style", None) is not None)

    def _entries(self, node: yaml.MappingNode, place: str, depth: int) -> dict[str, Part]:
        entries: dict[str, Part] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._source.refuse("a key must be text, not a list or a mapping", line, place)
            if key.tag == f"{_TAG}merge":
                problem = "<< takes over the keys of another mapping, which is not read here; write them out"
                self._source.refuse(problem, line, place)
            if key.value in entries:
                self._source.refuse("stands twice; keep one", line, _joined(place, key.value))
            entries[key.value] = self.part(child, _joined(place, key.value), line, depth)
        return entries


def _joined(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
