"""Times, ranks, genomes and changes as a report tells them: the vocabulary of all its sections."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evolve.genetics.lineage import inherited_from
from evolve.genome_words import change_in_words, genome_in_words
from evolve.presentation import Presentation
from evolve.records.ballot import RankingEntry
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual
from evolve.records.run import RunRecord
from evolve.report.questions import is_tied
from evolve.words import one_line

AT_RUNG = "paused at the rung"
"""Where an individual stands whose trial waits for the others of its generation."""


def moment_in_words(iso: str) -> str:
    """``2026-03-14 20:15 UTC`` for an ISO 8601 time; what cannot be read is left as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return one_line(iso)
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


class Phrases:
    """Short texts side by side, as many on a line as fit; a phrase longer than a line folds between its words.

    Args:
        parts: What to show, in order.
        joint: What stands between two parts of a line. A comma stays at the end of a line, a dot does not.
        hang: By how many columns every line but the first is indented.
    """

    def __init__(self, parts: Sequence[Text | str], *, joint: str = " · ", hang: int = 0) -> None:
        self._parts = [Text(part) if isinstance(part, str) else part for part in parts]
        self._joint = Text(joint, style="dim")
        self._tail = Text(joint.rstrip() if joint.startswith(",") else "", style="dim")
        self._hang = hang

    def lines(self, width: int) -> Iterator[Text]:
        """The lines, each at most this wide unless a single phrase is wider."""
        line = Text()
        for index, part in enumerate(self._parts):
            tail = self._tail.cell_len if index < len(self._parts) - 1 else 0
            if not index:
                line.append_text(part)
            elif line.cell_len + self._joint.cell_len + part.cell_len + tail <= width:
                line.append_text(self._joint).append_text(part)
            else:
                yield line.append_text(self._tail)
                line = Text(" " * self._hang).append_text(part)
        yield line

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines for the width at hand."""
        return self.lines(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """At least the longest phrase, at most all on one line."""
        widths = [part.cell_len for part in self._parts] or [0]
        whole = sum(widths) + self._joint.cell_len * (len(widths) - 1)
        return Measurement(max(widths), whole).clamp(max_width=options.max_width)


FIRST, PODIUM = "bold yellow", "bold"
_LAST_OF_PODIUM = 3


def plain_table(*headings: str) -> Table:
    """A table without lines, its headings dim, in which columns that are told by a word do not fold."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def dim(parts: Iterable[str]) -> "Phrases":
    """Phrases that stand back."""
    return Phrases([Text(part, style="dim") for part in parts])


def section(title: str, *body: RenderableType, note: RenderableType | None = None) -> RenderableType:
    """A section: its title, a dim note on how to read it, and its body two columns in, after an empty line."""
    notes = [] if note is None else [note]
    return Group("", Text(title, style="bold cyan"), *(Padding(part, (0, 0, 0, 2)) for part in (*notes, *body)))


def rank_badge(entry: RankingEntry, *, tied: bool = False) -> Text:
    """``★ #1``, ``#2=`` when tied, ``#6 rejected``."""
    star = "★ " if entry.rank == 1 and not entry.rejected else ""
    badge = Text(f"{star}#{entry.rank}{'=' if tied else ''}", style=rank_style(entry))
    return badge.append(" rejected", style="red") if entry.rejected else badge


def rank_style(entry: RankingEntry) -> str:
    """Gold for the first, bold for the next two, red for the rejected."""
    if entry.rejected:
        return "red"
    if entry.rank == 1:
        return FIRST
    return PODIUM if entry.rank <= _LAST_OF_PODIUM else ""


def rank_history(run: RunRecord, individual_id: str) -> Text:
    """Where an individual came in each generation it was heard in: ``★ #1 (2×), then #3``; empty before a ranking."""
    badges = [
        rank_badge(generation.ranking[individual_id], tied=is_tied(generation, individual_id))
        for generation in run.generations
        if individual_id in generation.ranking
    ]
    alike = [list(group) for _, group in itertools.groupby(badges, key=lambda badge: badge.plain)]
    told = [Text.assemble(group[0], (f" ({len(group)}×)" if len(group) > 1 else "", "dim")) for group in alike]
    return Text(", then ", style="dim").join(told)


def genome_phrases(
    genome: Genome, presentation: Presentation, *, leaving_out: Mapping[str, Value], fresh: Sequence[str] = ()
) -> list[Text]:
    """A genome in a few short words, such as ``lstm 2×96``, ``batch 64``, ``nadam``.

    Args:
        genome: What to tell.
        presentation: How its domain calls genes.
        leaving_out: Genes that need not be told, such as those that are the same in all.
        fresh: Genes to set off, such as those that changed from the parent.
    """
    return [
        _fresh(text, any(gene in fresh for gene in genes))
        for text, genes in genome_in_words(genome, presentation, leaving_out=leaving_out)
    ]


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


def _fresh(text: str, is_fresh: bool) -> Text:  # noqa: FBT001 - private, and the flag is computed
    return Text(text, style="bold" if is_fresh else "")
