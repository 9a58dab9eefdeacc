"""How the genes drifted from the founders to now: a row a gene, with a sparkline over the generations."""

import math
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.genetics.gene import Gene
from evolve.genetics.lineage import CategoricalSpread, NumericSpread, SharesSpread, Spread, gene_drift
from evolve.report.genes import genes_of, log_genes, shared_genes
from evolve.report.rankings import family_of, members_with_songs
from evolve.report.story.badges import section
from evolve.report.story.phrases import Phrases
from evolve.report.story.words import one_line, value_in_words
from evolve.store.records import RunRecord

_BARS = "▁▂▃▄▅▆▇█"
_NOTES = (
    "over the members with songs",
    "numbers: median (smallest – largest), trend of the median",
    "words: how many have it, trend of the one that now leads",
)
_MOST_GROUPS = 8
"""Groups that shares are told of, the largest of now; a corpus of folders may have hundreds."""


def gene_drift_table(run: RunRecord) -> RenderableType:
    """How each gene that varies moved; nothing before two generations have songs."""
    heard = [(index, members) for index, members in enumerate(members_with_songs(run)) if members]
    if len(heard) < 2:  # noqa: PLR2004 - a drift needs two points
        return Group()
    logs, shared = log_genes(run), shared_genes(run)
    drift = gene_drift(family_of(run), [members for _, members in heard], log_genes=logs)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("gene", no_wrap=True)
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
            trend = _trend(plain, genes_of(run).get(gene), log=gene in logs)
            table.add_row(gene, _cell(plain[0]), trend, _cell(plain[-1]))
    _add_bits(table, run, heard)
    return section("How the genes drifted", table, note=Phrases([Text(note, style="dim") for note in _NOTES]))


def sparkline(values: Sequence[float | None], low: float, high: float) -> str:
    """One bar a value, 0 .. 1 of the way from low to high in eight heights; a space for None, half height if flat."""
    if high <= low:
        low, high = low - 1.0, high + 1.0
    return "".join(" " if value is None else _BARS[_height((value - low) / (high - low))] for value in values)


def _height(share: float) -> int:
    return min(max(int(share * len(_BARS)), 0), len(_BARS) - 1)


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


def _cell(spread: NumericSpread | CategoricalSpread | None) -> RenderableType:
    if spread is None:
        return Text("off", style="dim")
    if isinstance(spread, CategoricalSpread):
        return Phrases([f"{value_in_words(value)} {count}" for value, count in spread.counts])
    if spread.minimum == spread.maximum:
        return Text(_number(spread.minimum))
    return Phrases(
        [_number(spread.median), Text(f"({_number(spread.minimum)} – {_number(spread.maximum)})", style="dim")],
        joint=" ",
    )


def _add_groups(table: Table, gene: str, spreads: Sequence[Spread | None]) -> None:
    """A row for each group of a gene of shares, the largest of now first, all on one scale."""
    parts = [dict(spread.groups) if isinstance(spread, SharesSpread) else {} for spread in spreads]
    latest = next(groups for groups in reversed(parts) if groups)
    highest = max(share.median for groups in parts for share in groups.values())
    largest_first = sorted(latest, key=lambda name: -latest[name].median)
    for name in largest_first[:_MOST_GROUPS]:
        shares = [groups.get(name) for groups in parts]
        trend = sparkline([share.median if share else None for share in shares], 0.0, highest)
        table.add_row(f"{one_line(gene)} {one_line(name)}", _share(shares[0]), trend, _share(shares[-1]))
    if len(largest_first) > _MOST_GROUPS:
        table.add_row(Text(f"and {len(largest_first) - _MOST_GROUPS} more groups", style="dim"))


def _share(spread: NumericSpread | None) -> RenderableType:
    if spread is None:
        return Text("off", style="dim")
    if spread.minimum == spread.maximum:
        return Text(f"{spread.median:.0%}")
    return Text.assemble(f"{spread.median:.0%} ", (f"({spread.minimum:.0%} – {spread.maximum:.0%})", "dim"))


def _number(value: float) -> str:
    return value_in_words(int(value) if value == int(value) else value)


def _add_bits(table: Table, run: RunRecord, heard: Sequence[tuple[int, Sequence[str]]]) -> None:
    """A last row that is no gene: the lowest validation loss of each generation."""
    best = []
    for _, members in heard:
        bits = [run.individuals[id_].metrics.get("held_out_bits_per_note") for id_ in members]
        best.append(min((float(value) for value in bits if isinstance(value, int | float)), default=None))
    known = [value for value in best if value is not None]
    if known:
        ends = [Text("" if value is None else f"{value:.2f}") for value in (best[0], best[-1])]
        table.add_row(Text("best bits", style="dim"), ends[0], sparkline(best, min(known), max(known)), ends[1])
