"""The SQLite file of a run while it is open: transactions, snapshots, and whether it still lies where it was.

The rollback journal is used, not WAL, because run folders live on network file systems.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from evolve.errors import RunError
from evolve.store.connection import open_to_read, open_to_write
from evolve.store.founding import place_store, taken
from evolve.store.paths import RunPaths, aside_of
from evolve.store.records import Json
from evolve.store.refusals import moved, rows_translated, sqlite_translated
from evolve.store.schema import bring_up_to_date


class Database:
    """An open store; every failure of SQLite becomes a `RunError` that says what to do.

    Attributes:
        migrated_from: The layout that the file had until it was opened now; None when it is as it was.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the store at a path; an older one is migrated, in memory alone when it is only to be read.

        Raises:
            RunError: It is damaged, no store of ours, made by a newer evolve, or cannot be opened.
        """
        self._path = path
        self._paths = RunPaths(path.parent)
        with sqlite_translated(self._paths):
            opened = open_to_read(self._paths) if read_only else open_to_write(self._paths)
        self._connection = opened.connection
        self.migrated_from = opened.migrated_from
        self._place = _place_of(path)

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Json]) -> None:
        """Make a new store that holds the facts; it comes to its name only when it is whole.

        Raises:
            RunError: It cannot be written, or another store has its name.
        """
        aside = aside_of(path)
        try:
            with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as connection:
                bring_up_to_date(connection)
                rows = [(name, json.dumps(value)) for name, value in facts.items()]
                connection.executemany("INSERT INTO fact (name, value) VALUES (?, ?)", rows)
            place_store(aside, path)
        except FileExistsError as error:
            raise taken(path.parent) from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise RunError(
                f"cannot create the store {path}: {error}; make room, or choose another folder with --runs"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

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

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still the one that was opened; not when its folder was moved, replaced or deleted."""
        return _place_of(self._path) == self._place

    def check_in_place(self) -> None:
        """Check `is_in_place`.

        Raises:
            RunError: It is not.
        """
        if not self.is_in_place:
            raise moved(self._paths)

    @contextlib.contextmanager
    def _begun(self, mode: str) -> Iterator[sqlite3.Cursor]:
        with sqlite_translated(self._paths), rows_translated(self._paths):
            cursor = self._connection.execute(f"BEGIN {mode}")
            try:
                yield cursor
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise


def _place_of(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path now; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
