"""The generations, each as a table of its members from the first to the last."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evolve.candidates import candidates_of
from evolve.genetics.genome import Value
from evolve.genetics.individual import Origin
from evolve.report.genes import shared_genes
from evolve.report.rankings import is_tied, letters_of, listeners_of
from evolve.report.reliability import reliability_of
from evolve.report.songs import songs_in_words
from evolve.report.story.badges import genome_phrases, rank_style, section
from evolve.report.story.phrases import Phrases
from evolve.report.story.words import duration_in_words, one_line
from evolve.store.records import GenerationRecord, IndividualRecord, IndividualStatus, RunRecord
from evolve.words import listed

_METRICS: dict[str, tuple[str, Callable[[float], str]]] = {
    "held_out_bits_per_note": ("bits", lambda bits: f"{bits:.2f}"),
    "epochs": ("epochs", lambda epochs: f"{epochs:.0f}"),
    "training_s": ("time", duration_in_words),
}
"""The metrics that have a column: their name in the store, their heading, and how they are told."""

_LETTERS = "as: the blind letter it was heard under"
_BITS = "bits: the validation loss in bits a note, of whole held-out pieces; less is better"
_UNLIKE = "unlike: how far the songs are from the corpus; its own pieces are at about 1"


def generations(run: RunRecord, told: Collection[str]) -> RenderableType:
    """One section per generation, and a line on how to read the columns after the last.

    Args:
        run: Whose story it is.
        told: Who is told of by name; of the others there is a line.
    """
    if not run.generations:
        return Group()
    sections = [_generation(run, generation, told) for generation in run.generations]
    notes = [_LETTERS] if any(generation.ballots for generation in run.generations) else []
    notes += [_BITS] if any(record.metrics for record in run.individuals.values()) else []
    songs = [song for record in run.individuals.values() for song in record.songs]
    notes += [_UNLIKE] if any("distance" in song.facts for song in songs) else []
    return Group(*sections, *([Padding(_Legend(notes), (1, 0, 0, 2))] if notes else []))


class _Legend:
    """How to read the columns, and what bold means where there is bold."""

    def __init__(self, notes: Sequence[str]) -> None:
        self._notes = notes

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The legend for this console."""
        parts = [Text(part, style="dim") for part in self._notes]
        if console.color_system:
            parts.append(Text.assemble(("bold", "bold"), (": not as in the first parent", "dim")))
        yield Phrases(parts)


def _generation(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> RenderableType:
    notes = [Text(note, style="dim") for note in _notes(generation)]
    members = [run.individuals[name] for name in generation.members if name in told]
    reliability = reliability_of(run, generation)
    sentence = [Text(reliability.in_words, style="dim")] if reliability else []
    body = [*sentence, _table(run, generation, members), *_others(run, generation, told)]
    return section(f"Generation {generation.index}", *body, note=Phrases(notes) if notes else None)


def _notes(generation: GenerationRecord) -> Iterator[str]:
    if generation.standings:
        listeners = [one_line(listener) for listener in listeners_of(generation)]
        yield f"ranked by {listed(listeners)}" if listeners else "ranked"
    elif generation.status.waits_for_listener:
        yield "waits for a ranking"
    if generation.parents:
        yield f"parents of the next: {listed(generation.parents)}"
    if generation.failed:
        yield f"failed: {listed(generation.failed)}"


def _others(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> list[RenderableType]:
    """A line on those of whom the table does not tell, and their validation losses."""
    others = [name for name in generation.members if name not in told]
    if not others:
        return []
    candidates = candidates_of(run, generation)
    unheard = 0 if candidates is None else len(set(others) & set(candidates.unheard))
    which = "not heard" if unheard == len(others) else f"{unheard:,} of them not heard"
    parts = [f"{len(others):,} more", *([which] if unheard else [])]
    bits = [run.individuals[name].metrics.get("held_out_bits_per_note") for name in others]
    if known := [float(value) for value in bits if isinstance(value, int | float)]:
        parts.append(f"bits {min(known):.2f} – {max(known):.2f}")
    return [Phrases([Text(part, style="dim") for part in (*parts, "all by name with --everyone")])]


def _table(run: RunRecord, generation: GenerationRecord, members: Sequence[IndividualRecord]) -> Table:
    shown = {name: told for name, told in _METRICS.items() if any(name in member.metrics for member in members)}
    letters, shared = letters_of(generation), shared_genes(run)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    if generation.standings:
        table.add_column("rank", no_wrap=True)
    if letters:
        table.add_column("as", no_wrap=True)
    table.add_column("id", no_wrap=True)
    for heading, _ in shown.values():
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("genes", ratio=1)
    for member in sorted(members, key=lambda member: _place(generation, member)):
        rank = [_rank(generation, member)] if generation.standings else []
        letter = [letters.get(member.individual.id, "")] if letters else []
        metrics = [_metric(member, name, told) for name, (_, told) in shown.items()]
        table.add_row(*rank, *letter, _name(generation, member), *metrics, _about(generation, member, shared))
    return table


def _place(generation: GenerationRecord, member: IndividualRecord) -> int:
    standing = generation.standings.get(member.individual.id)
    return standing.rank if standing else len(generation.members) + 1


def _rank(generation: GenerationRecord, member: IndividualRecord) -> Text:
    standing = generation.standings.get(member.individual.id)
    if standing is None:
        return Text("")
    star = "★" if standing.rank == 1 and not standing.rejected else " "
    tie = "=" if is_tied(generation, member.individual.id) else ""
    return Text(f"{star} {standing.rank}{tie}", style=rank_style(standing))


def _name(generation: GenerationRecord, member: IndividualRecord) -> Text:
    """The id, and below it what is particular about the member here."""
    standing = generation.standings.get(member.individual.id)
    name = Text(member.individual.id, style="bold" if standing and standing.rank == 1 else "")
    if standing and standing.rejected:
        return name.append("\nrejected", style="red")
    if member.individual.id in generation.elites:
        return name.append("\nelite", style="dim")
    if member.status is IndividualStatus.EVALUATING:
        return name.append("\ntraining", style="dim")
    if member.individual.origin is Origin.NEWCOMER:
        return name.append("\nnewcomer", style="dim")
    return name


def _metric(member: IndividualRecord, name: str, told: Callable[[float], str]) -> str:
    value = member.metrics.get(name)
    return told(value) if isinstance(value, int | float) else ""


def _about(generation: GenerationRecord, member: IndividualRecord, shared: Mapping[str, Value]) -> RenderableType:
    """The genes but those that all share, and below them what can be said of the songs."""
    fresh = tuple(member.changed) if member.individual.generation == generation.index else ()
    genes = Phrases(genome_phrases(member.individual.genome, leaving_out=shared, fresh=fresh))
    songs = [Text(words, style="dim") for words in songs_in_words(member.songs)]
    return Group(genes, Phrases(songs)) if songs else genes
