"""Macros of ABC 2.1, section 9: ``m: ~G2 = {A}G{F}G``, and ``m: ~n2 = {o}n{m}n`` for whatever note n is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_SCALE: Final = [letter + "," * marks for marks in (3, 2, 1) for letter in "CDEFGAB"]
_PLACES: Final = _SCALE + list("CDEFGABcdefgab") + [letter + "'" * marks for marks in (1, 2, 3) for letter in "cdefgab"]
"""Every note that a macro may be moved to, from low to high."""

_NOTE: Final = r"((?:\^\^?|__?|=)?)([A-Ga-g][',]*)"
_MOST_GROWTH: Final = 20
"""How many times as long macros may make a line."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What is written, and what is meant.

    Attributes:
        pattern: What is written; with the note that stands for n where there is one.
        meant: What is played instead; letters from h to z are steps from n.
        is_moved: Whether it is moved to the note that stands for n.
    """

    pattern: re.Pattern[str]
    meant: str
    is_moved: bool


def macro_in(text: str) -> Iterator[Macro]:
    """The macro of an m: field, if it is one."""
    written, equals, meant = (one.strip() for one in text.partition("="))
    if not (written and equals):
        return
    is_moved = "n" in written
    pattern = re.escape(written).replace("n", _NOTE, 1) if is_moved else re.escape(written)
    yield Macro(re.compile(pattern + r"(?![\d/])"), meant, is_moved)


def expand(line: str, macros: Sequence[Macro]) -> str:
    """A line of music with all its macros played out, the longest ones first."""
    most = _MOST_GROWTH * (len(line) + 100)
    for macro in sorted(macros, key=lambda one: -len(one.pattern.pattern)):
        replaced = macro.pattern.sub(lambda found, own=macro: _meant(own, found), line)  # type: ignore[misc]
        line = replaced if len(replaced) <= most else line
    return line


def _meant(macro: Macro, found: re.Match[str]) -> str:
    if not macro.is_moved:
        return macro.meant
    here = _PLACES.index(found[2]) if found[2] in _PLACES else None
    if here is None:
        return found[0]
    return re.sub(r"[h-z]", lambda step: _step(found[1], here, ord(step[0]) - ord("n")), macro.meant)


def _step(accidental: str, here: int, steps: int) -> str:
    place = _PLACES[max(0, min(here + steps, len(_PLACES) - 1))]
    return accidental + place if not steps else place
