"""How a domain's samples are told of: light parts, for reports, terminals and pages, and a plain way for any facts."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Final, TypeVar

from evolve.media import UNKNOWN_TYPE, media_type
from evolve.records.run import TRIAL_S, Json
from evolve.words import duration_in_words

Facts = Mapping[str, Json]

AnyPath = TypeVar("AnyPath", str, Path)

UNKNOWN: Final = "–"
"""What a column says where nothing is known."""

_MOST_COLUMNS = 6
"""Columns where a domain names none."""


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that stands beside a candidate.

    Attributes:
        heading: A word.
        text: Says it of the facts of all samples of a candidate, in a few characters; ``–`` where it is not known.
        width: Characters that it takes.
        help: What it means, for the page that explains the columns; may be empty.
        align_at: A character in the middle of the texts that stands in line, such as a dash; may be empty.
    """

    heading: str
    text: Callable[[Sequence[Facts]], str]
    width: int = 7
    help: str = ""
    align_at: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a trial gives.

    Attributes:
        name: Its key among the metrics of a trial.
        label: What it is called, such as ``validation loss``.
        unit: Such as ``bits a note``; ``s`` is told as minutes and seconds; may be empty.
        heading: Above its column, such as ``bits/note``.
        lower_is_better: Which way is better; None: neither.
        digits: After the point; None: as many as it takes.
        brief: A word for a narrow column, such as ``bits``; the heading or the label by default.
        help: What it means, for whoever reads a table; may be empty.
    """

    name: str
    label: str
    unit: str = ""
    heading: str = ""
    lower_is_better: bool | None = None
    digits: int | None = 2
    brief: str = ""
    help: str = ""

    @property
    def word(self) -> str:
        """What a narrow column calls it."""
        return self.brief or self.heading or self.label

    def of(self, metrics: Facts) -> str:
        """The value among the metrics of a trial; empty where there is none."""
        value = number(metrics, self.name)
        return "" if value is None else self.in_words(value)

    def in_words(self, value: float) -> str:
        """A value without its unit, such as ``3.21``."""
        if self.unit == "s":
            return duration_in_words(value)
        return f"{value:.4g}" if self.digits is None else f"{value:.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class ScreeningRule:
    """How those are chosen who are put before a listener, where not all can be: the lowest score first.

    Attributes:
        words: How it is told, such as ``the {heard:,} with the lowest validation loss {are} heard``.
        score: Of a member's metrics and the facts of its samples; None where it is not known.
    """

    words: str
    score: Callable[[Facts, Sequence[Facts]], float | None]


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words on the samples of an individual.

    Attributes:
        text: Of the facts of all its samples, such as ``2 stuck``; empty where there is nothing to say.
        help: What it means, for whoever reads a report; may be empty.
    """

    text: Callable[[Sequence[Facts]], str]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is told of all samples of an individual together, presented or not.

    Attributes:
        heading: Of its column.
        phrase: In words, with a place for the text: ``{} end by themselves``.
        text: Of the metrics of an individual, such as ``38 %``; empty where it is not known.
        help: What it means.
    """

    heading: str
    phrase: str
    text: Callable[[Facts], str]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in what was learned from, which figures are held against.

    Attributes:
        name: Such as ``corpus``.
        metrics: What the figures are told of, as of the metrics of an individual.
        note: What stands beside the name, such as ``in 6/8``; may be empty.
    """

    name: str
    metrics: Facts
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Something that is made of a sample when somebody asks for it, such as the printed score of a song.

    Attributes:
        label: What it is called, in a word or two, such as ``score``.
        media_type: What it is, such as ``image/svg+xml``.
        make: Makes it of the sample's files by kind. `EvolveError` says why it cannot be made.
    """

    label: str
    media_type: str
    make: Callable[[Mapping[str, Path]], bytes]


def plain_description(facts: Facts) -> str:
    """Each fact by its name: ``colours 12 · symmetry yes``."""
    return " · ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in facts.items())


def plain_features(samples: Sequence[Facts], _: Facts) -> Sequence[Mapping[str, float]]:
    """The facts that are numbers."""
    return [{name: value for name in facts if (value := number(facts, name)) is not None} for facts in samples]


@dataclass(frozen=True, slots=True, eq=False)
class Presentation:
    """How a domain's samples are told of; what is left out is told by the names of facts and metrics.

    It is light: importing it and what it calls loads no heavy library.

    Attributes:
        sample_word: What a sample is called, such as ``song``.
        maker_word: What an individual is called that makes samples, such as ``network``.
        work: What a trial does, such as ``training and composing``.
        columns: What stands beside a candidate, from left to right; empty: the facts that all samples have.
        metrics: What the board and the report show of a trial, the most important first; empty: all numbers.
        screening: How those are chosen who are put before a listener, by name; the first where the user names none.
            ``sample``, by chance, is always there.
        badges: What a report says of an individual, in a few words each.
        figures: What is told of all samples of an individual together.
        feature_words: How samples with more and with less of a feature are described, such as ``longer songs``.
        flags: Facts that are texts, empty where they do not hold, such as what a song is ``stuck`` in.
        gene_names: Shorter names of genes for one line of a genome, where a word stands without its gene's name else.
        gene_phrases: Genes that are told together where one of the last two is told, and how: ``{depth}×{width}``.
        media: The media type of each kind of file of a sample, the one to judge first; empty: in the files' order.
        kept_kind: The kind of file that a report names, such as ``midi``; empty: the one to judge.
        more_command: What makes more samples of an individual, such as ``evolve compose``; empty: nothing does.
        describe: One sample in a line, such as ``500 notes · 3:12 · C2–A5 · repeats 12 %``, of its facts.
        features: The numbers of each of an individual's samples, presented or not, by which individuals are told
            apart; of the facts of those that are presented, and the metrics of its trial.
        presented: Of an individual's metrics, the numbers from 1 of those among its `features` that are put before
            listeners, in the order of its samples; none: all are. Where they are not the first, they were chosen.
        usual: What is usual in what a run learned from, by the run's facts; None where there is no such thing.
        run_lines: Lines for the head of a report by their names, such as ``corpus``, of a run's facts and settings;
            what stands under ``settings`` follows the core's own.
        preview_word: What a preview is called, such as ``roll``.
        libraries: Distributions whose versions a run keeps beside the core's, such as ``music21``.
        preview: A sample as text for a terminal, with ANSI colours, of its files, its facts, and so many columns
            and rows; None where there is nothing to draw. `EvolveError` says which file cannot be drawn.
        renderings: What can be made of a sample on demand, by name; pages offer them.
    """

    sample_word: str = "sample"
    maker_word: str = "individual"
    work: str = "evaluating"
    columns: Sequence[Column] = ()
    metrics: Sequence[Metric] = ()
    screening: Mapping[str, ScreeningRule] = field(default_factory=dict)
    badges: Sequence[Badge] = ()
    figures: Sequence[Figure] = ()
    feature_words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    flags: Collection[str] = ()
    gene_names: Mapping[str, str] = field(default_factory=dict)
    gene_phrases: Sequence[tuple[tuple[str, ...], str]] = ()
    media: Mapping[str, str] = field(default_factory=dict)
    kept_kind: str = ""
    more_command: str = ""
    describe: Callable[[Facts], str] = plain_description
    features: Callable[[Sequence[Facts], Facts], Sequence[Mapping[str, float]]] = plain_features
    presented: Callable[[Facts], Sequence[int]] = lambda _: ()
    usual: Callable[[Facts], Usual | None] = lambda _: None
    run_lines: Callable[[Facts, Facts], Mapping[str, Sequence[str]]] = lambda _, __: {}
    preview_word: str = "preview"
    libraries: Collection[str] = ()
    preview: Callable[[Mapping[str, Path], Facts, int, int], str | None] = lambda _, __, ___, ____: None
    renderings: Mapping[str, Rendering] = field(default_factory=dict)


def columns_of(presentation: Presentation, samples: Sequence[Facts]) -> Sequence[Column]:
    """The columns for these samples: the domain's own, or one for each of the first facts that all of them have."""
    if presentation.columns or not samples:
        return presentation.columns
    shared = [name for name in samples[0] if all(name in facts for facts in samples)]
    headings = {name: name.replace("_", " ") for name in shared[:_MOST_COLUMNS]}
    return [Column(heading, _plain_column(name), max(6, len(heading))) for name, heading in headings.items()]


