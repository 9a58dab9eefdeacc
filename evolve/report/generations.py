"""The generations, each as a table of its members from the first to the last, and what all their samples are like."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.judging.agreement import agreement_of
from evolve.judging.costs import costs_of
from evolve.presentation import Facts, Presentation, badges_of, judged_word, metrics_of, numbers
from evolve.records.genome import Value
from evolve.records.individual import Origin
from evolve.records.run import GenerationRecord, IndividualRecord, IndividualStatus, RunRecord
from evolve.report.questions import (
    is_tied,
    kept_for_favourites,
    kept_for_taste,
    letters_of,
    listeners_of,
    ranked_generations,
    shared_genes,
)
from evolve.report.wording import Phrases, dim, genome_phrases, plain_table, rank_style, section
from evolve.search.breeding import undecided_in_words
from evolve.search.candidates import candidates_of
from evolve.search.reliability import reliability_of
from evolve.search.taste import prediction_in_words
from evolve.words import counted, duration_in_words, listed, one_line


def generations(run: RunRecord, told: Collection[str]) -> RenderableType:
    """One section per generation with a table of those who are told of by name, and how to read the columns."""
    if not run.generations:
        return Group()
    sections = [_generation(run, generation, told) for generation in run.generations]
    records, presentation = run.individuals.values(), presentation_for(run)
    letters = f"as: the blind letter it was {judged_word(presentation)} under"
    notes = [letters] if any(generation.ballots for generation in ranked_generations(run)) else []
    metrics = metrics_of(presentation, [record.metrics for record in records])
    notes += [f"{metric.word}: {metric.help}" for metric in metrics if metric.help]
    samples = [sample.facts for record in records for sample in record.samples]
    notes += [badge.help for badge in presentation.badges if badge.help and badge.text(samples)]
    return Group(*sections, *([Padding(_Legend(notes), (1, 0, 0, 2))] if notes else []))


def judging_of(run: RunRecord, generation: GenerationRecord) -> Iterator[str]:
    """How well it was foretold, how far the listeners agree, with themselves too, and what judging has cost them.

    Nothing before the generation is ranked: until then a ballot is its listener's own.
    """
    if not generation.status.is_ranked:
        return
    if predicted := prediction_in_words(run, generation):
        yield predicted
    if agreement := agreement_of([record.ballot for record in generation.ballots]):
        yield agreement.in_words
    if open_ends := undecided_in_words(run, generation):
        yield open_ends
    if costs := costs_of(generation.ballots):
        ballots = counted(costs.ballots, "ballot")
        yield f"{ballots} took {duration_in_words(costs.active_s)} and {counted(costs.plays, 'play')}"
    yield from repeats_in(generation)


def repeats_in(generation: GenerationRecord) -> Iterator[str]:
    """Where listeners placed whom they were presented twice."""
    for record in generation.ballots:
        if repeat := record.repeat:
            first, second = repeat.places
            told = f"{first} both times" if first == second else f"{first} and {second}"
            yield f"{one_line(record.listener)} had {repeat.id} twice, at place {told} of {repeat.of}"


def _comments(generation: GenerationRecord) -> Iterator[RenderableType]:
    """What listeners wrote about candidates, once the generation is ranked."""
    for record in generation.ballots if generation.status.is_ranked else ():
        for candidate, comment in record.ballot.comments:
            yield Text(f"{one_line(record.listener)} on {candidate}: {one_line(comment)}")


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
    notes = [*notes_on(run, generation)]
    members = [run.individuals[name] for name in generation.members if name in told]
    reliability = reliability_of(run, generation)
    sentence = [Text(reliability.in_words, style="dim")] if reliability else []
    body = [
        *sentence,
        *(Text(words, style="dim") for words in judging_of(run, generation)),
        _table(run, generation, members),
        *_comments(generation),
        *_others(run, generation, told),
        *_stopped(run, generation, told),
    ]
    return section(f"Generation {generation.index}", *body, note=dim(notes) if notes else None)


def notes_on(run: RunRecord, generation: GenerationRecord) -> Iterator[str]:
    """Who ranked it or that it waits, whom the next was bred from, and who failed."""
    if generation.ranking:
        listeners = [one_line(listener) for listener in listeners_of(generation)]
        yield f"ranked by {listed(listeners)}" if listeners else "ranked"
    elif generation.status.waits_for_listener:
        yield "waits for a ranking"
    if generation.parents:
        loved, hoped = kept_for_favourites(run, generation), kept_for_taste(run, generation)
        selected = [name for name in generation.parents if name not in (*loved, *hoped)]
        others = {"for a favourite too": loved, "by taste too": hoped}
        more = "".join(f"; {why}: {listed(names)}" for why, names in others.items() if names)
        yield f"parents of the next: {listed(selected)}{more}"
    if generation.failed:
        yield f"failed: {listed(generation.failed)}"
    if generation.stopped:
        yield f"{len(generation.stopped):,} stopped early"


def others_in(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> list[str]:
    """On those who are not told of by name: how many, how many of them nobody heard, the range of the first metric."""
    others = [name for name in generation.members if name not in told]
    if not others:
        return []
    candidates = candidates_of(run, generation)
    unheard = 0 if candidates is None else len(set(others) & set(candidates.unheard))
    word = judged_word(presentation_for(run))
    which = f"not {word}" if unheard == len(others) else f"{unheard:,} of them not {word}"
    parts = [f"{len(others):,} more", *([which] if unheard else [])]
    metric = next(iter(presentation_for(run).metrics), None)
    if metric and (known := numbers([run.individuals[name].metrics for name in others], metric.name)):
        parts.append(f"{metric.word} {metric.in_words(min(known))} – {metric.in_words(max(known))}")
    return [*parts, "all by name with --everyone"]


def _others(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> list[RenderableType]:
    """A line on those of whom the table does not tell."""
    parts = others_in(run, generation, told)
    return [dim(parts)] if parts else []


def stopped_in(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> list[str]:
    """Who was stopped early, and why; of those who are not told of by name how many. Empty where nobody was."""
    if not generation.stopped:
        return []
    named = [name for name in generation.stopped if name in told]
    reasons = [f"{name}: {one_line(run.individuals[name].stopped or '')}" for name in named]
    more = len(generation.stopped) - len(named)
    return ["stopped early", *reasons, *([f"{more:,} more", "all by name with --everyone"] if more else [])]


def _stopped(run: RunRecord, generation: GenerationRecord, told: Collection[str]) -> list[RenderableType]:
    parts = stopped_in(run, generation, told)
    return [dim(parts)] if parts else []


def _table(run: RunRecord, generation: GenerationRecord, members: Sequence[IndividualRecord]) -> Table:
    presentation = presentation_for(run)
    shown = metrics_of(presentation, [member.metrics for member in members])
    letters, shared = letters_of(generation) if generation.status.is_ranked else {}, shared_genes(run)
    table = plain_table(*(["rank"] if generation.ranking else []), *(["as"] if letters else []), "id")
    for metric in shown:
        table.add_column(metric.word, justify="right", no_wrap=True)
    table.add_column("genes", ratio=1)
    for member in sorted(members, key=lambda member: place_in(generation, member)):
        rank = [_rank(generation, member)] if generation.ranking else []
        letter = [letters.get(member.individual.id, "")] if letters else []
        metrics = [metric.of(member.metrics) for metric in shown]
        table.add_row(
            *rank, *letter, _name(run, generation, member), *metrics, _about(generation, member, shared, presentation)
        )
    return table


def place_in(generation: GenerationRecord, member: IndividualRecord) -> int:
    """The rank of a member; behind all others without one."""
    entry = generation.ranking.get(member.individual.id)
    return entry.rank if entry else len(generation.members) + 1


def _rank(generation: GenerationRecord, member: IndividualRecord) -> Text:
    entry = generation.ranking.get(member.individual.id)
    if entry is None:
        return Text("")
    star = "★" if entry.rank == 1 and not entry.rejected else " "
    tie = "=" if is_tied(generation, member.individual.id) else ""
    return Text(f"{star} {entry.rank}{tie}", style=rank_style(entry))


def _name(run: RunRecord, generation: GenerationRecord, member: IndividualRecord) -> Text:
    """The id, and below it what is particular about the member here."""
    entry = generation.ranking.get(member.individual.id)
    name = Text(member.individual.id, style="bold" if entry and entry.rank == 1 else "")
    if entry and entry.rejected:
        return name.append("\nrejected", style="red")
    before = run.ancestors.get(member.individual.id, "")
    particulars = {
        f"was {one_line(before)}": bool(before) and not generation.index,
        "elite": member.individual.id in generation.elites,
        "training": member.status is IndividualStatus.EVALUATING,
        "newcomer": member.individual.origin is Origin.NEWCOMER,
    }
    return name.append("".join([f"\n{word}" for word, holds in particulars.items() if holds][:1]), style="dim")


def _about(
    generation: GenerationRecord, member: IndividualRecord, shared: Mapping[str, Value], presentation: Presentation
) -> RenderableType:
    """The genes but those that all share, below them what can be said of the samples, and why the model chose it."""
    fresh = tuple(member.changed) if member.individual.generation == generation.index else ()
    genes = Phrases(genome_phrases(member.individual.genome, presentation, leaving_out=shared, fresh=fresh))
    badges = [Text(words, style="dim") for words in badges_of(presentation, [one.facts for one in member.samples])]
    expected = generation.foretold.get(member.individual.id)
    why = [Text(expected.why, style="dim italic")] if expected and expected.why else []
    return Group(genes, *([Phrases(badges)] if badges else []), *why)


def figures(run: RunRecord, told: Collection[str]) -> RenderableType:
    """The samples of each member of the newest generation together, best first, beside what was learned from.

    Nothing where the domain has no figures, or no member that is told of by name has any.
    """
    presentation = presentation_for(run)
    for generation in reversed(run.generations):
        members = [run.individuals[name] for name in generation.members if name in told]
        if measured := [member for member in members if _has_figures(presentation, member.metrics)]:
            by_rank = sorted(measured, key=lambda member: place_in(generation, member))
            return _figures(run, generation, by_rank, presentation)
    return Group()


def _has_figures(presentation: Presentation, metrics: Facts) -> bool:
    return any(figure.text(metrics) for figure in presentation.figures)


def _figures(
    run: RunRecord, generation: GenerationRecord, members: Sequence[IndividualRecord], presentation: Presentation
) -> RenderableType:
    table = plain_table("")
    for figure in presentation.figures:
        table.add_column(figure.heading, justify="right")
    usual = presentation.usual(run.facts)
    rows = [(Text(member.individual.id), member.metrics) for member in members]
    if usual and _has_figures(presentation, usual.metrics):
        rows.insert(0, (Text(f"{usual.name} {usual.note}".rstrip(), style="bold"), usual.metrics))
    for name, metrics in rows:
        table.add_row(name, *(figure.text(metrics) for figure in presentation.figures))
    word = presentation.sample_word
    title = f"The {word}s of generation {generation.index} {f'beside the {usual.name}' if usual else 'together'}"
    samples = max(
        len(presentation.features([one.facts for one in member.samples], member.metrics)) for member in members
    )
    notes = (
        [f"{counted(samples, word)} of each {presentation.maker_word}, of which a few are {judged_word(presentation)}"]
        if samples
        else []
    )
    notes += [f"{figure.heading}: {figure.help}" for figure in presentation.figures if figure.help]
    return section(title, table, note=dim(notes))
