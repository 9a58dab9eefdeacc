"""The groups of a corpus: by folder, kind of tune, mode or source; kinds as a notation's field or a title says them."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from evolve.errors import printable, shortened

LONGEST_KIND: Final = 24
"""Characters of a kind that is not known here; what is longer is cut."""

_KIND_OF_WORDS: Final[Mapping[str, str]] = {
    **{kind: kind for kind in (
        "reel", "hornpipe", "jig", "slip jig", "strathspey", "clog", "fling", "polka", "waltz", "mazurka",
        "schottische", "barndance", "slide", "march", "walkaround", "minuet", "gavotte", "quadrille", "galop",
    )},
    "slipjig": "slip jig", "hop jig": "slip jig", "barn dance": "barndance", "walk around": "walkaround",
    "valse": "waltz", "menuet": "minuet",
}  # fmt: skip
"""What the words of a title or a field mean; a double jig is a jig, a Highland fling a fling."""

_KNOWN: Final = re.compile(rf"\b({'|'.join(sorted(_KIND_OF_WORDS, key=len, reverse=True))})(?:e?s)?\b")
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W\d_]+")


def kind_said(text: str) -> str:
    """The kind that a field such as R: of ABC says: the first that is known, else its own words in small letters."""
    known = _KNOWN.search(_words(text))
    return _KIND_OF_WORDS[known[1]] if known else shortened(printable(" ".join(text.casefold().split())), LONGEST_KIND)


def kind_in_title(title: str) -> str:
    """The last known kind that a title or a file's name tells, be it ``AcaciaReel`` or ``PEA PATCH -- JIG``."""
    known = _KNOWN.findall(_words(title))
    return _KIND_OF_WORDS[known[-1]] if known else ""


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).casefold()


EVERYTHING: Final = "all"
"""The one group of a corpus that has no others."""

OTHER: Final = "other"
"""The group of what would be too small by itself."""

SOURCE: Final = "source"
"""What a group comes from that is all of a source."""

LEAST_SHARE: Final = 1 / 25
"""Of all pieces. A network that learns from one group alone meets each piece of it so many times as often as it would
among all; from still smaller ones it could only learn by heart."""

LEAST_PIECES: Final = 10
"""Of which one is held out, as a rule."""

MOST_GROUPS: Final = 12

LEAST_TOLD: Final = 0.5
"""Of the pieces of a source; where fewer tell their kind of tune, that they do is chance."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What can tell the group of a piece.

    Attributes:
        source: What its source is called.
        folders: Those that lead to it within its source, from the top down.
        kind: Its kind of tune; empty where none is said.
        mode: ``major`` or ``minor``.
    """

    source: str
    folders: tuple[str, ...]
    kind: str
    mode: str


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a corpus."""

    name: str
    pieces: int
    notes: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which group each piece belongs to.

    Attributes:
        names: The group's name of each piece.
        by: What the groups come from: ``folder``, ``kind of tune``, ``mode`` or ``source``, in the order of the
            alphabet; empty where there is one group alone.
    """

    names: tuple[str, ...]
    by: tuple[str, ...]


def group_pieces(origins: Sequence[Provenance]) -> Grouping:
    """The groups of the pieces of a corpus, at most `MOST_GROUPS`; the same in whatever order the pieces come.

    Each source is divided by its folders, where two of them or more have pieces; else by kind of tune, where half of
    its pieces tell one; else into major and minor. A source that cannot be divided so is a group by itself. Sources
    that would be too small for that are taken as one. Where two sources have groups of one name, the source's stands
    before it.
    """
    least = max(LEAST_PIECES, math.ceil(LEAST_SHARE * len(origins)))
    sources = _without_small([origin.source for origin in origins], least, rest_joins=False)
    names, by = list(sources), dict[str, str]()
    for source in set(sources):
        places = [place for place, own in enumerate(sources) if own == source]
        by[source], own_names = _divided([origins[place] for place in places], source, least)
        for place, name in zip(places, own_names, strict=True):
            names[place] = name
    names = _without_small(_told_apart(sources, names), least)
    if len(set(names)) < 2:  # noqa: PLR2004 -- the fewest that are groups at all
        return Grouping((EVERYTHING,) * len(origins), ())
    told = {basis for source, basis in by.items() if source != OTHER or basis != SOURCE}
    return Grouping(tuple(names), tuple(sorted(told)))


def groups_of(names: Sequence[str], notes: Sequence[int]) -> tuple[Group, ...]:
    """The groups of pieces of these groups' names and so many notes, the largest first."""
    pieces, sums = Counter(names), Counter[str]()
    for name, own in zip(names, notes, strict=True):
        sums[name] += own
    order = sorted(pieces, key=lambda name: (-pieces[name], name))
    return tuple(Group(name, pieces[name], sums[name]) for name in order)


def _divided(origins: Sequence[Provenance], source: str, least: int) -> tuple[str, Sequence[str]]:
    """What the groups of a source come from, and the group's name of each of its pieces."""
    ways = {
        "folder": _folders(origins, source),
        "kind of tune": _kinds(origins),
        "mode": [origin.mode for origin in origins],
    }
    for basis, own in ways.items():
        names = _without_small(own, least)
        if len(set(names)) > 1:
            return basis, names
    return SOURCE, [source] * len(origins)


def _folders(origins: Sequence[Provenance], source: str) -> list[str]:
    """The first folders in which pieces part; those that lie beside them have their source's name."""
    levels = zip(*(origin.folders for origin in origins), strict=False)
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))
    if len({origin.folders[shared] for origin in origins if origin.folders[shared:]}) < 2:  # noqa: PLR2004 -- they part
        return []
    return [shortened(printable(origin.folders[shared])) if origin.folders[shared:] else source for origin in origins]


def _kinds(origins: Sequence[Provenance]) -> list[str]:
    told = sum(bool(origin.kind) for origin in origins)
    return [origin.kind or OTHER for origin in origins] if told >= LEAST_TOLD * len(origins) else []


def _told_apart(sources: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names, those that several sources have with the source's before them."""
    owners = Counter(name for _, name in set(zip(sources, names, strict=True)))
    return [f"{source} {name}" if owners[name] > 1 else name for source, name in zip(sources, names, strict=True)]


def _without_small(names: Sequence[str], least: int, *, rest_joins: bool = True) -> list[str]:
    """The names, `OTHER` in place of those that too few have, or that come after the most groups that there may be.

    Where even those are too few together, they go with the largest group, which they hardly change.
    """
    counts = Counter(name for name in names if name != OTHER)
    kept = [name for name in sorted(counts, key=lambda name: (-counts[name], name)) if counts[name] >= least]
    if len(kept) > MOST_GROUPS or (len(kept) == MOST_GROUPS and sum(counts[name] for name in kept) < len(names)):
        kept = kept[: MOST_GROUPS - 1]
    rest = len(names) - sum(counts[name] for name in kept)
    place = kept[0] if rest_joins and kept and rest < least else OTHER
    return [name if name in kept else place for name in names]
