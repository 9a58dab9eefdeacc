"""What SQLite and the disk refuse, as lines that name the run, what is wrong, and the command to go on with."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from evolve.errors import DamagedStoreError, RunError, StorageError
from evolve.store.copies import copies_of
from evolve.store.fields import RowError
from evolve.store.paths import RunPaths

PATIENCE_S = 30.0
"""How long a statement waits for another process's transaction."""


@contextlib.contextmanager
def sqlite_translated(paths: RunPaths) -> Iterator[None]:
    """Turn what SQLite refuses into a `RunError`; a wrong use of it stays the bug that it is."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _refused_by_sqlite(error, paths) from error
    except UnicodeDecodeError as error:  # SQLite quotes the damage, and the quotation is no text
        raise damaged(paths, "a text in it is none") from error


@contextlib.contextmanager
def rows_translated(paths: RunPaths) -> Iterator[None]:
    """Tell a row that no evolve has written as damage."""
    try:
        yield
    except RowError as error:
        raise damaged(paths, f"what stands in it makes no sense: {error}") from error


@contextlib.contextmanager
def files_translated(paths: RunPaths) -> Iterator[None]:
    """Turn what the disk refuses of a run's files into a `RunError`."""
    try:
        yield
    except OSError as error:
        raise refused_by_disk(error, paths) from error


def damaged(paths: RunPaths, what: str) -> DamagedStoreError:
    """The store holds what evolve has not written."""
    newest = [f"put back its copy of {copy.time}" for copy in copies_of(paths)[:1]]
    return damaged_run(str(paths.folder), what, paths.reference, *newest)


def damaged_run(name: str, what: str, reference: str, advice: str = "see what is whole") -> DamagedStoreError:
    """The store of a run holds what evolve has not written; `what` may quote the damage."""
    what = printable(what)
    return DamagedStoreError(f"the store of {name} is damaged ({what}); {advice} with: evolve doctor {reference}", what)


def printable(text: str) -> str:
    """A text in one line without anything that a terminal obeys, whatever SQLite has quoted in it."""
    return "".join(letter if letter.isprintable() else "�" for letter in " ".join(text.split()))


def moved(paths: RunPaths) -> StorageError:
    """The folder is not where it was when this process opened it."""
    return StorageError(
        f"the run folder {paths.folder} was moved, replaced or deleted while evolve worked on it; what was recorded "
        f"is kept in it: go on from where it lies now with: evolve resume FOLDER"
    )


def refused_by_disk(error: OSError, paths: RunPaths) -> RunError:
    """What the operating system said of a file in the run folder."""
    if error.errno in (errno.ENOENT, errno.ESTALE) and not paths.database.exists():
        return moved(paths)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return _full(paths, "your quota on the disk" if error.errno == errno.EDQUOT else "the disk")
        case errno.EROFS:
            return _read_only(paths)
        case errno.EACCES | errno.EPERM:
            return _no_rights(paths, _inside(error, paths))
        case errno.EIO:
            return _failing_disk(paths, str(error.strerror))
    return RunError(f"the file {_inside(error, paths)} of {paths.folder} cannot be used: {error.strerror}")


def _refused_by_sqlite(error: sqlite3.DatabaseError, paths: RunPaths) -> RunError:
    name = getattr(error, "sqlite_errorname", "") or ""
    kind = "_".join(name.split("_")[:2]).removeprefix("SQLITE_")
    if name == "SQLITE_READONLY_DBMOVED" or (kind in ("CANTOPEN", "IOERR") and not paths.database.exists()):
        return moved(paths)
    if not name and "decode" in str(error):  # the Python side of sqlite3 met bytes that are no text
        return damaged(paths, "a text in it is none")
    if kind in _UNWRITABLE:
        return _read_only(paths) if _is_on_read_only_disk(paths.folder) else _no_rights(paths, paths.database.name)
    told = _TOLD.get(kind)
    return (
        told(paths, str(error))
        if told
        else RunError(f"the store {paths.database} cannot be used: {printable(str(error))}")
    )


def _full(paths: RunPaths, what: str) -> StorageError:
    return StorageError(
        f"{what} of {paths.folder} is full; what was recorded is kept: make room and go on with: "
        f"evolve resume {paths.reference}"
    )


def _read_only(paths: RunPaths) -> StorageError:
    return StorageError(
        f"{paths.folder} lies on a read-only disk, so nothing can be recorded; make it writable or copy the folder, "
        f"and go on with: evolve resume {paths.reference}"
    )


def _no_rights(paths: RunPaths, file: str) -> StorageError:
    return StorageError(
        f"you have not the rights that {file} in {paths.folder} needs; change them or work on a copy, and go on with: "
        f"evolve resume {paths.reference}"
    )


def _busy(paths: RunPaths, _: str) -> StorageError:
    return StorageError(
        f"another process has kept the store of {paths.folder} busy for more than {PATIENCE_S:.0f} s; wait for it or "
        f"stop it, and go on with: evolve resume {paths.reference}"
    )


def _failing_disk(paths: RunPaths, what: str) -> StorageError:
    return StorageError(
        f"the disk of {paths.folder} cannot be read or written as it should ({printable(what)}); copy the folder to "
        f"another disk, see what is whole there with: evolve doctor FOLDER, and go on there with: evolve resume FOLDER"
    )


_UNWRITABLE = frozenset({"READONLY", "CANTOPEN", "PERM", "AUTH"})

_TOLD: Mapping[str, Callable[[RunPaths, str], RunError]] = {
    "FULL": lambda paths, _: _full(paths, "the disk"),
    "BUSY": _busy,
    "LOCKED": _busy,
    "PROTOCOL": _busy,
    "CORRUPT": damaged,
    "NOTADB": damaged,
    "IOERR": _failing_disk,
}
"""What to say of each kind of error that SQLite knows by such a name."""


def _inside(error: OSError, paths: RunPaths) -> str:
    """The file in question, relative to the run folder."""
    if error.filename is None:
        return "a file"
    path = Path(os.fsdecode(error.filename))
    return path.relative_to(paths.folder).as_posix() if path.is_relative_to(paths.folder) else str(path)


def _is_on_read_only_disk(folder: Path) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
