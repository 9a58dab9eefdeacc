"""Every run in two lines: what it is, where it stands, what it waits for."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from evolve.report.rankings import latest_champions
from evolve.report.stage import generation_in_words, generations_wanted, is_finished, stage_of
from evolve.report.story.words import moment_in_words, one_line
from evolve.store.records import RunRecord
from evolve.words import listed

Overview = Mapping[str, Any]
_NAME_WIDTH = 24


def run_overview(run: RunRecord) -> dict[str, Any]:
    """One run for ``evolve list``, ready for JSON.

    Returns:
        ``name``, ``created_at``, ``space``, ``generation`` (index of the last, None before the first),
        ``generations`` (how many are wanted, 0 when unknown), ``stands`` (the generation in words), ``status``,
        ``waits_for`` (``your ranking of generation 1``, a command, ``the process that works on it now``, or
        ``nothing``), ``command``, ``at_work`` (whether a process works on it now), ``finished``, and
        ``champions`` (ids that came first in the last ranking, several in a tie).
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
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
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
