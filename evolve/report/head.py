"""The head of a report: a run's name, what it is made of, where it stands, and how it goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.genome_words import value_in_words
from evolve.presentation import is_heard
from evolve.records.run import RunRecord
from evolve.report.overview import AT_WORK, RunStage, generation_in_words, is_finished, stage_of
from evolve.report.questions import genes_of, shared_genes
from evolve.report.wording import Phrases, moment_in_words
from evolve.store.refusals import damaged_run
from evolve.words import counted, one_line, worded

_POPULATION = {"population": "individual", "parents": "parent", "elites": "elite"}


def header(run: RunRecord) -> RenderableType:
    """The run's name, what it is made of, where it stands and the next command."""
    title = Text.assemble((one_line(run.name), "bold"), (f"  begun {moment_in_words(run.created_at)}", "dim"))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")  # a command that ended in "…" could not be copied
    for name, parts in run_facts(run).items():
        facts.add_row(name, Phrases([one_line(part) for part in parts]))
    stage = stage_of(run)
    place = "" if stage.generation is None else f"{generation_in_words(run, stage.generation)}: "
    facts.add_row("stands", Text(place + stage.words))
    if run.is_worked_on:
        facts.add_row("at work", Text("a process works on it now"))
    facts.add_row(what_next_is_for(run, stage), Text(stage.command, style="bold green"))
    return Group(title, Rule(style="dim"), Padding(facts, (0, 0, 0, 2)))


def what_next_is_for(run: RunRecord, stage: RunStage) -> str:
    """What the next command is for."""
    presentation = presentation_for(run)
    if stage.waits_for == AT_WORK or (is_finished(run) and not presentation.more_command):
        return "look again"
    return ("hear more" if is_heard(presentation) else "see more") if is_finished(run) else "next"


def run_facts(run: RunRecord) -> dict[str, Sequence[str]]:
    """What a run is made of, in short phrases by their names: space, settings, seed, and what its domain has to say."""
    try:
        own = dict(presentation_for(run).run_lines(run.facts, run.settings))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise damaged_run(run.name, "what its domain has found out makes no sense", run.reference) from error
    settings = [*_settings(run.settings), *own.pop("settings", ())]
    facts = {
        "space": _space(run),
        "branched": _branched(run),
        "taste": _earlier_taste(run),
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


def _earlier_taste(run: RunRecord) -> list[str]:
    """From which run it knows what is liked, such as ``begun with what 3 rankings of night say``."""
    kept = run.fact("earlier_taste")
    if not kept:
        return []
    ballots = int(kept["ballots"])
    return [f"begun with what {counted(ballots, 'ranking')} of {kept['run']} {worded(ballots, 'says', 'say')}"]


def _settings(settings: Mapping[str, Any]) -> list[str]:
    parts = [counted(int(settings[key]), noun) for key, noun in _POPULATION.items() if settings.get(key)]
    heard, population = (int(settings.get(key) or 0) for key in ("heard", "population"))
    if heard < population and heard:
        parts.insert(1, f"{heard:,} of them heard, by {settings.get('screening')}")
    halving = int(settings.get("halving", 1))
    return [*parts, *([f"halving {halving}"] if halving > 1 else [])]
