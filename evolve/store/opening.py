"""How the SQLite file of a run is opened: what is looked at before it is trusted."""

import contextlib
import os
import shlex
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path
from typing import Final

from evolve.errors import RunError
from evolve.store.paths import JOURNAL_SUFFIX, RunPaths
from evolve.store.refusals import PATIENCE_S, damaged
from evolve.store.schema import APPLICATION_ID, SCHEMA_VERSION, layout_of, strange_in

_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")
"""What ends a journal that belongs to a transaction over several databases (https://sqlite.org/fileformat.html)."""

_VERSIONS: Final = slice(18, 20)
"""Where a file says how it is to be written and read (https://sqlite.org/fileformat.html, 1.3.3)."""

_WAL: Final = 2

_OUR_TABLES: Final = {"fact", "generation", "individual"}


def opened(paths: RunPaths, mode: str) -> sqlite3.Connection:
    """A connection to a store that is whole and of this layout; mode ``"ro"`` or ``"rw"``, as in SQLite's URIs.

    Raises:
        RunError: It is damaged, of another layout, or no store of evolve's.
        sqlite3.Error: It cannot be opened.
    """
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
