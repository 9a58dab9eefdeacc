"""The candidates of a generation: who of its members is put before its listeners.

Nothing of it is kept. It follows from what the store holds and nobody changes once the trials have ended: settings,
members, and what their trials made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from evolve.domain_registry import presentation_for
from evolve.judging.presenting import screened
from evolve.presentation import Facts, ScreeningRule, judged_word, numbers
from evolve.records.individual import first_in_slot
from evolve.records.run import GenerationRecord, IndividualRecord, RunRecord
from evolve.search.halving import awaits_rung
from evolve.settings import SAMPLE
from evolve.words import counted, worded


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
    if awaits_rung(run, generation):
        return None
    if not is_screened(run, generation):
        return Candidates(generation.members)
    rule = _rule(run)
    if rule is not None and not generation.status.is_evaluated:
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
    heard, rule = _most(run, generation), _rule(run)
    words = rule.words if rule else f"a sample of {{heard:,}} is {judged_word(presentation_for(run))}"
    chosen = words.format(heard=heard, are=worded(heard, "is", "are"))
    settings = ", ".join(f"{name}={run.settings[name]}" for name in ("heard", "screening"))
    return f"of {counted(len(generation.members), 'member')}, {chosen} ({settings})"


def _most(run: RunRecord, generation: GenerationRecord) -> int:
    return int(run.settings.get("heard", len(generation.members)))


def _rule(run: RunRecord) -> ScreeningRule | None:
    """The rule by which the run chooses; None for a sample.

    Of a domain that is not at hand the name of a rule is a metric, or a fact of the samples.
    """
    name = str(run.settings["screening"])
    if name == SAMPLE:
        return None
    presentation = presentation_for(run)
    plain = f"the {{heard:,}} with the lowest {name.replace('_', ' ')} {{are}} {judged_word(presentation)}"

    def score(metrics: Facts, samples: Sequence[Facts]) -> float | None:
        known = numbers([metrics], name) or numbers(samples, name)
        return fmean(known) if known else None

    return presentation.screening.get(name) or ScreeningRule(plain, score)


def _screened(run: RunRecord, generation: GenerationRecord, rule: ScreeningRule | None) -> tuple[str, ...]:
    """The members, those first who are to be heard.

    A place belongs to a slot: where only chance decides, a replacement inherits it, as it does a letter. What a
    listener hears beside the samples of a trial changes no candidate.
    """
    slots = {first_in_slot(name): name for name in generation.members}
    scores = {slot: _score(run.individuals[name], rule) if rule else None for slot, name in slots.items()}
    elites = {first_in_slot(name) for name in generation.elites}
    order = screened(list(slots), scores, elites=elites, seed=run.settings["seed"], generation=generation.index)
    return tuple(slots[slot] for slot in order)


def _score(record: IndividualRecord, rule: ScreeningRule) -> float | None:
    return rule.score(record.metrics, [sample.facts for sample in record.chosen_samples])
