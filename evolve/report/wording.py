"""Numbers, values, times, ranks, genomes and changes as a person reads them: the vocabulary of all sections."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evolve.genetics.lineage import inherited_from
from evolve.presentation import Presentation
from evolve.records.ballot import RankingEntry
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual
from evolve.records.run import RunRecord
from evolve.records.shares import Shares
from evolve.report.questions import is_tied
from evolve.words import fraction_in_words, listed

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


_SOME, _NEARLY_ALL = 8, 92
"""Hundredths: less than the first is some, more than the other nearly all."""

_MOST_GROUPS = 4
"""Groups whose shares are told one by one."""

_LITTLE, _MUCH, _WORTH_TELLING = 8, 30, 3
"""Hundredths that change their group: less than the first is a little, the second is much; and those of one group."""


def one_line(text: object) -> str:
    """A text that others wrote, without line breaks, terminal escapes and other control characters."""
    return " ".join(_ESCAPES.sub(" ", str(text)).split())


def value_in_words(value: Value | None, *, digits: int = 3) -> str:
    """A gene's value, short: 3 significant digits, ``yes`` and ``no``, ``off`` where the gene is inactive.

    Shares are told as ``two thirds jig, a quarter reel, some hornpipe``, the largest first.
    """
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Shares):
        return _shares(value)
    if isinstance(value, float):
        return _number(value, digits)
    return one_line(value)


def change_in_words(before: Value | None, after: Value | None) -> str:
    """A change such as ``64 → 96``, with as many digits as it takes to see the difference; ``more jig, less reel``."""
    if isinstance(before, Shares) and isinstance(after, Shares) and before.names == after.names and before != after:
        return _shift(before, after)
    for digits in (3, 4, 6, 17):
        told = value_in_words(before, digits=digits), value_in_words(after, digits=digits)
        if told[0] != told[1]:
            break
    return f"{told[0]} → {told[1]}"


def moment_in_words(iso: str) -> str:
    """``2026-03-14 20:15 UTC`` for an ISO 8601 time; what cannot be read is left as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return one_line(iso)
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _number(value: float, digits: int) -> str:
    if value != 0 and abs(value) < 1e-3:  # noqa: PLR2004 - more zeros than a glance can count
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}"
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _shares(shares: Shares) -> str:
    """The large shares one by one, the others together."""
    counts = [(one_line(name), round(100 * share)) for name, share in shares.parts if share]
    counts.sort(key=lambda pair: -pair[1])
    named = [pair for pair in counts[:_MOST_GROUPS] if pair[1] >= _SOME] or counts[:1]
    rest = counts[len(named) :]
    told = [f"{_fraction(count)} {name}" for name, count in named]
    if rest:
        names = listed([name for name, _ in rest]) if len(rest) <= 2 else f"of {len(rest)} others"  # noqa: PLR2004
        told.append(f"{_fraction(sum(count for _, count in rest))} {names}")
    return ", ".join(told)


def _fraction(hundredths: int) -> str:
    """``some``, ``two thirds``, ``nearly all``, ``all``."""
    if hundredths < _SOME:
        return "some"
    if hundredths > _NEARLY_ALL:
        return "all" if hundredths == 100 else "nearly all"  # noqa: PLR2004 - the whole
    return fraction_in_words(hundredths / 100)


def _shift(before: Shares, after: Shares) -> str:
    """``more jig, less reel``: what matters most of what changed."""
    changes = {name: round(100 * (after[name] - share)) for name, share in before.parts}
    more = sorted((name for name in changes if changes[name] > 0), key=lambda name: -changes[name])
    less = sorted((name for name in changes if changes[name] < 0), key=lambda name: changes[name])
    moved = sum(changes[name] for name in more)
    degree = "a little " if moved < _LITTLE else "much " if moved >= _MUCH else ""
    return f"{degree}more {_groups(more, changes)}, less {_groups(less, changes)}"


def _groups(names: Sequence[str], changes: Mapping[str, int]) -> str:
    """The first of the groups that changed most, and the second where that is worth telling."""
    second = [name for name in names[1:2] if abs(changes[name]) >= _WORTH_TELLING]
    return listed([one_line(name) for name in (names[0], *second)])


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
    told = {gene: value for gene, value in genome.genes if gene not in leaving_out}
    phrases = []
    for genes, template in presentation.gene_phrases:
        if all(gene in genome for gene in genes) and any(gene in told for gene in genes[-2:]):
            text = template.format(**{gene: value_in_words(genome[gene]) for gene in genes})
            phrases.append(_fresh(text, any(gene in fresh for gene in genes)))
            told = {gene: value for gene, value in told.items() if gene not in genes}
    told = {gene: value for gene, value in told.items() if value is not False}
    phrases.extend(_fresh(_gene_in_words(gene, value, presentation), gene in fresh) for gene, value in told.items())
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


def _gene_in_words(gene: str, value: Value, presentation: Presentation) -> str:
    name = presentation.gene_names.get(gene)
    if value is True:
        return one_line(gene)
    if isinstance(value, Shares) or (isinstance(value, str) and name is None):
        return value_in_words(value)
    return f"{name or one_line(gene)} {value_in_words(value)}"


def _fresh(text: str, is_fresh: bool) -> Text:  # noqa: FBT001 - private, and the flag is computed
    return Text(text, style="bold" if is_fresh else "")
