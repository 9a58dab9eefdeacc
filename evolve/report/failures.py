"""What failed and why: each reason once, with whom it befell, and what only they have."""

import re
from collections import Counter
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.genome_words import value_in_words
from evolve.records.run import IndividualRecord, RunRecord
from evolve.report.questions import family_of
from evolve.report.wording import Phrases, dim, section
from evolve.words import counted, one_line

_MOST_NAMED = 20
"""Of those who failed for one reason."""

_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class FailedGroup:
    """Those who failed for one reason.

    Attributes:
        reason: In a line.
        who: Their ids, each with the id of whoever took its place; None where nobody did.
        only_they_have: Gene values, such as ``depth 4``, that all of several have and nobody who has samples.
    """

    reason: str
    who: tuple[tuple[str, str | None], ...]
    only_they_have: tuple[str, ...]

    @property
    def named(self) -> list[str]:
        """``g0-4 → g0-4b`` of each, and of very many how many more there are."""
        told = [f"{id_} → {other}" if other else id_ for id_, other in self.who]
        more = [f"{len(told) - _MOST_NAMED:,} more"] if len(told) > _MOST_NAMED else []
        return [*told[:_MOST_NAMED], *more]


def failed_groups(run: RunRecord) -> tuple[FailedGroup, ...]:
    """Those who failed, by reason, the commonest first."""
    groups = [
        FailedGroup(
            reason, tuple((one.individual.id, one.replaced_by) for one in records), tuple(_suspicion(run, records))
        )
        for reason, records in _by_reason(run).items()
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.who)))


def lost_attempts(run: RunRecord) -> tuple[str, list[str]] | None:
    """How many attempts of trials were lost and made again, in words, and why; None without any."""
    reasons = Counter(one_line(reason) for record in run.individuals.values() for reason in record.lost)
    if not reasons:
        return None
    told = [f"{reason} ({count} ×)" if count > 1 else reason for reason, count in reasons.most_common()]
    return f"{counted(reasons.total(), 'attempt')} of trials lost and made again", told


def how_many_failed(run: RunRecord) -> str:
    """``3 individuals of 40; each made room for another``, but for those who failed before a rung."""
    failed = sum(len(group.who) for group in failed_groups(run))
    room = "each made room for another" if int(run.settings.get("halving", 1)) == 1 else "others took their places"
    return f"{counted(failed, 'individual')} of {len(run.individuals)}; {room}"


def failures(run: RunRecord) -> RenderableType:
    """Each reason once, with who failed for it, who took their places, and which genes only they have."""
    groups, lost = failed_groups(run), _lost(run)
    if not groups:
        return section("What failed and why", lost) if lost else Group()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="red", no_wrap=True)
    table.add_column(ratio=1)
    for group in groups:
        only = [f"only they have {group.only_they_have[0]}", *group.only_they_have[1:]] if group.only_they_have else []
        suspicion = [dim(only)] if only else []
        table.add_row(f"{len(group.who)} ×", Group(Text(group.reason), Phrases(group.named, joint=", "), *suspicion))
    note = Text(how_many_failed(run), style="dim")
    return section("What failed and why", Group(table, *([lost] if lost else [])), note=note)


def _lost(run: RunRecord) -> Phrases | None:
    if (told := lost_attempts(run)) is None:
        return None
    many, reasons = told
    return Phrases([f"{many}: {reasons[0]}", *reasons[1:]], joint=", ")


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


def _suspicion(run: RunRecord, records: list[IndividualRecord]) -> list[str]:
    """The gene values that all of the group have and none that could be heard has."""
    if len(records) == 1:
        return []
    heard = [individual.genome for id_, individual in family_of(run).items() if run.individuals[id_].status.is_heard]
    first, *others = [record.individual.genome for record in records]
    return [
        f"{one_line(gene)} {value_in_words(value)}"
        for gene, value in first.genes
        if all(other.get(gene) == value for other in others) and not any(own.get(gene) == value for own in heard)
    ]
