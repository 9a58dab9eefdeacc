"""Parallel coordinates: an axis for each gene that varies, a line for each individual that was ranked.

After Inselberg, "The plane with parallel coordinates", The Visual Computer 1, 1985.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evolve.domain_registry import presentation_for
from evolve.errors import EvolveError
from evolve.genetics.gene import Gene
from evolve.genetics.scale import is_value_of, to_unit
from evolve.genome_words import value_in_words
from evolve.presentation import Metric, metrics_of, number
from evolve.records.genome import Value
from evolve.records.run import GenerationRecord, RunRecord
from evolve.records.shares import Shares
from evolve.report.page.scale import rank_shade
from evolve.report.questions import champions_of, genes_of, shared_genes
from evolve.words import one_line

_GROUPS = 3
"""Groups of a gene of shares that have an axis."""

_SPREAD = 0.5
"""Of the room that a word has on its axis, how much its lines take."""

_OFF = -0.12
"""Where a gene lies that is switched off, below its axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        name: Of the gene, the metric, or ``rank``.
        ticks: What is written along it, and where, 0 at the bottom to 1 at the top.
        places: Of each individual its place on it by id, in the same measure; `_OFF` where it has none.
    """

    name: str
    ticks: tuple[tuple[float, str], ...]
    places: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One individual across all axes: where it lies on each, the shade of its rank, and what is said of it."""

    id: str
    generation: int
    shade: int
    is_champion: bool
    is_rejected: bool
    places: tuple[float, ...]
    told: str


@dataclass(frozen=True, slots=True)
class ParallelCoordinates:
    """The axes from left to right, and the lines: the last ranked first, so that the first lie on top."""

    axes: tuple[Axis, ...]
    lines: tuple[Line, ...]


def parallel_coordinates(run: RunRecord) -> ParallelCoordinates | None:
    """Genes, the first metric and the rank of all who were ranked; None where nobody was, or no gene varies."""
    last = {id_: generation for generation in run.generations for id_ in generation.ranking}
    shared, rules = shared_genes(run), genes_of(run)
    genes = dict.fromkeys(gene for id_ in last for gene in run.individuals[id_].individual.genome if gene not in shared)
    ranks = _rank_axis(last)
    axes = [axis for gene in genes for axis in _axes(run, gene, rules.get(gene), ranks)]
    if not last or not axes:
        return None
    axes = [*axes, *_metric_axis(run, list(last)), ranks]
    lines = [_line(run, id_, generation, axes) for id_, generation in last.items()]
    return ParallelCoordinates(tuple(axes), tuple(sorted(lines, key=lambda line: (-line.shade, line.is_champion))))


def _line(run: RunRecord, id_: str, generation: GenerationRecord, axes: Sequence[Axis]) -> Line:
    entry = generation.ranking[id_]
    genome = run.individuals[id_].individual.genome
    told = ", ".join(f"{one_line(gene)} {value_in_words(value)}" for gene, value in genome.genes)
    return Line(
        id_,
        generation.index,
        rank_shade(entry.rank, len(generation.ranking)),
        id_ in champions_of(generation),
        entry.rejected,
        tuple(axis.places[id_] for axis in axes),
        f"{id_}, rank {entry.rank} in generation {generation.index}: {told}",
    )


