"""The favourite songs: whose they are, who loves them, and how to go on from one."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.report.favourites import favourites_of
from evolve.report.story.badges import section
from evolve.report.story.phrases import Phrases
from evolve.report.story.words import one_line
from evolve.store.records import RunRecord
from evolve.words import listed


def favourites(run: RunRecord) -> RenderableType:
    """A row for each song that a listener loves; nothing where nobody loves any."""
    songs = favourites_of(run)
    if not songs:
        return Group()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    table.add_column(overflow="fold")
    for song in songs:
        loved_by = listed([one_line(listener) for listener in song.listeners])
        table.add_row(song.name, f"loved by {loved_by}", Text(one_line(song.midi or "its file is lost"), style="dim"))
    first = songs[0]
    notes = [f"{first.name} is song {first.number} of {first.individual}", "files stay whatever becomes of the network"]
    command = Text(f"evolve compose {run.reference} --from {songs[0].name}", style="bold green")
    goes_on = Table.grid(padding=(0, 2, 0, 0))
    goes_on.add_column(no_wrap=True, style="dim")
    goes_on.add_column(overflow="fold")
    goes_on.add_row("go on from one", command)
    note = Phrases([Text(note, style="dim") for note in notes])
    return section("Favourite songs", table, "", goes_on, note=note)
