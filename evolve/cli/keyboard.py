"""The keyboard while nobody asks anything."""

import contextlib
import os
import sys
import termios
from collections.abc import Iterator


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
