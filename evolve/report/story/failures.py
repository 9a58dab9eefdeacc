"""What failed and why, grouped by reason, and which attempts were lost on the way."""

import re
from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.genetics.genome import Value
from evolve.report.rankings import family_of
from evolve.report.story.badges import section
from evolve.report.story.phrases import Phrases
from evolve.report.story.words import one_line, value_in_words
from evolve.store.records import IndividualRecord, RunRecord
from evolve.words import counted

_MOST_NAMED = 20
"""Of those who failed for one reason."""

_NUMBER = re.compile(r"\d[\d,.]*")


def failures(run: RunRecord) -> RenderableType:
    """Each reason once, with who failed for it, who took their places, and which genes only they have."""
    groups = _by_reason(run)
    lost = _lost(run)
    if not groups:
        return section("What failed and why", lost) if lost else Group()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="red", no_wrap=True)
    table.add_column(ratio=1)
    for reason, records in sorted(groups.items(), key=lambda group: -len(group[1])):
        table.add_row(f"{len(records)} ×", Group(Text(reason), _who(records), *_suspicion(run, records)))
    failed = sum(map(len, groups.values()))
    note = Text(f"{counted(failed, 'individual')} of {len(run.individuals)}; each made room for another", style="dim")
    return section("What failed and why", Group(table, *([lost] if lost else [])), note=note)


def _lost(run: RunRecord) -> Phrases | None:
    """The attempts that were lost and made again, in one line; None without any."""
    reasons = Counter(one_line(reason) for record in run.individuals.values() for reason in record.lost)
    if not reasons:
        return None
    told = [f"{reason} ({count} ×)" if count > 1 else reason for reason, count in reasons.most_common()]
    count = counted(reasons.total(), "attempt")
    return Phrases([f"{count} of trials lost and made again: {told[0]}", *told[1:]], joint=", ")


def _by_reason(run: RunRecord) -> dict[str, list[IndividualRecord]]:
    """The failed by reason; reasons that differ in numbers alone are one, with "…" for what differs."""
    alike: dict[str, list[IndividualRecord]] = {}
    for record in run.individuals.values():
        if record.failure is not None:
            alike.setdefault(_NUMBER.sub("…", one_line(record.failure)), []).append(record)
    groups: dict[str, list[IndividualRecord]] = {}
    for pattern, records in alike.items():
        reasons = {one_line(record.failure) for record in records}
        groups[reasons.pop() if len(reasons) == 1 else pattern] = records
    return groups


def _who(records: list[IndividualRecord]) -> Phrases:
    pairs = [(record.individual.id, record.replaced_by) for record in records]
    told = [f"{id_} → {other}" if other else id_ for id_, other in pairs]
    more = [f"{len(told) - _MOST_NAMED:,} more"] if len(told) > _MOST_NAMED else []
    return Phrases([*told[:_MOST_NAMED], *more], joint=", ")


def _suspicion(run: RunRecord, records: list[IndividualRecord]) -> list[RenderableType]:
    """The gene values that all of the group have and none that could be heard has."""
    if len(records) == 1:
        return []
    heard = [individual.genome for id_, individual in family_of(run).items() if run.individuals[id_].status.is_heard]
    first, *others = [record.individual.genome for record in records]
    common: list[tuple[str, Value]] = [
        (gene, value)
        for gene, value in first.genes
        if all(other.get(gene) == value for other in others) and not any(own.get(gene) == value for own in heard)
    ]
    if not common:
        return []
    told = [f"{one_line(gene)} {value_in_words(value)}" for gene, value in common]
    return [Phrases([Text(f"only they have {told[0]}", style="dim"), *(Text(gene, style="dim") for gene in told[1:])])]
