"""Run folders: how one is found, how a new run comes to one of its own, and who may work on a run."""

import contextlib
import errno
import fcntl
import itertools
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from evolve.errors import RunError, StorageError, nearest_spelling
from evolve.store.copies import copies_of
from evolve.store.files import inside
from evolve.store.names import same_name
from evolve.store.paths import RunPaths, aside_of, flush_folder
from evolve.store.refusals import files_translated

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems answer that know no hard links."""

_ASIDE = re.compile(r"\..+\.[0-9a-f]{8}")
_LEFT_FOR_GOOD_S = 3600.0


def free_folder(runs: Path, stem: str) -> Path:
    """A new folder for a run whose name nobody has chosen: ``STEM-1``, or that with the next number that is free.

    Raises:
        RunError: It cannot be made.
    """
    folder = runs
    try:
        runs.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            folder = runs / f"{stem}-{number}"
            if _is_made(folder):
                break
    except OSError as error:
        raise _not_made(folder, error) from error
    return folder


def take_folder(folder: Path) -> None:
    """Make the folder that was chosen for a run, unless it is there; hidden entries in it do not count.

    Raises:
        RunError: It has something in it already, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_taken = any(not path.name.startswith(".") for path in folder.iterdir())
    except OSError as error:
        raise _not_made(folder, error) from error
    if is_taken:
        raise taken(folder)


@contextlib.contextmanager
def built_aside(folder: Path) -> Iterator[Path]:
    """A hidden folder in which a run is made: at the end it takes the run's name, or is gone if something is raised.

    Its store has to be closed by then, and to be held until then. Whoever is killed meanwhile leaves it behind, as no
    run; the next run that is made so beside it clears it away.

    Raises:
        RunError: The folder that was chosen for the run has something in it, or the disk refuses.
    """
    aside = aside_of(folder)
    try:
        take_folder(folder)
        _clear_leftovers(folder.parent)
        aside.mkdir()
        yield aside
        for half_made in copies_of(RunPaths(aside))[1:]:
            half_made.path.unlink()
        _take_place(aside, folder)
    except (RunError, OSError) as error:
        if aside.name not in str(error):
            raise
        cause = error.__cause__ or error
        raise _not_made(folder, cause if isinstance(cause, OSError) else OSError(None, str(cause))) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.rmdir()  # which nobody can when it is a run


def _take_place(aside: Path, folder: Path) -> None:
    """Give a whole run its name, unless something has it."""
    try:
        aside.rename(folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise taken(folder) from error
        raise
    flush_folder(folder.parent)


def _clear_leftovers(runs: Path) -> None:
    """Remove what was left of runs that were cut off as they were made, once nobody can be at it any more."""
    for path in runs.glob(".*"):
        with contextlib.suppress(OSError):
            is_old = time.time() - path.stat().st_mtime > _LEFT_FOR_GOOD_S
            if _ASIDE.fullmatch(path.name) and is_old and RunPaths(path).lock.is_file() and not is_held(RunPaths(path)):
                shutil.rmtree(path)


def place_store(aside: Path, database: Path) -> None:
    """Give a new store its name, unless another has it.

    Raises:
        FileExistsError: Another run was begun in the folder meanwhile.
        OSError: The disk refuses.
    """
    try:
        os.link(aside, database)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if database.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(database)) from error
        aside.replace(database)
    flush_folder(database.parent)


def taken(folder: Path) -> RunError:
    """Something lies in the folder that a new run is to have."""
    return RunError(
        f"{folder} exists already; choose another --name, or go on: evolve resume {RunPaths(folder).reference}"
    )


def _is_made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _not_made(folder: Path, error: OSError) -> RunError:
    return RunError(f"cannot create the run folder {folder}: {error.strerror}; choose another folder with --runs")


def find_run(run: str, runs: Path) -> Path:
    """The folder of a run, given by name or by path.

    Raises:
        RunError: There is no such run; names those there are.
    """
    for folder in (folder_named(runs, run), Path(run)):
        if _has_store(folder):
            return folder
        if (folder / "individuals").is_dir() or copies_of(RunPaths(folder)):
            reference = RunPaths(folder).reference
            raise RunError(
                f"{folder} has lost its {RunPaths(folder).database.name}; see which copies of it there are with: "
                f"evolve doctor {reference}; what lies in individuals/ can be used without it"
            )
    names = sorted(folder.name for folder in run_folders(runs))
    raise RunError(
        f'there is no run "{run}" in {runs}/ nor at that path; runs there: {", ".join(names) or "none"}'
        f"{nearest_spelling(run, names)}"
    )


def folder_named(runs: Path, name: str) -> Path:
    """The folder of this name in a folder of runs, also if a system has written the same name in other characters."""
    folder = runs / name
    if name.isascii() or folder.exists() or not runs.is_dir():
        return folder
    return next((other for other in runs.iterdir() if same_name(other.name) == same_name(name)), folder)


def newest_run(runs: Path) -> Path:
    """The run folder whose store was written last.

    Raises:
        RunError: There is none.
    """
    folders = sorted(run_folders(runs), key=_written_at)
    if not folders:
        raise RunError(f"there is no run in {runs}/ yet; begin one with: evolve start --space quick.yaml")
    return folders[-1]


def run_folders(runs: Path) -> Iterator[Path]:
    """Every run folder beneath a folder of runs, those included that nobody may look into."""
    if runs.is_dir():
        yield from (folder for folder in runs.iterdir() if not folder.name.startswith(".") and _has_store(folder))


def _has_store(folder: Path) -> bool:
    try:
        return RunPaths(folder).database.is_file()
    except PermissionError:
        return True


def _written_at(folder: Path) -> float:
    try:
        return RunPaths(folder).database.stat().st_mtime
    except OSError:
        return 0.0


_PROBE_TIMEOUT_S = 0.5
"""How long to wait for the lock: another process may hold it for a moment, only to see whether it is free."""


@contextlib.contextmanager
def held(paths: RunPaths) -> Iterator[None]:
    """Hold the lock file of a run; `StorageError` when another process holds it, or the disk refuses."""
    inside(paths, paths.lock.name)
    lock = FileLock(paths.lock)
    with files_translated(paths):
        try:
            lock.acquire(timeout=_PROBE_TIMEOUT_S, poll_interval=_PROBE_TIMEOUT_S / 10)
        except Timeout as error:
            told = f"another process is working on the run {paths.name}; wait for it, or stop it first"
            raise StorageError(told) from error
    try:
        yield
    finally:
        lock.release()


def is_held(paths: RunPaths) -> bool:
    """Whether a process works on the run just now; the lock is not taken for longer than the question.

    A process on another host is seen where the disk that both share passes locks on, as NFS and cluster disks do.
    """
    try:
        descriptor = os.open(inside(paths, paths.lock.name), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, RunError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False