def _axes(run: RunRecord, gene: str, rule: Gene | None, ranks: Axis) -> Iterator[Axis]:
    values = {id_: run.individuals[id_].individual.genome.get(gene) for id_ in ranks.places}
    known = [value for value in values.values() if value is not None]
    if all(isinstance(value, Shares) for value in known):
        yield from _share_axes(gene, values)
        return
    numbers = [float(value) for value in known if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(known):
        yield _numeric_axis(gene, rule, values, numbers)
        return
    yield _word_axis(gene, rule, values, ranks)


def _word_axis(gene: str, rule: Gene | None, values: Mapping[str, Value | None], ranks: Axis) -> Axis:
    """A place for each word, in which the first lie above the last, so that lines do not hide each other."""
    known = [value for value in values.values() if value is not None]
    words = list(rule.values) if rule is not None else []
    words += [value for value in dict.fromkeys(known) if value not in words]
    step = 1 / len(words)
    places = {
        id_: _OFF if value is None else (words.index(value) + 0.5 + (ranks.places[id_] - 0.5) * _SPREAD) * step
        for id_, value in values.items()
    }
    return Axis(
        one_line(gene), tuple(((at + 0.5) * step, value_in_words(word)) for at, word in enumerate(words)), places
    )


def _numeric_axis(gene: str, rule: Gene | None, values: Mapping[str, Value | None], numbers: Sequence[float]) -> Axis:
    """On the gene's own scale; where no rule is known or holds for all, from the smallest to the largest number."""
    if rule is not None and rule.is_numeric and all(_fits(rule, value) for value in values.values()):
        low, high = rule.min_value or 0.0, rule.max_value or 0.0
        places = {id_: _OFF if value is None else _clipped(to_unit(rule, value)) for id_, value in values.items()}
    else:
        low, high = min(numbers), max(numbers)
        span = high - low or 1.0
        places = {
            id_: (float(value) - low) / span if isinstance(value, int | float) else _OFF
            for id_, value in values.items()
        }
    return Axis(one_line(gene), ((0.0, _number(low)), (1.0, _number(high))), places)


def _fits(rule: Gene, value: Value | None) -> bool:
    try:
        return value is None or is_value_of(rule, value)
    except (EvolveError, ArithmeticError, ValueError, TypeError):
        return False


def _clipped(place: float) -> float:
    return min(max(place, 0.0), 1.0)


def _share_axes(gene: str, values: Mapping[str, Value | None]) -> Iterator[Axis]:
    """An axis for each of the largest groups, all from nothing to the largest share."""
    shares = {id_: value.to_json() if isinstance(value, Shares) else {} for id_, value in values.items()}
    groups = list(dict.fromkeys(name for parts in shares.values() for name in parts))
    groups.sort(key=lambda name: -sum(parts.get(name, 0.0) for parts in shares.values()))
    for name in groups[:_GROUPS]:
        places = {id_: parts.get(name, _OFF) for id_, parts in shares.items()}
        yield Axis(one_line(f"{gene} {name}"), ((0.0, "0%"), (1.0, "100%")), places)


def _metric_axis(run: RunRecord, ids: Sequence[str]) -> list[Axis]:
    """The first metric that has a better side, the better side above; none where there is none or all have the same."""
    metrics = metrics_of(presentation_for(run), [run.individuals[id_].metrics for id_ in ids])
    for metric in [metric for metric in metrics if metric.lower_is_better is not None][:1]:
        known = {id_: value for id_ in ids if (value := number(run.individuals[id_].metrics, metric.name)) is not None}
        low, high = min(known.values()), max(known.values())
        if low < high:
            return [_axis_of_metric(metric, known, ids, low, high)]
    return []


def _axis_of_metric(metric: Metric, known: Mapping[str, float], ids: Sequence[str], low: float, high: float) -> Axis:
    worst, best = (high, low) if metric.lower_is_better else (low, high)
    places = {id_: (known[id_] - worst) / (best - worst) if id_ in known else _OFF for id_ in ids}
    return Axis(metric.word, ((0.0, metric.in_words(worst)), (1.0, metric.in_words(best))), places)


def _rank_axis(last: Mapping[str, GenerationRecord]) -> Axis:
    """The first above, whatever the number of those who were ranked with them."""
    places = {
        id_: 1 - (generation.ranking[id_].rank - 1) / max(1, len(generation.ranking) - 1)
        for id_, generation in last.items()
    }
    return Axis("rank", ((0.0, "last"), (1.0, "first")), places)


def _number(value: float) -> str:
    return value_in_words(int(value) if value == int(value) else value)
