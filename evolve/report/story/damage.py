"""What is wrong with a damaged store, and what could not be read of it."""

from rich.console import Group, RenderableType
from rich.text import Text

from evolve.report.story.badges import section
from evolve.report.story.words import one_line
from evolve.store.records import RunRecord

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
