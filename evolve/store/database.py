"""The SQLite file of a run: how it is opened, its transactions and snapshots, and who may work on it.

The rollback journal is used, not WAL, because run folders live on network file systems.
"""

import contextlib
import json
import os
import shlex
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evolve.errors import DamagedStoreError, RunError, StorageError
from evolve.records.run import Json
from evolve.store.copies import COPIES_KEPT, copies_of, next_copy, read_content
from evolve.store.files import inside
from evolve.store.folders import place_store, taken
from evolve.store.paths import JOURNAL_SUFFIX, RunPaths, aside_of, write_whole
from evolve.store.reading import RowError
from evolve.store.refusals import PATIENCE_S, damaged, files_translated, moved, rows_translated, sqlite_translated
from evolve.store.schema import APPLICATION_ID, SCHEMA_VERSION, layout_of, make_tables, strange_in

_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")
"""What ends a journal that belongs to a transaction over several databases (https://sqlite.org/fileformat.html)."""

_VERSIONS: Final = slice(18, 20)
"""Where a file says how it is to be written and read (https://sqlite.org/fileformat.html, 1.3.3)."""

_WAL: Final = 2

_SHARE_OF_COPYING: Final = 0.05
"""The most of the time that may go into copies of the store after small changes."""

_OUR_TABLES: Final = {"fact", "generation", "individual"}


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
            self._connection = _opened(self._paths, "ro" if read_only else "rw")
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


# --- opening ---------------------------------------------------------------------------------------------------------


def _opened(paths: RunPaths, mode: str) -> sqlite3.Connection:
    connection = _connect(paths.database, mode)
    try:
        if _is_unwritable_midway(connection):
            connection.close()
            connection = _in_memory(paths.database)
        _check_kind(connection, paths)
        _check_whole(connection, paths)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """A bare connection to a file that is there; mode ``"ro"`` or ``"rw"``, as in SQLite's URIs."""
    check_journals(path)
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)
    # A run folder may come from somebody else: nothing in its schema may call what is not SQLite's own.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _check_whole(connection: sqlite3.Connection, paths: RunPaths) -> None:
    # Stores are small: this takes milliseconds, and nothing is ever built upon a damaged one.
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise damaged(paths, str(found))


def check_journals(path: Path) -> None:
    """Check, before SQLite looks at it, that nothing beside a store is used that evolve never makes.

    Raises:
        RunError: Its journal names another file, or it is in WAL mode.
    """
    _check_journal(path)
    _check_mode(path)


def _check_journal(path: Path) -> None:
    """Refuse a journal that names another one: once SQLite has followed it, it deletes whatever file that is.

    And one that is no file: a pipe would be waited for, and a link leads elsewhere.
    """
    journal = path.with_name(path.name + JOURNAL_SUFFIX)
    try:
        is_strange = not stat.S_ISREG(journal.lstat().st_mode)
        if not is_strange:
            with journal.open("rb") as file:
                file.seek(-len(_MAGIC), os.SEEK_END)
                is_strange = file.read() == _MAGIC
    except OSError:  # there is none, or less of it than that
        return
    if is_strange:
        raise RunError(
            f"{journal} is no journal, or names a file outside the run folder, which evolve never does; use the folder "
            f"only if you know who made it so"
        )


def _check_mode(path: Path) -> None:
    """Refuse a store that another program has put into WAL mode: even to look at it, SQLite writes files beside it."""
    # Whoever closes a file lets go of all his locks on it: this comes before any transaction of this process.
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            header = file.read(_VERSIONS.stop)
    except OSError:  # SQLite says what is wrong
        return
    is_database = header.startswith(b"SQLite format 3\0")
    if (is_database and _WAL in header[_VERSIONS]) or os.path.lexists(path.with_name(f"{path.name}-wal")):
        raise RunError(
            f"{path} is in SQLite's WAL mode, or has a -wal file beside it, which evolve never does; end the program "
            f"that uses it, and undo it with: sqlite3 {shlex.quote(str(path))} 'PRAGMA journal_mode = DELETE'"
        )


def _in_memory(path: Path) -> sqlite3.Connection:
    """A copy in memory, the unfinished transaction undone; the files stay as they are."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with tempfile.TemporaryDirectory(prefix="evolve-") as folder:
        copy = Path(folder) / path.name
        for name in (path.name, path.name + JOURNAL_SUFFIX):
            shutil.copyfile(path.with_name(name), copy.with_name(name))
        with contextlib.closing(_connect(copy, "rw")) as connection:
            connection.backup(memory)
    memory.execute("PRAGMA query_only = ON")
    return memory


def _is_unwritable_midway(connection: sqlite3.Connection) -> bool:
    """Whether a transaction was cut off in this store and cannot be undone in place."""
    try:
        layout_of(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"):
            return True
        raise
    return False


def _check_kind(connection: sqlite3.Connection, paths: RunPaths) -> None:
    """Raise a `RunError` unless this is a store of evolve in the layout of this version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    tables = {name for (name,) in found}
    if application != APPLICATION_ID or not tables >= _OUR_TABLES:
        if application == APPLICATION_ID or tables >= _OUR_TABLES or not paths.database.stat().st_size:
            raise damaged(paths, "it is empty" if not tables else "its first page is not as evolve writes it")
        raise RunError(f"{paths.database} is no store of evolve")
    layout = layout_of(connection)
    if layout < 1:
        raise damaged(paths, f"it says that it has layout {layout}")
    if layout != SCHEMA_VERSION:
        age, advice = (
            ("a newer", "or a newer one still") if layout > SCHEMA_VERSION else ("an older", "or begin a new run")
        )
        raise RunError(
            f"{paths.database} has layout {layout}, this evolve reads layout {SCHEMA_VERSION}: {age} evolve has made "
            f"it; use that one, {advice}"
        )
    if strange := strange_in(connection):
        raise damaged(paths, strange)
