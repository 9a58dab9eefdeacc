"""Stores as the first layout had them."""

import sqlite3
from pathlib import Path

from evolve.store.rows import COLUMNS
from evolve.store.schema import APPLICATION_ID, LATE_COLUMNS

FIRST_LAYOUT = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE generation (
    number INTEGER PRIMARY KEY, status TEXT NOT NULL, parents TEXT NOT NULL DEFAULT '[]', born_at TEXT NOT NULL
) STRICT;
CREATE TABLE individual (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL REFERENCES generation,
    slot INTEGER NOT NULL, origin TEXT NOT NULL, genome TEXT NOT NULL, parents TEXT NOT NULL, operators TEXT NOT NULL,
    changed TEXT NOT NULL, status TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '{}', files TEXT NOT NULL DEFAULT '{}',
    failure TEXT, replaced_by TEXT REFERENCES individual (id)
) STRICT;
CREATE TABLE member (
    generation INTEGER NOT NULL REFERENCES generation, slot INTEGER NOT NULL,
    individual TEXT NOT NULL REFERENCES individual (id), elite INTEGER NOT NULL, rank INTEGER, utility REAL,
    rejected INTEGER, PRIMARY KEY (generation, slot)
) STRICT;
CREATE TABLE song (
    individual TEXT NOT NULL REFERENCES individual (id), number INTEGER NOT NULL, files TEXT NOT NULL,
    facts TEXT NOT NULL, PRIMARY KEY (individual, number)
) STRICT;
CREATE TABLE ballot (
    generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, tiers TEXT NOT NULL,
    rejected TEXT NOT NULL, method TEXT NOT NULL, letters TEXT NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (generation, listener)
) STRICT;
CREATE TABLE draft (
    generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, steps TEXT NOT NULL,
    PRIMARY KEY (generation, listener)
) STRICT;
"""

_TABLES = ("fact", "generation", "individual", "member", "song", "ballot", "draft")


def put_into_first_layout(folder: Path) -> Path:
    """Give a run the store that the first version of evolve would have made of it."""
    database = folder / "run.sqlite"
    rows = {}
    connection = sqlite3.connect(database)
    for table in _TABLES:
        columns = ", ".join(column for column in COLUMNS[table] if column not in LATE_COLUMNS.get(table, {}))
        rows[table] = connection.execute(f"SELECT {columns} FROM {table} ORDER BY rowid").fetchall()  # noqa: S608
    connection.close()
    database.unlink()
    connection = sqlite3.connect(database)
    connection.executescript(FIRST_LAYOUT)
    for table, content in rows.items():
        for row in content:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return folder


def layout_of_file(folder: Path) -> int:
    """The layout that the store on the disk says it has."""
    connection = sqlite3.connect(folder / "run.sqlite")
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()
