"""The family tree: who came of whom, and what changed on the way."""

from collections import deque
from collections.abc import Collection, Iterable

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text
from rich.tree import Tree

from evolve.genetics.individual import Origin
from evolve.genetics.lineage import children_by_parent, descendants, line_to_founder
from evolve.report.rankings import family_of
from evolve.report.story.badges import change_phrases, rank_history, section
from evolve.report.story.phrases import Phrases
from evolve.store.records import IndividualRecord, IndividualStatus, RunRecord
from evolve.words import counted

_NOTE = ("below each child: what changed from its first parent", "(g0-1): given by the second parent", "★: came first")
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
        self._family = family_of(run)
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
        parts = [_name(record), _outcome(self._run, record)]
        if descent:
            parts.append(Text(counted(descent, "descendant"), style="dim"))
        if goes_on:
            parts.append(Text("goes on below ↓", style="dim"))
        first = Text("  ").join(part for part in parts if part)
        if not record.individual.parents:
            return first
        changes = change_phrases(self._family, record.individual, record.changed)
        return Group(first, Phrases(changes or [Text("no gene changed", style="dim")], joint=", "))


def _name(record: IndividualRecord) -> Text:
    individual = record.individual
    name = Text(individual.id, style="bold")
    if len(individual.parents) > 1:
        name.append(f" × {' × '.join(individual.parents[1:])}", style="dim")
    if individual.origin is Origin.NEWCOMER:
        name.append(" newcomer", style="dim")
    return name


def _outcome(run: RunRecord, record: IndividualRecord) -> Text:
    if record.status is IndividualStatus.FAILED:
        return Text("✗ failed", style="red")
    if record.status.is_heard:
        return rank_history(run, record.individual.id)
    return Text("in training" if record.status is IndividualStatus.EVALUATING else "not trained yet", style="dim")


def _childless(run: RunRecord, told: Collection[str]) -> RenderableType:
    """Those that stand in no tree: no parents, no children, and not for want of songs."""
    with_children = children_by_parent(family_of(run))
    alone = [
        record
        for record in run.individuals.values()
        if not record.individual.parents
        and record.individual.id not in with_children
        and record.status is not IndividualStatus.FAILED
    ]
    if not alone:
        return Group()
    named = [record for record in alone if record.individual.id in told]
    more = [Text(f"and {len(alone) - len(named):,} more", style="dim")] if len(named) < len(alone) else []
    return Group("", Phrases([Text("alone:", style="dim"), *_spaced(run, named), *more], joint="  ", hang=8))


def _spaced(run: RunRecord, records: Iterable[IndividualRecord]) -> list[Text]:
    return [Text(" ").join(part for part in (_name(record), _outcome(run, record)) if part) for record in records]
