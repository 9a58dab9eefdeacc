"""The rows of a store as SQLite gives them, by table."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evolve.store.schema import LATE_COLUMNS, SCHEMA_VERSION

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
"""By table, in the order in which they were written."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "fact": ("name", "value"),
    "generation": ("number", "status", "parents", "born_at"),
    "individual": (
        "position", "id", "generation", "slot", "origin", "genome", "parents", "operators", "changed", "status",
        "metrics", "files", "failure", "replaced_by",
    ),
    "member": ("generation", "slot", "individual", "elite", "rank", "utility", "rejected"),
    "song": ("individual", "number", "files", "facts"),
    "ballot": ("generation", "listener", "tiers", "rejected", "method", "letters", "made_at", "favourites"),
    "draft": ("generation", "listener", "steps"),
    "file": ("path", "bytes", "sha256"),
    "lost": ("individual", "reason", "at"),
}  # fmt: skip
"""Every table, in an order in which rows can be written: what is referred to comes first."""


def query_of(table: str, layout: int = SCHEMA_VERSION) -> str:
    """What reads all rows of a table, from the table itself rather than from an index.

    In a store of an older layout, columns that it does not have are as in rows that are brought up to date.
    """
    return f"{_columns_of(table, layout)} NOT INDEXED"


def selected(cursor: sqlite3.Cursor, table: str, which: str, value: int | str) -> list[Row]:
    """Some rows of a table, found by its index where it has one for that: not looked for among all."""
    rows = cursor.execute(f"{_columns_of(table)} WHERE {which}", (value,))
    return [dict(zip(COLUMNS[table], row, strict=True)) for row in rows]


def read_rows(cursor: sqlite3.Cursor, tables: Iterable[str] = COLUMNS) -> Rows:
    """All rows, inside the cursor's transaction; of some tables alone where only they are asked for."""
    return {
        table: [
            dict(zip(COLUMNS[table], row, strict=True)) for row in cursor.execute(f"{query_of(table)} ORDER BY rowid")
        ]
        for table in tables
    }


def write_rows(connection: sqlite3.Connection, rows: Rows) -> None:
    """Put rows into an empty store."""
    for table, columns in COLUMNS.items():
        values = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - names of our own
        connection.executemany(statement, [tuple(row[column] for column in columns) for row in rows.get(table, ())])


def _columns_of(table: str, layout: int = SCHEMA_VERSION) -> str:
    late = {column: default for column, (since, default) in LATE_COLUMNS.get(table, {}).items() if layout < since}
    columns = ", ".join(late.get(column, column) for column in COLUMNS[table])
    return f"SELECT {columns} FROM {table}"  # noqa: S608 - names of our own
