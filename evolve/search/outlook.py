"""What is known of a run's listeners when one more generation is in question: what it may bring, and at what cost.

All of it follows from what was ranked, and is the same whoever asks; until the next ranking it changes only where
children fail, or are stopped at a rung.
"""

import math
from collections.abc import Sequence
from statistics import median

from evolve.domain_registry import presentation_for
from evolve.errors import DamagedStoreError, SpaceError
from evolve.guidance.guide import Guide, Hope
from evolve.guidance.one_core import on_one_core
from evolve.judging.costs import costs_of
from evolve.judging.rank_correlation import NO_PAIRS, Concordance, concordance
from evolve.presentation import numbers
from evolve.randomness import derive_rng
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.genome import Genome
from evolve.records.run import TRIAL_S, BallotRecord, GenerationRecord, RunRecord
from evolve.search.breeding import bred_after, undecided_in_words
from evolve.search.halving import awaits_rung
from evolve.search.known_taste import KnownListener, LikeMindedness, Outlook
from evolve.search.run_facts import core_of
from evolve.search.taste import EARLIER, as_ranked, guide_of, prediction_in_words, why_born
from evolve.store.run_store import RunStore


def outlook_of(run: RunRecord) -> Outlook | None:
    """What the models of a run's listeners say, by the ballots on ranked generations; None where there are no models.

    Nor where the store is damaged so that the run cannot go on. It takes about as long as breeding: a second or so.
    """
    try:
        core, guide = core_of(run), guide_of(run)
    except DamagedStoreError:
        return None
    if guide is None:
        return None
    newest, settled = run.generations[-1], as_ranked(run)
    ranked = settled.generations
    upcoming = newest.index + newest.status.is_ranked
    genomes = _next_children(run, guide, upcoming)
    with on_one_core():
        hopes = guide.hopes(genomes, derive_rng(core.seed, "outlook", upcoming))
    ballots = [ballot for one in ranked for ballot in one.ballots]
    chosen_in = next((one for one in reversed(ranked) if any(each.why for each in one.foretold.values())), None)
    return Outlook(
        listeners=tuple(
            _known(settled, guide, name, hope, chosen_in=chosen_in, genomes=genomes) for name, hope in hopes.items()
        ),
        agreements=tuple(LikeMindedness(pair, round(tau, 4)) for pair, tau in guide.agreement().items()),
        ballots=len(ballots),
        chosen_in=chosen_in.index if chosen_in else None,
        next_generation=upcoming,
        is_born=not newest.status.is_ranked,
        judging_s=_judging_s(run, ballots),
        trials_s=_trials_s(settled),
        work=presentation_for(run).work,
        has_person=any(not one.is_simulated for one in ballots),
        earlier_run=str(run.fact(EARLIER).get("run", "")),
    )


def _known(
    run: RunRecord,
    guide: Guide,
    name: str,
    hope: Hope,
    *,
    chosen_in: GenerationRecord | None,
    genomes: Sequence[Genome],
) -> KnownListener:
    """What the guide says of one listener of a run."""
    noise, (least, most) = guide.noise[name], guide.noise_ranges[name]
    chosen = [] if chosen_in is None else _chosen_for(chosen_in)
    return KnownListener(
        name,
        round(noise, 4),
        round(_consistency(noise), 4),
        (round(_consistency(most), 4), round(_consistency(least), 4)),
        sum((_foretold(generation, name) for generation in run.generations), start=NO_PAIRS),
        hope.best,
        round(hope.chance, 4) if genomes else None,
        round(hope.gain, 4) if genomes else None,
        chosen.count(name),
        guide.earlier.get(name),
    )


def _chosen_for(generation: GenerationRecord) -> list[str]:
    """For whom each chosen child was chosen that is a member."""
    told = generation.foretold
    return [told[name].chosen_for for name in generation.members if name in told and told[name].why]


