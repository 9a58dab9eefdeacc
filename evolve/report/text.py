"""A run as the story of a family, for a terminal or a text file."""

import io

from rich.console import Console, Group, RenderableType

from evolve.report.story.champions import champions, survivors
from evolve.report.story.drift import gene_drift_table
from evolve.report.story.failures import failures
from evolve.report.story.family_tree import family_tree
from evolve.report.story.generations import generations
from evolve.report.story.header import header
from evolve.store.records import RunRecord


def report_text(run: RunRecord, reference: str | None = None) -> RenderableType:
    """The story from the head to the failures; sections that have nothing to tell are left out.

    Args:
        run: The whole run.
        reference: How the run is called on the command line, where its name alone would not find it.
    """
    return Group(
        header(run, reference),
        generations(run),
        family_tree(run),
        champions(run),
        survivors(run),
        gene_drift_table(run),
        failures(run),
    )


def render_text(run: RunRecord, *, width: int = 80, color: bool = False, reference: str | None = None) -> str:
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
        console.print(report_text(run, reference=reference), soft_wrap=False)
    lines = (line.rstrip() for line in capture.get().splitlines())
    return "\n".join(lines) + "\n"
