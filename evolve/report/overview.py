"""Where a run stands, what it waits for, and the command that takes it on; and every run in two lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from evolve.domain_registry import presentation_for
from evolve.presentation import judged_word
from evolve.records.run import GenerationRecord, GenerationStatus, IndividualStatus, RunRecord
from evolve.report.questions import champions_of, latest_champions
from evolve.report.wording import moment_in_words, plain_table
from evolve.search.candidates import candidates_of
from evolve.search.halving import awaits_rung
from evolve.words import counted, listed, one_line

AT_WORK = "the process that works on it now"
"""What a run waits for that nobody can take on meanwhile."""


@dataclass(frozen=True, slots=True)
class RunStage:
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


def stage_of(run: RunRecord) -> RunStage:
    """Where a run stands and what to do next."""
    resume = f"evolve resume {run.reference}"
    goes_on = (AT_WORK, f"evolve report {run.reference}") if run.is_worked_on else (resume, resume)
    if run.damage:
        doctor = f"evolve doctor {run.reference}"
        return RunStage(run.generations[-1].index if run.generations else None, "its store is damaged", doctor, doctor)
    if not run.generations:
        return RunStage(None, "nobody is born yet", *goes_on)
    last = run.generations[-1]
    if last.status.waits_for_listener:
        words = _waiting(run, last)
        if run.judge:
            return RunStage(last.index, words, *goes_on)
        return RunStage(last.index, words, f"your ranking of generation {last.index}", f"evolve rank {run.reference}")
    if is_finished(run):
        champion, more = next(iter(champions_of(last)), ""), presentation_for(run).more_command
        command = f"{more} {run.reference} {champion}".rstrip() if more else f"evolve report {run.reference}"
        return RunStage(last.index, "ranked, and finished", "nothing", command)
    words = _evaluating(run, last) if last.status is GenerationStatus.BORN else "ranked, next to be bred"
    return RunStage(last.index, words, *goes_on)


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
    candidates, word = candidates_of(run, generation), judged_word(presentation_for(run))
    if candidates is None or not candidates.unheard:
        return f"{counted(len(generation.members), 'waits', 'wait')} to be {word}"
    return f"{len(candidates.heard):,} of {len(generation.members):,} wait to be {word}"


def _evaluating(run: RunRecord, generation: GenerationRecord) -> str:
    statuses = [run.individuals[id_].status for id_ in generation.members]
    if not generation.failed and all(status is IndividualStatus.BORN for status in statuses):
        return f"none of {len(statuses)} is trained yet"
    heard = sum(status.is_heard for status in statuses)
    paused = sum(status.is_paused for status in statuses) if awaits_rung(run, generation) else 0
    at_rung = f", {paused} at the rung of halving={run.settings['halving']}" if paused else ""
    return f"in training, {heard} of {len(statuses)} done{at_rung}"


Overview = Mapping[str, Any]
_NAME_WIDTH = 24


def run_overview(run: RunRecord) -> dict[str, Any]:
    """One run for ``evolve list``, ready for JSON, with `RunStage`'s words.

    ``generation`` is the index of the last, ``generations`` how many are wanted, 0 when unknown, and ``champions`` who
    came first in the last ranking, several in a tie.
    """
    stage = stage_of(run)
    latest = latest_champions(run)
    return {
        "name": run.name,
        "created_at": run.created_at,
        "space": run.space.get("name", ""),
        "generation": stage.generation,
        "generations": generations_wanted(run),
        "stands": "" if stage.generation is None else generation_in_words(run, stage.generation),
        "status": stage.words,
        "waits_for": stage.waits_for,
        "command": stage.command,
        "at_work": run.is_worked_on,
        "finished": is_finished(run),
        "champions": list(latest[1]) if latest else [],
    }


def overview_table(overviews: Sequence[Overview]) -> Table:
    """The runs as a table that fits 80 columns, two lines a run, in the order given."""
    table = plain_table()
    # A very long name folds here, so that what stands beside it need not.
    table.add_column("run", overflow="fold", max_width=_NAME_WIDTH)
    table.add_column("stands", overflow="fold")
    table.add_column("waits for", overflow="fold")
    for index, run in enumerate(overviews):
        if index:
            table.add_row()
        table.add_row(_who(run), _where(run), _what_next(run))
    return table


def _who(run: Overview) -> Text:
    made = f"{one_line(run['space'])} · {moment_in_words(run['created_at'])[:10]}"
    return Text.assemble((one_line(run["name"]), "bold"), "\n", (made, "dim"))


def _where(run: Overview) -> Text:
    return Text.assemble(run["stands"] or "no generation yet", "\n", (run["status"], "dim"))


def _what_next(run: Overview) -> Text:
    champions = listed(run["champions"])
    note = f"champion: {champions}" if champions else "no champion yet"
    style = "dim" if run["finished"] else "bold green"
    return Text.assemble((run["waits_for"], style), "\n", (note, "dim"))