def _foretold(generation: GenerationRecord, listener: str) -> Concordance:
    """The pairs of newcomers on a listener's ballot, and how many of them the listener's model had guessed."""
    record = generation.ballot_of(listener)
    if record is None:
        return NO_PAIRS
    likings = {name: one.of_listeners[listener] for name, one in generation.foretold.items()
               if listener in one.of_listeners and name not in generation.elites}  # fmt: skip
    new = [name for name in record.ballot.ids if name in likings]
    return concordance([likings[name] for name in new], [-record.ballot.ranks[name] for name in new])


def told_after_ranking(run: RunRecord) -> tuple[str, ...]:
    """What is known of taste after the last ranking, a line each.

    Why the first was born, how well the ranking was foretold, how far listeners like the same, and what is next.
    """
    outlook = outlook_of(run)
    if outlook is None:
        return ()
    generation, lines = [one for one in run.generations if one.status.is_ranked][-1], list[str]()
    for first in generation.champions[:1]:
        if why := why_born(run, first):
            lines.append(f"{first}, which came first, was {why}.")
    if generation.foretold and (words := prediction_in_words(run, generation)):
        lines.append(f"Generation {generation.index}: {words}.")
    if open_ends := undecided_in_words(run, generation):
        lines.append(f"{open_ends}.")
    is_first = sum(one.status.is_ranked for one in run.generations) == 1
    is_known = any(one.earlier and one.earlier.rankings for one in outlook.listeners)
    earlier = outlook.earlier_in_words if is_first or is_known else ()
    known = (*earlier, *outlook.agreement_in_words, *outlook.doubt_in_words, *outlook.next_in_words)
    return (*lines, *known)


def with_taste_notices(store: RunStore, tell: EventHandler) -> EventHandler:
    """A listener to events that hands them on, and after each ranking but the last tells what is known of taste."""

    def handle(event: Event) -> None:
        tell(event)
        if event.kind is EventKind.RANKED:
            run = store.read()
            if event.generation + 1 < core_of(run).generations:
                for line in told_after_ranking(run):
                    tell(Event(EventKind.NOTICE, text=line))

    return handle


def _next_children(run: RunRecord, guide: Guide, upcoming: int) -> list[Genome]:
    """The genomes that the model has chosen, or would choose, for the generation that is not ranked yet, by slot.

    As many as there are places: before a rung those who are expected to be liked most, for nobody knows who goes on.
    """
    newest, is_settled = run.generations[-1], False
    if newest.index == upcoming:
        born, expected = [run.individuals[name].individual for name in newest.members], newest.expected
        is_settled = not awaits_rung(run, newest)
    else:
        try:
            offspring, expected = bred_after(run, newest, guide.space, guide)
        except SpaceError:
            return []
        born = [*offspring.born]
    chosen = [one for one in born if one.id in expected and expected[one.id].why]
    if not is_settled:
        chosen.sort(key=lambda one: expected[one.id].liking, reverse=True)
        chosen = chosen[: math.ceil(len(chosen) / core_of(run).halving)]
    return [one.genome for one in sorted(chosen, key=lambda one: one.slot)]


def _judging_s(run: RunRecord, ballots: Sequence[BallotRecord]) -> float | None:
    """Seconds that a generation takes one listener, by what ballots have cost."""
    core, costs = core_of(run), costs_of(ballots)
    return None if costs is None else round(costs.seconds_for(min(core.population, core.heard)), 1)


def _trials_s(run: RunRecord) -> float | None:
    """Seconds that the trials of a generation take, one after the other, by those that have ended or were stopped."""
    core, records = core_of(run), run.individuals.values()
    took = numbers([record.metrics for record in records if record.status.is_heard], TRIAL_S)
    if not took:
        return None
    stopped = numbers([record.metrics for record in records if record.stopped is not None], TRIAL_S)
    new = core.population - min(core.elites, core.population - 1)
    until_rung = (core.halving - 1) * median(stopped) if stopped else 0.0
    return round(new * (median(took) + until_rung), 1)


def _consistency(noise: float) -> float:
    """How often two are placed in the same order twice, for normal utilities and noise.

    Two noisy differences correlate by 1 / (1 + noise²); Sheppard, W. F. (1899) gives how often their signs agree.
    """
    return 0.5 + math.asin(1 / (1 + noise**2)) / math.pi
