"""Step 3 of a search: every member of a generation is trained and composes, failures are replaced.

What ends is kept in the store at once, and its songs can be heard while others still train.
"""

from collections import Counter
from pathlib import Path
from typing import Protocol

from evolve.candidates import candidates_of, is_screened, rule_in_words
from evolve.errors import ExecutionError
from evolve.execution.contract import Execution, TrialObserver, TrialProgress, TrialRunner
from evolve.genetics.breeding import MAX_REPLACEMENTS, replace_failed
from evolve.run_facts import config_of, space_of
from evolve.sittings import EarlyHearing
from evolve.store.records import GenerationRecord, IndividualRecord, RunRecord, TrialResult
from evolve.store.run_store import RunStore

MIN_FREE_MB = 200
"""Below this much room on the disk no generation is begun."""

_MB_EACH = 2
"""What a small network and its five songs take: a generation of thousands wants more room than the least."""


class RunObserver(TrialObserver, Protocol):
    """Whom a run tells what it does."""

    def corpus_read(self, done: int, total: int) -> None:
        """So many of the corpus's files are read."""

    def noticed(self, notice: str) -> None:
        """Something that the user should know."""

    def evaluation_started(self, run: RunRecord, generation: GenerationRecord) -> None:
        """A generation's missing trials are about to run."""

    def songs_laid_out(self, heard: int, folder: Path) -> None:
        """The songs of so many members can be heard already, under blind letters in this folder."""

    def evaluation_ended(self) -> None:
        """Every member of the generation has songs, or the evaluation was stopped."""


def evaluate(store: RunStore, run: RunRecord, execution: Execution, observer: RunObserver, listener: str) -> None:
    """Step 3: every member is trained and composes; those that fail give their place to fresh ones.

    Args:
        store: The run.
        run: What was just read of it; its newest generation is to be evaluated.
        execution: Where trials run.
        observer: Who is told what happens.
        listener: For whom songs are laid out as they come.

    Raises:
        ExecutionError: The disk is nearly full, the machine cannot run trials, or a slot fails again and again.
    """
    generation = run.generations[-1]
    _check_disk(store, sum(not record.status.is_finished for record in _members(run)))
    observer.evaluation_started(run, generation)
    _tell_who_is_heard(run, generation, observer)
    try:
        recorder = _Recorder(store, observer, EarlyHearing(store, run, generation.index, listener))
        with execution() as runner:
            run = _run_missing(store, run, runner, recorder)
            for _ in range(MAX_REPLACEMENTS):
                if not _failed_members(run):
                    break
                run = _replace_failed(store, run, observer)
                run = _run_missing(store, run, runner, recorder)
    finally:
        observer.evaluation_ended()
    if failed := _failed_members(run):
        last = failed[-1]
        raise ExecutionError(
            f"{MAX_REPLACEMENTS} replacements in a row failed, the last, {last.individual.id}, with: {last.failure}; "
            f"see all with: evolve report {run.reference}; try others with: evolve resume {run.reference}; or start "
            f"anew with another space"
        )
    store.record_evaluated(generation.index)


def _tell_who_is_heard(run: RunRecord, generation: GenerationRecord, observer: RunObserver) -> None:
    """In a line, where not all are; and why no songs come before all trials have ended, where that is so."""
    if is_screened(run, generation):
        late = "" if candidates_of(run, generation) else "; the choice is made when all have ended"
        observer.noticed(f"{rule_in_words(run, generation)}{late}")


def _check_disk(store: RunStore, trials: int) -> None:
    """Say that the disk is nearly full before hours are spent on what could not be kept."""
    free_mb = store.free_bytes() // 10**6
    wanted_mb = max(MIN_FREE_MB, _MB_EACH * trials)
    if free_mb < wanted_mb:
        raise ExecutionError(
            f"the disk of {store.paths.folder} has {free_mb} MB left, and a generation wants {wanted_mb:,} MB; "
            f"make room and go on: evolve resume {store.paths.reference}"
        )


def _run_missing(store: RunStore, run: RunRecord, runner: TrialRunner, recorder: "_Recorder") -> RunRecord:
    """Run what is wanted and not recorded; gives what the store then says."""
    from evolve.execution.material import Material  # noqa: PLC0415 - a ranking needs no music library

    missing = [record.individual for record in _members(run) if not record.status.is_finished]
    if not missing:
        return run
    facts = {"opening": run.opening, "corpus": run.corpus}
    material = Material.load(store.read_material(), facts, space_of(run), config_of(run))
    runner.run(missing, material, recorder)
    return store.read()


def _members(run: RunRecord) -> tuple[IndividualRecord, ...]:
    """Those of the newest generation, in slot order."""
    return tuple(run.individuals[name] for name in run.generations[-1].members)


def _failed_members(run: RunRecord) -> tuple[IndividualRecord, ...]:
    """The members whose trials failed and whose places nobody has taken yet, in slot order."""
    return tuple(record for record in _members(run) if record.failure is not None)


def _replace_failed(store: RunStore, run: RunRecord, observer: RunObserver) -> RunRecord:
    """Give failed members' places to fresh genomes; gives what the store then says.

    All of a round at once, in the order of their slots, so that the genomes do not depend on which failed first.
    """
    failed = _failed_members(run)
    slots = Counter(run.individuals[name].individual.slot for name in run.generations[-1].failed)
    replacement = {one.individual.id: slots[one.individual.slot] for one in failed}
    taken = [record.individual.genome for record in run.individuals.values()]
    fresh = replace_failed([one.individual for one in failed], replacement, taken, space_of(run), config_of(run).seed)
    store.record_replacements({old.individual.id: new for old, new in zip(failed, fresh, strict=True)})
    for old, new in zip(failed, fresh, strict=True):
        observer.noticed(f"{old.individual.id} failed ({old.failure}); {new.id} takes its place")
    return store.read()


class _Recorder:
    """Keeps each result in the store before anybody else hears of it, and lays its songs out to be heard at once."""

    def __init__(self, store: RunStore, observer: RunObserver, early: EarlyHearing) -> None:
        self._store = store
        self._observer = observer
        self._early = early
        self._tell_what_can_be_heard()

    def trial_started(self, individual_id: str) -> None:
        self._store.record_start(individual_id)
        self._observer.trial_started(individual_id)

    def trial_lost(self, individual_id: str, reason: str) -> None:
        self._store.record_lost(individual_id, reason)
        self._observer.trial_lost(individual_id, reason)

    def trial_progressed(self, progress: TrialProgress) -> None:
        self._observer.trial_progressed(progress)

    def trial_finished(self, result: TrialResult) -> None:
        if self._store.record_trial(result):
            self._early.lay_out(result.individual_id)
            self._observer.trial_finished(result)
            if result.songs:
                self._tell_what_can_be_heard()

    def place_changed(self, place: str) -> None:
        self._observer.place_changed(place)

    def _tell_what_can_be_heard(self) -> None:
        if self._early.heard:
            self._observer.songs_laid_out(self._early.heard, self._early.folder)
