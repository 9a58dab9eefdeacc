"""The tables of a store, and their rows as SQLite gives them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

APPLICATION_ID: Final = 0x65766F6C  # "evol"

SCHEMA_VERSION: Final = 8
"""The layout of the tables; a store of another one is refused, so any change of theirs makes it larger."""

_TABLES: Final = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """
    CREATE TABLE generation (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, parents TEXT NOT NULL DEFAULT '[]', born_at TEXT NOT NULL,
        expected TEXT NOT NULL DEFAULT '{}'
    ) STRICT
    """,
    """
    CREATE TABLE individual (
        position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL REFERENCES generation,
        slot INTEGER NOT NULL, origin TEXT NOT NULL, genome TEXT NOT NULL, parents TEXT NOT NULL,
        operators TEXT NOT NULL, changed TEXT NOT NULL, status TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '{}',
        files TEXT NOT NULL DEFAULT '{}', presented INTEGER, failure TEXT, stopped TEXT,
        replaced_by TEXT REFERENCES individual (id)
    ) STRICT
    """,
    """
    CREATE TABLE member (
        generation INTEGER NOT NULL REFERENCES generation, slot INTEGER NOT NULL,
        individual TEXT NOT NULL REFERENCES individual (id), elite INTEGER NOT NULL, rank INTEGER, utility REAL,
        rejected INTEGER, PRIMARY KEY (generation, slot)
    ) STRICT
    """,
    """
    CREATE TABLE sample (
        individual TEXT NOT NULL REFERENCES individual (id), number INTEGER NOT NULL, files TEXT NOT NULL,
        facts TEXT NOT NULL, PRIMARY KEY (individual, number)
    ) STRICT
    """,
    """
    CREATE TABLE ballot (
        generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, tiers TEXT NOT NULL,
        rejected TEXT NOT NULL, method TEXT NOT NULL, letters TEXT NOT NULL, made_at TEXT NOT NULL,
        favourites TEXT NOT NULL, comments TEXT NOT NULL, listening TEXT NOT NULL, repeat TEXT NOT NULL DEFAULT 'null',
        PRIMARY KEY (generation, listener)
    ) STRICT
    """,
    """
    CREATE TABLE draft (
        generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, steps TEXT NOT NULL DEFAULT '[]',
        listening TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (generation, listener)
    ) STRICT
    """,
    "CREATE TABLE file (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL) STRICT",
    """
    CREATE TABLE lost (
        individual TEXT NOT NULL REFERENCES individual (id), reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT
    """,
)

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "fact": ("name", "value"),
    "generation": ("number", "status", "parents", "born_at", "expected"),
    "individual": (
        "position", "id", "generation", "slot", "origin", "genome", "parents", "operators", "changed", "status",
        "metrics", "files", "presented", "failure", "stopped", "replaced_by",
    ),
    "member": ("generation", "slot", "individual", "elite", "rank", "utility", "rejected"),
    "sample": ("individual", "number", "files", "facts"),
    "ballot": (
        "generation", "listener", "tiers", "rejected", "method", "letters", "made_at", "favourites", "comments",
        "listening", "repeat",
    ),
    "draft": ("generation", "listener", "steps", "listening"),
    "file": ("path", "bytes", "sha256"),
    "lost": ("individual", "reason", "at"),
}  # fmt: skip
"""Every table with what is read of it."""

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
"""By table, in the order in which they were written."""


def make_tables(connection: sqlite3.Connection) -> None:
    """Give an empty file the tables of this layout."""
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def layout_of(connection: sqlite3.Connection) -> int:
    """The layout that a store says it has; 0 when it says none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def strange_in(connection: sqlite3.Connection) -> str:
    """What no store of this layout has, in words; empty when there is nothing.

    A stranger's views and triggers could go on for ever, and evolve makes none.
    """
    found = dict(connection.execute("SELECT name, type FROM sqlite_master").fetchall())
    if not {"table", "index"}.issuperset(found.values()):
        return "it has views or triggers"
    return next((f"it has no table {name}" for name in COLUMNS if found.get(name) != "table"), "")


def read_rows(cursor: sqlite3.Cursor, tables: Iterable[str] = COLUMNS) -> Rows:
    """All rows, inside the cursor's transaction; of some tables alone where only they are asked for."""
    return {table: _rows(cursor, table, "ORDER BY rowid") for table in tables}


def selected(cursor: sqlite3.Cursor, table: str, which: str, value: int | str) -> list[Row]:
    """Some rows of a table, found by its index where it has one for that: not looked for among all."""
    return _rows(cursor, table, f"WHERE {which}", value)


def _rows(cursor: sqlite3.Cursor, table: str, which: str, *values: int | str) -> list[Row]:
    columns = COLUMNS[table]
    rows = cursor.execute(f"SELECT {', '.join(columns)} FROM {table} {which}", values)  # noqa: S608 - names of our own
    return [dict(zip(columns, row, strict=True)) for row in rows]
