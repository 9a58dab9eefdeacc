"""What listeners have said, in a run and in an earlier one, for the model of their taste; and what it foretold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from evolve.domain_registry import presentation_for, reference_of
from evolve.errors import RunError, SettingsError
from evolve.guidance.guide import Guide
from evolve.guidance.heard import Heard
from evolve.guidance.one_core import on_one_core
from evolve.judging.rank_correlation import concordance, kendall_tau
from evolve.presentation import Presentation
from evolve.records.individual import GIVEN
from evolve.records.run import GenerationRecord, IndividualRecord, Json, RunRecord
from evolve.search.reliability import features_of
from evolve.search.run_facts import space_known
from evolve.settings import CoreSettings
from evolve.store.refusals import damaged_run
from evolve.store.run_store import RunStore
from evolve.words import counted, worded

EARLIER: Final = "earlier_taste"
"""The fact of a run that keeps what the listeners of an earlier one have said."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """How well a ranking was foretold, of the members whom nobody had heard before.

    Attributes:
        tau: Kendall's tau-b of what was expected of them at their birth and the ranking: 1, the same order; 0, chance.
        members: How many.
        right: Of the pairs of them that are ranked apart how many came in the expected order.
        pairs: How many pairs those are.
    """

    tau: float
    members: int
    right: int
    pairs: int

    @property
    def in_words(self) -> str:
        """``8 of 10 pairs came in the order that was guessed beforehand (by chance: half)``."""
        pairs = f"{self.right:,} of {counted(self.pairs, 'pair')}"
        return f"{pairs} came in the order that was guessed beforehand (by chance: half)"


def heard_of(run: RunRecord, *, with_ballots: bool = True) -> Heard:
    """All ballots of a run, everyone who was born, and what is measured of their samples.

    Those of a generation come by their listeners' names, whoever handed in first.

    Args:
        run: The run.
        with_ballots: Whether ballots are to be learned from, those of an earlier run too.

    Raises:
        DamagedStoreError: What is kept of an earlier run makes no sense.
    """
    genomes = {name: record.individual.genome for name, record in run.individuals.items()}
    if not with_ballots:
        return Heard(genomes, ())
    presentation = presentation_for(run)
    samples = {name: features_of(presentation, record) for name, record in run.individuals.items()}
    by_name = [sorted(record.ballots, key=lambda one: one.listener) for record in run.generations]
    ballots = [{one.listener: one.ballot for one in each} for each in by_name]
    presented = {name: _presented(presentation, run.individuals[name], told) for name, told in samples.items()}
    return Heard(genomes, ballots, samples, presented, _earlier(run))


def taste_for(folder: Path, reference: str, core: CoreSettings, *, where: str) -> dict[str, Json]:
    """What a new run keeps of an earlier one: its ballots, and of whoever is on them the genomes and the features.

    What that one kept of another is left out.

    Args:
        folder: The earlier run's; it is only read.
        reference: The domain of the new run.
        core: The settings of the new run.
        where: It was asked for, for messages, such as ``--taste``.

    Raises:
        SettingsError: The new run is to learn nothing of taste.
        RunError: It is no run, of another domain, or nobody is placed before anybody in its ballots.
    """
    if not core.taste:
        raise SettingsError(f"{where}: with taste=off nothing is learned from ballots; leave one of them out")
    with RunStore(folder, read_only=True) as store:
        run = store.read()
    if reference_of(run) != reference:
        raise RunError(f"{run.name} is of the domain {reference_of(run)}, whose taste says nothing about {reference}")
    ballots = sum(len({*one.ballot.ranks.values()}) > 1 for record in run.generations for one in record.ballots)
    if not ballots:
        raise RunError(
            f"no ballot of {run.name} says what is liked; rank a generation first: evolve rank {run.reference}"
        )
    kept = TypeAdapter(Heard).dump_python(heard_of(run).as_earlier, mode="json")
    return {"run": run.name, "ballots": ballots, "heard": kept}


def check_same_taste(run: RunRecord, folder: str | Path | None) -> None:
    """See that a run was begun with what this earlier run says, which need not be there any more; None: with anything.

    Raises:
        SettingsError: It was begun with another, or with none.
    """
    kept = run.fact(EARLIER).get("run")
    if folder is not None and Path(folder).name != kept:
        begun = f"what {kept} says of taste" if kept else "no taste of another run"
        raise SettingsError(f"{run.name} was begun with {begun}; leave taste_of out, or give a new folder")


def _earlier(run: RunRecord) -> Heard | None:
    kept = run.fact(EARLIER)
    if not kept:
        return None
    damaged = damaged_run(run.name, "what it keeps of an earlier run's ballots makes no sense", run.reference)
    try:
        heard = TypeAdapter(Heard).validate_python(kept.get("heard"))
    except ValidationError as error:
        raise damaged from error
    if not {*heard.ranked} <= heard.genomes.keys():
        raise damaged
    return heard


def guide_of(run: RunRecord) -> Guide | None:
    """What is known of a run's listeners by their ballots on ranked generations.

    None where these compare nobody, the run goes without a model, or its space or its store cannot be read.
    """
    settled = as_ranked(run)
    if run.damage or not settled.generations or not asks_taste(run):
        return None
    space = space_known(run)
    if space is None:
        return None
    with on_one_core():
        guide = Guide(heard_of(settled), space)
    return guide if guide.knows else None


def as_ranked(run: RunRecord) -> RunRecord:
    """A run as it was when its newest ranked generation was ranked: without those that followed."""
    ranked = tuple(one for one in run.generations if one.status.is_ranked)
    known = {name for one in ranked for name in one.everyone}
    return replace(
        run, generations=ranked, individuals={name: one for name, one in run.individuals.items() if name in known}
    )


def asks_taste(run: RunRecord) -> bool:
    """Whether children of a run are chosen by a model of taste."""
    return bool(run.settings.get("taste", True))


def knowledge_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """What is known of taste when a generation is put before listeners, in a line that tells nobody from another.

    Empty where no model is asked.
    """
    if not asks_taste(run):
        return ""
    if not generation.expected:
        why = ": no ballot prefers anybody" if generation.index else ": the first generation is spread over the space"
        return f"Nothing is known of your taste yet{'' if run.branched and not generation.index else why}."
    chosen = sum(bool(one.why) for name, one in generation.expected.items() if name in generation.members)
    ballots = [one for before in run.generations[: generation.index] for one in before.ballots]
    if not ballots:
        earlier = run.fact(EARLIER)
        told = f"the {counted(int(earlier.get('ballots', 0)), 'ranking')} of {earlier.get('run', 'another run')}"
        return f"{chosen} of {len(generation.members)} {worded(chosen, 'was', 'were')} chosen by {told}."
    listeners = len({one.listener for one in ballots})
    sizes = {len(one.ballot.ids) for one in ballots}
    each = f" of {counted(sizes.pop(), 'candidate')}" if len(sizes) == 1 else ""
    models = "a model of your taste" if listeners == 1 else f"models of {listeners} listeners' taste"
    whose = "your" if listeners == 1 else "their"
    return (
        f"{chosen} of {len(generation.members)} {worded(chosen, 'was', 'were')} chosen by {models}, "
        f"learned from {whose} {counted(len(ballots), 'ranking')}{each}."
    )


def prediction_of(generation: GenerationRecord) -> Prediction | None:
    """How well a ranking was foretold; None before it, where nothing was known, and of fewer than two to compare."""
    fresh = [name for name in generation.foretold if name in generation.ranking and name not in generation.elites]
    liking = [generation.foretold[name].liking for name in fresh]
    ranks = [-generation.ranking[name].rank for name in fresh]
    tau, found = kendall_tau(liking, ranks), concordance(liking, ranks)
    return None if tau is None else Prediction(tau, len(fresh), found.right, found.pairs)


def prediction_in_words(run: RunRecord, generation: GenerationRecord) -> str:
    """How well a ranking was foretold, or that nothing was known before it; empty where there is nothing to tell."""
    if prediction := prediction_of(generation):
        return prediction.in_words
    is_first = generation.status.is_ranked and not generation.expected and asks_taste(run)
    return "not predicted: nothing was known of taste yet" if is_first else ""


def why_born(run: RunRecord, name: str) -> str:
    """Why the model chose somebody among many that were bred; empty where it did not, or before they were ranked.

    Of a genome that the user gave, that it is theirs.
    """
    individual = run.individuals[name].individual
    generation = run.generations[individual.generation] if individual.generation < len(run.generations) else None
    if individual.operators == GIVEN and generation and generation.status.is_ranked:
        return "a genome of your own"
    expected = generation.foretold.get(name) if generation else None
    return expected.why if expected else ""


def _presented(
    presentation: Presentation, record: IndividualRecord, samples: Sequence[Mapping[str, float]]
) -> list[Mapping[str, float]]:
    """Of the features of an individual's samples those of the presented ones; none where all are presented."""
    return [samples[number - 1] for number in presentation.presented(record.metrics) if number <= len(samples)]
