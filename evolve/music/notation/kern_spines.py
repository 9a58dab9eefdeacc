"""The columns of a Humdrum file: how they split, join, change places, begin and end.

Source: D. Huron, The Humdrum Toolkit: Reference Manual, "Spine paths".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final

from evolve.errors import CorpusError
from evolve.words import counted, worded

KERN: Final = "**kern"
PATHS: Final = frozenset(("*^", "*v", "*x", "*+", "*-"))
"""Interpretations that say what becomes of a spine."""

MOST_SPINES: Final = 500
"""An orchestra's score has a tenth of it; a spine that is split again and again can fill any memory."""


@dataclass(slots=True)
class Spine:
    """A column, or one of those that it was split into.

    Attributes:
        kind: Its exclusive interpretation; empty until one is read.
        part: Number of the part that it is read into; None unless it is a **kern spine.
        ends: When its last note or rest is over, in quarter notes from the beginning.
        is_idle: Whether its last note was over before a row that had nothing for it; then it is as late as the others.
    """

    kind: str = ""
    part: int | None = None
    ends: Fraction = Fraction(0)
    is_idle: bool = False


def fields_of(line: int, row: str) -> list[str]:
    """The fields of a row, without the spaces around them.

    Raises:
        CorpusError: Its text is the reason alone: far too many of them.
    """
    if row.count("\t") > 2 * MOST_SPINES:
        raise CorpusError(f"cannot be read as kern: line {line:,} has more than {2 * MOST_SPINES:,} fields")
    return [field.strip() for field in row.split("\t")]


def begun(line: int, tokens: Sequence[str]) -> list[Spine]:
    """The spines of a first row, which must say what they are; no kinds are set yet.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    if any(not token.startswith("**") for token in tokens):
        raise CorpusError(f"cannot be read as kern: line {line:,} does not say what its columns are, such as {KERN}")
    return _checked(line, [Spine() for _ in tokens])


def check_fields(line: int, tokens: Sequence[str], spines: Sequence[Spine]) -> None:
    """Refuse a row that has more or fewer fields than there are spines.

    Raises:
        CorpusError: Its text is the reason alone.
    """
    if len(tokens) != len(spines):
        has, wanted = counted(len(tokens), "field"), counted(len(spines), "spine")
        are = worded(len(spines), "is", "are")
        raise CorpusError(f"cannot be read as kern: line {line:,} has {has} where {wanted} {are}")


def moved(line: int, tokens: Sequence[str], spines: Sequence[Spine]) -> list[Spine]:
    """The spines after a row of interpretations.

    Raises:
        CorpusError: Its text is the reason alone: too many of them.
    """
    after: list[Spine] = []
    for path, group in groupby(zip(tokens, spines, strict=True), key=lambda pair: pair[0]):
        members = [spine for _, spine in group]
        after.extend(_joined(members) if path == "*v" else _moved_alone(path, members))
    exchanged = {id(spine) for path, spine in zip(tokens, spines, strict=True) if path == "*x"}
    places = [place for place, spine in enumerate(after) if id(spine) in exchanged]
    for one, other in zip(places[::2], places[1::2], strict=False):
        after[one], after[other] = after[other], after[one]
    return _checked(line, after)


def _moved_alone(path: str, spines: Sequence[Spine]) -> Iterator[Spine]:
    """Neighbouring spines with the same token, one that joins none of them."""
    for spine in spines:
        if path != "*-":
            yield spine
        if path == "*^":
            yield Spine(spine.kind, spine.part, spine.ends, spine.is_idle)
        if path == "*+":
            yield Spine()


def _joined(spines: Sequence[Spine]) -> Iterator[Spine]:
    """Neighbours that are to be joined: those of a part with each other, or all where that would join nothing."""
    groups = [list(group) for _, group in groupby(spines, key=lambda spine: (spine.kind, spine.part))]
    if any(len(group) == 1 for group in groups):
        groups = [list(spines)]
    for group in groups:
        latest = [spine for spine in group if not spine.is_idle] or group
        yield max(latest, key=lambda spine: spine.ends)


def _checked(line: int, spines: list[Spine]) -> list[Spine]:
    if len(spines) > MOST_SPINES:
        raise CorpusError(f"cannot be read as kern: more than {MOST_SPINES} spines from line {line:,} on")
    return spines
