"""How the genes drifted from the founders to now: a row a gene, with a sparkline over the generations."""

import math
from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.genetics.gene import Gene
from evolve.genetics.lineage import CategoricalSpread, NumericSpread, SharesSpread, Spread, gene_drift
from evolve.presentation import numbers
from evolve.records.run import RunRecord
from evolve.report.questions import family_of, genes_of, members_with_samples, shared_genes
from evolve.report.wording import Phrases, dim, one_line, plain_table, section, value_in_words

_BARS = "▁▂▃▄▅▆▇█"
_NOTES = (
    "numbers: median (smallest – largest), trend of the median",
    "words: how many have it, trend of the one that now leads",
)
_MOST_GROUPS = 8
"""Groups that shares are told of, the largest of now; a corpus of folders may have hundreds."""


def gene_drift_table(run: RunRecord) -> RenderableType:
    """How each gene that varies moved; nothing before two generations have samples."""
    heard = [(index, members) for index, members in enumerate(members_with_samples(run)) if members]
    if len(heard) < 2:  # noqa: PLR2004 - a drift needs two points
        return Group()
    genes, shared = genes_of(run), shared_genes(run)
    logs = frozenset(name for name, gene in genes.items() if gene.sampling == "log")
    drift = gene_drift(family_of(run), [members for _, members in heard], log_genes=logs)
    table = plain_table("gene")
    table.add_column(f"generation {heard[0][0]}")
    table.add_column("trend", no_wrap=True, style="cyan")
    table.add_column(f"generation {heard[-1][0]}")
    for gene, spreads in drift.items():
        if gene in shared:
            continue
        plain = [None if isinstance(spread, SharesSpread) else spread for spread in spreads]
        if any(isinstance(spread, SharesSpread) for spread in spreads):
            _add_groups(table, gene, spreads)
        else:
            trend = _trend(plain, genes.get(gene), log=gene in logs)
            table.add_row(gene, _cell(plain[0]), trend, _cell(plain[-1]))
    _add_best(table, run, heard)
    notes = (f"over the members with {presentation_for(run).sample_word}s", *_NOTES)
    return section("How the genes drifted", table, note=dim(notes))


def sparkline(values: Sequence[float | None], low: float, high: float) -> str:
    """One bar a value, 0 .. 1 of the way from low to high in eight heights; a space for None, half height if flat."""
    if high <= low:
        low, high = low - 1.0, high + 1.0
    heights = [None if value is None else int((value - low) / (high - low) * len(_BARS)) for value in values]
    return "".join(" " if height is None else _BARS[min(max(height, 0), len(_BARS) - 1)] for height in heights)


def _trend(spreads: Sequence[NumericSpread | CategoricalSpread | None], gene: Gene | None, *, log: bool) -> str:
    latest = next((spread for spread in reversed(spreads) if spread), None)
    if isinstance(latest, CategoricalSpread):
        leader = latest.counts[0][0]
        shares = [s.shares.get(leader, 0.0) if isinstance(s, CategoricalSpread) else None for s in spreads]
        return sparkline(shares, 0.0, 1.0)
    numbers = [spread if isinstance(spread, NumericSpread) else None for spread in spreads]
    known = [spread for spread in numbers if spread]
    low, high = min(spread.minimum for spread in known), max(spread.maximum for spread in known)
    if gene is not None and gene.min_value is not None and gene.max_value is not None:
        low, high = min(low, gene.min_value), max(high, gene.max_value)
    if log and low > 0:
        medians = [math.log(spread.median) if spread else None for spread in numbers]
        return sparkline(medians, math.log(low), math.log(high))
    return sparkline([spread.median if spread else None for spread in numbers], low, high)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _number(value: float) -> str:
    return value_in_words(int(value) if value == int(value) else value)


def _cell(
    spread: NumericSpread | CategoricalSpread | None, in_words: Callable[[float], str] = _number
) -> RenderableType:
    if spread is None:
        return Text("off", style="dim")
    if isinstance(spread, CategoricalSpread):
        return Phrases([f"{value_in_words(value)} {count}" for value, count in spread.counts])
    if spread.minimum == spread.maximum:
        return Text(in_words(spread.minimum))
    between = Text(f"({in_words(spread.minimum)} – {in_words(spread.maximum)})", style="dim")
    return Phrases([in_words(spread.median), between], joint=" ")


def _add_groups(table: Table, gene: str, spreads: Sequence[Spread | None]) -> None:
    """A row for each group of a gene of shares, the largest of now first, all on one scale."""
    parts = [dict(spread.groups) if isinstance(spread, SharesSpread) else {} for spread in spreads]
    latest = next(groups for groups in reversed(parts) if groups)
    highest = max(share.median for groups in parts for share in groups.values())
    largest_first = sorted(latest, key=lambda name: -latest[name].median)
    for name in largest_first[:_MOST_GROUPS]:
        shares = [groups.get(name) for groups in parts]
        trend = sparkline([share.median if share else None for share in shares], 0.0, highest)
        ends = [_cell(share, _percent) for share in (shares[0], shares[-1])]
        table.add_row(f"{one_line(gene)} {one_line(name)}", ends[0], trend, ends[1])
    if len(largest_first) > _MOST_GROUPS:
        table.add_row(Text(f"and {len(largest_first) - _MOST_GROUPS} more groups", style="dim"))


def _add_best(table: Table, run: RunRecord, heard: Sequence[tuple[int, Sequence[str]]]) -> None:
    """A last row that is no gene: the best of each generation in the first metric that has a better side."""
    for metric in [metric for metric in presentation_for(run).metrics if metric.lower_is_better is not None][:1]:
        choose = min if metric.lower_is_better else max
        of_each = [numbers([run.individuals[id_].metrics for id_ in members], metric.name) for _, members in heard]
        best = [choose(values) if values else None for values in of_each]
        if known := [value for value in best if value is not None]:
            ends = [Text("" if value is None else metric.in_words(value)) for value in (best[0], best[-1])]
            trend = sparkline(best, min(known), max(known))
            table.add_row(Text(f"best {metric.word}", style="dim"), ends[0], trend, ends[1])
