"""A search space read from YAML, with every mistake told by file, line and key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from evolve.errors import SpaceError, shortened
from evolve.genetics.gene_reader import GeneReader, GeneRule
from evolve.genetics.node_reader import NodeReader
from evolve.genetics.space import SearchSpace
from evolve.genetics.yaml_nodes import TooMuchError, complaint, compose, is_null

MAX_CHARACTERS = 200_000
"""A search space is a page or two; anything larger is another file by mistake."""

_TOP_KEYS = ("description", "genes", "settings")

Written = str | list[str] | None
"""The value of a setting as it was written."""


@dataclass(frozen=True, slots=True)
class SpaceFile:
    """What a search space file says.

    Attributes:
        space: Its genes; those of shares without groups, which the corpus tells: see `SearchSpace.with_groups`.
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
    nodes = NodeReader(source)
    if len(text) > MAX_CHARACTERS:
        nodes.fail(None, "", f"is larger than {MAX_CHARACTERS:,} characters: not a search space")
    root = _root(nodes, text, source)
    top = nodes.mapping(root, "", _TOP_KEYS)
    if "genes" not in top:
        nodes.fail(root, "", 'has no key "genes": a search space needs at least one gene under it')
    description = nodes.text(top["description"], "description") if "description" in top else ""
    space = SearchSpace(tuple(GeneReader(nodes, rules).genes(top["genes"])), description)
    settings = tuple(_settings(nodes, top["settings"])) if "settings" in top else ()
    return SpaceFile(space, settings)


def _root(nodes: NodeReader, text: str, source: str) -> yaml.Node:
    """The root node of the text."""
    try:
        root = compose(text)
    except yaml.YAMLError as error:
        number, problem = complaint(error)
        line = f", line {number}" if number else ""
        kind = "not a search space: it" if isinstance(error, TooMuchError) else "not valid YAML:"
        raise SpaceError(f"{source}{line}: {kind} {shortened(problem, 200)}") from error
    if root is None:
        nodes.fail(None, "", 'is empty: a search space needs the key "genes" with at least one gene under it')
    return root


def _settings(nodes: NodeReader, node: yaml.Node) -> Iterator[tuple[str, Written, int]]:
    """The settings in order, with their lines; none when nothing stands there."""
    if is_null(node):
        return
    for name, child in nodes.mapping(node, "settings").items():
        path = f"settings.{name}"
        value: Written = None if is_null(child) else ""
        if isinstance(child, yaml.SequenceNode):
            value = nodes.texts(child, path)
        elif value is not None:
            value = nodes.text(child, path)
        yield name, value, child.start_mark.line + 1
