"""What can be said of the songs of a network as a set, from the figures that its trial and the corpus have."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evolve.music.facts.words import percent
from evolve.store.records import IndividualRecord, RunRecord
from evolve.words import counted

Figures = Mapping[str, Any]
"""As `evolve.music.facts.set_figures` writes them; empty where an older evolve made the trial or the corpus."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is told of a set.

    Attributes:
        heading: Of its column.
        phrase: In words, with a place for the figure.
        figure: The figure, such as ``38 %``; empty where it is not known.
    """

    heading: str
    phrase: str
    figure: Callable[[Figures], str]


def set_of(record: IndividualRecord) -> Figures:
    """The figures of an individual's songs."""
    return _figures(record.metrics)


def set_of_corpus(run: RunRecord) -> Figures:
    """The figures of the pieces that were learned from."""
    return _figures(run.corpus)


def set_in_words(figures: Figures, corpus: Figures) -> list[str]:
    """Phrases such as ``92–131 notes (corpus 98–129)``; what is not known is left out."""
    told = [(one.phrase, one.figure(figures), one.figure(corpus)) for one in TOLD]
    return [phrase.format(figure) + (f" (corpus {usual})" if usual else "") for phrase, figure, usual in told if figure]


def number(figures: Figures, name: str) -> float | None:
    """A figure; None where it is not known."""
    value = figures.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _figures(facts: Mapping[str, Any]) -> Figures:
    figures = facts.get("set_figures")
    return figures if isinstance(figures, Mapping) else {}


def _share(name: str) -> Callable[[Figures], str]:
    def tell(figures: Figures) -> str:
        share = number(figures, name)
        return "" if share is None else percent(share)

    return tell


def _middle_half(figures: Figures) -> str:
    low, high = number(figures, "notes_lower_quartile"), number(figures, "notes_upper_quartile")
    return "" if low is None or high is None else f"{low:,.0f}–{high:,.0f}"


def _passage(figures: Figures) -> str:
    bars = number(figures, "returning_bars")
    return "" if bars is None else counted(round(bars, 1), "bar")


TOLD: Final = (
    Told("notes", "{} notes", _middle_half),
    Told("end", "{} end by themselves", _share("ended")),
    Told("on a beat", "{} of notes on a beat", _share("on_beat")),
    Told("bars begun", "{} of bars begin with a note", _share("bars_begun")),
    Told("across bars", "{} of notes across a bar line", _share("across_bars")),
    Told("comes back", "longest passage that comes back {}", _passage),
)
"""What is told of a set, in its order."""
