"""A whole store made of what can be read of a damaged one."""

import contextlib
import json
import os
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import RunError
from evolve.store.connection import check_journals
from evolve.store.consistency import contradictions
from evolve.store.examination import examine
from evolve.store.fields import RowError
from evolve.store.lock import held
from evolve.store.paths import JOURNAL_SUFFIX, RunPaths, aside_of, flush_folder
from evolve.store.reading import run_of
from evolve.store.records import GenerationStatus, IndividualStatus
from evolve.store.refusals import files_translated, sqlite_translated
from evolve.store.rows import Rows, write_rows
from evolve.store.salvage import salvage
from evolve.store.schema import bring_up_to_date
from evolve.words import counted


@dataclass(frozen=True, slots=True)
class Mending:
    """What was made of a damaged store.

    Attributes:
        kept: Where the damaged store lies now.
        lost: What could not be read and is not in the new one, a line each.
    """

    kept: Path
    lost: tuple[str, ...]


def mend(folder: Path) -> Mending:
    """Put a whole store in place of a damaged one, which stays beside it as ``run.sqlite.damaged-1`` and so on.

    Raises:
        RunError: The store is whole, another process works on the run, too little can be read for the run to be gone
            on with, or the disk refuses.
    """
    paths = RunPaths(folder)
    with held(paths):
        check_journals(paths.database)
        found = salvage(folder)
        if found.is_whole:
            raise RunError(_nothing_to_do(paths))
        if lost := _what_is_too_much(found.rows, paths):
            raise RunError(
                f"the store of {folder} cannot be mended: {lost}; bring {paths.database.name} back from a copy of the "
                f"folder; what can still be read: evolve report {paths.reference}"
            )
        rows, unheard = _with_trials_put_back(found.rows)
        aside = aside_of(paths.database)
        try:
            with files_translated(paths), sqlite_translated(paths):
                with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as connection:
                    _fill(connection, rows)
                kept = _set_aside(paths.database)
                aside.replace(paths.database)
                flush_folder(paths.folder)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
    again = [f"{name} has no songs to be heard any more: evolve resume trains it again" for name in unheard]
    return Mending(kept, (*found.run.damage, *again))


def _nothing_to_do(paths: RunPaths) -> str:
    findings = examine(paths.folder).findings
    rest = f"; but {findings[0].what}: {findings[0].advice}" if findings else ""
    return f"the store of {paths.folder} is whole: there is nothing to mend in it{rest}"


def _what_is_too_much(rows: Rows, paths: RunPaths) -> str:
    """What is missing without which nobody can go on with the run; empty when it can be."""
    try:
        run = run_of({table: rows.get(table, ()) for table in (*rows, "fact", "generation")}, paths)
    except RowError as error:
        return f"the facts of the run are lost ({error})"
    if found := contradictions(run):
        return found[0]
    population = run.settings.get("population")
    for generation in run.generations:
        if population and len(generation.members) != population:
            born = counted(population, "member")
            return f"generation {generation.index} has only {len(generation.members)} of its {born} left"
        if generation.status.is_ranked and not generation.standings:
            return f"the ranking of generation {generation.index} is lost"
    return ""


def _with_trials_put_back(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows in which whoever is to be heard and has lost its songs or its network is to be trained again."""
    last = max(rows["generation"], key=lambda row: row["number"], default={"number": -1})
    members = {row["individual"] for row in rows["member"] if row["generation"] == last["number"]}
    settings = next(json.loads(row["value"]) for row in rows["fact"] if row["name"] == "settings")
    whole = Counter(row["individual"] for row in rows["song"] if json.loads(row["files"]))
    unheard = {
        row["id"]
        for row in rows["individual"]
        if row["id"] in members and row["status"] == IndividualStatus.EVALUATED
        and (whole[row["id"]] < settings.get("songs", 1) or not json.loads(row["files"]))
    }  # fmt: skip
    if not unheard:
        return rows, ()
    anew = {"status": IndividualStatus.BORN, "metrics": "{}", "files": "{}"}
    waits = last["status"] == GenerationStatus.EVALUATED
    return {
        **rows,
        "individual": [{**row, **(anew if row["id"] in unheard else {})} for row in rows["individual"]],
        "song": [row for row in rows["song"] if row["individual"] not in unheard],
        "generation": [
            {**row, "status": GenerationStatus.BORN} if row is last and waits else row for row in rows["generation"]
        ],
    }, tuple(sorted(unheard))


def _fill(connection: sqlite3.Connection, rows: Rows) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    bring_up_to_date(connection)
    connection.execute("BEGIN")
    connection.execute("PRAGMA defer_foreign_keys = ON")  # whoever was replaced names one who was born later
    write_rows(connection, rows)
    connection.commit()


def _set_aside(database: Path) -> Path:
    """Give the damaged store, with any unfinished transaction, another name; its own stays until it is replaced."""
    number = 1
    while (kept := database.with_name(f"{database.name}.damaged-{number}")).exists():
        number += 1
    try:
        os.link(database, kept)
    except OSError:  # a file system without links
        _copy_whole(database, kept)
    flush_folder(kept.parent)
    journal = database.with_name(database.name + JOURNAL_SUFFIX)
    with contextlib.suppress(FileNotFoundError):
        # It belongs to the damaged store: SQLite would undo the new one by it.
        journal.rename(kept.with_name(kept.name + JOURNAL_SUFFIX))
    return kept


def _copy_whole(file: Path, kept: Path) -> None:
    """Copy a file so that its new name never shows anything but all of it."""
    aside = aside_of(kept)
    try:
        with file.open("rb") as source, aside.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        aside.replace(kept)
    finally:
        aside.unlink(missing_ok=True)
