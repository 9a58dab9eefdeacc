"""The settings that a user gave: in a space's file, by options, by `--set`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from evolve.config import Given, parse_assignment

if TYPE_CHECKING:
    from evolve.genetics.space_file import Written


def space_given(source: str, settings: "Iterable[tuple[str, Written, int]]") -> list[Given]:
    """The run settings of a search space file, which a command line overrides."""
    return [Given(name, value, f"{source}, line {line}", is_firm=False) for name, value, line in settings]


def options_given(options: Mapping[str, Any], assignments: list[str]) -> list[Given]:
    """The settings that options of their own name and `--set` name; options left out are None."""
    given = [Given(name, value, f"--{name}") for name, value in options.items() if value is not None]
    return [*given, *map(parse_assignment, assignments)]
