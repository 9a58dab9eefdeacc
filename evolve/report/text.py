"""A run as the story of a family, for a terminal or a text file."""

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.presentation import is_heard
from evolve.records.genome import Value
from evolve.records.run import IndividualRecord, RunRecord
from evolve.report.drift import gene_drift_table
from evolve.report.family import champions, family_tree, survivors
from evolve.report.generations import figures, generations
from evolve.report.overview import AT_WORK, RunStage, generation_in_words, is_finished, stage_of
from evolve.report.questions import everyone_in, family_of, favourites_of, genes_of, shared_genes, told_in
from evolve.report.wording import Phrases, dim, moment_in_words, one_line, section, value_in_words
from evolve.store.refusals import damaged_run
from evolve.words import counted, listed


def report_text(run: RunRecord, *, everyone: bool = False) -> RenderableType:
    """The story from the head to the failures; sections that have nothing to tell are left out.

    Of a generation of hundreds a few are told of by name, or everyone.
    """
    told = everyone_in(run) if everyone else told_in(run)
    return _Trimmed(
        Group(
            header(run),
            damage(run),
            generations(run, told),
            figures(run, told),
            family_tree(run, told),
            champions(run),
            favourites(run),
            survivors(run),
            gene_drift_table(run),
            failures(run),
        )
    )


def render_text(run: RunRecord, *, width: int = 80, color: bool = False, everyone: bool = False) -> str:
    """The story as a string with line breaks at a width in columns, with or without ANSI colours."""
    console = Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(report_text(run, everyone=everyone))
    return capture.get()


class _Trimmed:
    """The lines of a renderable without the blanks that fill them up, which a file or a copied line would keep."""

    def __init__(self, body: RenderableType) -> None:
        self._body = body

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, each up to its last letter."""
        for line in console.render_lines(self._body, options, pad=False):
            while line and not line[-1].text.strip():
                line.pop()
            yield from line[:-1]
            yield from (Segment(last.text.rstrip(), last.style) for last in line[-1:])
            yield Segment.line()


_POPULATION = {"population": "individual", "parents": "parent", "elites": "elite"}


def header(run: RunRecord) -> RenderableType:
    """The run's name, what it is made of, where it stands and the next command."""
    title = Text.assemble((one_line(run.name), "bold"), (f"  begun {moment_in_words(run.created_at)}", "dim"))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")  # a command that ended in "…" could not be copied
    for name, parts in _run_facts(run).items():
        facts.add_row(name, Phrases([one_line(part) for part in parts]))
    stage = stage_of(run)
    place = "" if stage.generation is None else f"{generation_in_words(run, stage.generation)}: "
    facts.add_row("stands", Text(place + stage.words))
    if run.is_worked_on:
        facts.add_row("at work", Text("a process works on it now"))
    facts.add_row(_what_for(run, stage), Text(stage.command, style="bold green"))
    return Group(title, Rule(style="dim"), Padding(facts, (0, 0, 0, 2)))


def _what_for(run: RunRecord, stage: RunStage) -> str:
    """What the next command is for."""
    presentation = presentation_for(run)
    if stage.waits_for == AT_WORK or (is_finished(run) and not presentation.more_command):
        return "look again"
    return ("hear more" if is_heard(presentation) else "see more") if is_finished(run) else "next"


def _run_facts(run: RunRecord) -> dict[str, Sequence[str]]:
    try:
        own = dict(presentation_for(run).run_lines(run.facts, run.settings))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise damaged_run(run.name, "what its domain has found out makes no sense", run.reference) from error
    settings = [*_settings(run.settings), *own.pop("settings", ())]
    facts = {
        "space": _space(run),
        "branched": _branched(run),
        **own,
        "settings": settings,
        "seed": [str(run.settings["seed"])] if "seed" in run.settings else [],
        "all share": [f"{gene} {value_in_words(value)}" for gene, value in shared_genes(run).items()],
    }
    return {name: parts for name, parts in facts.items() if parts}


def _space(run: RunRecord) -> list[str]:
    genes = genes_of(run)
    free = sum(not gene.is_fixed for gene in genes.values())
    return [run.space.get("name", "unnamed"), *([f"{counted(free, 'gene')} to vary"] if genes else [])]


def _branched(run: RunRecord) -> list[str]:
    """Where its first founders come from, such as ``off quick-1, begun …``, ``g0-1 was g2-3 there``."""
    if not run.branched:
        return []
    begun = moment_in_words(run.branched.get("created_at", ""))
    return [f"off {run.branched.get('run')}, begun {begun}", *(f"{a} was {b} there" for a, b in run.ancestors.items())]


def _settings(settings: Mapping[str, Any]) -> list[str]:
    parts = [counted(int(settings[key]), noun) for key, noun in _POPULATION.items() if settings.get(key)]
    heard, population = (int(settings.get(key) or 0) for key in ("heard", "population"))
    if heard < population and heard:
        parts.insert(1, f"{heard:,} of them heard, by {settings.get('screening')}")
    return parts


_MOST_LINES = 40


def damage(run: RunRecord) -> RenderableType:
    """A line for each thing; nothing when the store is whole."""
    if not run.damage:
        return Group()
    lines = [Text(one_line(line), style="red") for line in run.damage[:_MOST_LINES]]
    rest = len(run.damage) - len(lines)
    more = [Text(f"and {rest} more: --format json has them all", style="dim")] if rest > 0 else []
    note = Text("the rest of this report is what could still be read", style="dim")
    return section("The store is damaged", *lines, *more, note=note)


def favourites(run: RunRecord) -> RenderableType:
    """A row for each sample that a listener loves, and how to go on from one; nothing where nobody loves any."""
    samples, presentation = favourites_of(run), presentation_for(run)
    if not samples:
        return Group()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    table.add_column(overflow="fold")
    for one in samples:
        loved_by = listed([one_line(listener) for listener in one.listeners])
        table.add_row(one.name, f"loved by {loved_by}", Text(one_line(one.file or "its file is lost"), style="dim"))
    first, word = samples[0], presentation.sample_word
    notes = [
        f"{first.name} is {word} {first.number} of {first.individual}",
        f"files stay whatever becomes of the {presentation.maker_word}",
    ]
    goes_on = Table.grid(padding=(0, 2, 0, 0))
    goes_on.add_column(no_wrap=True, style="dim")
    goes_on.add_column(overflow="fold")
    if presentation.more_command:
        command = f"{presentation.more_command} {run.reference} --from {first.name}"
        goes_on.add_row("go on from one", Text(command, style="bold green"))
    gap: list[RenderableType] = ["", goes_on] if goes_on.row_count else []
    return section(f"Favourite {word}s", table, *gap, note=dim(notes))


_MOST_NAMED = 20
"""Of those who failed for one reason."""

_NUMBER = re.compile(r"\d[\d,.]*")


def failures(run: RunRecord) -> RenderableType:
    """Each reason once, with who failed for it, who took their places, and which genes only they have."""
    groups = _by_reason(run)
    lost = _lost_attempts(run)
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


def _lost_attempts(run: RunRecord) -> Phrases | None:
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
