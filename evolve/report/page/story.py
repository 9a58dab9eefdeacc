"""What a report's page tells, section by section, as plain data for its template."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape
from rich.text import Span, Text

from evolve.domain_registry import presentation_for
from evolve.genetics.lineage import descendants
from evolve.judging.order import format_order
from evolve.presentation import badges_of, figures_of, is_heard, metrics_of
from evolve.records.individual import Origin
from evolve.records.run import BallotRecord, GenerationRecord, IndividualRecord, IndividualStatus, RunRecord
from evolve.report.changes import Changes, split_changes
from evolve.report.family import began_with
from evolve.report.generations import judging_of, notes_on, others_in, place_in, stopped_in
from evolve.report.page.media import PageMedia, SampleFileView
from evolve.report.questions import (
    champions_of,
    family_of,
    favourites_of,
    genes_of,
    is_tied,
    letters_of,
    listener_in_words,
    ranked_generations,
    shared_genes,
)
from evolve.report.wording import AT_RUNG, change_phrases, genome_phrases, moment_in_words, rank_badge, rank_history
from evolve.search.reliability import reliability_of
from evolve.search.taste import why_born
from evolve.words import counted, duration_in_words, listed


@dataclass(frozen=True, slots=True)
class SampleView:
    """One sample on a card.

    Attributes:
        number: From 1.
        line: What can be said of it.
        parts: Its files.
        loved_by: Whose heart it has; empty without any.
        played: How often and how long listeners played it; empty where nothing was noted.
    """

    number: int
    line: str
    parts: tuple[SampleFileView, ...]
    loved_by: str
    played: str


@dataclass(frozen=True, slots=True)
class CommentView:
    """What a listener wrote about an individual, and in which generation."""

    listener: str
    generation: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that is told of one individual.

    Attributes:
        id: Its name.
        ranks: Where it came in each generation, or what it waits for.
        is_champion: Whether it ever came first.
        origin: ``child of g0-2 and g0-5``, ``founder`` and so on, as parts.
        parents: The ids among these that can be gone to.
        changes: What changed most from the first parent.
        more: What else changed, the larger first.
        more_in_words: How many those are, such as ``5 smaller``.
        genes: The genes that not all share, as short phrases.
        badges: What can be said of its samples together.
        metrics: Name and value of each metric.
        samples: To be heard or seen.
        remarks: What listeners wrote about it.
        withheld: Why its samples are not there; empty where they are.
        why: Why the model of taste chose it; empty where it did not, or before it is ranked.
    """

    id: str
    ranks: str
    is_champion: bool
    origin: str
    parents: tuple[str, ...]
    changes: tuple[Markup, ...]
    more: tuple[Markup, ...]
    more_in_words: str
    genes: tuple[Markup, ...]
    badges: tuple[str, ...]
    metrics: tuple[tuple[str, str], ...]
    samples: tuple[SampleView, ...]
    remarks: tuple[CommentView, ...]
    withheld: str
    why: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the list of its generation: its badge there, and the card where this is the place for it."""

    id: str
    badge: str
    letter: str
    note: str
    card: Card | None


@dataclass(frozen=True, slots=True)
class BallotRow:
    """A ballot that was cast."""

    generation: int
    listener: str
    made_at: str
    order: str
    time: str
    plays: str


@dataclass(frozen=True, slots=True)
class GenerationView:
    """One generation: what is to be said of it, its members from first to last, and who failed or was stopped."""

    index: int
    notes: tuple[str, ...]
    sentences: tuple[str, ...]
    members: tuple[MemberRow, ...]
    others: tuple[str, ...]
    stopped: tuple[str, ...]
    champions: tuple[str, ...]


class CardMaker:
    """Makes the cards of a run; the samples of whoever comes first are the first to lie inside the page."""

    def __init__(self, run: RunRecord, media: PageMedia) -> None:
        self._run, self._media, self._presentation = run, media, presentation_for(run)
        self._family, self._shared, self._genes = family_of(run), shared_genes(run), genes_of(run)
        self._loved = {(one.individual, one.number): one.listeners for one in favourites_of(run)}
        self._usual = self._presentation.usual(run.facts)
        self._open = withheld_in(run)

    def card(self, id_: str) -> Card:
        """The card of an individual."""
        record = self._run.individuals[id_]
        individual, presentation = record.individual, self._presentation
        parents = tuple(parent for parent in individual.parents if parent in self._run.individuals)
        changes = split_changes(record.changed if parents else {}, self._genes)
        unchanged = (Markup("no gene changed"),) if parents else ()
        genes = genome_phrases(individual.genome, presentation, leaving_out=self._shared, fresh=tuple(record.changed))
        figures = figures_of(presentation, record.metrics, self._usual)
        badges = badges_of(presentation, [one.facts for one in record.samples])
        shown = metrics_of(presentation, [record.metrics])
        return Card(
            id_,
            rank_history(self._run, id_).plain or _standing(record),
            any(id_ in champions_of(generation) for generation in self._run.generations),
            self._origin(record),
            tuple(dict.fromkeys(parents)),
            (*(self._phrases(record, changes.told) or unchanged), *map(marked, began_with(record))),
            self._phrases(record, changes.more),
            changes.more_in_words,
            tuple(marked(phrase) for phrase in genes),
            (*badges, *figures),
            tuple((metric.label, f"{metric.of(record.metrics)} {_unit(metric.unit)}".rstrip()) for metric in shown),
            () if id_ in self._open else tuple(self._samples(record)),
            tuple(self._remarks(id_)),
            self._why_withheld(record) if id_ in self._open else "",
            why_born(self._run, id_),
        )

    def _phrases(self, record: IndividualRecord, changes: Changes) -> tuple[Markup, ...]:
        return tuple(marked(phrase) for phrase in change_phrases(self._family, record.individual, changes))

    def _samples(self, record: IndividualRecord) -> Iterator[SampleView]:
        id_ = record.individual.id
        for sample in record.samples:
            loved = self._loved.get((id_, sample.index), ())
            yield SampleView(
                sample.index,
                self._presentation.describe(sample.facts),
                self._media.parts(id_, sample),
                listed(loved),
                self._played(id_, sample.index),
            )

    def _played(self, id_: str, number: int) -> str:
        played = [
            one
            for record in ballots_of(self._run)
            for one in record.listening.playbacks
            if (one.id, one.sample) == (id_, number)
        ]
        plays, seconds = sum(one.plays for one in played), sum(one.seconds for one in played)
        verb = "played" if is_heard(self._presentation) else "looked at"
        lasted = f", {duration_in_words(seconds)}" if seconds else ""
        return f"{verb} {counted(plays, 'time')}{lasted}" if plays else ""

    def _remarks(self, id_: str) -> Iterator[CommentView]:
        for generation in ranked_generations(self._run):
            for record in generation.ballots:
                for candidate, text in record.ballot.comments:
                    if candidate == id_:
                        yield CommentView(record.listener, generation.index, text)

    def _origin(self, record: IndividualRecord) -> str:
        individual = record.individual
        came = "" if individual.origin is Origin.CHILD else f"{individual.origin} of generation {individual.generation}"
        past = self._run.ancestors.get(individual.id)
        was = f"was {past} in {self._run.branched.get('run')}" if past else ""
        descent = len(descendants(self._family, individual.id))
        return " · ".join(part for part in (came, was, counted(descent, "descendant") if descent else "") if part)

    def _why_withheld(self, record: IndividualRecord) -> str:
        if not record.samples:
            return ""
        return f"Its {self._presentation.sample_word}s are to be judged blind first: evolve rank {self._run.reference}"


def generation_views(
    run: RunRecord, told: Collection[str], cards: dict[str, Card], elsewhere: Collection[str]
) -> tuple[GenerationView, ...]:
    """The generations, the newest first; each card stands in the generation of its birth, but those told elsewhere."""
    views = []
    for generation in reversed(run.generations):
        reliability = reliability_of(run, generation)
        sentences = [reliability.in_words] if reliability else []
        sentences += judging_of(run, generation)
        members = [run.individuals[id_] for id_ in generation.members if id_ in told]
        rows = [
            _row(generation, member, cards, elsewhere)
            for member in sorted(members, key=lambda member: place_in(generation, member))
        ]
        views.append(
            GenerationView(
                generation.index,
                tuple(notes_on(run, generation)),
                tuple(sentences),
                tuple(rows),
                tuple(others_in(run, generation, told)),
                tuple(stopped_in(run, generation, told)),
                champions_of(generation),
            )
        )
    return tuple(views)


def _row(
    generation: GenerationRecord,
    member: IndividualRecord,
    cards: dict[str, Card],
    elsewhere: Collection[str],
) -> MemberRow:
    id_, entry = member.individual.id, generation.ranking.get(member.individual.id)
    is_home = member.individual.generation == generation.index and id_ not in elsewhere
    notes = {"comes back": id_ in generation.elites, "told of among the champions": id_ in elsewhere}
    return MemberRow(
        id_,
        rank_badge(entry, tied=is_tied(generation, id_)).plain if entry else "",
        letters_of(generation).get(id_, "") if generation.status.is_ranked else "",
        ", ".join(words for words, holds in notes.items() if holds),
        cards[id_] if is_home else None,
    )


def ballot_rows(run: RunRecord) -> tuple[BallotRow, ...]:
    """The ballots of all ranked generations, the newest generation first."""
    return tuple(
        _ballot_row(generation.index, record)
        for generation in reversed(ranked_generations(run))
        for record in generation.ballots
    )


def _ballot_row(generation: int, record: BallotRecord) -> BallotRow:
    log = record.listening
    return BallotRow(
        generation,
        listener_in_words(record),
        moment_in_words(record.made_at),
        format_order(record.ballot, {id_: id_ for id_ in record.ballot.ids}),
        duration_in_words(log.active_s) if log.active_s else "",
        f"{log.plays:,}" if log.plays else "",
    )


def ballots_of(run: RunRecord) -> list[BallotRecord]:
    """The ballots of the ranked generations, in their order."""
    return [record for generation in ranked_generations(run) for record in generation.ballots]


def withheld_in(run: RunRecord) -> frozenset[str]:
    """Those whose samples nobody may hear by their names yet: members of an unranked generation that are new in it."""
    return frozenset(
        id_
        for generation in run.generations
        if not generation.status.is_ranked
        for id_ in generation.members
        if id_ not in generation.elites
    )


def in_order_of_interest(run: RunRecord, told: Collection[str]) -> list[str]:
    """The champions, the newest first, then who has a favourite, then everyone by best rank, the newest first."""
    champions = [id_ for generation in reversed(run.generations) for id_ in champions_of(generation)]
    loved = [one.individual for one in favourites_of(run)]
    best: dict[str, int] = {}
    for generation in run.generations:
        for id_, entry in generation.ranking.items():
            best[id_] = min(entry.rank, best.get(id_, entry.rank))
    last = len(run.individuals) + 1
    newest_first = [*run.individuals][::-1]
    rest = sorted(newest_first, key=lambda id_: best.get(id_, last))
    return [id_ for id_ in dict.fromkeys([*champions, *loved, *rest]) if id_ in told]


def marked(phrase: Text) -> Markup:
    """A phrase with its bold and its dim parts marked as HTML, all of it escaped."""
    html, at = Markup(""), 0
    for span in sorted([*phrase.spans, Span(0, len(phrase) if phrase.style else 0, phrase.style)]):
        html += escape(phrase.plain[at : span.start]) + _styled(phrase.plain[span.start : span.end], str(span.style))
        at = max(at, span.end)
    return html + escape(phrase.plain[at:])


def _styled(text: str, style: str) -> Markup:
    if "bold" in style:
        return Markup("<b>{}</b>").format(text)
    return Markup('<span class="dim">{}</span>').format(text) if "dim" in style else escape(text)


def _standing(record: IndividualRecord) -> str:
    words = {
        IndividualStatus.BORN: "not tried yet",
        IndividualStatus.EVALUATING: "being tried",
        IndividualStatus.PAUSED: AT_RUNG,
        IndividualStatus.STOPPED: "stopped early",
    }
    return words.get(record.status, "not ranked")


def _unit(unit: str) -> str:
    """Seconds are told as minutes and seconds already."""
    return "" if unit == "s" else unit
