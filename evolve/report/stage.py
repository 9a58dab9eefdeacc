"""Where a run stands, what it waits for, and the command that takes it on."""

from dataclasses import dataclass

from evolve.candidates import candidates_of
from evolve.report.rankings import champions_of
from evolve.store.records import GenerationRecord, GenerationStatus, IndividualStatus, RunRecord
from evolve.words import counted

AT_WORK = "the process that works on it now"
"""What a run waits for that nobody can take on meanwhile."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run stands.

    Attributes:
        generation: The generation it is at; None before the first.
        words: What is going on with it, such as ``in training, 2 of 6 done``.
        waits_for: ``your ranking of generation 1``, a command, `AT_WORK`, or ``nothing``.
        command: What to type next.
    """

    generation: int | None
    words: str
    waits_for: str
    command: str


def stage_of(run: RunRecord) -> Stage:
    """Where a run stands and what to do next."""
    resume = f"evolve resume {run.reference}"
    goes_on = (AT_WORK, f"evolve report {run.reference}") if run.is_worked_on else (resume, resume)
    if run.damage:
        doctor = f"evolve doctor {run.reference}"
        return Stage(run.generations[-1].index if run.generations else None, "its store is damaged", doctor, doctor)
    if not run.generations:
        return Stage(None, "nobody is born yet", *goes_on)
    last = run.generations[-1]
    if last.status.waits_for_listener:
        words = _waiting(run, last)
        return Stage(last.index, words, f"your ranking of generation {last.index}", f"evolve rank {run.reference}")
    if is_finished(run):
        champion = next(iter(champions_of(last)), "")
        return Stage(
            last.index, "ranked, and finished", "nothing", f"evolve compose {run.reference} {champion}".rstrip()
        )
    words = _training(run, last) if last.status is GenerationStatus.BORN else "ranked, next to be bred"
    return Stage(last.index, words, *goes_on)


def is_finished(run: RunRecord) -> bool:
    """Whether every generation that the settings ask for is ranked."""
    wanted = generations_wanted(run)
    return bool(run.generations) and len(run.generations) >= wanted > 0 and run.generations[-1].status.is_ranked


def generations_wanted(run: RunRecord) -> int:
    """How many generations the settings ask for; 0 when they do not say."""
    return int(run.settings.get("generations") or 0)


def generation_in_words(run: RunRecord, index: int) -> str:
    """The generation, and how far in the run that is: ``generation 1 (2 of 5)``."""
    wanted = generations_wanted(run)
    return f"generation {index} ({index + 1} of {wanted})" if wanted else f"generation {index}"


def _waiting(run: RunRecord, generation: GenerationRecord) -> str:
    candidates = candidates_of(run, generation)
    if candidates is None or not candidates.unheard:
        return f"{counted(len(generation.members), 'waits', 'wait')} to be heard"
    return f"{len(candidates.heard):,} of {len(generation.members):,} wait to be heard"


def _training(run: RunRecord, generation: GenerationRecord) -> str:
    statuses = [run.individuals[id_].status for id_ in generation.members]
    if not generation.failed and all(status is IndividualStatus.BORN for status in statuses):
        return f"none of {len(statuses)} is trained yet"
    heard = sum(status.is_heard for status in statuses)
    return f"in training, {heard} of {len(statuses)} done"
