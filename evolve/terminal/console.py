"""The terminal: how wide what is printed on it may be, what it is told beside results, and its keyboard."""

import contextlib
import os
import sys
import termios
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from evolve.errors import printable

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
    from rich.console import Console  # noqa: PLC0415

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


class Stopped(Exception):  # noqa: N818 - an end that the user wished for
    """The user pressed Ctrl-C; the text says how to go on."""


def note(text: str) -> None:
    """Tell the user something on stderr."""
    sys.stderr.write("".join(f"{printable(line)}\n" for line in text.split("\n")))
    sys.stderr.flush()


def is_interactive() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextlib.contextmanager
def keys_ignored() -> Iterator[None]:
    """Whatever is typed inside is neither shown nor kept for the next prompt; Ctrl-C is heard as ever.

    Else a bored Enter would break the live table, and answer a question that nobody has seen yet. Where standard input
    is no terminal of this kind, nothing changes.
    """
    keyboard = _terminal()
    if keyboard is None:
        yield
        return
    before = termios.tcgetattr(keyboard)
    silent = [*before]
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(keyboard, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcflush(keyboard, termios.TCIFLUSH)
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _terminal() -> int | None:
    """Standard input, if it is a terminal in whose foreground we are; changing it from elsewhere would stop us."""
    with contextlib.suppress(OSError, ValueError):
        keyboard = sys.stdin.fileno()
        if os.isatty(keyboard) and os.tcgetpgrp(keyboard) == os.getpgrp():
            return keyboard
    return None
