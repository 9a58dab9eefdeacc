"""The search, step by step: read, found, evaluate, hear, rank, select, vary.

`advance` looks only at the store, does what comes next, and goes on until it is a person's turn or the run is
complete. It may be stopped at any instant; called again, it goes on from what the store says is done.
"""

import importlib.metadata
import platform
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import yaml

from evolve import __version__
from evolve.config import Given, RunConfig, settle
from evolve.errors import ExecutionError
from evolve.execution.contract import Execution, TrialObserver, TrialProgress, TrialRunner
from evolve.genetics.breeding import MAX_REPLACEMENTS, BreedingPlan, breed, found, replace_failed
from evolve.genetics.lineage import changed
from evolve.genetics.selection import Merit
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing, rank
from evolve.network.genes import GENES
from evolve.sittings import Sitting, sit
from evolve.store.paths import checked_name, write_whole
from evolve.store.records import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    RunRecord,
    TrialResult,
)
from evolve.store.run_store import RunStore

MIN_FREE_MB = 200
"""Below this much room on the disk no generation is begun."""

_LIBRARIES = ("tensorflow", "keras", "keras-tuner", "ray", "music21", "symusic", "numpy")


class Outcome(StrEnum):
    """Why `advance` came back."""

    WAITING = "waiting"
    COMPLETE = "complete"


class RunObserver(TrialObserver, Protocol):
    """Whom a run tells what it does."""

    def corpus_read(self, done: int, total: int) -> None:
        """So many of the corpus's files are read."""

    def noticed(self, notice: str) -> None:
        """Something that the user should know."""

    def evaluation_started(self, run: RunRecord, generation: GenerationRecord) -> None:
        """A generation's missing trials are about to run."""

    def evaluation_ended(self) -> None:
        """Every member of the generation has songs, or the evaluation was stopped."""


Judge = Callable[[Sitting], tuple[Ballot, str] | None]
"""Has a listener fill in a ballot; gives it and how it was made, or None when the listener will come back."""


def create(folder: Path, config: RunConfig, space_name: str, space_text: str) -> RunStore:
    """A new run folder that knows what it is to do.

    Raises:
        RunError: The folder exists already or cannot be written.
    """
    facts = {
        "created_at": _now(),
        "settings": config.model_dump(mode="json"),
        "space": {"name": space_name, "text": space_text},
        "versions": _versions(),
    }
    store = RunStore.create(folder, facts)
    write_whole(store.paths.space, space_text.encode())
    write_whole(store.paths.settings, yaml.safe_dump(facts["settings"], sort_keys=False, allow_unicode=True).encode())
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
        _found(store)
        while True:
            run = store.read()
            generation = run.generations[-1]
            if generation.status is GenerationStatus.BORN:
                _evaluate(store, generation.index, execution, observer)
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
    record = BallotRecord(sitting.listener, ballot, method, sitting.letters, _now())
    return store.record_ballot(sitting.generation, record, rank)


def extend(store: RunStore, generations: int) -> None:
    """Let a run have more generations, or fewer of those not born yet.

    Raises:
        SettingsError: No run can have so many, or so few.
        RunError: Another process is working on the run.
    """
    known = [Given(name, value, "the run") for name, value in store.read().settings.items()]
    config = settle([*known, Given("generations", generations, "--generations")])
    with store.exclusively():
        store.record_facts({"settings": config.model_dump(mode="json")})


def config_of(run: RunRecord) -> RunConfig:
    """The run's settings."""
    return RunConfig.model_validate(run.settings)


def space_of(run: RunRecord) -> SearchSpace:
    """The run's search space."""
    return parse_space(run.space["text"], run.space["name"], GENES).space


def _read(store: RunStore, execution: Execution, observer: RunObserver) -> None:
    """Step 1: the corpus becomes encoded notes, the opening is chosen; meanwhile the trials' place gets ready."""
    if store.fact("opening") is not None:
        return
    from evolve.execution.material import prepare  # noqa: PLC0415 - a ranking needs no music library

    config = config_of(store.read())

    def corpus_read(done: int, total: int) -> None:
        execution.get_ready(config.population)  # there is a corpus, so there will be trials
        observer.corpus_read(done, total)

    preparation = prepare(config, corpus_read)
    for notice in preparation.notices:
        observer.noticed(notice)
    store.write_material(preparation.data, preparation.files, preparation.facts)


