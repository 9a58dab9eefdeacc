"""What is known of a run's listeners, and what one more generation may bring."""

from rich.console import Group, RenderableType
from rich.text import Text

from evolve.records.run import RunRecord
from evolve.report.wording import dim, section
from evolve.search.outlook import outlook_of
from evolve.words import counted, one_line


def taste(run: RunRecord) -> RenderableType:
    """What one more generation may bring, how far listeners like the same, and how surely they judge."""
    outlook = outlook_of(run)
    if outlook is None:
        return Group()
    note = dim([f"learned from {counted(outlook.ballots, 'ranking')}"])
    return section("What is known of taste", *(Text(one_line(words)) for words in outlook.in_words), note=note)
