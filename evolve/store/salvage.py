"""What can still be told of a run whose store is damaged."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evolve.errors import RunError
from evolve.store.files import inside
from evolve.store.fitted_rows import fitted
from evolve.store.paths import RunPaths
from evolve.store.readable_rows import in_time, patient_connection, readable_rows
from evolve.store.reading import run_of
from evolve.store.records import RunRecord
from evolve.store.refusals import UNREADABLE, printable
from evolve.store.rows import Rows
from evolve.store.schema import FIRST_LAYOUT, layout_of
from evolve.store.sound_rows import sound_rows
from evolve.words import counted

_NOUNS: Mapping[str, str] = {
    "fact": "facts of the whole run",
    "generation": "generations",
    "individual": "individuals",
    "member": "places in generations",
    "song": "songs",
    "ballot": "ballots",
    "draft": "half-made ballots",
    "file": "sizes and digests of files",
    "lost": "lost attempts",
}
_MOST_COMPLAINTS = 3


@dataclass(frozen=True, slots=True)
class Salvage:
    """What could be read of a damaged store.

    Attributes:
        run: The run as far as it is known, with its damage; who is missing is named nowhere in it. When nobody is
            left, the damage tells which songs and networks lie in the folder: they need no store.
        rows: The rows that make sense, as they were written.
    """

    run: RunRecord
    rows: Rows

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged or missing after all."""
        return not self.run.damage


def salvage(folder: Path) -> Salvage:
    """Read what can be read of a run, whatever has happened to its store; nothing is written."""
    paths = RunPaths(folder)
    rows, damage = _read(paths)
    rows, senseless = sound_rows(rows)
    told, dangling = fitted(rows)
    run = run_of(told, paths)
    lying = () if run.individuals else tuple(_lying_in(folder))
    return Salvage(replace(run, damage=tuple(dict.fromkeys((*damage, *senseless, *dangling, *lying)))), rows)


def _read(paths: RunPaths) -> tuple[Rows, tuple[str, ...]]:
    """The rows, and what SQLite says of the file."""
    try:
        inside(paths, paths.database.name)
        with patient_connection(paths.database) as connection:
            complaints = complaints_of(connection)
            rows, torn = read_patiently(connection)
    except (*UNREADABLE, RunError) as error:
        return {}, (f"nothing of {paths.database.name} can be read: {printable(str(error))}",)
    return rows, (*complaints, *torn)


def read_patiently(connection: sqlite3.Connection) -> tuple[Rows, tuple[str, ...]]:
    """All rows that can be read, and a line on each kind of which some cannot."""
    rows, torn = readable_rows(connection)
    tables = [table for table in torn if layout_of(connection) >= FIRST_LAYOUT.get(table, 1)]
    return rows, tuple(f"some of the {_NOUNS[table]} cannot be read" for table in tables)


def complaints_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What SQLite finds wrong with the file, the first few lines of it."""
    lines = [line for (line,) in _asked(connection, f"integrity_check({_MOST_COMPLAINTS})") if line != "ok"]
    orphans = _asked(connection, "foreign_key_check")
    if orphans:
        lines.append(f"{counted(len(orphans), 'row names', 'rows name')} what is not there")
    return tuple(dict.fromkeys(f"SQLite says: {printable(str(line))}" for line in lines))


def _asked(connection: sqlite3.Connection, question: str) -> list[tuple[Any, ...]]:
    """What SQLite answers, or the error that it has with the question."""
    try:
        with in_time(connection):
            return connection.execute(f"PRAGMA {question}").fetchall()
    except UNREADABLE as error:
        return [(str(error),)] if "integrity" in question else []


def _lying_in(folder: Path) -> Iterator[str]:
    """The songs and networks that can be used without a store, a line for each individual."""
    with contextlib.suppress(OSError):
        for place in sorted((folder / "individuals").iterdir()):
            names = [path.name for path in sorted(place.glob("*")) if path.suffix in (".mid", ".ogg", ".keras")]
            if names:
                yield f"still in individuals/{place.name}, for any player and for Keras: {', '.join(names)}"
