"""The search, step by step: read, found, evaluate, hear, rank, select, vary.

`advance` looks only at the store, does what comes next, and goes on until it is a person's turn or the run is
complete. It may be stopped at any instant; called again, it goes on from what the store says is done.
"""

import importlib.metadata
import os
import platform
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from evolve import __version__
from evolve.candidates import candidates_of
from evolve.config import Given, RunConfig, settle
from evolve.environment import backend
from evolve.errors import RunError
from evolve.evaluation import RunObserver, evaluate
from evolve.execution.contract import Execution
from evolve.genetics.breeding import BreedingPlan, breed, found
from evolve.genetics.lineage import changed
from evolve.genetics.selection import Merit
from evolve.genetics.yaml_nodes import to_yaml
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing, rank
from evolve.run_facts import config_of, space_as_written, space_of
from evolve.sittings import Sitting, sit
from evolve.store.clock import now
from evolve.store.names import checked_name
from evolve.store.records import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    RunRecord,
)
from evolve.store.run_store import RunStore

_LIBRARIES = ("tensorflow", "keras", "keras-tuner", "ray", "music21", "symusic", "numpy")


class Outcome(StrEnum):
    """Why `advance` came back."""

    WAITING = "waiting"
    COMPLETE = "complete"


Judge = Callable[[Sitting], tuple[Ballot, str] | None]
"""Has a listener fill in a ballot; gives it and how it was made, or None when the listener will come back."""


def create(folder: Path, config: RunConfig, space_name: str, space_text: str) -> RunStore:
    """A new run folder that knows what it is to do.

    Raises:
        RunError: The folder exists already or cannot be written.
    """
    settings = config.model_dump(mode="json")
    facts = {
        "created_at": now(),
        "settings": settings,
        "space": {"name": space_name, "text": space_text},
        "versions": _versions(),
    }
    store = RunStore.create(folder, facts)
    try:
        store.write_file(store.paths.space, space_text.encode())
        store.write_file(store.paths.settings, to_yaml(settings).encode())
    except RunError:
        store.discard()
        raise
    return store


def advance(
    store: RunStore, execution: Execution, observer: RunObserver, judge: Judge | None, *, listener: str
) -> Outcome:
    """Take the run on until it is a person's turn and none is there, or until it is complete.

    Args:
        store: The run.
        execution: Where trials run; entered only when there are some to run.
        observer: Who is told what happens.
        judge: How the listener ranks; None when nobody is there to.
        listener: Who ranks; a name that a folder can have, refused before anything is trained.

    Raises:
        EvolveError: What the user can mend; the run can be taken on afterwards.
        KeyboardInterrupt: The user stopped it; what was done is kept.
    """
    checked_name(listener)
    with store.exclusively():
        _read(store, execution, observer)
        while True:
            run = store.read()
            if not run.generations:
                _found(store, run)
                continue
            generation = run.generations[-1]
            if generation.status is GenerationStatus.BORN:
                evaluate(store, run, execution, observer, listener)
            elif generation.status is GenerationStatus.EVALUATED:
                if judge is None:
                    return Outcome.WAITING
                if generation.index + 1 < config_of(run).generations:
                    execution.get_ready(config_of(run).population)
                if not _hear(store, generation.index, judge, listener):
                    return Outcome.WAITING
            elif generation.index + 1 >= config_of(run).generations:
                return Outcome.COMPLETE
            else:
                _breed(store, run, generation)


def cast_ballot(store: RunStore, sitting: Sitting, ballot: Ballot, method: str) -> Mapping[str, Standing]:
    """Keep a listener's ballot and give everyone's standing by all ballots so far.

    Raises:
        RunError: The generation's children are born already.
    """
    record = BallotRecord(sitting.listener, ballot, method, sitting.letters, now())
    return store.record_ballot(sitting.generation, record, rank)


def extend(store: RunStore, generations: int) -> None:
    """Let a run have more generations, or fewer of those not born yet.

    Raises:
        SettingsError: No run can have so many, or so few.
        RunError: Another process is working on the run.
    """
    known = [Given(name, value, "the run") for name, value in config_of(store.read()).model_dump().items()]
    config = settle([*known, Given("generations", generations, "--generations")])
    with store.exclusively():
        store.record_facts({"settings": config.model_dump(mode="json")})


def _read(store: RunStore, execution: Execution, observer: RunObserver) -> None:
    """Step 1: the corpus becomes encoded notes, the opening is chosen; meanwhile the trials' place gets ready."""
    if store.fact("opening") is not None:
        return
    from evolve.execution.material import prepare  # noqa: PLC0415 - a ranking needs no music library

    run = store.read()
    config = config_of(run)

    def corpus_read(done: int, total: int) -> None:
        if done == total:
            execution.get_ready(config.population)
        observer.corpus_read(done, total)

    preparation = prepare(config, space_as_written(run), corpus_read)
    for notice in preparation.notices:
        observer.noticed(notice)
    store.write_material(preparation.data, preparation.files, preparation.facts)


def _found(store: RunStore, run: RunRecord) -> None:
    """Step 2: generation 0 is born."""
    config = config_of(run)
    store.record_generation(0, found(space_of(run), population=config.population, seed=config.seed), {})


def _hear(store: RunStore, number: int, judge: Judge, listener: str) -> bool:
    """Steps 4 and 5: a listener's ballot, and the ranking; tells whether there is one now."""
    sitting = sit(store, number, listener)
    made = judge(sitting)
    if made is None:
        return False
    ballot, method = made
    cast_ballot(store, sitting, ballot, method)
    return True


def _breed(store: RunStore, run: RunRecord, generation: GenerationRecord) -> None:
    """Steps 6 and 7: the best become parents, their children are the next generation."""
    config = config_of(run)
    genomes = {name: record.individual.genome for name, record in run.individuals.items()}
    brood = breed(
        _merits(run, generation),
        genomes,
        space_of(run),
        _breeding_plan(config),
        generation=generation.index + 1,
        seed=config.seed,
    )
    changes = {one.id: changed(one.genome, genomes[one.parents[0]]) for one in brood.born if one.parents}
    # Somebody's ballot may have come in meanwhile: then nothing is recorded, and the next look at the store sees it.
    store.record_generation(
        generation.index + 1,
        brood.born,
        changes,
        elites=brood.elites,
        parents=brood.parents,
        bred_from=generation.standings,
    )


def _merits(run: RunRecord, generation: GenerationRecord) -> dict[str, Merit]:
    """Everyone's merit in slot order; whom no listener heard comes after all who were, by the rule of screening.

    They come before the rejected all the same, who are none for breeding: nobody has said a word against them.
    """
    last = len(generation.members) + 1
    candidates = candidates_of(run, generation)
    unheard = candidates.unheard if candidates else ()
    ranks = {name: last + place for place, name in enumerate(unheard, start=1)}
    standings = generation.standings
    return {
        name: Merit(standings[name].rank, standings[name].rejected)
        if name in standings
        else Merit(ranks.get(name, last))
        for name in generation.members
    }


def _breeding_plan(config: RunConfig) -> BreedingPlan:
    return BreedingPlan(
        population=config.population,
        parents=config.parents,
        elites=config.elites,
        newcomers=config.newcomers,
        exploration=config.exploration,
        crossover_rate=config.crossover_rate,
        mutation_rate=config.mutation_rate,
    )


def _versions() -> dict[str, str]:
    libraries = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    own = {"evolve": __version__, "python": platform.python_version()}
    return {**own, "backend": backend(os.environ), **libraries}
