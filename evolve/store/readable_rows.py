"""What SQLite can still give of a damaged store, row by row."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from evolve.store.connection import connect, in_memory, is_unwritable_midway, tables_of
from evolve.store.refusals import UNREADABLE
from evolve.store.rows import COLUMNS, Row, Rows, query_of
from evolve.store.schema import SCHEMA_VERSION, layout_of

_PATIENCE_S = 20.0
"""How long one question to a damaged store may take."""

_STEPS_BETWEEN_LOOKS = 100_000
_MOST_PROBES = 10_000


@contextlib.contextmanager
def patient_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to any SQLite file that changes nothing and gives bytes that are no text as lone surrogates.

    Raises:
        sqlite3.DatabaseError: The file cannot be opened.
        OSError: It cannot be copied, where that is needed.
    """
    connection = connect(path, "ro")
    try:
        if is_unwritable_midway(connection):
            connection.close()
            connection = in_memory(path)
        connection.text_factory = lambda text: text.decode(errors="surrogateescape")
        connection.execute("PRAGMA query_only = ON")
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def in_time(connection: sqlite3.Connection) -> Iterator[None]:
    """Whatever is asked of the connection ends in an error when it takes too long."""
    end = time.monotonic() + _PATIENCE_S
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def readable_rows(connection: sqlite3.Connection) -> tuple[Rows, tuple[str, ...]]:
    """All rows that can be read, and the tables of which some cannot."""
    rows: dict[str, list[Row]] = {}
    torn = []
    try:
        tables, layout = tables_of(connection), layout_of(connection)
    except UNREADABLE:
        tables, layout = set(), SCHEMA_VERSION
    for table in COLUMNS:
        if table not in tables:
            rows[table] = []
            torn.append(table)
            continue
        with in_time(connection):
            found, is_whole = _rows_of(connection, table, layout)
        rows[table] = [found[rowid] for rowid in sorted(found)]
        if not is_whole:
            torn.append(table)
    return rows, tuple(torn)


def _rows_of(connection: sqlite3.Connection, table: str, layout: int) -> tuple[dict[int, Row], bool]:
    """The rows of a table by rowid: from the front up to the damage, from the back, and one by one in between."""
    rows: dict[int, Row] = {}
    if _take(connection, table, layout, "ORDER BY rowid", rows):
        return rows, True
    front = max(rows, default=0)
    _take(connection, table, layout, "ORDER BY rowid DESC", rows)
    back = min((rowid for rowid in rows if rowid > front), default=front + 1 + min(len(rows) + 100, _MOST_PROBES))
    for rowid in range(front + 1, min(back, front + _MOST_PROBES)):
        _take(connection, table, layout, f"WHERE rowid = {rowid}", rows)
    return rows, False


def _take(connection: sqlite3.Connection, table: str, layout: int, which: str, rows: dict[int, Row]) -> bool:
    """Add the rows that come before the first that cannot be read; tells whether all could."""
    query = query_of(table, layout).replace("SELECT ", "SELECT rowid, ", 1)
    try:
        for rowid, *values in connection.execute(f"{query} {which}"):
            rows[rowid] = dict(zip(COLUMNS[table], values, strict=True))
    except UNREADABLE:
        return False
    return True
