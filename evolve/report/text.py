"""A run as the story of a family, for a terminal or a text file."""

import io

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.records.run import RunRecord
from evolve.report.drift import gene_drift_table
from evolve.report.failures import failures
from evolve.report.family import champions, family_tree, survivors
from evolve.report.generations import figures, generations
from evolve.report.head import header
from evolve.report.questions import everyone_in, favourites_of, told_in
from evolve.report.wording import dim, section
from evolve.words import listed, one_line


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
