"""Who came of whom and what changed on the way; the champions' lines, and whose genes live on."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from evolve.domain_registry import presentation_for
from evolve.genetics.gene import Gene
from evolve.genetics.lineage import children_by_parent, descendants, founders_of, line_to_founder, surviving_shares
from evolve.presentation import badges_of, figures_of, kept_file
from evolve.records.individual import Origin
from evolve.records.run import INHERITED, IndividualRecord, IndividualStatus, RunRecord
from evolve.report.changes import main_changes
from evolve.report.questions import (
    family_of,
    genes_of,
    latest_champions,
    members_with_samples,
    name_and_past,
    shared_genes,
)
from evolve.report.wording import AT_RUNG, Phrases, genome_phrases, rank_history, section
from evolve.words import counted, listed, one_line

_NOTE = (
    "below each child: what changed most from its first parent",
    "(g0-1): given by the second parent",
    "★: came first",
)
_GUIDE_WIDTH = 4
_LABEL_WIDTH = 48
"""Columns that a label needs to be read; a branch that would leave less goes on as a tree of its own."""


def family_tree(run: RunRecord, told: Collection[str]) -> RenderableType:
    """Every individual with children under its first parent, and one line for those that have none.

    Args:
        run: Whose story it is.
        told: Who is told of by name, with the lines that lead to them; others are counted below their parents.
    """
    if not any(record.individual.parents for record in run.individuals.values()):
        return Group()
    note = Phrases([Text(part, style="dim") for part in _NOTE])
    return section("Family tree", _Forest(run, told), _childless(run, told), note=note)


class _Forest:
    """One tree for each founder with children, and for each branch that grew too deep for the width at hand."""

    def __init__(self, run: RunRecord, told: Collection[str]) -> None:
        self._run = run
        self._family, self._genes = family_of(run), genes_of(run)
        self._shown = {step for id_ in told for step in line_to_founder(self._family, id_)}
        self._children: dict[str, list[str]] = {}
        for individual in self._family.values():
            if individual.parents:
                self._children.setdefault(individual.parents[0], []).append(individual.id)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The trees, each cut where a label would become too narrow."""
        depth = max(2, (options.max_width - _LABEL_WIDTH) // _GUIDE_WIDTH)
        roots = deque(id_ for id_ in self._children if not self._family[id_].parents and id_ in self._shown)
        while roots:
            tree = Tree(self._label(roots[0]), guide_style="dim")
            self._grow(tree, roots.popleft(), depth, roots)
            yield tree

    def _grow(self, tree: Tree, id_: str, depth: int, roots: deque[str]) -> None:
        children = self._children.get(id_, ())
        shown = [child for child in children if child in self._shown]
        for child in shown:
            goes_on = depth == 1 and child in self._children
            branch = tree.add(self._label(child, goes_on=goes_on))
            if goes_on:
                roots.append(child)
            else:
                self._grow(branch, child, depth - 1, roots)
        if len(shown) < len(children):
            tree.add(Text(f"and {len(children) - len(shown):,} more", style="dim"))

    def _label(self, id_: str, *, goes_on: bool = False) -> RenderableType:
        record = self._run.individuals[id_]
        descent = len(descendants(self._family, id_))
        parts = [_name(self._run, record), _outcome(self._run, record)]
        if descent:
            parts.append(Text(counted(descent, "descendant"), style="dim"))
        if goes_on:
            parts.append(Text("goes on below ↓", style="dim"))
        first = Text("  ").join(part for part in parts if part)
        if not record.individual.parents:
            return first
        changes = main_changes(self._family, record.individual, record.changed, self._genes)
        told = [*(changes or [Text("no gene changed", style="dim")]), *began_with(record)]
        return Group(first, Phrases(told, joint=", "))


def _name(run: RunRecord, record: IndividualRecord) -> Text:
    individual = record.individual
    name = Text(individual.id, style="bold")
    if len(individual.parents) > 1:
        name.append(f" × {' × '.join(individual.parents[1:])}", style="dim")
    if individual.origin is Origin.NEWCOMER:
        name.append(" newcomer", style="dim")
    if individual.id in run.ancestors:
        name.append(f" was {one_line(run.ancestors[individual.id])}", style="dim")
    return name


def _outcome(run: RunRecord, record: IndividualRecord) -> Text:
    if record.status is IndividualStatus.FAILED:
        return Text("✗ failed", style="red")
    if record.status is IndividualStatus.STOPPED:
        return Text("stopped early", style="dim")
    if record.status.is_paused:
        return Text(AT_RUNG, style="dim")
    if record.status.is_heard:
        return rank_history(run, record.individual.id)
    return Text("in training" if record.status is IndividualStatus.EVALUATING else "not trained yet", style="dim")


def _childless(run: RunRecord, told: Collection[str]) -> RenderableType:
    """Those that stand in no tree: no parents, no children, and not for want of samples."""
    with_children = children_by_parent(family_of(run))
    alone = [
        record
        for record in run.individuals.values()
        if not record.individual.parents
        and record.individual.id not in with_children
        and record.status not in (IndividualStatus.FAILED, IndividualStatus.STOPPED)
    ]
    if not alone:
        return Group()
    named = [record for record in alone if record.individual.id in told]
    more = [Text(f"and {len(alone) - len(named):,} more", style="dim")] if len(named) < len(alone) else []
    return Group("", Phrases([Text("alone:", style="dim"), *_spaced(run, named), *more], joint="  ", hang=8))


def _spaced(run: RunRecord, records: Iterable[IndividualRecord]) -> list[Text]:
    return [Text(" ").join(part for part in (_name(run, record), _outcome(run, record)) if part) for record in records]


_BAR_WIDTH = 24
_MOST_SOURCES = 8
_MOST_CHAMPIONS = 3


def champions(run: RunRecord) -> RenderableType:
    """For each who came first in the last ranking: its line, step by step, and where its genes come from."""
    latest = latest_champions(run)
    if latest is None:
        return Group()
    generation, ids = latest
    return Group(*(_line(run, generation, id_) for id_ in ids[:_MOST_CHAMPIONS]))


@dataclass(frozen=True, slots=True)
class Survivors:
    """In whom the genes arose that the last generation with samples carries.

    Attributes:
        note: What is counted, in a line.
        shares: Of each individual its share of the genes, the largest first, and how many descend from it.
    """

    note: str
    shares: tuple[tuple[str, float, int], ...]


def survivors_of(run: RunRecord) -> Survivors | None:
    """Whose genes live on; None while there is but one generation with samples."""
    heard = [(index, members) for index, members in enumerate(members_with_samples(run)) if members]
    if len(heard) < 2:  # noqa: PLR2004 - of one generation there is nothing to tell
        return None
    (index, members), family = heard[-1], family_of(run)
    shares = surviving_shares(family, members, ignored_genes=shared_genes(run))
    first = list(shares.items())[:_MOST_SOURCES]
    who = f"{counted(len(members), 'member')} with {presentation_for(run).sample_word}s"
    note = f"in whom the genes arose that generation {index} carries ({who})"
    return Survivors(note, tuple((id_, share, len(descendants(family, id_))) for id_, share in first))


def survivors(run: RunRecord) -> RenderableType:
    """In whom the genes arose that the last generation with samples carries, as bars."""
    if (told := survivors_of(run)) is None:
        return Group()
    table = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "left", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    most = max((share for _, share, _ in told.shares), default=1.0)
    for id_, share, descent in told.shares:
        note = Text(counted(descent, "descendant") if descent else "", style="dim")
        table.add_row(Text(id_), Text(_bar(share / most), style="cyan"), f"{share:.0%}", note)
    return section("Whose genes live on", table, note=Text(told.note, style="dim"))


def _line(run: RunRecord, generation: int, champion: str) -> RenderableType:
    family, genes = family_of(run), genes_of(run)
    line = line_to_founder(family, champion)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for id_ in line:
        table.add_row(Text(id_, style="bold"), rank_history(run, id_), _step(run, run.individuals[id_], genes))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    for name, value in _about_champion(run, run.individuals[champion]).items():
        facts.add_row(name, value)
    gap = [""] if facts.row_count else []
    return section(f"The line of {champion}, champion of generation {generation}", table, *gap, facts)


def step_of(run: RunRecord, record: IndividualRecord, genes: Mapping[str, Gene]) -> list[Text]:
    """What a step of a line brought: of a child what changed most from its first parent, of others their genes.

    Args:
        run: Whose line it is.
        record: The individual.
        genes: Those of the run's space, by name.
    """
    family, individual = family_of(run), record.individual
    if not individual.parents:
        return genome_phrases(individual.genome, presentation_for(run), leaving_out=shared_genes(run))
    changes = main_changes(family, individual, record.changed, genes) or [Text("no gene changed")]
    return [*changes, *began_with(record)]


def began_with(record: IndividualRecord) -> list[Text]:
    """What a child's trial began with of its parent's, in a phrase; nothing where it began from scratch."""
    told = record.metrics.get(INHERITED)
    return [Text(one_line(told), style="dim")] if isinstance(told, str) else []


def _step(run: RunRecord, record: IndividualRecord, genes: Mapping[str, Gene]) -> RenderableType:
    return Phrases(step_of(run, record, genes), joint=", " if record.individual.parents else " · ")


def _about_champion(run: RunRecord, champion: IndividualRecord) -> dict[str, RenderableType]:
    family, id_ = family_of(run), champion.individual.id
    facts: dict[str, RenderableType] = {}
    founders = founders_of(family, id_)
    if founders != (id_,):
        shares = surviving_shares(family, [id_], ignored_genes=shared_genes(run))
        facts["founders"] = Text(listed([one_line(name_and_past(run, name)) for name in founders]))
        facts["genes from"] = Phrases([f"{source} {share:.0%}" for source, share in shares.items()])
        facts["genome"] = Phrases(
            genome_phrases(champion.individual.genome, presentation_for(run), leaving_out=shared_genes(run))
        )
    presentation = presentation_for(run)
    if files := [file for sample in champion.samples if (file := kept_file(presentation, sample.files))]:
        more = f"  and {len(files) - 1} more" if len(files) > 1 else ""
        facts[f"{presentation.sample_word}s"] = Text.assemble(files[0], (more, "dim"))
    if words := badges_of(presentation, [sample.facts for sample in champion.samples]):
        facts["of them"] = Phrases(words)
    if words := figures_of(presentation, champion.metrics, presentation.usual(run.facts)):
        facts["as a set"] = Phrases(words)
    return facts


def _bar(share: float) -> str:
    """A bar of up to `_BAR_WIDTH` columns, to an eighth of a column."""
    eighths = max(1, round(share * _BAR_WIDTH * 8))
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")
