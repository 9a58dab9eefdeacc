"""Errors that are a user's to mend: one root, so that the command line can tell them from our bugs."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_JOINERS: Final = "\u200c\u200d"

LONGEST_TEXT: Final = 2_000
"""Of an error, in characters: a screenful."""


class EvolveError(Exception):
    """Something the user can mend; its text says what, where, what is allowed and what to do.

    The command line prints the text as one line on stderr and exits with code 1. Any other exception is a bug of
    ours and keeps its traceback. Whatever files and their names put into the text, it is printable and not endless.
    """

    def __init__(self, text: str) -> None:
        """Keep what can be shown of the text."""
        super().__init__(shortened(printable(" ".join(re.split(r"[\n\r\t]", text))), LONGEST_TEXT))


class SettingsError(EvolveError):
    """A run setting is unknown or out of range."""


class SpaceError(EvolveError):
    """A search space does not say what it must, or has no genome left to give."""


class BallotError(EvolveError):
    """An ordering of candidates cannot be read or does not fit the candidates."""


class RunError(EvolveError):
    """A run folder cannot be found, created, read or gone on with."""


class StorageError(RunError):
    """A disk, missing rights or another process stand in the way; the run is kept, and can be gone on with."""


class DamagedStoreError(RunError):
    """A store is there, and what it holds is not what evolve has written.

    Attributes:
        what: What is wrong with it.
    """

    def __init__(self, text: str, what: str = "") -> None:
        """Keep both."""
        super().__init__(text)
        self.what = what


class ExecutionError(EvolveError):
    """The machine or the cluster cannot train what it was asked to."""


def printable(text: str) -> str:
    """The text as one line that can be shown anywhere: what is no visible character stands as its code.

    Names of files hold whatever their maker liked: line ends, colours and commands of a terminal, bytes that are no
    text. Shown as they are they could end the program, or forge its lines.
    """
    if without_joiners(text).isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def without_joiners(text: str) -> str:
    """The text without the characters that say between two letters, or their marks, whether these are joined.

    They cannot be seen themselves, but Persian and some scripts of India are written with them (Unicode, UAX 31).
    """
    if not any(joiner in text for joiner in _JOINERS):
        return text
    return "".join(one for place, one in enumerate(text) if one not in _JOINERS or not _is_between_letters(text, place))


def _is_between_letters(text: str, place: int) -> bool:
    beside = text[place - 1 : place], text[place + 1 : place + 2]
    return all(one and unicodedata.category(one)[0] in "LM" for one in beside)


def shortened(text: str, most: int = 60) -> str:
    """The text itself, or its first part and ``…`` where it has more characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def nearest_spelling(word: str, allowed: Iterable[str]) -> str:
    """A hint such as ``; did you mean "width"?``, or an empty string when nothing is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def last_line(said: str | BaseException) -> str:
    """The last line that says something, where programs say what stopped them; of an error without words, its kind."""
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    wordless = type(said).__name__ if isinstance(said, BaseException) else ""
    return lines[-1] if lines else wordless
