"""What domains add to the command line: commands of their own, options of `evolve start`, checks of `evolve doctor`.

A package names its `DomainCommands` among the entry points ``evolve.commands``, under the domain's name. The module
that holds it is imported by every command, so it imports nothing heavy; commands and checks are loaded when they run.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from evolve.errors import EvolveError, last_line


@dataclass(frozen=True, slots=True)
class DomainCommands:
    """What a domain adds to the command line.

    Attributes:
        commands: ``module:name`` of a function that typer makes a command of, by the command's name.
        groups: ``module:name`` of a `typer.Typer`, whose commands have this name before theirs.
        options: Settings of the domain that `evolve start` has options for: what typer takes as the annotation of a
            parameter, which may be None, by the setting's name.
        checks: ``module:name`` of a function without arguments that gives each `evolve.terminal.checks.Look` at what
            the domain needs of a machine; may be empty.
        afterwards: What to do with a run that is complete, with a place for the run: ``more: mine more {run}``; may be
            empty.
    """

    commands: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    checks: str = ""
    afterwards: str = ""


@functools.cache
def domain_commands() -> dict[str, DomainCommands]:
    """What the domains of installed packages add, by the domain's name.

    Raises:
        EvolveError: A package's cannot be loaded.
    """
    found = {}
    for point in entry_points(group="evolve.commands"):
        try:
            found[point.name] = point.load()
        except (ImportError, AttributeError) as error:
            raise EvolveError(
                f"the commands of the domain {point.name} cannot be loaded ({point.value}): {last_line(error)}; "
                f"install its package anew, or uninstall it"
            ) from error
    return found
