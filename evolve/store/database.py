"""The SQLite file of a run: its schema, how it is opened, and transactions.

The rollback journal is used, not WAL, because run folders live on network file systems.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from evolve.errors import RunError
from evolve.store.records import Json

SCHEMA_VERSION = 1
APPLICATION_ID = 0x65766F6C  # "evol"

_SCHEMA = """
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

_PATIENCE_S = 30.0
"""How long a statement waits for another process's transaction."""


class Database:
    """An open store; every failure of SQLite becomes a `RunError` that says what to do."""

    def __init__(self, path: Path) -> None:
        """Open the store at a path.

        Raises:
            RunError: It is damaged, no store of ours, or made by a newer evolve.
        """
        self._path = path
        with _translated(path):
            self._connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            with _translated(path):
                self._connection.execute("PRAGMA foreign_keys = ON")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._check_version()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Json]) -> None:
        """Make a new store that holds the facts; it comes to its name only when it is whole.

        Raises:
            RunError: It cannot be written.
        """
        aside = path.with_name(f".{path.name}.new")
        aside.unlink(missing_ok=True)
        with _translated(path), contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as connection:
            connection.executescript(_SCHEMA)
            rows = [(name, json.dumps(value)) for name, value in facts.items()]
            connection.executemany("INSERT INTO fact (name, value) VALUES (?, ?)", rows)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        aside.replace(path)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """A cursor whose writes all take place, or none."""
        with self._begun("IMMEDIATE") as cursor:
            yield cursor

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Cursor]:
        """A cursor that reads the store as it is at one instant."""
        with self._begun("DEFERRED") as cursor:
            yield cursor

    @contextlib.contextmanager
    def _begun(self, mode: str) -> Iterator[sqlite3.Cursor]:
        with _translated(self._path):
            cursor = self._connection.execute(f"BEGIN {mode}")
            try:
                yield cursor
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise

    def _check_version(self) -> None:
        application = self._connection.execute("PRAGMA application_id").fetchone()[0]
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise RunError(f"{self._path} is no store of evolve")
        if version != SCHEMA_VERSION:
            raise RunError(
                f"{self._path} has layout {version}, this evolve reads layout {SCHEMA_VERSION}; "
                f"use the version of evolve that made it"
            )


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise RunError(f"the store {path} cannot be used: {error}") from error
