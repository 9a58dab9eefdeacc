"""A run as the story of a family, for a terminal or a text file."""

import io

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment

from evolve.report.story.champions import champions, survivors
from evolve.report.story.damage import damage
from evolve.report.story.drift import gene_drift_table
from evolve.report.story.failures import failures
from evolve.report.story.family_tree import family_tree
from evolve.report.story.favourites import favourites
from evolve.report.story.generations import generations
from evolve.report.story.header import header
from evolve.report.story.song_sets import song_sets
from evolve.report.told import everyone_in, told_in
from evolve.store.records import RunRecord


def report_text(run: RunRecord, *, everyone: bool = False) -> RenderableType:
    """The story from the head to the failures; sections that have nothing to tell are left out.

    Args:
        run: Whose story it is.
        everyone: Whether all are told of by name, also in generations of hundreds.
    """
    told = everyone_in(run) if everyone else told_in(run)
    return _Trimmed(
        Group(
            header(run),
            damage(run),
            generations(run, told),
            song_sets(run, told),
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
