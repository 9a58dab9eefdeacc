"""Scalars as people write them, in YAML or on a command line: numbers, booleans and words."""

import re
from typing import Final

from evolve.errors import shortened

Scalar = bool | int | float | str

_INT: Final = re.compile(r"[-+]?\d+(_\d+)*")
_PREFIXED: Final = re.compile(r"[-+]?0(x[0-9a-f]{1,16}|o[0-7]{1,22}|b[01]{1,64})", re.IGNORECASE)
_FLOAT: Final = re.compile(r"[-+]?(\d+(_\d+)*(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_WITH_UNIT: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)\s*(%|[^\W\d_]{1,10})")
_WITH_COMMA: Final = re.compile(r"[-+]?\d+,\d+")
_WITH_THOUSANDS: Final = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_LONGEST_INT: Final = 20
"""In characters: all 64-bit numbers; longer ones are out of every range, and as floats quick to tell so."""

_TRUE: Final = ("true", "yes", "on")
_FALSE: Final = ("false", "no", "off")


def number_of(text: str) -> int | float | None:
    """The number that a text stands for, as a person means it; None when it is no number.

    ``1e-4``, ``1e5``, ``.5`` and ``5.`` are numbers, ``1_000`` is a thousand, ``012`` is twelve, ``0x10`` is sixteen;
    ``1:30`` is none, though YAML 1.1 would make 90 of it.
    """
    word = text.strip()
    if _INT.fullmatch(word) and len(word) <= _LONGEST_INT:
        return int(word)
    if _PREFIXED.fullmatch(word):
        return int(word, 0)
    return float(word) if _INT.fullmatch(word) or _FLOAT.fullmatch(word) else None


def boolean_of(text: str) -> bool | None:
    """The boolean that a text stands for: true, yes or on, false, no or off, in any capitalisation; else None."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def meanings(text: str, *, quoted: bool) -> tuple[Scalar, ...]:
    """All that a value may mean, the likeliest first: quotes say that it is a word, though they may be there by habit.

    Args:
        text: Without its quotes.
        quoted: Whether it had any.
    """
    read = [value for value in (number_of(text), boolean_of(text)) if value is not None]
    return (text, *read) if quoted else (*read, text)


def number_hint(text: str, *, is_whole: bool = False) -> str:
    """What to do about a text that was to be a number and has a unit or commas; else empty.

    A comma before three digits may stand between thousands or for a decimal point: then both are told.

    Args:
        text: As it was written.
        is_whole: Whether only a whole number will do.
    """
    word = text.strip()
    hints = []
    if _WITH_THOUSANDS.fullmatch(word):
        hints.append(f"without the {'commas' if word.count(',') > 1 else 'comma'}: {word.replace(',', '')}")
    if _WITH_COMMA.fullmatch(word) and not is_whole:
        hints.append(f"with a decimal point: {word.replace(',', '.')}")
    if hints:
        return f"; {', or '.join(hints)}"
    return "; give the number alone, without a unit" if _WITH_UNIT.fullmatch(word) else ""


def shown(value: object) -> str:
    """A value as it is told that it will not do: what a person would write, words in quotes."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case str() if number_of(value) is None:
            return f'"{shortened(value)}"'
        case list() | tuple():
            return shortened(f"[{', '.join(map(shown, value))}]")
        case _:
            return shortened(str(value))
