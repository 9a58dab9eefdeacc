"""The candidates of a generation: who of its members is put before its listeners.

Nothing of it is kept. It follows from what the store holds and nobody changes once the trials have ended: settings,
members, and what their trials made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from evolve.config import Screening
from evolve.genetics.individual import first_in_slot
from evolve.judging.screening import screened
from evolve.music.facts.words import is_stuck
from evolve.store.records import GenerationRecord, IndividualRecord, RunRecord
from evolve.words import counted, worded

_WORDS: Mapping[Screening, str] = {
    Screening.HELD_OUT_BITS: "the {heard:,} with the lowest validation loss {are} heard",
    Screening.DISTANCE: "the {heard:,} whose songs are least unlike the corpus {are} heard",
    Screening.STUCK: "the {heard:,} with the fewest stuck songs {are} heard",
    Screening.COPIED: "the {heard:,} that {copy} the shortest passages {are} heard",
    Screening.SAMPLE: "a sample of {heard:,} is heard",
}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who of a generation is put before its listeners, and who is not.

    Attributes:
        heard: Ids in slot order.
        unheard: Ids of those who are not: first who would be the next.
        rule: How they were chosen, in a line; empty when all are heard.
    """

    heard: tuple[str, ...]
    unheard: tuple[str, ...] = ()
    rule: str = ""


def candidates_of(run: RunRecord, generation: GenerationRecord) -> Candidates | None:
    """Who is put before listeners; None while that is for the trials to decide and they have not ended."""
    if not is_screened(run, generation):
        return Candidates(generation.members)
    rule = Screening(run.settings["screening"])
    if rule.needs_results and not generation.status.is_evaluated:
        return None
    order = _screened(run, generation, rule)
    chosen = set(order[: _most(run, generation)])
    heard = tuple(name for name in generation.members if name in chosen)
    return Candidates(heard, order[len(heard) :], rule_in_words(run, generation))


def is_screened(run: RunRecord, generation: GenerationRecord) -> bool:
    """Whether a generation has more members than are put before a listener."""
    return len(generation.members) > _most(run, generation)


def rule_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """How those are chosen who are heard, such as ``of 1,000 members, a sample of 26 is heard (heard=26, …)``."""
    heard = _most(run, generation)
    verbs = {"copy": "copies", "are": "is"}
    spoken = {several: worded(heard, one, several) for several, one in verbs.items()}
    chosen = _WORDS[Screening(run.settings["screening"])].format(heard=heard, **spoken)
    settings = ", ".join(f"{name}={run.settings[name]}" for name in ("heard", "screening"))
    return f"of {counted(len(generation.members), 'member')}, {chosen} ({settings})"


def _most(run: RunRecord, generation: GenerationRecord) -> int:
    """How many are heard at most; in runs that are older than the setting all are."""
    return int(run.settings.get("heard", len(generation.members)))


def _screened(run: RunRecord, generation: GenerationRecord, rule: Screening) -> tuple[str, ...]:
    """The members, those first who are to be heard.

    A place belongs to a slot: where only chance decides, a replacement inherits it, as it does a letter.
    """
    slots = {first_in_slot(name): name for name in generation.members}
    scores = {slot: _score(run.individuals[name], rule) for slot, name in slots.items()}
    elites = {first_in_slot(name) for name in generation.elites}
    order = screened(list(slots), scores, elites=elites, seed=run.settings["seed"], generation=generation.index)
    return tuple(slots[slot] for slot in order)


def _score(record: IndividualRecord, rule: Screening) -> float | None:
    """What a member is screened by, the lower the better; None where it is not known."""
    if rule is Screening.HELD_OUT_BITS:
        return _number(record.metrics.get(rule))
    return fmean(numbers) if (numbers := list(_facts(record, rule))) else None


def _facts(record: IndividualRecord, rule: Screening) -> Iterator[float]:
    """The fact of each song of its trial that has it; what a listener hears beside them changes no candidate."""
    for song in record.chosen_songs:
        number = float(is_stuck(song.facts)) if rule is Screening.STUCK else _number(song.facts.get(rule))
        if number is not None:
            yield number


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
