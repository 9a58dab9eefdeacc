"""Numbers, values and times as a person reads them."""

import re
from datetime import UTC, datetime

from evolve.genetics.genome import Value

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


def one_line(text: object) -> str:
    """A text that others wrote, without line breaks, terminal escapes and other control characters."""
    return " ".join(_ESCAPES.sub(" ", str(text)).split())


def value_in_words(value: Value | None, *, digits: int = 3) -> str:
    """A gene's value, short: 3 significant digits, ``yes`` and ``no``, ``off`` where the gene is inactive."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value, digits)
    return one_line(value)


def change_in_words(before: Value | None, after: Value | None) -> str:
    """A change such as ``64 → 96``, with as many digits as it takes to see the difference."""
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
