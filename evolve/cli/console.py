"""The console that tables and reports are printed on: how wide it is, whatever the environment claims."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rich is loaded by the commands that print tables alone
    from rich.console import Console

LEAST_COLUMNS = 40
"""In fewer columns a table loses its words: there the terminal breaks longer lines itself."""

MOST_COLUMNS = 1_000
"""Rules and tables that are wider than any screen serve nobody."""

_MOST_DIGITS = 4


def console(*, stderr: bool = False, highlight: bool = True, markup: bool = True) -> "Console":
    """A console on stdout or stderr: as wide as ``COLUMNS`` says, else as the terminal is, else 80 columns.

    Args:
        stderr: Whether it writes to stderr.
        highlight: Whether numbers and the like are coloured in plain text.
        markup: Whether square brackets in plain text are rich's markup.
    """
    from rich.console import Console

    # rich's public width= and height= would no longer follow a terminal that is resized; without them rich reads
    # COLUMNS and LINES itself. Hence its private parameter.
    made = Console(stderr=stderr, highlight=highlight, markup=markup, _environ=sensible(os.environ))
    is_too_narrow = made.width < LEAST_COLUMNS
    if is_too_narrow:  # else it goes on to follow its terminal
        made.width = LEAST_COLUMNS
    return made


def sensible(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment without a ``COLUMNS`` or ``LINES`` that no terminal can have; rich believes any number."""
    least = {"COLUMNS": LEAST_COLUMNS, "LINES": 1}
    return {name: value for name, value in environ.items() if name not in least or _is_size(value, least[name])}


def _is_size(value: str, least: int) -> bool:
    is_number = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
    return is_number and least <= int(value) <= MOST_COLUMNS
