"""Kinds of tune, such as reel and slip jig: as a notation's own field says them, or as titles do."""

import re
from collections.abc import Mapping
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
