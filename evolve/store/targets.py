"""Places outside the run folder: whether they can be written to, asked before minutes are spent, and the writing."""

import errno
import os
import secrets
import stat
from pathlib import Path

from evolve.errors import RunError
from evolve.store.paths import write_whole

_BLOCK = 4096
"""Enough to meet a full disk."""


def check_folder_can_be_written(folder: Path) -> None:
    """Try to write a file where a folder is, or where it will be made.

    Raises:
        RunError: It cannot be written; with the reason.
    """
    try:
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not nearest.is_dir():
            raise RunError(f"{nearest} is a file, and a folder is wanted there; give another name")
        probe = nearest / f".evolve.{secrets.token_hex(4)}"
        try:
            probe.write_bytes(bytes(_BLOCK))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error


def check_file_can_be_written(path: Path) -> None:
    """Try to write a file beside the one that is to be written; of a device or a pipe, ask for the rights alone.

    Raises:
        RunError: It cannot be written, or is a folder.
    """
    if path.is_dir():
        raise RunError(f"{path} is a folder; give a file's name with -o, such as {path / 'report.txt'}")
    try:
        if not _is_written_into(path):
            check_folder_can_be_written(_behind_links(path).parent)
        elif not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    except OSError as error:
        raise _refused(path, error) from error


def write_target(path: Path, data: bytes) -> None:
    """Write a file whole, where a link leads if it is one; what goes to a device or a pipe goes straight into it.

    Raises:
        RunError: What is there takes nothing, such as a socket.
        OSError: The disk refuses.
    """
    if not _is_written_into(path):
        write_whole(_behind_links(path), data)
        return
    try:
        with path.open("ab") as place:  # behind what the shell has put there already, when it is our standard output
            place.write(data)
    except OSError as error:
        raise _refused(path, error) from error


def _is_written_into(path: Path) -> bool:
    """Whether something is there that no file may take the place of: a device, a pipe, where our own output goes."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(found.st_mode) or any(_goes_to(number, found) for number in (1, 2))


def _goes_to(descriptor: int, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), found)
    except OSError:  # it is closed
        return False


def _behind_links(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:  # links in a circle, as Python before 3.13 tells them
        raise RunError(f"nothing can be written to {path}: it is a link to itself; choose another place") from error


def _refused(path: Path, error: OSError) -> RunError:
    return RunError(f"nothing can be written to {path}: {error.strerror}; choose another place")
