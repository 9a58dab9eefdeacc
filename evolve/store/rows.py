"""The rows of a store as SQLite gives them, by table."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

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
    "ballot": ("generation", "listener", "tiers", "rejected", "method", "letters", "made_at"),
    "draft": ("generation", "listener", "steps"),
    "file": ("path", "bytes", "sha256"),
    "lost": ("individual", "reason", "at"),
}  # fmt: skip
"""Every table, in an order in which rows can be written: what is referred to comes first."""


def query_of(table: str) -> str:
    """What reads all rows of a table, from the table itself rather than from an index."""
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table} NOT INDEXED"  # noqa: S608 - names of our own


def read_rows(cursor: sqlite3.Cursor) -> Rows:
    """All rows, inside the cursor's transaction."""
    return {
        table: [dict(zip(columns, row, strict=True)) for row in cursor.execute(f"{query_of(table)} ORDER BY rowid")]
        for table, columns in COLUMNS.items()
    }


def write_rows(connection: sqlite3.Connection, rows: Rows) -> None:
    """Put rows into an empty store."""
    for table, columns in COLUMNS.items():
        values = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - names of our own
        connection.executemany(statement, [tuple(row[column] for column in columns) for row in rows.get(table, ())])
