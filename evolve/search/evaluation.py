"""Step 3 of a search: every member of a generation is evaluated, failures are replaced.

What ends is kept in the store at once, and its samples can be looked at while other trials still run.
"""

import re
from collections import Counter
from dataclasses import replace

from evolve.errors import ExecutionError
from evolve.execution.checkpoints import forget
from evolve.execution.contract import Execution, TrialRunner
from evolve.execution.run_material import RunMaterial
from evolve.genetics.breeding import MAX_REPLACEMENTS, replace_failed
from evolve.genetics.space import SearchSpace
from evolve.records.events import Event, EventHandler, EventKind
from evolve.records.individual import Individual
from evolve.records.run import GenerationRecord, IndividualRecord, RunRecord, TrialResult
from evolve.search.candidates import candidates_of, is_screened, rule_in_words
from evolve.search.halving import awaits_rung, rung_of
from evolve.search.inheritance import inherited_by
from evolve.search.listening import EarlyHearing
from evolve.search.run_facts import core_of
from evolve.store.run_store import RunStore

MIN_FREE_MB = 200
"""Below this much room on the disk no generation is begun."""

FIRST_FAILURES = 3
"""So many trials that fail alike, at the same line, before any other has ended: that is a bug, not a genome."""

NOTICES_TOLD = "notices_told"
"""The fact of a run that keeps which notices of its trials the user was told."""

_PLACE = re.compile(r"\(\S.*, line \d+\)$")
"""The file and line at the end of a failure."""

_MB_EACH = 2
"""What a small network and five samples take: a generation of thousands wants more room than the least."""


def evaluate(
    store: RunStore,
    run: RunRecord,
    execution: Execution,
    on_event: EventHandler,
    *,
    listener: str,
    material: RunMaterial,
) -> None:
    """Step 3: every member is evaluated; those that fail give their place to fresh ones.

    Args:
        store: The run.
        run: What was just read of it; its newest generation is to be evaluated.
        execution: Where trials run.
        on_event: Is told what happens.
        listener: For whom samples are staged as they come.
        material: What the trials work from.

    Raises:
        ExecutionError: The disk is nearly full, the machine cannot run trials, or a slot fails again and again.
    """
    generation = run.generations[-1]
    _check_disk(store, sum(not record.status.is_finished for record in _members(run)))
    _tell_what_begins(run, on_event)
    try:
        recorder = _Recorder(store, on_event, run, listener)
        with execution() as runner:
            if awaits_rung(run, generation):
                run = _halve(store, run, runner, recorder, material)
                _tell_what_begins(run, on_event)
                recorder = _Recorder(store, on_event, run, listener)
            run = _run_missing(store, run, runner, recorder, material)
            for _ in range(MAX_REPLACEMENTS):
                if not _failed_members(run):
                    break
                run = _replace_failed(store, run, on_event, material.space)
                run = _run_missing(store, run, runner, recorder, material)
    finally:
        on_event(Event(EventKind.EVALUATED, generation=generation.index))
    if failed := _failed_members(run):
        last = failed[-1]
        raise ExecutionError(
            f"{MAX_REPLACEMENTS} replacements in a row failed, the last, {last.individual.id}, with: {last.failure}; "
            f"see all with: evolve report {run.reference}; try others with: evolve resume {run.reference}; or start "
            f"anew with another space"
        )
    _tell_who_is_left(run, on_event)
    store.record_evaluated(generation.index)


def _tell_who_is_left(run: RunRecord, on_event: EventHandler) -> None:
    """Say so where so many were stopped early that there is nobody to compare."""
    generation = run.generations[-1]
    if generation.stopped and len(generation.members) == 1:
        born = len(generation.stopped) + 1
        on_event(Event(EventKind.NOTICE, text=f"all but one of {born} were stopped early: there is one to judge"))


def _tell_what_begins(run: RunRecord, on_event: EventHandler) -> None:
    """Whose trials run, and where that is settled and it is not everyone, who is heard."""
    generation, members = run.generations[-1], tuple(one.id for one in _missing(run))
    on_event(Event(EventKind.EVALUATING, generation=generation.index, members=members, facts=run.settings))
    if not awaits_rung(run, generation):
        _tell_who_is_heard(run, generation, on_event)


def _tell_who_is_heard(run: RunRecord, generation: GenerationRecord, on_event: EventHandler) -> None:
    """In a line, where not all are; and why no samples come before all trials have ended, where that is so."""
    if is_screened(run, generation):
        late = "" if candidates_of(run, generation) else "; the choice is made when all have ended"
        on_event(Event(EventKind.NOTICE, text=f"{rule_in_words(run, generation)}{late}"))


def _check_disk(store: RunStore, trials: int) -> None:
    """Say that the disk is nearly full before hours are spent on what could not be kept."""
    free_mb = store.free_bytes() // 10**6
    wanted_mb = max(MIN_FREE_MB, _MB_EACH * trials)
    if free_mb < wanted_mb:
        raise ExecutionError(
            f"the disk of {store.paths.folder} has {free_mb} MB left, and a generation wants {wanted_mb:,} MB; "
            f"make room and go on: evolve resume {store.paths.reference}"
        )


def _run_missing(
    store: RunStore, run: RunRecord, runner: TrialRunner, recorder: "_Recorder", material: RunMaterial
) -> RunRecord:
    """Run what is wanted and not recorded; gives what the store then says."""
    missing = _missing(run)
    if not missing:
        return run
    inherited = inherited_by(store, run, missing, material.domain.open())
    runner.run(missing, replace(material, inherited=inherited), recorder)
    return store.read()


