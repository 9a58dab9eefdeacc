"""The SQLite file of a run: how it is opened, its transactions and snapshots, and who may work on it.

The rollback journal is used, not WAL, because run folders live on network file systems.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evolve.errors import DamagedStoreError, RunError, StorageError
from evolve.records.run import Json
from evolve.store.copies import COPIES_KEPT, copies_of, next_copy, read_content
from evolve.store.fields import RowError
from evolve.store.files import inside
from evolve.store.folders import place_store, taken
from evolve.store.opening import opened
from evolve.store.paths import RunPaths, aside_of, write_whole
from evolve.store.refusals import damaged, files_translated, moved, rows_translated, sqlite_translated
from evolve.store.schema import make_tables

_SHARE_OF_COPYING: Final = 0.05
"""The most of the time that may go into copies of the store after small changes."""


class Database:
    """An open store; every failure of SQLite becomes a `RunError` that says what to do."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the store at a path.

        One in which a process was killed in the midst of a transaction is read from a copy in memory, when the disk
        does not allow to undo that in place.

        Raises:
            RunError: It is damaged, no store of ours, of another layout, or cannot be opened.
        """
        self._path = path
        self._paths = RunPaths(path.parent)
        with sqlite_translated(self._paths):
            self._connection = opened(self._paths, "ro" if read_only else "rw")
        self._place = _place_of(path)
        self._whole: sqlite3.Cursor | None = None
        self._is_copied = True
        self._next_copy_s = 0.0

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Json]) -> None:
        """Make a new store that holds the facts; it comes to its name only when it is whole.

        Raises:
            RunError: It cannot be written, or another store has its name.
        """
        aside = aside_of(path)
        try:
            with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as connection:
                connection.execute("BEGIN")
                make_tables(connection)
                rows = [(name, json.dumps(value)) for name, value in facts.items()]
                connection.executemany("INSERT INTO fact (name, value) VALUES (?, ?)", rows)
                connection.commit()
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
        """Let the file go, copied as it is."""
        if not self._is_copied:
            with contextlib.suppress(RunError):  # what is damaged is told to whoever opens the store next
                self.keep_copy()
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self, *, is_small: bool = False) -> Iterator[sqlite3.Cursor]:
        """A cursor whose writes all take place, or none; afterwards a copy of the store is kept.

        Args:
            is_small: Whether the copy may wait when there has just been one: of a large store it takes seconds.
        """
        if self._whole is not None:
            with self._part(self._whole) as cursor:
                yield cursor
            return
        with self._begun("IMMEDIATE") as cursor:
            yield cursor
        self._is_copied = False
        if not is_small or time.monotonic() >= self._next_copy_s:
            self.keep_copy()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """The small transactions inside take place at the end, at once, or none does; one that fails alone does not."""
        with self.transaction(is_small=True) as cursor:
            self._whole = cursor
            try:
                yield
            finally:
                self._whole = None
            self._check_begun()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Cursor]:
        """A cursor that reads the store as it is at one instant."""
        if self._whole is not None:
            with sqlite_translated(self._paths), rows_translated(self._paths):
                yield self._whole
            return
        with self._begun("DEFERRED") as cursor:
            yield cursor

    @property
    def version(self) -> int:
        """A number that changes whenever another connection has changed the store."""
        with sqlite_translated(self._paths):
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still the one that was opened; not when its folder was moved, replaced or deleted."""
        return _place_of(self._path) == self._place

    def check_in_place(self) -> None:
        """Raise a `RunError` unless `is_in_place`."""
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

    @contextlib.contextmanager
    def _part(self, cursor: sqlite3.Cursor) -> Iterator[sqlite3.Cursor]:
        """A transaction within one; what is raised undoes it alone, unless the disk has made SQLite undo the whole."""
        with sqlite_translated(self._paths), rows_translated(self._paths):
            self._check_begun()
            cursor.execute("SAVEPOINT part")
            try:
                yield cursor
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK TO part")
                    cursor.execute("RELEASE part")
                raise
            cursor.execute("RELEASE part")

    def _check_begun(self) -> None:
        """Raise a `StorageError` when SQLite has undone the transaction by itself, as it does on a full disk."""
        if not self._connection.in_transaction:
            raise StorageError(f"the store of {self._paths.folder} could not be written, and is as it was before")

    def keep_copy(self) -> None:
        """Copy the store into the run folder, unless it is as the newest copy has it; the oldest copies go.

        What the disk does not take is copied with the next change.

        Raises:
            DamagedStoreError: The store is no longer whole: older copies, which are, must not give way to it.
        """
        begun = time.monotonic()
        try:
            with self.snapshot():
                content = self._connection.serialize()  # the very bytes of the file, which a digest can tell
            self.check_in_place()
            copy = next_copy(self._paths, content)
            if copy is not None:
                read_content(content, self._paths)
                with files_translated(self._paths):
                    write_whole(inside(self._paths, self._paths.relative(copy)), content)
            for old in copies_of(self._paths)[COPIES_KEPT:]:
                old.path.unlink(missing_ok=True)
            self._is_copied = True
        except DamagedStoreError:
            raise
        except (RowError, sqlite3.DatabaseError) as error:
            raise damaged(self._paths, str(error)) from error
        except (RunError, OSError):
            pass
        now = time.monotonic()
        self._next_copy_s = now + (now - begun) / _SHARE_OF_COPYING


def _place_of(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path now; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
