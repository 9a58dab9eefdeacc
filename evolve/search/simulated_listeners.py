"""Simulated listeners in a search: what of a space and of samples they can like, and the judge that such a one is."""

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean

import numpy as np

from evolve.domain import Domain
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.scale import sample_value, to_unit
from evolve.genetics.space import SearchSpace
from evolve.judging.presenting import original_of
from evolve.judging.simulated.description import ListenerDescription
from evolve.judging.simulated.listeners import CONTRARY, KINDS, SimulatedListener
from evolve.judging.simulated.tastes import mean_and_spread
from evolve.judging.simulated.traits import Member, Trait
from evolve.presentation import Presentation
from evolve.records.ballot import Ballot
from evolve.records.genome import Value
from evolve.records.run import SIMULATED, IndividualRecord, RunRecord
from evolve.records.shares import Shares
from evolve.search.listening import ListeningSession, open_session
from evolve.search.reliability import features_of, tables_of
from evolve.search.run_facts import space_of
from evolve.search.steps import cast_ballot, close_generation
from evolve.store.run_store import RunStore


class SimulatedJudge:
    """A `SessionJudge` that is a simulated listener.

    It asks nobody and keeps nothing, and what it hears depends on seed, generation and who is heard alone: interrupted
    and gone on with, a run has the ballots that it would have had. A ``contrary`` one casts two ballots.
    """

    def __init__(self, description: ListenerDescription, store: RunStore, domain: Domain) -> None:
        """Judge in this run."""
        self._description, self._store, self._domain = description, store, domain
        self._listener: SimulatedListener | None = None

    def __call__(self, session: ListeningSession) -> tuple[Ballot, str] | None:
        """Its ballot; None where it has cast two, and the generation is ranked by both."""
        run = self._store.read()
        if self._listener is None:
            self._listener = drawn_for(self._description, run, self._domain)
        if self._description.kind == CONTRARY:
            self._cast_both(session, run, self._listener)
            return None
        return self._ballot(session, run, self._listener), SIMULATED

    def _cast_both(self, session: ListeningSession, run: RunRecord, listener: SimulatedListener) -> None:
        """Cast the ballots of a contrary pair, and rank the generation by them."""
        name = f"{session.listener}-opposite"
        other = open_session(self._store, session.generation, name, self._domain, run=run)
        pair = [session.listener, other.listener]
        others = [one for one in self._store.fact("listeners") or () if one not in pair]
        # While several are waited for, one ballot alone ranks nothing, wherever this is interrupted.
        self._store.record_facts({"listeners": [*others, *pair]})
        cast_ballot(self._store, session, self._ballot(session, run, listener), SIMULATED)
        cast_ballot(self._store, other, self._ballot(other, run, listener.opposite), SIMULATED)
        close_generation(self._store, session.generation)
        self._store.record_facts({"listeners": others})  # or a page would have links for the two

    def _ballot(self, session: ListeningSession, run: RunRecord, listener: SimulatedListener) -> Ballot:
        met = partial(member_of, self._description, self._domain.presentation)
        members = {one.id: met(run.individuals[original_of(one.id)]) for one in session.candidates}
        tiers, rejected = listener.order(members, session.generation)
        return Ballot(tuple(map(tuple, tiers)), tuple(rejected))


def drawn_for(description: ListenerDescription, run: RunRecord, domain: Domain) -> SimulatedListener:
    """The listener that is meant, with a taste for what this run breeds.

    Who listens to samples likes features near values that founders have.

    Args:
        description: Which one.
        run: Its generation 0 has been evaluated.
        domain: The run's.

    Raises:
        SettingsError: There is nothing that could be liked.
    """
    is_of_samples = KINDS[description.kind].is_of_samples
    founders = [run.individuals[name] for name in run.generations[0].members]
    return SimulatedListener.drawn(
        description.kind,
        feature_traits(domain.presentation, founders) if is_of_samples else gene_traits(space_of(run, domain)),
        seed=int(run.settings["seed"]) if description.seed is None else description.seed,
        noise=description.noise,
        rejects_below=description.rejects_below,
    )


def member_of(description: ListenerDescription, presentation: Presentation, record: IndividualRecord) -> Member:
    """An individual as the listener meets it: its genome, or the mean of each feature over its samples."""
    if KINDS[description.kind].is_of_samples:
        return _mean_features(presentation, record)
    return record.individual.genome.as_dict()


def gene_traits(space: SearchSpace) -> tuple[Trait, ...]:
    """The genes of a space as simulated listeners know them, for `SimulatedListener.drawn`."""
    return tuple(map(_gene_trait, space.genes))


def feature_traits(presentation: Presentation, founders: Sequence[IndividualRecord]) -> tuple[Trait, ...]:
    """The features of samples as simulated listeners know them: those that differ between founders.

    Args:
        presentation: Of the domain, which tells the features.
        founders: Random individuals that have samples.
    """
    means = [_mean_features(presentation, record) for record in founders]
    known = {name: [one[name] for one in means if name in one] for name in tables_of(presentation, founders)}
    return tuple(_feature_trait(name, values) for name, values in known.items() if len(set(values)) > 1)


def _gene_trait(gene: Gene) -> Trait:
    draw = partial(sample_value, gene)
    if not gene.has_neighbours:
        return Trait(gene.name, draw, values=gene.values, is_active_in=gene.is_active_in)
    position = _fractions if gene.kind is GeneKind.SHARES else partial(_place, gene)
    return Trait(gene.name, draw, position, is_active_in=gene.is_active_in)


def _place(gene: Gene, value: Value) -> tuple[float]:
    return (to_unit(gene, value),)


def _fractions(value: Value) -> tuple[float, ...]:
    return value.fractions if isinstance(value, Shares) else ()


def _feature_trait(name: str, values: Sequence[float]) -> Trait:
    _, spread = mean_and_spread(values)

    def draw(rng: np.random.Generator) -> float:
        return values[int(rng.integers(len(values)))]

    def position(value: Value) -> tuple[float]:
        return (float(value) / spread if isinstance(value, int | float) else 0.0,)

    return Trait(name, draw, position)


def _mean_features(presentation: Presentation, record: IndividualRecord) -> Mapping[str, float]:
    samples = features_of(presentation, record)
    names = dict.fromkeys(name for sample in samples for name in sample)
    return {name: fmean(sample[name] for sample in samples if name in sample) for name in names}
