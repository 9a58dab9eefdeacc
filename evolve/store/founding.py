"""How a new run comes to a folder of its own, however many begin at once."""

import errno
import itertools
import os
from pathlib import Path

from evolve.errors import RunError
from evolve.store.paths import RunPaths, flush_folder

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems answer that know no hard links."""


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