def metrics_of(presentation: Presentation, metrics: Sequence[Facts]) -> Sequence[Metric]:
    """Those of the domain's metrics that any trial has; where it names none, each that is a number in any."""
    names = list(dict.fromkeys(name for one in metrics for name in one if number(one, name) is not None))
    if presentation.metrics:
        return [metric for metric in presentation.metrics if metric.name in names]
    return [Metric(name, name.replace("_", " "), digits=None) for name in names if name != TRIAL_S][:_MOST_COLUMNS]


def badges_of(presentation: Presentation, samples: Sequence[Facts]) -> list[str]:
    """What is said of an individual in a few words each, of the facts of its samples."""
    return [words for badge in presentation.badges if (words := badge.text(samples))]


def figures_of(presentation: Presentation, metrics: Facts, usual: Usual | None) -> list[str]:
    """Phrases such as ``92–131 notes (corpus 98–129)``; what is not known is left out."""
    told = [
        (figure, figure.text(metrics), figure.text(usual.metrics) if usual else "") for figure in presentation.figures
    ]
    return [
        figure.phrase.format(text) + (f" ({usual.name} {among})" if usual and among else "")
        for figure, text, among in told
        if text
    ]


def feature_in_words(presentation: Presentation, name: str, *, more: bool) -> str:
    """How samples with more of a feature are described, or with less: ``longer songs``."""
    plain = name.replace("_", " ")
    words = presentation.feature_words.get(name, (f"more {plain}", f"less {plain}"))
    return words[0] if more else words[1]


