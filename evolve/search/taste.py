"""What the listeners of a run have said, for the model of their taste; and what an earlier run's have."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from evolve.domain_registry import presentation_for, reference_of
from evolve.errors import RunError, SettingsError
from evolve.guidance.heard import Heard
from evolve.presentation import Presentation
from evolve.records.run import IndividualRecord, Json, RunRecord
from evolve.search.reliability import features_of
from evolve.settings import CoreSettings
from evolve.store.refusals import damaged_run
from evolve.store.run_store import RunStore

EARLIER: Final = "earlier_taste"
"""The fact of a run that keeps what the listeners of an earlier one have said."""


def heard_of(run: RunRecord, *, with_ballots: bool = True) -> Heard:
    """All ballots of a run, everyone who was born, and what is measured of their samples.

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
    ballots = [{one.listener: one.ballot for one in record.ballots} for record in run.generations]
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


def _presented(
    presentation: Presentation, record: IndividualRecord, samples: Sequence[Mapping[str, float]]
) -> list[Mapping[str, float]]:
    """Of the features of an individual's samples those of the presented ones; none where all are presented."""
    return [samples[number - 1] for number in presentation.presented(record.metrics) if number <= len(samples)]