def _found(store: RunStore) -> None:
    """Step 2: generation 0 is born."""
    run = store.read()
    if not run.generations:
        config = config_of(run)
        store.record_generation(0, found(space_of(run), population=config.population, seed=config.seed), {})


def _evaluate(store: RunStore, number: int, execution: Execution, observer: RunObserver) -> None:
    """Step 3: every member is trained and composes; those that fail give their place to fresh ones."""
    run = store.read()
    _check_disk(store)
    observer.evaluation_started(run, run.generations[number])
    try:
        with execution() as runner:
            _run_missing(store, number, runner, observer)
            for _ in range(MAX_REPLACEMENTS):
                if not _failed_members(store, number):
                    break
                _replace_failed(store, number, observer)
                _run_missing(store, number, runner, observer)
    finally:
        observer.evaluation_ended()
    if failed := _failed_members(store, number):
        last = failed[-1]
        raise ExecutionError(
            f"{MAX_REPLACEMENTS} replacements in a row failed, the last, {last.individual.id}, with: {last.failure}; "
            f"see all with: evolve report {run.name}; try others with: evolve resume {run.name}; or start anew with "
            f"another space"
        )
    store.record_evaluated(number)


def _check_disk(store: RunStore) -> None:
    """Say that the disk is nearly full before hours are spent on what could not be kept."""
    free_mb = shutil.disk_usage(store.paths.folder).free // 10**6
    if free_mb < MIN_FREE_MB:
        raise ExecutionError(
            f"the disk of {store.paths.folder} has {free_mb} MB left, and a generation wants {MIN_FREE_MB} MB; "
            f"make room and go on: evolve resume {store.name}"
        )


def _run_missing(store: RunStore, number: int, runner: TrialRunner, observer: RunObserver) -> None:
    """Run what is wanted and not recorded."""
    from evolve.execution.material import Material  # noqa: PLC0415 - a ranking needs no music library

    run = store.read()
    members = [run.individuals[name] for name in run.generations[number].members]
    missing = [record.individual for record in members if not record.status.is_finished]
    if missing:
        material = Material.load(store.read_material(), run.opening, space_of(run), config_of(run))
        runner.run(missing, material, _Recorder(store, observer))


def _failed_members(store: RunStore, number: int) -> tuple[IndividualRecord, ...]:
    """The members whose trials failed and whose places nobody has taken yet, in slot order."""
    run = store.read()
    records = (run.individuals[name] for name in run.generations[number].members)
    return tuple(record for record in records if record.failure is not None)


def _replace_failed(store: RunStore, number: int, observer: RunObserver) -> None:
    """Give failed members' places to fresh genomes.

    All of a round at once, in the order of their slots, so that the genomes do not depend on which failed first.
    """
    run = store.read()
    failed = _failed_members(store, number)
    slots = [run.individuals[name].individual.slot for name in run.generations[number].failed]
    replacement = {one.individual.id: slots.count(one.individual.slot) for one in failed}
    taken = [record.individual.genome for record in run.individuals.values()]
    fresh = replace_failed([one.individual for one in failed], replacement, taken, space_of(run), config_of(run).seed)
    store.record_replacements({old.individual.id: new for old, new in zip(failed, fresh, strict=True)})
    for old, new in zip(failed, fresh, strict=True):
        observer.noticed(f"{old.individual.id} failed ({old.failure}); {new.id} takes its place")


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
        _merits(generation),
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


def _merits(generation: GenerationRecord) -> dict[str, Merit]:
    """Everyone's merit in slot order; whom no listener heard comes after all who were."""
    last = len(generation.members) + 1
    standings = generation.standings
    return {
        name: Merit(standings[name].rank, standings[name].rejected) if name in standings else Merit(last)
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


class _Recorder:
    """Keeps each result in the store before anybody else hears of it."""

    def __init__(self, store: RunStore, observer: TrialObserver) -> None:
        self._store = store
        self._observer = observer

    def trial_started(self, individual_id: str) -> None:
        self._store.record_start(individual_id)
        self._observer.trial_started(individual_id)

    def trial_progressed(self, progress: TrialProgress) -> None:
        self._observer.trial_progressed(progress)

    def trial_finished(self, result: TrialResult) -> None:
        if self._store.record_trial(result):
            self._observer.trial_finished(result)


def _versions() -> dict[str, str]:
    libraries = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    return {"evolve": __version__, "python": platform.python_version(), **libraries}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
