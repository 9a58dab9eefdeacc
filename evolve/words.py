"""Counts and lists as a person reads them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")

_MOST_LISTED: Final = 20

_FRACTIONS: Final = {
    0.0: "almost nothing", 1 / 20: "a twentieth", 1 / 10: "a tenth", 1 / 5: "a fifth", 1 / 4: "a quarter",
    1 / 3: "a third", 2 / 5: "two fifths", 1 / 2: "half", 3 / 5: "three fifths", 2 / 3: "two thirds",
    3 / 4: "three quarters", 4 / 5: "four fifths", 9 / 10: "nine tenths", 1.0: "almost all",
}  # fmt: skip


def counted(count: float, noun: str, nouns: str | None = None) -> str:
    """``1 piece``, ``1,059 pieces``, ``0.5 GPUs``.

    Args:
        count: How many; of what can be shared, a fraction too.
        noun: What one of them is called.
        nouns: What several are called, where that is not the noun with an s.
    """
    number = f"{count:,}" if isinstance(count, int) else f"{count:,.0f}" if count == round(count, 0) else f"{count:g}"
    return f"{number} {worded(count, noun, nouns or f'{noun}s')}"


def worded(count: float, one: str, several: str) -> str:
    """The word that goes with this many, such as ``is`` or ``are``."""
    return one if count == 1 else several


def often(what: str, times: int) -> str:
    """``x``, or ``x (3)`` of what was there several times."""
    return f"{what} ({times:,})" if times > 1 else what


def tallied(counts: Mapping[str, int], most: int) -> str:
    """``x (1,059), y, …``: what was there most often, each with how often.

    Args:
        counts: How often each was there.
        most: How many of them are named; the others become ``…``.
    """
    named = [often(what, times) for what, times in Counter(counts).most_common(most)]
    return ", ".join([*named, *["…"] * (len(counts) > most)])


def duration_in_words(seconds: float) -> str:
    """``0:58``, ``12:03`` or ``1:02:03``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def fraction_in_words(share: float) -> str:
    """A share from 0 to 1 as the nearest that one would say: ``a fifth``, ``two thirds``, ``almost all``.

    Between two that are equally near it is the one that is nearer to a half, so that the words of two shares that make
    a whole make one too.
    """
    return _FRACTIONS[min(_FRACTIONS, key=lambda one: (round(abs(one - share), 6), abs(one - 1 / 2)))]


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; of very many the first and how many more there are."""
    if len(words) > _MOST_LISTED:
        words = [*words[: _MOST_LISTED - 1], f"{len(words) - _MOST_LISTED + 1:,} more"]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def one_line(text: object) -> str:
    """A text that others wrote, without line breaks, terminal escapes and other control characters."""
    return " ".join(_ESCAPES.sub(" ", str(text)).split())
