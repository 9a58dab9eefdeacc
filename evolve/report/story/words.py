"""Numbers, values and times as a person reads them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from evolve.genetics.genome import Value
from evolve.genetics.shares import Shares
from evolve.words import fraction_in_words, listed

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


_SOME, _NEARLY_ALL = 8, 92
"""Hundredths: less than the first is some, more than the other nearly all."""

_MOST_GROUPS = 4
"""Groups whose shares are told one by one."""

_LITTLE, _MUCH, _WORTH_TELLING = 8, 30, 3
"""Hundredths that change their group: less than the first is a little, the second is much; and those of one group."""


def one_line(text: object) -> str:
    """A text that others wrote, without line breaks, terminal escapes and other control characters."""
    return " ".join(_ESCAPES.sub(" ", str(text)).split())


def value_in_words(value: Value | None, *, digits: int = 3) -> str:
    """A gene's value, short: 3 significant digits, ``yes`` and ``no``, ``off`` where the gene is inactive.

    Shares are told as ``two thirds jig, a quarter reel, some hornpipe``, the largest first.
    """
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Shares):
        return _shares(value)
    if isinstance(value, float):
        return _number(value, digits)
    return one_line(value)


def change_in_words(before: Value | None, after: Value | None) -> str:
    """A change such as ``64 → 96``, with as many digits as it takes to see the difference; ``more jig, less reel``."""
    if isinstance(before, Shares) and isinstance(after, Shares) and before.names == after.names and before != after:
        return _shift(before, after)
    for digits in (3, 4, 6, 17):
        told = value_in_words(before, digits=digits), value_in_words(after, digits=digits)
        if told[0] != told[1]:
            break
    return f"{told[0]} → {told[1]}"


def duration_in_words(seconds: float) -> str:
    """``0:58``, ``12:03`` or ``1:02:03``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def moment_in_words(iso: str) -> str:
    """``2026-03-14 20:15 UTC`` for an ISO 8601 time; what cannot be read is left as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return one_line(iso)
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _number(value: float, digits: int) -> str:
    if value != 0 and abs(value) < 1e-3:  # noqa: PLR2004 - more zeros than a glance can count
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}"
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _shares(shares: Shares) -> str:
    """The large shares one by one, the others together."""
    counts = [(one_line(name), round(100 * share)) for name, share in shares.parts if share]
    counts.sort(key=lambda pair: -pair[1])
    named = [pair for pair in counts[:_MOST_GROUPS] if pair[1] >= _SOME] or counts[:1]
    rest = counts[len(named) :]
    told = [f"{_fraction(count)} {name}" for name, count in named]
    if rest:
        names = listed([name for name, _ in rest]) if len(rest) <= 2 else f"of {len(rest)} others"  # noqa: PLR2004
        told.append(f"{_fraction(sum(count for _, count in rest))} {names}")
    return ", ".join(told)


def _fraction(hundredths: int) -> str:
    """``some``, ``two thirds``, ``nearly all``, ``all``."""
    if hundredths < _SOME:
        return "some"
    if hundredths > _NEARLY_ALL:
        return "all" if hundredths == 100 else "nearly all"  # noqa: PLR2004 - the whole
    return fraction_in_words(hundredths / 100)


def _shift(before: Shares, after: Shares) -> str:
    """``more jig, less reel``: what matters most of what changed."""
    changes = {name: round(100 * (after[name] - share)) for name, share in before.parts}
    more = sorted((name for name in changes if changes[name] > 0), key=lambda name: -changes[name])
    less = sorted((name for name in changes if changes[name] < 0), key=lambda name: changes[name])
    moved = sum(changes[name] for name in more)
    degree = "a little " if moved < _LITTLE else "much " if moved >= _MUCH else ""
    return f"{degree}more {_groups(more, changes)}, less {_groups(less, changes)}"


def _groups(names: Sequence[str], changes: Mapping[str, int]) -> str:
    """The first of the groups that changed most, and the second where that is worth telling."""
    second = [name for name in names[1:2] if abs(changes[name]) >= _WORTH_TELLING]
    return listed([one_line(name) for name in (names[0], *second)])
