"""The tables of a store, layout by layout: a new store and an older one come to this layout by the same steps."""

import sqlite3

APPLICATION_ID = 0x65766F6C  # "evol"

_FIRST = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """
    CREATE TABLE generation (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, parents TEXT NOT NULL DEFAULT '[]', born_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE individual (
        position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL REFERENCES generation,
        slot INTEGER NOT NULL, origin TEXT NOT NULL, genome TEXT NOT NULL, parents TEXT NOT NULL,
        operators TEXT NOT NULL, changed TEXT NOT NULL, status TEXT NOT NULL, metrics TEXT NOT NULL DEFAULT '{}',
        files TEXT NOT NULL DEFAULT '{}', failure TEXT, replaced_by TEXT REFERENCES individual (id)
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
    CREATE TABLE song (
        individual TEXT NOT NULL REFERENCES individual (id), number INTEGER NOT NULL, files TEXT NOT NULL,
        facts TEXT NOT NULL, PRIMARY KEY (individual, number)
    ) STRICT
    """,
    """
    CREATE TABLE ballot (
        generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, tiers TEXT NOT NULL,
        rejected TEXT NOT NULL, method TEXT NOT NULL, letters TEXT NOT NULL, made_at TEXT NOT NULL,
        PRIMARY KEY (generation, listener)
    ) STRICT
    """,
    """
    CREATE TABLE draft (
        generation INTEGER NOT NULL REFERENCES generation, listener TEXT NOT NULL, steps TEXT NOT NULL,
        PRIMARY KEY (generation, listener)
    ) STRICT
    """,
)

_FILES_AND_LOST_ATTEMPTS = (
    "CREATE TABLE file (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL) STRICT",
    """
    CREATE TABLE lost (
        individual TEXT NOT NULL REFERENCES individual (id), reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT
    """,
)

_FAVOURITES = ("ALTER TABLE ballot ADD COLUMN favourites TEXT NOT NULL DEFAULT '[]'",)

_STEPS = (_FIRST, _FILES_AND_LOST_ATTEMPTS, _FAVOURITES)
"""What leads from each layout to the next, the first from an empty file to layout 1; a step once shipped stays."""

SCHEMA_VERSION = len(_STEPS)

FIRST_LAYOUT = {"file": 2, "lost": 2}
"""The layout that a table has come with, where it is not the first."""

LATE_COLUMNS = {"ballot": {"favourites": (3, "'[]'")}}
"""Of a table, the columns that have come later than it: with which layout, and what older rows have there, in SQL."""


def layout_of(connection: sqlite3.Connection) -> int:
    """The layout that a store says it has; 0 when it says none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Take an empty file or a store of an older layout to this one, in one transaction.

    Several processes may do it at once: the second finds nothing left to do.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in _STEPS[layout_of(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
