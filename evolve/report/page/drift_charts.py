"""Gene drift as small charts: a band and its middle over the generations, or how many have each value."""

from collections.abc import Sequence
from dataclasses import dataclass

from evolve.genetics.lineage import CategoricalSpread, NumericSpread
from evolve.genome_words import value_in_words
from evolve.records.genome import Value
from evolve.report.drift import Drift, DriftRow

WIDTH, HEIGHT = 240.0, 84.0
_COLOURS = 6
"""Values of a gene of words that have a colour of their own; the rarer ones share the last."""


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A rectangle of a chart of words: which colour, where, and what it says."""

    colour: int
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class DriftChart:
    """One gene's chart.

    Attributes:
        name: Of the gene.
        first: What it was in the first generation, in words.
        last: What it is in the last.
        low: What the scale starts with, in words; empty for words.
        high: What it ends with.
        band: The points of the polygon between smallest and largest; empty for words.
        middle: The points of the medians.
        dots: The same, one by one, each with words.
        segments: Of a gene of words its rectangles.
        legend: Of a gene of words its values with their colours, the commonest of now first.
    """

    name: str
    first: str
    last: str
    low: str = ""
    high: str = ""
    band: str = ""
    middle: str = ""
    dots: tuple[tuple[float, float, str], ...] = ()
    segments: tuple[ChartBar, ...] = ()
    legend: tuple[tuple[int, str], ...] = ()


def drift_charts(drift: Drift) -> tuple[DriftChart, ...]:
    """A chart for each row, and one for the best of each generation where a metric has a better side."""
    charts = [
        _words(row, drift) if any(isinstance(one, CategoricalSpread) for one in row.spreads) else _numbers(row, drift)
        for row in drift.rows
    ]
    if drift.metric is not None:
        charts.append(_best(drift))
    return tuple(charts)


def spread_in_words(row: DriftRow, spread: NumericSpread | CategoricalSpread | None) -> str:
    """``96 (32 – 512)``, ``nadam 3, adam 2``, ``off``."""
    if spread is None:
        return "off"
    if isinstance(spread, CategoricalSpread):
        return ", ".join(f"{value_in_words(value)} {count}" for value, count in spread.counts)
    ends = row.in_words(spread.minimum), row.in_words(spread.maximum)
    return ends[0] if ends[0] == ends[1] else f"{row.in_words(spread.median)} ({ends[0]} – {ends[1]})"


def _across(index: int, count: int) -> float:
    return WIDTH / 2 if count == 1 else index / (count - 1) * WIDTH


def _point(x: float, place: float) -> tuple[float, float]:
    return round(x, 1), round((1 - min(max(place, 0.0), 1.0)) * HEIGHT, 1)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _numbers(row: DriftRow, drift: Drift) -> DriftChart:
    count = len(row.spreads)
    known = [(_across(index, count), index, one) for index, one in enumerate(row.spreads) if one is not None]
    spreads = [(x, index, one) for x, index, one in known if isinstance(one, NumericSpread)]
    upper = [_point(x, row.place_of(one.maximum)) for x, _, one in spreads]
    lower = [_point(x, row.place_of(one.minimum)) for x, _, one in spreads]
    middle = [_point(x, row.place_of(one.median)) for x, _, one in spreads]
    told = [f"generation {drift.generations[index]}: {spread_in_words(row, one)}" for _, index, one in spreads]
    return DriftChart(
        row.name,
        spread_in_words(row, row.spreads[0]),
        spread_in_words(row, row.spreads[-1]),
        row.in_words(row.low),
        row.in_words(row.high),
        _points([*upper, *reversed(lower)]),
        _points(middle),
        tuple((x, y, words) for (x, y), words in zip(middle, told, strict=True)),
    )


def _words(row: DriftRow, drift: Drift) -> DriftChart:
    colours = _colours(row)
    count = len(row.spreads)
    width = WIDTH / count
    segments = list[ChartBar]()
    for index, spread in enumerate(row.spreads):
        if not isinstance(spread, CategoricalSpread):
            continue
        top = 0.0
        for value in colours:
            share = spread.shares.get(value, 0.0)
            if share:
                told = f"generation {drift.generations[index]}: {value_in_words(value)} {share:.0%}"
                x, wide, high = index * width + 1, width - 2, share * HEIGHT
                segments.append(
                    ChartBar(colours[value], round(x, 1), round(top, 1), round(wide, 1), round(high, 1), told)
                )
            top += share * HEIGHT
    return DriftChart(
        row.name,
        spread_in_words(row, row.spreads[0]),
        spread_in_words(row, row.spreads[-1]),
        segments=tuple(segments),
        legend=tuple((colour, value_in_words(value)) for value, colour in colours.items()),
    )


def _colours(row: DriftRow) -> dict[Value, int]:
    """A colour for each value, the commonest of the last generation first."""
    spreads = [spread for spread in reversed(row.spreads) if isinstance(spread, CategoricalSpread)]
    values = dict.fromkeys(value for spread in spreads for value, _ in spread.counts)
    return {value: min(index, _COLOURS - 1) for index, value in enumerate(values)}


def _best(drift: Drift) -> DriftChart:
    metric = drift.metric
    assert metric is not None  # noqa: S101 - the caller has looked
    known = [(index, value) for index, value in enumerate(drift.best) if value is not None]
    low, high = min(value for _, value in known), max(value for _, value in known)
    row = DriftRow("", "", (), low, high)
    middle = [_point(_across(index, len(drift.best)), row.place_of(value)) for index, value in known]
    told = [f"generation {drift.generations[index]}: {metric.in_words(value)}" for index, value in known]
    return DriftChart(
        f"best {metric.word}",
        metric.in_words(known[0][1]),
        metric.in_words(known[-1][1]),
        metric.in_words(low),
        metric.in_words(high),
        middle=_points(middle),
        dots=tuple((x, y, words) for (x, y), words in zip(middle, told, strict=True)),
    )
