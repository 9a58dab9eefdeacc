"""The songs of the newest generation as sets, beside the corpus."""

from collections.abc import Collection, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.report.song_sets import TOLD, Figures, number, set_of, set_of_corpus
from evolve.report.story.badges import section
from evolve.report.story.phrases import Phrases
from evolve.store.records import GenerationRecord, IndividualRecord, RunRecord
from evolve.words import counted

_HOW_TO_READ = (
    "notes: how long the middle half of them is, opening included",
    "end: songs that ended by themselves",
    "on a beat: notes that start on one",
    "bars begun: bars with a note on the first beat",
    "across bars: notes that sound across a bar line",
    "comes back: the longest passage of a song that does, the median",
)


def song_sets(run: RunRecord, told: Collection[str]) -> RenderableType:
    """A row for the corpus and one for each member with songs, best first; nothing where no set has figures.

    Args:
        run: Whose story it is.
        told: Who is told of by name.
    """
    for generation in reversed(run.generations):
        if members := [one for one in _best_first(run, generation) if one.individual.id in told]:
            return _section(run, generation, members)
    return Group()


def _best_first(run: RunRecord, generation: GenerationRecord) -> list[IndividualRecord]:
    """The members whose songs have figures as a set."""
    members = [run.individuals[name] for name in generation.members]
    ranks = {name: standing.rank for name, standing in generation.standings.items()}
    measured = [member for member in members if set_of(member)]
    return sorted(measured, key=lambda member: ranks.get(member.individual.id, len(members) + 1))


def _section(run: RunRecord, generation: GenerationRecord, members: list[IndividualRecord]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for one in TOLD:
        table.add_column(one.heading, justify="right")
    for name, figures in _rows(run, members):
        table.add_row(name, *(one.figure(figures) for one in TOLD))
    songs = max((number(set_of(member), "songs") or 0 for member in members), default=0)
    notes = [f"{counted(int(songs), 'song')} of each network, of which a few are heard", *_HOW_TO_READ]
    title = f"The songs of generation {generation.index} beside the corpus"
    return section(title, table, note=Phrases([Text(note, style="dim") for note in notes]))


def _rows(run: RunRecord, members: list[IndividualRecord]) -> Iterator[tuple[Text, Figures]]:
    if corpus := set_of_corpus(run):
        metre = run.corpus.get("set_metre")
        yield Text(f"corpus in {metre}" if metre else "corpus", style="bold"), corpus
    for member in members:
        yield Text(member.individual.id), set_of(member)
