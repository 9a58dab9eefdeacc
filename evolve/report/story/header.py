"""The head of the story: which run this is, where it stands and what to do next."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from evolve.report.genes import genes_of, shared_genes
from evolve.report.stage import AT_WORK, Stage, generation_in_words, is_finished, stage_of
from evolve.report.story.phrases import Phrases
from evolve.report.story.words import moment_in_words, one_line, value_in_words
from evolve.store.records import RunRecord
from evolve.words import counted, listed

_POPULATION = {"population": "individual", "parents": "parent", "elites": "elite", "songs": "song"}


def header(run: RunRecord) -> RenderableType:
    """The run's name, what it is made of, where it stands and the next command."""
    title = Text.assemble((one_line(run.name), "bold"), (f"  begun {moment_in_words(run.created_at)}", "dim"))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")  # a command that ended in "…" could not be copied
    for name, parts in _facts(run).items():
        facts.add_row(name, Phrases([one_line(part) for part in parts]))
    stage = stage_of(run)
    place = "" if stage.generation is None else f"{generation_in_words(run, stage.generation)}: "
    facts.add_row("stands", Text(place + stage.words))
    if run.is_worked_on:
        facts.add_row("at work", Text("a process works on it now"))
    facts.add_row(_what_for(run, stage), Text(stage.command, style="bold green"))
    return Group(title, Rule(style="dim"), Padding(facts, (0, 0, 0, 2)))


def _what_for(run: RunRecord, stage: Stage) -> str:
    """What the next command is for."""
    if stage.waits_for == AT_WORK:
        return "look again"
    return "hear more" if is_finished(run) else "next"


def _facts(run: RunRecord) -> dict[str, list[str]]:
    facts = {
        "space": _space(run),
        "corpus": _corpus(run.corpus),
        "opening": _opening(run.opening),
        "settings": _settings(run.settings),
        "seed": [str(run.settings["seed"])] if "seed" in run.settings else [],
        "all share": [f"{gene} {value_in_words(value)}" for gene, value in shared_genes(run).items()],
    }
    return {name: parts for name, parts in facts.items() if parts}


def _space(run: RunRecord) -> list[str]:
    genes = genes_of(run)
    free = sum(not gene.is_fixed for gene in genes.values())
    return [run.space.get("name", "unnamed"), *([f"{counted(free, 'gene')} to vary"] if genes else [])]


def _corpus(corpus: Mapping[str, Any]) -> list[str]:
    if not corpus:
        return []
    counts = [counted(int(corpus[key]), key[:-1]) for key in ("pieces", "notes") if corpus.get(key)]
    skipped = [f"{counted(len(corpus['skipped']), 'file')} skipped"] if corpus.get("skipped") else []
    return [listed([str(name) for name in corpus.get("names", ())]) or "unnamed", *counts, *skipped]


def _opening(opening: Mapping[str, Any]) -> list[str]:
    if not opening:
        return []
    notes = [counted(int(opening["notes"]), "note")] if opening.get("notes") else []
    notice = [str(opening["notice"])] if opening.get("notice") else []
    return [str(opening.get("source", "unknown")), *notes, *notice]


def _settings(settings: Mapping[str, Any]) -> list[str]:
    parts = [counted(int(settings[key]), noun) for key, noun in _POPULATION.items() if settings.get(key)]
    heard, population = (int(settings.get(key) or 0) for key in ("heard", "population"))
    if heard < population and heard:
        parts.insert(1, f"{heard:,} of them heard, by {settings.get('screening')}")
    if settings.get("notes") and settings.get("songs"):
        parts[-1] += f" of {counted(int(settings['notes']), 'note')}"
    return parts
