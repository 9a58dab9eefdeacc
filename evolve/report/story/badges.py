"""Ranks, genomes and changes as short styled texts: the vocabulary that all sections share."""

import itertools
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from evolve.genetics.genome import Genome, Value
from evolve.genetics.individual import Individual
from evolve.genetics.lineage import inherited_from
from evolve.genetics.shares import Shares
from evolve.judging.ranking import Standing
from evolve.report.rankings import is_tied
from evolve.report.story.words import change_in_words, one_line, value_in_words
from evolve.store.records import RunRecord

_SHORT_NAMES = {
    "batch_size": "batch", "learning_rate": "rate", "dense_width": "dense", "embedding_width": "embedding",
    "repetition_guard": "guard",
}  # fmt: skip
"""Where a genome is told in one line, these genes are known by a shorter name. Other words stand without a name."""

FIRST, PODIUM = "bold yellow", "bold"
_LAST_OF_PODIUM = 3


def section(title: str, *body: RenderableType, note: RenderableType | None = None) -> RenderableType:
    """A section: its title, a dim note on how to read it, and its body two columns in, after an empty line."""
    notes = [] if note is None else [note]
    return Group("", Text(title, style="bold cyan"), *(Padding(part, (0, 0, 0, 2)) for part in (*notes, *body)))


def rank_badge(standing: Standing, *, tied: bool = False) -> Text:
    """``★ #1``, ``#2=`` when tied, ``#6 rejected``."""
    star = "★ " if standing.rank == 1 and not standing.rejected else ""
    badge = Text(f"{star}#{standing.rank}{'=' if tied else ''}", style=rank_style(standing))
    return badge.append(" rejected", style="red") if standing.rejected else badge


def rank_style(standing: Standing) -> str:
    """Gold for the first, bold for the next two, red for the rejected."""
    if standing.rejected:
        return "red"
    if standing.rank == 1:
        return FIRST
    return PODIUM if standing.rank <= _LAST_OF_PODIUM else ""


def rank_history(run: RunRecord, individual_id: str) -> Text:
    """Where an individual came in each generation it was heard in: ``★ #1 (2×), then #3``; empty before a ranking."""
    badges = [
        rank_badge(generation.standings[individual_id], tied=is_tied(generation, individual_id))
        for generation in run.generations
        if individual_id in generation.standings
    ]
    alike = [list(group) for _, group in itertools.groupby(badges, key=lambda badge: badge.plain)]
    told = [Text.assemble(group[0], (f" ({len(group)}×)" if len(group) > 1 else "", "dim")) for group in alike]
    return Text(", then ", style="dim").join(told)


def genome_phrases(genome: Genome, *, leaving_out: Mapping[str, Value], fresh: Sequence[str] = ()) -> list[Text]:
    """A genome in a few short words, such as ``lstm 2×96``, ``batch 64``, ``nadam``.

    Args:
        genome: What to tell.
        leaving_out: Genes that need not be told, such as those that are the same in all.
        fresh: Genes to set off, such as those that changed from the parent.
    """
    told = {gene: value for gene, value in genome.genes if gene not in leaving_out}
    phrases = []
    if "depth" in genome and "width" in genome and ("depth" in told or "width" in told):
        size = f"{value_in_words(genome['depth'])}×{value_in_words(genome['width'])}"
        cell = f"{value_in_words(genome['cell'])} " if "cell" in genome else ""
        phrases.append(_fresh(cell + size, any(gene in fresh for gene in ("cell", "depth", "width"))))
        told = {gene: value for gene, value in told.items() if gene not in ("cell", "depth", "width")}
    told = {gene: value for gene, value in told.items() if value is not False and not _is_implied(gene, value, told)}
    phrases.extend(_fresh(_gene_in_words(gene, value), gene in fresh) for gene, value in told.items())
    return phrases


def change_phrases(
    family: Mapping[str, Individual], individual: Individual, changed: Mapping[str, Sequence[Value | None]]
) -> list[Text]:
    """What changed from the first parent: ``width 64 → 96``, with ``(g0-5)`` where another parent gave it."""
    phrases = []
    for gene, (before, after) in changed.items():
        phrase = Text.assemble(f"{one_line(gene)} ", (change_in_words(before, after), "bold"))
        donor = inherited_from(family, individual.id, gene)
        if donor is not None and donor != individual.parents[0]:
            phrase.append(f" ({donor})", style="dim")
        phrases.append(phrase)
    return phrases


def _gene_in_words(gene: str, value: Value) -> str:
    if value is True:
        return one_line(gene)
    if isinstance(value, Shares) or (isinstance(value, str) and gene not in _SHORT_NAMES):
        return value_in_words(value)
    return f"{_SHORT_NAMES.get(gene, one_line(gene))} {value_in_words(value)}"


def _is_implied(gene: str, value: Value, told: Mapping[str, Value]) -> bool:
    # "embedding 32" says that the encoding is an embedding.
    return gene == "encoding" and f"{value}_width" in told


def _fresh(text: str, is_fresh: bool) -> Text:  # noqa: FBT001 - private, and the flag is computed
    return Text(text, style="bold" if is_fresh else "")
