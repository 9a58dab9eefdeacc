"""How a store is opened: to be written, or only to be read, whatever its layout and wherever it lies."""

import contextlib
import os
import shlex
import shutil
import sqlite3
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import RunError
from evolve.store.paths import JOURNAL_SUFFIX, RunPaths
from evolve.store.refusals import PATIENCE_S, damaged
from evolve.store.rows import COLUMNS
from evolve.store.schema import APPLICATION_ID, FIRST_LAYOUT, SCHEMA_VERSION, bring_up_to_date, layout_of

_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""What ends a journal that belongs to a transaction over several databases (https://sqlite.org/fileformat.html)."""

_VERSIONS = slice(18, 20)
"""Where a file says how it is to be written and read (https://sqlite.org/fileformat.html, 1.3.3)."""

_WAL = 2

_OUR_TABLES = {"fact", "generation", "individual"}


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store of this layout.

    Attributes:
        connection: To it, or to a copy of it in memory.
        migrated_from: The layout that the file had until now; None when nothing was changed in it.
    """

    connection: sqlite3.Connection
    migrated_from: int | None = None


def open_to_write(paths: RunPaths) -> Opened:
    """A whole store of this layout; an older one is migrated.

    Where nothing can be written, as on a read-only disk, it is one that can be read.

    Raises:
        RunError: It is damaged, no store of ours, or made by a newer evolve.
        sqlite3.DatabaseError: SQLite cannot open it.
    """
    return _opened(paths, "rw")


def open_to_read(paths: RunPaths) -> Opened:
    """A whole store of this layout, of which the file stays as it is.

    An older store is migrated in memory; so is one in which a process was killed in the midst of a transaction, when
    the disk does not allow to undo that in place.

    Raises:
        RunError: It is damaged, no store of ours, or made by a newer evolve.
        sqlite3.DatabaseError: SQLite cannot open it.
    """
    return _opened(paths, "ro")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A bare connection to a file that is there; mode ``"ro"`` or ``"rw"``, as in SQLite's URIs.

    Raises:
        RunError: Its journals are such as evolve never leaves.
        sqlite3.DatabaseError: SQLite cannot open it.
    """
    check_journals(path)
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)
    # A run folder may come from somebody else: nothing in its schema may call what is not SQLite's own.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


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


def in_memory(path: Path) -> sqlite3.Connection:
    """A copy of a store in memory, any unfinished transaction undone; the files stay as they are."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with contextlib.closing(connect(path, "ro")) as connection:
        if not is_unwritable_midway(connection):
            connection.backup(memory)
            return memory
    with tempfile.TemporaryDirectory(prefix="evolve-") as folder:
        copy = Path(folder) / path.name
        for name in (path.name, path.name + JOURNAL_SUFFIX):
            shutil.copyfile(path.with_name(name), copy.with_name(name))
        with contextlib.closing(connect(copy, "rw")) as connection:
            connection.backup(memory)
    return memory


def _opened(paths: RunPaths, mode: str) -> Opened:
    migrated_from = None
    connection = connect(paths.database, mode)
    try:
        if is_unwritable_midway(connection):
            connection.close()
            connection = in_memory(paths.database)
        check_kind(connection, paths)
        _check_whole(connection, paths)  # before anything is written to it: a damaged store stays as it was found
        if (layout := layout_of(connection)) < SCHEMA_VERSION:
            if mode == "rw" and _migrated(connection):
                migrated_from = layout
            else:
                connection.close()
                connection = in_memory(paths.database)
                bring_up_to_date(connection)
                connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return Opened(connection, migrated_from)


def is_unwritable_midway(connection: sqlite3.Connection) -> bool:
    """Whether a transaction was cut off in this store and cannot be undone in place."""
    try:
        layout_of(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"):
            return True
        raise
    return False


def check_kind(connection: sqlite3.Connection, paths: RunPaths) -> None:
    """Check that this is a store of evolve in a layout that this version knows.

    Raises:
        RunError: It is not.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = tables_of(connection)
    if application != APPLICATION_ID or not tables >= _OUR_TABLES:
        if application == APPLICATION_ID or tables >= _OUR_TABLES or not paths.database.stat().st_size:
            raise damaged(paths, "it is empty" if not tables else "its first page is not as evolve writes it")
        raise RunError(f"{paths.database} is no store of evolve")
    version = layout_of(connection)
    if version > SCHEMA_VERSION:
        raise RunError(
            f"{paths.database} has layout {version}, this evolve reads up to layout {SCHEMA_VERSION}: a newer evolve "
            f"has made it; use that one, or a newer one still"
        )
    if version < 1:
        raise damaged(paths, f"it says that it has layout {version}")
    # Views and triggers of a stranger's could go on for ever, and evolve makes none.
    strange = connection.execute("SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')").fetchone()
    missing = {table for table in COLUMNS if FIRST_LAYOUT.get(table, 1) <= version} - tables
    if strange != (0,) or missing:
        raise damaged(paths, f"it has no table {min(missing)}" if missing else "it has views or triggers")


def tables_of(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables that hold rows of their own."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    return {name for (name,) in found}


def _migrated(connection: sqlite3.Connection) -> bool:
    """Whether the store could be brought to this layout where it lies."""
    try:
        bring_up_to_date(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            return False
        raise
    return True


def _check_whole(connection: sqlite3.Connection, paths: RunPaths) -> None:
    # Stores are small: this takes milliseconds, and nothing is ever built upon a damaged one.
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise damaged(paths, str(found))
