"""A song's facts in a line, for people. Needs no numpy: many lines are told where no song is looked at."""

from collections.abc import Mapping
from typing import Final

from evolve.words import counted

Fact = str | int | float | bool | None

UNLIKE_SPREADS: Final = 3.0
"""From so many spreads on a line names the figure that is farthest from the corpus. One chorale in forty is as far from
the chorales in some figure, one fiddle tune in eleven from the tunes, and every piece of one from the other corpus."""

_NAMES: Final[Mapping[str, str]] = {
    "lowest": "lowest pitch",
    "highest": "highest pitch",
    "pitch_class_entropy_bits": "pitch class entropy",
}


def one_line(facts: Mapping[str, Fact]) -> str:
    """The facts that `describe` gives, as ``83 notes, ends by itself · 0:52 · C3–A5 · repeats 12 %`` and so on.

    A song that is stuck says so first: ``STUCK in one note, 40 times``. What the facts do not tell is left out; facts
    of another kind make an empty line.
    """
    return " · ".join(part for part in (tell(facts) for tell in _PARTS) if part)


def is_stuck(facts: Mapping[str, Fact]) -> bool:
    """Whether a song's facts say that it is stuck; those of older runs do not say."""
    return bool(facts.get("stuck"))


def minutes(seconds: float) -> str:
    """A length such as ``3:07``."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))


def percent(share: float) -> str:
    """A share such as ``12 %``."""
    return f"{share:.0%}".replace("%", " %")


def _stuck(facts: Mapping[str, Fact]) -> str:
    return f"STUCK in {facts['stuck']}" if is_stuck(facts) else ""


def _notes(facts: Mapping[str, Fact]) -> str:
    if "notes" not in facts:
        return ""
    notes = counted(int(facts["notes"] or 0), "note")
    if facts.get("ended") is None:
        return notes
    return f"{notes}, {'ends by itself' if facts['ended'] else 'cut off'}"


def _length(facts: Mapping[str, Fact]) -> str:
    return "" if facts.get("seconds") is None else minutes(float(facts["seconds"] or 0))


def _range(facts: Mapping[str, Fact]) -> str:
    return str(facts.get("range") or "")


def _repeats(facts: Mapping[str, Fact]) -> str:
    share = facts.get("repetition")
    return "" if share is None else f"repeats {percent(float(share))}"


def _copied(facts: Mapping[str, Fact]) -> str:
    if "copied_notes" not in facts:
        return ""
    copied = f"copied ≤ {counted(int(facts['copied_notes'] or 0), 'note')} ({facts.get('copied_from')})"
    return copied if facts["copied_notes"] else "nothing copied"


def _unlike(facts: Mapping[str, Fact]) -> str:
    figure = str(facts.get("farthest") or "")
    deviation = float(facts.get(f"distance_{figure}") or 0)
    if abs(deviation) < UNLIKE_SPREADS:
        return ""
    return f"unlike the corpus in {_NAMES.get(figure, figure.replace('_', ' '))} ({deviation:+.1f})"


_PARTS: Final = (_stuck, _notes, _length, _range, _repeats, _copied, _unlike)
"""What the parts of a line are, in their order."""
