"""How the genes drifted from the founders to now: a row a gene, with a sparkline over the generations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.genetics.gene import Gene
from evolve.genetics.lineage import CategoricalSpread, NumericSpread, SharesSpread, Spread, gene_drift
from evolve.genome_words import value_in_words
from evolve.presentation import Metric, numbers
from evolve.records.run import RunRecord
from evolve.report.questions import family_of, genes_of, log_genes, members_with_samples, shared_genes
from evolve.report.wording import Phrases, dim, plain_table, section
from evolve.words import one_line

_BARS = "▁▂▃▄▅▆▇█"
_NOTES = (
    "numbers: median (smallest – largest), trend of the median",
    "words: how many have it, trend of the one that now leads",
)
_MOST_GROUPS = 8
"""Groups that shares are told of, the largest of now; a corpus of folders may have hundreds."""


@dataclass(frozen=True, slots=True)
class DriftRow:
    """How one gene moved, or one group of a gene of shares.

    Attributes:
        gene: Its name.
        group: Of a gene of shares which group; else empty.
        spreads: One for each generation; None where no member has the gene.
        low: What the scale of its numbers starts with.
        high: What it ends with; as high as `low` where nothing is to be seen.
        is_log: Whether that scale is logarithmic.
    """

    gene: str
    group: str
    spreads: tuple[NumericSpread | CategoricalSpread | None, ...]
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False

    @property
    def name(self) -> str:
        """``width``, or ``diet jig``."""
        return one_line(f"{self.gene} {self.group}".rstrip())

    def place_of(self, value: float) -> float:
        """Where a number lies on the scale, 0 .. 1; in the middle of one that has no length."""
        low, high = self.low, self.high
        if self.is_log and low > 0:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return (value - low) / (high - low) if high > low else 0.5

    def in_words(self, value: float) -> str:
        """A number as it is told: ``96``, of a share ``40%``."""
        return f"{value:.0%}" if self.group else value_in_words(int(value) if value == int(value) else value)


@dataclass(frozen=True, slots=True)
class Drift:
    """How the genes of a run moved, over the members with samples.

    Attributes:
        generations: The generations that have some, at least two.
        rows: Of each gene that varies one, of a gene of shares one for each of its largest groups.
        more_groups: Of how many groups more nothing is told, by gene.
        metric: The first metric that has a better side; None where there is none.
        best: Of each generation the best that it has of that metric.
    """

    generations: tuple[int, ...]
    rows: tuple[DriftRow, ...]
    more_groups: Mapping[str, int]
    metric: Metric | None
    best: tuple[float | None, ...]


def drift_of(run: RunRecord) -> Drift | None:
    """How each gene that varies moved; None before two generations have samples."""
    heard = [(index, members) for index, members in enumerate(members_with_samples(run)) if members]
    if len(heard) < 2:  # noqa: PLR2004 - a drift needs two points
        return None
    genes, shared, logs = genes_of(run), shared_genes(run), log_genes(run)
    moved = gene_drift(family_of(run), [members for _, members in heard], log_genes=logs)
    moved = {gene: spreads for gene, spreads in moved.items() if gene not in shared}
    rows, more = list[DriftRow](), dict[str, int]()
    for gene, spreads in moved.items():
        if any(isinstance(spread, SharesSpread) for spread in spreads):
            groups = _group_rows(gene, spreads)
            rows += groups[:_MOST_GROUPS]
            more |= {gene: len(groups) - _MOST_GROUPS} if len(groups) > _MOST_GROUPS else {}
        else:
            rows.append(_row(gene, spreads, genes.get(gene), is_log=gene in logs))
    metric, best = _best(run, [members for _, members in heard])
    return Drift(tuple(index for index, _ in heard), tuple(rows), more, metric, best)


def drift_note(run: RunRecord) -> tuple[str, ...]:
    """How the drift is to be read."""
    return (f"over the members with {presentation_for(run).sample_word}s", *_NOTES)


def gene_drift_table(run: RunRecord) -> RenderableType:
    """How each gene that varies moved; nothing before two generations have samples."""
    if (drift := drift_of(run)) is None:
        return Group()
    table = plain_table("gene")
    table.add_column(f"generation {drift.generations[0]}")
    table.add_column("trend", no_wrap=True, style="cyan")
    table.add_column(f"generation {drift.generations[-1]}")
    for place, row in enumerate(drift.rows):
        table.add_row(row.name, _cell(row, 0), _trend(row), _cell(row, -1))
        is_last_of_gene = all(other.gene != row.gene for other in drift.rows[place + 1 :])
        if is_last_of_gene and row.gene in drift.more_groups:
            table.add_row(Text(f"and {drift.more_groups[row.gene]} more groups", style="dim"))
    if (metric := drift.metric) is not None:
        known = [value for value in drift.best if value is not None]
        ends = [Text("" if value is None else metric.in_words(value)) for value in (drift.best[0], drift.best[-1])]
        trend = sparkline(drift.best, min(known), max(known))
        table.add_row(Text(f"best {metric.word}", style="dim"), ends[0], trend, ends[1])
    return section("How the genes drifted", table, note=dim(drift_note(run)))


def sparkline(values: Sequence[float | None], low: float, high: float) -> str:
    """One bar a value, 0 .. 1 of the way from low to high in eight heights; a space for None, half height if flat."""
    if high <= low:
        low, high = low - 1.0, high + 1.0
    heights = [None if value is None else int((value - low) / (high - low) * len(_BARS)) for value in values]
    return "".join(" " if height is None else _BARS[min(max(height, 0), len(_BARS) - 1)] for height in heights)


def _trend(row: DriftRow) -> str:
    leader = next(
        (spread.counts[0][0] for spread in reversed(row.spreads) if isinstance(spread, CategoricalSpread)), None
    )
    if leader is not None:
        shares = [one.shares.get(leader, 0.0) if isinstance(one, CategoricalSpread) else None for one in row.spreads]
        return sparkline(shares, 0.0, 1.0)
    return sparkline(
        [row.place_of(one.median) if isinstance(one, NumericSpread) else None for one in row.spreads], 0.0, 1.0
    )


def _cell(row: DriftRow, generation: int) -> RenderableType:
    spread = row.spreads[generation]
    if spread is None:
        return Text("off", style="dim")
    if isinstance(spread, CategoricalSpread):
        return Phrases([f"{value_in_words(value)} {count}" for value, count in spread.counts])
    if spread.minimum == spread.maximum:
        return Text(row.in_words(spread.minimum))
    between = Text(f"({row.in_words(spread.minimum)} – {row.in_words(spread.maximum)})", style="dim")
    return Phrases([row.in_words(spread.median), between], joint=" ")


def _row(gene: str, spreads: Sequence[Spread | None], rule: Gene | None, *, is_log: bool) -> DriftRow:
    """A gene of numbers on the scale of its space, or wider where numbers lie outside; a gene of words."""
    plain = tuple(None if isinstance(spread, SharesSpread) else spread for spread in spreads)
    known = [spread for spread in plain if isinstance(spread, NumericSpread)]
    if not known:
        return DriftRow(gene, "", plain)
    low, high = min(spread.minimum for spread in known), max(spread.maximum for spread in known)
    if rule is not None and rule.min_value is not None and rule.max_value is not None:
        low, high = min(low, rule.min_value), max(high, rule.max_value)
    return DriftRow(gene, "", plain, low, high, is_log)


def _group_rows(gene: str, spreads: Sequence[Spread | None]) -> list[DriftRow]:
    """A row for each group of a gene of shares, the largest of now first, all on one scale."""
    parts = [dict(spread.groups) if isinstance(spread, SharesSpread) else {} for spread in spreads]
    latest = next(groups for groups in reversed(parts) if groups)
    highest = max(share.median for groups in parts for share in groups.values())
    largest_first = sorted(latest, key=lambda name: -latest[name].median)
    return [DriftRow(gene, name, tuple(groups.get(name) for groups in parts), 0.0, highest) for name in largest_first]


def _best(run: RunRecord, heard: Sequence[Sequence[str]]) -> tuple[Metric | None, tuple[float | None, ...]]:
    """The first metric that has a better side, and the best of each generation; no metric where nobody has it."""
    for metric in [metric for metric in presentation_for(run).metrics if metric.lower_is_better is not None][:1]:
        choose = min if metric.lower_is_better else max
        of_each = [numbers([run.individuals[id_].metrics for id_ in members], metric.name) for members in heard]
        best = tuple(choose(values) if values else None for values in of_each)
        if any(value is not None for value in best):
            return metric, best
    return None, ()