def _missing(run: RunRecord) -> list[Individual]:
    """Those of the newest generation whose trials are to run, as far as a rung where that is not settled yet."""
    pauses = awaits_rung(run, run.generations[-1])
    records = (one for one in _members(run) if not one.status.is_finished)
    return [one.individual for one in records if not (pauses and one.status.is_paused)]


def _halve(
    store: RunStore, run: RunRecord, runner: TrialRunner, recorder: "_Recorder", material: RunMaterial
) -> RunRecord:
    """Have all members come to the rung, and stop those who do not go on; gives what the store then says."""
    generation = run.generations[-1]
    run = _run_missing(store, run, runner, recorder, replace(material, rung=1 / core_of(run).halving))
    rung = rung_of(run, generation, material.domain.open())
    store.record_rung(generation.index, rung.reasons, rung.outcome.given_up)
    for name in rung.outcome.stopped:
        forget(store.paths.checkpoints, name)
    recorder(Event(EventKind.NOTICE, text=rung.in_words))
    return store.read()


def _members(run: RunRecord) -> tuple[IndividualRecord, ...]:
    """Those of the newest generation, in slot order."""
    return tuple(run.individuals[name] for name in run.generations[-1].members)


def _failed_members(run: RunRecord) -> tuple[IndividualRecord, ...]:
    """The members whose trials failed and whose places nobody has taken yet, in slot order."""
    return tuple(record for record in _members(run) if record.failure is not None)


def _replace_failed(store: RunStore, run: RunRecord, on_event: EventHandler, space: SearchSpace) -> RunRecord:
    """Give failed members' places to fresh genomes; gives what the store then says.

    All of a round at once, in the order of their slots, so that the genomes do not depend on which failed first.
    """
    failed = _failed_members(run)
    slots = Counter(run.individuals[name].individual.slot for name in run.generations[-1].failed)
    replacement = {one.individual.id: slots[one.individual.slot] for one in failed}
    taken = [record.individual.genome for record in run.individuals.values()]
    fresh = replace_failed([one.individual for one in failed], replacement, taken, space, core_of(run).seed)
    store.record_replacements({old.individual.id: new for old, new in zip(failed, fresh, strict=True)})
    for old, new in zip(failed, fresh, strict=True):
        on_event(Event(EventKind.NOTICE, text=f"{old.individual.id} failed ({old.failure}); {new.id} takes its place"))
    return store.read()


class _Recorder:
    """Keeps each result in the store before anybody else hears of it, and lays its samples out to be judged at once."""

    def __init__(self, store: RunStore, on_event: EventHandler, run: RunRecord, listener: str) -> None:
        self._store, self._on_event, self._generation = store, on_event, run.generations[-1].index
        self._early = EarlyHearing(store, run, self._generation, listener)
        self._told = list(run.facts.get(NOTICES_TOLD, ()))
        self._has_succeeded = any(one.status.is_heard or one.status.is_paused for one in run.individuals.values())
        self._failures: list[str] = []
        self._members = len(run.generations[-1].members)
        self._tell_what_can_be_heard()

    def __call__(self, event: Event) -> None:
        if event.kind is EventKind.STARTED:
            self._store.record_start(event.individual_id)
        elif event.kind is EventKind.LOST:
            self._store.record_lost(event.individual_id, event.text)
        elif event.kind is EventKind.FINISHED and event.result is not None:
            result = self._with_somebody_left(event.result)
            event = replace(event, result=result)
            if not self._store.record_trial(result):
                return
            self._early.stage(event.individual_id)
        self._on_event(replace(event, generation=self._generation))
        if event.result is not None:
            self._tell_notices(event.result)
            self._check_first_failures(event.result)
        if event.result is not None and event.result.samples:
            self._tell_what_can_be_heard()

    def _with_somebody_left(self, result: TrialResult) -> TrialResult:
        """The result; the last of a generation of whom all others were stopped early fails, and is replaced."""
        if result.stopped is None:
            return result
        self._members -= 1
        if self._members:
            return result
        self._members = 1
        return TrialResult(result.individual_id, failure=f"stopped {result.stopped}, as all others were")

    def _tell_notices(self, result: TrialResult) -> None:
        """Say what a trial has to say, unless the user of this run was told before."""
        fresh = [text for text in dict.fromkeys(result.notices) if text not in self._told]
        if fresh:
            self._told += fresh
            self._store.record_facts({NOTICES_TOLD: self._told})
        for text in fresh:
            self._on_event(Event(EventKind.NOTICE, generation=self._generation, text=text))

    def _check_first_failures(self, result: TrialResult) -> None:
        """Stop a run whose trials all fail alike at the same line of the user's code.

        Raises:
            ExecutionError: They do.
        """
        if result.failure is None:
            self._has_succeeded = True
            return
        self._failures.append(result.failure)
        alike = len(set(self._failures)) == 1 and _PLACE.search(result.failure)
        if alike and not self._has_succeeded and len(self._failures) >= FIRST_FAILURES:
            raise ExecutionError(
                f"all trials so far, {len(self._failures)}, failed alike, with: {result.failure}; mend that and go on: "
                f"evolve resume {self._store.paths.reference}"
            )

    def _tell_what_can_be_heard(self) -> None:
        if self._early.heard:
            heard, folder = self._early.heard, str(self._early.folder)
            self._on_event(Event(EventKind.PRESENTABLE, generation=self._generation, done=heard, text=folder))
