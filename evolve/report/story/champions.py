"""The champions' lines back to their founders, and whose genes live on."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evolve.genetics.lineage import descendants, founders_of, line_to_founder, surviving_shares
from evolve.report.genes import shared_genes
from evolve.report.rankings import family_of, latest_champions, members_with_songs
from evolve.report.song_sets import set_in_words, set_of, set_of_corpus
from evolve.report.songs import songs_in_words
from evolve.report.story.badges import change_phrases, genome_phrases, rank_history, section
from evolve.report.story.phrases import Phrases
from evolve.store.records import IndividualRecord, RunRecord
from evolve.words import counted, listed

_BAR_WIDTH = 24
_MOST_SOURCES = 8
_MOST_CHAMPIONS = 3


def champions(run: RunRecord) -> RenderableType:
    """For each who came first in the last ranking: its line, step by step, and where its genes come from."""
    latest = latest_champions(run)
    if latest is None:
        return Group()
    generation, ids = latest
    return Group(*(_line(run, generation, id_) for id_ in ids[:_MOST_CHAMPIONS]))


def survivors(run: RunRecord) -> RenderableType:
    """In whom the genes arose that the last generation with songs carries, as bars."""
    heard = [(index, members) for index, members in enumerate(members_with_songs(run)) if members]
    if len(heard) < 2:  # noqa: PLR2004 - of one generation there is nothing to tell
        return Group()
    index, members = heard[-1]
    family = family_of(run)
    shares = surviving_shares(family, members, ignored_genes=shared_genes(run))
    table = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "left", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for id_, share in list(shares.items())[:_MOST_SOURCES]:
        descent = len(descendants(family, id_))
        bar = Text(_bar(share / max(shares.values())), style="cyan")
        note = Text(counted(descent, "descendant") if descent else "", style="dim")
        table.add_row(Text(id_), bar, f"{share:.0%}", note)
    carried = f"in whom the genes arose that generation {index} carries ({counted(len(members), 'member')} with songs)"
    return section("Whose genes live on", table, note=Text(carried, style="dim"))


def _line(run: RunRecord, generation: int, champion: str) -> RenderableType:
    family = family_of(run)
    line = line_to_founder(family, champion)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for id_ in line:
        table.add_row(Text(id_, style="bold"), rank_history(run, id_), _step(run, run.individuals[id_]))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    for name, value in _facts(run, run.individuals[champion]).items():
        facts.add_row(name, value)
    gap = [""] if facts.row_count else []
    return section(f"The line of {champion}, champion of generation {generation}", table, *gap, facts)


def _step(run: RunRecord, record: IndividualRecord) -> RenderableType:
    family, individual = family_of(run), record.individual
    if not individual.parents:
        genes = genome_phrases(individual.genome, leaving_out=shared_genes(run))
        return Phrases(genes)
    return Phrases(change_phrases(family, individual, record.changed) or ["no gene changed"], joint=", ")


def _facts(run: RunRecord, champion: IndividualRecord) -> dict[str, RenderableType]:
    family, id_ = family_of(run), champion.individual.id
    facts: dict[str, RenderableType] = {}
    founders = founders_of(family, id_)
    if founders != (id_,):
        shares = surviving_shares(family, [id_], ignored_genes=shared_genes(run))
        facts["founders"] = Text(listed(founders))
        facts["genes from"] = Phrases([f"{source} {share:.0%}" for source, share in shares.items()])
        facts["genome"] = Phrases(genome_phrases(champion.individual.genome, leaving_out=shared_genes(run)))
    if songs := [song.files["midi"] for song in champion.songs if "midi" in song.files]:
        more = f"  and {len(songs) - 1} more" if len(songs) > 1 else ""
        facts["songs"] = Text.assemble(songs[0], (more, "dim"))
    if words := songs_in_words(champion.songs):
        facts["of them"] = Phrases(words)
    if words := set_in_words(set_of(champion), set_of_corpus(run)):
        facts["as a set"] = Phrases(words)
    return facts


def _bar(share: float) -> str:
    """A bar of up to `_BAR_WIDTH` columns, to an eighth of a column."""
    eighths = max(1, round(share * _BAR_WIDTH * 8))
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")
