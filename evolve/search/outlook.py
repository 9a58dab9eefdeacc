"""What is known of a run's listeners when one more generation is in question: what it may bring, and at what cost.

Also how far listeners like the same, and how surely each of them judges.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any, Final

from evolve.domain_registry import presentation_for
from evolve.errors import DamagedStoreError
from evolve.guidance.breeding import children_by_taste
from evolve.guidance.guide import Guide
from evolve.guidance.one_core import on_one_core
from evolve.judging.costs import costs_of
from evolve.presentation import numbers
from evolve.randomness import derive_rng
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.genome import Genome
from evolve.records.run import BallotRecord, RunRecord
from evolve.search.run_facts import breeding_plan, core_of
from evolve.search.taste import guide_of, prediction_in_words, why_born
from evolve.store.run_store import RunStore
from evolve.words import counted, listed, minutes_in_words

_MUCH_THE_SAME: Final = 0.5
_PARTLY_THE_SAME: Final = 0.2
"""From this tau on two like much the same, or partly; below, different things."""


@dataclass(frozen=True, slots=True)
class KnownListener:
    """What a model says of a listener.

    Attributes:
        name: Whose model it is.
        noise: The standard deviation of what they perceive, where that of their liking is 1.
        consistency: How often they would say the same again of two individuals, from 0.5 to 1.
        best: The id of whom they are expected to like most so far.
        chance: How likely they like one of the next children more, from 0 to 1; None where there are no such children.
        gain: By how much more on average, where the standard deviation of their liking is 1; None like `chance`.
        chosen: How many children of the newest ranked generation were chosen for them.
    """

    name: str
    noise: float
    consistency: float
    best: str
    chance: float | None
    gain: float | None
    chosen: int


@dataclass(frozen=True, slots=True)
class LikeMindedness:
    """How far two listeners like the same: Kendall's tau-b of what each is expected to like of all who were heard."""

    listeners: tuple[str, str]
    tau: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a run's listeners, and what one more generation may bring.

    Attributes:
        listeners: In the order of their first ballots.
        agreements: Of each two of them.
        ballots: How many it was learned from.
        chosen_in: The newest ranked generation of which children were chosen; None where there is none.
        next_generation: The index of the generation that chances speak of.
        is_born: Whether that is born already.
        judging_s: Seconds that it will take each listener; None where no time of theirs was noted.
        trials_s: Seconds that its trials will take, one after the other; None where the domain does not tell.
        work: What trials do, such as ``training and composing``.
        has_person: Whether a person has judged.
    """

    listeners: tuple[KnownListener, ...]
    agreements: tuple[LikeMindedness, ...]
    ballots: int
    chosen_in: int | None
    next_generation: int
    is_born: bool
    judging_s: float | None
    trials_s: float | None
    work: str
    has_person: bool

    @property
    def in_words(self) -> tuple[str, ...]:
        """What one more generation may bring, how far listeners agree, and how surely they judge: a sentence each."""
        return (*self.next_in_words, *self.agreement_in_words, *self._noise_in_words)

    @property
    def next_in_words(self) -> tuple[str, ...]:
        """Such as ``One more generation: 31% chance of something you like more than g2-4 (…), for about 6 minutes …``.

        Nothing where no children can be chosen.
        """
        chances = [
            f"{one.chance:.0%} chance of something {self._who(one, 'like', 'likes')} more than {one.best} "
            f"(by {one.gain:.2f} on average; noise {one.noise:.2f})"
            for one in self.listeners
            if one.chance is not None and one.gain is not None
        ]
        if not chances:
            return ()
        costs = [
            *([f"{minutes_in_words(self.judging_s)} of judging"] if self.judging_s is not None else []),
            *([f"{minutes_in_words(self.trials_s)} of {self.work} on one worker"] if self.trials_s is not None else []),
        ]
        which = f"Generation {self.next_generation}" if self.is_born else "One more generation"
        return (f"{which}: {listed(chances)}{f', for {listed(costs)}' if costs else ''}.",)

    @property
    def agreement_in_words(self) -> tuple[str, ...]:
        """Such as ``Ada and Ben like different things (their models agree at tau -0.20): each chose 3 of the 6 …``."""
        if not self.agreements:
            return ()
        least = min(self.agreements, key=lambda one: one.tau)
        who, chosen = listed(least.listeners), self._chosen_in_words
        if len(self.agreements) == 1:
            models = f"{who} like {_alikeness(least.tau)} (their models agree at tau {least.tau:.2f})"
        else:
            mean = fmean(one.tau for one in self.agreements)
            models = (
                f"{len(self.listeners)} listeners like {_alikeness(mean)} (their models agree at tau {mean:.2f} on "
                f"average, {who} at {least.tau:.2f})"
            )
        return (f"{models}{f': {chosen}' if chosen else ''}.",)

    @property
    def _chosen_in_words(self) -> str:
        counts = {one.name: one.chosen for one in self.listeners}
        total = sum(counts.values())
        if not total:
            return ""
        children = f"the {counted(total, 'chosen child', 'chosen children')} of generation {self.chosen_in}"
        if len({*counts.values()}) == 1:
            return f"each chose {next(iter(counts.values()))} of {children}"
        return f"of {children} {listed([f'{name} chose {count}' for name, count in counts.items()])}"

    @property
    def _noise_in_words(self) -> tuple[str, ...]:
        return tuple(
            f"Asked again about two, {self._who(one, 'would', 'would')} answer alike in {one.consistency:.0%} of cases,"
            f" says the model (noise {one.noise:.2f} of the spread of liking)."
            for one in self.listeners
        )

    def _who(self, one: KnownListener, of_you: str, of_others: str) -> str:
        """``you``, where there is one listener, who is a person, or a name; and the verb that goes with it."""
        return f"you {of_you}" if len(self.listeners) == 1 and self.has_person else f"{one.name} {of_others}"

    def to_json(self) -> dict[str, Any]:
        """As docs/report-format.md describes it."""
        return {
            "ballots": self.ballots,
            "listeners": [asdict(one) for one in self.listeners],
            "agreements": [asdict(one) for one in self.agreements],
            "chosen_in": self.chosen_in,
            "next": {
                "generation": self.next_generation,
                "born": self.is_born,
                "judging_s": self.judging_s,
                "trials_s": self.trials_s,
            },
            "words": self.in_words,
        }


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
    newest, ranked = run.generations[-1], [one for one in run.generations if one.status.is_ranked]
    upcoming = newest.index + newest.status.is_ranked
    with on_one_core():
        genomes = _next_children(run, guide, upcoming)
        hopes = guide.hopes(genomes, derive_rng(core.seed, "outlook", upcoming))
    ballots = [ballot for one in ranked for ballot in one.ballots]
    chosen_in = next((one for one in reversed(ranked) if any(each.why for each in one.foretold.values())), None)
    chosen = Counter(one.chosen_for for one in chosen_in.foretold.values() if one.why) if chosen_in else Counter[str]()
    return Outlook(
        listeners=tuple(
            KnownListener(
                name,
                round(guide.noise[name], 4),
                round(_consistency(guide.noise[name]), 4),
                hope.best,
                round(hope.chance, 4) if genomes else None,
                round(hope.gain, 4) if genomes else None,
                chosen[name],
            )
            for name, hope in hopes.items()
        ),
        agreements=tuple(LikeMindedness(pair, round(tau, 4)) for pair, tau in guide.agreement().items()),
        ballots=len(ballots),
        chosen_in=chosen_in.index if chosen_in else None,
        next_generation=upcoming,
        is_born=not newest.status.is_ranked,
        judging_s=_judging_s(run, ballots),
        trials_s=_trials_s(run),
        work=presentation_for(run).work,
        has_person=any(not one.is_simulated for one in ballots),
    )


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
        lines.append(f"Generation {generation.index} was {words}.")
    return (*lines, *outlook.agreement_in_words, *outlook.next_in_words)


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
    """The genomes that the model has chosen, or would choose, for the generation that is not ranked yet."""
    genomes = {name: record.individual.genome for name, record in run.individuals.items()}
    newest, core = run.generations[-1], core_of(run)
    if newest.index == upcoming:
        return [genomes[name] for name, one in newest.expected.items() if one.why]
    taken = {*genomes.values()}
    return [
        bred.genome
        for bred in children_by_taste(guide, breeding_plan(core), taken, generation=upcoming, seed=core.seed)
    ]


def _judging_s(run: RunRecord, ballots: Sequence[BallotRecord]) -> float | None:
    """Seconds that a generation takes one listener, by what ballots have cost."""
    core, costs = core_of(run), costs_of(ballots)
    return None if costs is None else round(costs.seconds_for(min(core.population, core.heard)), 1)


def _trials_s(run: RunRecord) -> float | None:
    """Seconds that the trials of a generation take, one after the other, by those that have ended."""
    core = core_of(run)
    took = numbers([record.metrics for record in run.individuals.values()], "trial_s")
    new = core.population - min(core.elites, core.population - 1)
    return round(new * median(took), 1) if took else None


def _consistency(noise: float) -> float:
    """How often two are placed in the same order twice, for normal utilities and noise.

    Two noisy differences correlate by 1 / (1 + noise²); Sheppard, W. F. (1899) gives how often their signs agree.
    """
    return 0.5 + math.asin(1 / (1 + noise**2)) / math.pi


def _alikeness(tau: float) -> str:
    if tau >= _MUCH_THE_SAME:
        return "much the same"
    return "partly the same" if tau >= _PARTLY_THE_SAME else "different things"
