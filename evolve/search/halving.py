"""Successive halving of a generation: more are begun than it needs, and their losses at a rung say who goes on.

One synchronous rung of Jamieson, K. & Talwalkar, A. (2016), "Non-stochastic best arm identification and hyperparameter
optimization", and of Li, L. et al. (2018), "Hyperband", with a place for chance. Who goes on follows from what the
store holds, so that a run that was stopped anywhere goes on alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evolve.domain import Domain, halving_metric_of
from evolve.domain_registry import presentation_for
from evolve.errors import SettingsError
from evolve.genetics.breeding import BreedingPlan
from evolve.presentation import Metric
from evolve.randomness import derive_rng
from evolve.records.run import GenerationRecord, RunRecord
from evolve.search.run_facts import breeding_plan
from evolve.settings import CoreSettings
from evolve.words import counted, ordinal, worded


@dataclass(frozen=True, slots=True)
class RungOutcome:
    """Who goes on from a rung, and who does not.

    Attributes:
        best: Ids of those who go on for their losses, the lowest first.
        by_chance: Of whoever goes on in spite of its loss; None where all others failed, or nobody else has a place.
        stopped: Of those who do not, the lowest loss first.
        to_replace: Of those whose trials failed and whose places nobody else can take, in slot order.
        given_up: Of the others whose trials failed.
    """

    best: tuple[str, ...]
    by_chance: str | None
    stopped: tuple[str, ...]
    to_replace: tuple[str, ...]
    given_up: tuple[str, ...]

    @property
    def going_on(self) -> tuple[str, ...]:
        """Everyone who goes on."""
        return (*self.best, *([self.by_chance] if self.by_chance else []))


def check_halving(domain: Domain, core: CoreSettings, genomes: float) -> None:
    """See that halving has something to go by.

    Args:
        domain: The run's.
        core: Its settings.
        genomes: How many its space holds.

    Raises:
        SettingsError: The domain's trials do not pause, or there are too few genomes to begin so many.
    """
    if core.halving == 1:
        return
    if halving_metric_of(domain) is None:
        raise SettingsError(
            f"halving={core.halving}: trials of {domain.name} have no budget and no loss to be compared by before they "
            f"end, so halving has nothing to go by; leave it out"
        )
    wanted = core.halving * core.population
    if genomes < wanted:
        raise SettingsError(
            f"halving={core.halving}: {counted(wanted, 'founder')} are begun for a population of {core.population}, "
            f"and the search space holds {counted(round(genomes), 'genome')}; give a smaller population, or leave "
            f"halving out"
        )


def plan_with_rung(core: CoreSettings, kept: int) -> BreedingPlan:
    """How a generation comes from a ranked one, with all who are begun.

    Args:
        core: The run's settings.
        kept: How many of its members need no trial.
    """
    plan = breeding_plan(core)
    begun = kept + core.halving * (plan.population - kept)
    return replace(plan, population=begun, newcomers=core.halving * plan.newcomers)


def awaits_rung(run: RunRecord, generation: GenerationRecord) -> bool:
    """Whether more members of a generation are begun than it needs, and it is not settled yet who of them goes on."""
    is_halved = not generation.status.is_evaluated and int(run.settings.get("halving", 1)) > 1
    return is_halved and len(generation.members) > int(run.settings["population"])


def settled_rung(losses: Mapping[str, float | None], places: int, rng: np.random.Generator) -> RungOutcome:
    """Who goes on: those with the lowest losses, and in the last place one of the others by chance.

    Args:
        losses: By id in slot order; None of whoever failed.
        places: For how many, at least 1; with one place the lowest loss takes it.
        rng: The only source of chance.
    """
    known = {name: loss for name, loss in losses.items() if loss is not None}
    failed = tuple(name for name in losses if name not in known)
    order = tuple(sorted(known, key=lambda name: known[name]))
    if len(order) <= places:
        vacant = places - len(order)
        return RungOutcome(order, None, (), failed[:vacant], failed[vacant:])
    best, others = order[: max(1, places - 1)], order[max(1, places - 1) :]
    by_chance = others[int(rng.integers(len(others)))] if places > 1 else None
    return RungOutcome(best, by_chance, tuple(name for name in others if name != by_chance), (), failed)


@dataclass(frozen=True, slots=True)
class Rung:
    """The rung of one generation, once all of its trials have come to it.

    Attributes:
        outcome: Who goes on.
        losses: By id, of those whose trials did not fail.
        part: One of so many parts of the budget is over.
        metric: What the losses are.
    """

    outcome: RungOutcome
    losses: Mapping[str, float]
    part: int
    metric: Metric

    @property
    def reasons(self) -> dict[str, str]:
        """Why each was stopped, by id."""
        order = sorted(self.losses, key=lambda name: self.losses[name])
        places = {name: f"{ordinal(order.index(name) + 1)} of {len(order)}" for name in self.outcome.stopped}
        told = f"after 1/{self.part} of its budget"
        losses = {name: f"{self.metric.label} {self.metric.in_words(self.losses[name])}" for name in places}
        return {name: f"{losses[name]} {told}, {place}" for name, place in places.items()}

    @property
    def in_words(self) -> str:
        """What came of it, in a line that names nobody: a listener may read it."""
        best, stopped = self.outcome.best, [self.losses[name] for name in self.outcome.stopped]
        if not best:
            return f"halving={self.part}: all trials failed; replacements are trained to the end, without a rung"
        if not stopped:
            return f"halving={self.part}: so many trials failed that all others go on"
        by_chance = " and one by chance" if self.outcome.by_chance else ""
        many = f"{len(stopped):,} of {len(self.losses):,} stopped after 1/{self.part} of their budget"
        theirs = self._ranging(stopped)
        lowest = f"{counted(len(best), 'lowest', 'lowest')} ({self._ranging([self.losses[name] for name in best])})"
        goes_on = worded(len(self.outcome.going_on), "goes on", "go on")
        return f"halving={self.part}: {many}, at a {self.metric.label} of {theirs}; the {lowest}{by_chance} {goes_on}"

    def _ranging(self, losses: Sequence[float]) -> str:
        """``3.41 to 3.97``, or ``3.41`` of one alone."""
        return " to ".join(dict.fromkeys(self.metric.in_words(loss) for loss in (min(losses), max(losses))))


def rung_of(run: RunRecord, generation: GenerationRecord, domain: Domain) -> Rung:
    """What comes of a rung, all of whose trials have come to it or ended before."""
    name = str(halving_metric_of(domain))
    metric = next((one for one in presentation_for(run).metrics if one.name == name), Metric(name, name))
    records = {one: run.individuals[one] for one in generation.members if one not in generation.elites}
    losses = {one: None if record.failure else float(record.metrics[name]) for one, record in records.items()}
    places = int(run.settings["population"]) - len(generation.elites)
    rng = derive_rng(int(run.settings["seed"]), "halving", generation.index)
    known = {one: loss for one, loss in losses.items() if loss is not None}
    return Rung(settled_rung(losses, places, rng), known, int(run.settings["halving"]), metric)