def judged_file(presentation: Presentation, files: Mapping[str, AnyPath]) -> AnyPath | None:
    """The file of a sample that is judged first, of its files by kind; None where it has none."""
    kinds = [kind for kind in presentation.media if kind in files] or list(files)
    return files[kinds[0]] if kinds else None


def kept_file(presentation: Presentation, files: Mapping[str, AnyPath]) -> AnyPath | None:
    """The file of a sample that a report names; None where it has none."""
    return files.get(presentation.kept_kind) if presentation.kept_kind else judged_file(presentation, files)


def type_of(presentation: Presentation, kind: str, name: str) -> str:
    """The media type of a file of a sample: as its name says, or its kind where the name says nothing."""
    told = media_type(name)
    return presentation.media.get(kind, told) if told == UNKNOWN_TYPE else told


def is_played(path: Path | str) -> bool:
    """Whether a file is sound; what is none is opened with a viewer."""
    return media_type(str(path)).startswith("audio/")


def is_heard(presentation: Presentation) -> bool:
    """Whether samples are heard, rather than seen or read."""
    return next(iter(presentation.media.values()), "").startswith("audio/")


def judged_word(presentation: Presentation) -> str:
    """What a listener has done with a sample: ``heard`` or ``seen``."""
    return "heard" if is_heard(presentation) else "seen"


def number(facts: Facts, name: str) -> float | None:
    """A fact as a number; None where there is none, or none that is finite."""
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def numbers(samples: Sequence[Facts], name: str) -> list[float]:
    """A fact of each sample that has it as a number."""
    return [value for facts in samples if (value := number(facts, name)) is not None]


def mean_facts(presentation: Presentation, samples: Sequence[Facts]) -> dict[str, float]:
    """The mean of each fact that is a number, over the samples that have it; of a flag the share of those it is up."""
    names = dict.fromkeys(name for facts in samples for name in facts)
    told = {
        name: [float(bool(facts[name])) for facts in samples if facts.get(name) is not None]
        if name in presentation.flags
        else numbers(samples, name)
        for name in names
    }
    return {name: fmean(values) for name, values in told.items() if values}


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _plain_column(name: str) -> Callable[[Sequence[Facts]], str]:
    """The mean of numbers, how many of how many of a yes or no, and of texts the one that all samples have."""

    def tell(samples: Sequence[Facts]) -> str:
        values = [facts[name] for facts in samples if name in facts]
        if values and all(isinstance(value, bool) for value in values):
            return f"{sum(values)}/{len(values)}"
        if known := numbers(samples, name):
            return f"{fmean(known):.3g}"
        return _plain(values[0]) if len({str(value) for value in values}) == 1 else UNKNOWN

    return tell
