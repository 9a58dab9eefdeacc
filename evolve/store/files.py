"""The files of a run folder: none is read or written outside it, and what was written is known by its digest."""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from evolve.errors import RunError, printable
from evolve.store.paths import RunPaths, flush_folder, place_whole, write_whole
from evolve.store.refusals import files_translated

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What the store remembers of a file that a row names.

    Attributes:
        path: Relative to the run folder.
        size: In bytes.
        sha256: Its digest, in hexadecimal digits.
    """

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, data: bytes) -> Self:
        """A file that holds this."""
        return cls(path, len(data), hashlib.sha256(data).hexdigest())


def inside(paths: RunPaths, relative: str) -> Path:
    """Where a file of the run lies, given by its path relative to the run folder.

    Raises:
        RunError: It would lie outside the run folder: by its path, or by a symbolic link on the way.
    """
    parts = PurePosixPath(relative).parts
    leads_out = not parts or relative.startswith("/") or ".." in parts or "\\" in relative
    if leads_out or relative != printable(relative):
        raise RunError(
            f"the store of {paths.folder} names {relative!r:.120}, which is no file of the run folder; use the folder "
            f"only if you know who made it so"
        )
    path = paths.folder.joinpath(*parts)
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError) as error:  # links in a circle
        raise RunError(f"{relative} in {paths.folder} is no file; remove the symbolic link") from error
    if not resolved.is_relative_to(paths.folder.resolve()):
        raise RunError(f"{relative} in {paths.folder} leads out of the run folder; remove the symbolic link")
    return path


def read_inside(paths: RunPaths, relative: str, kept: KeptFile | None = None) -> bytes:
    """A file of the run.

    Args:
        paths: Of the run.
        relative: Where it lies in the run folder.
        kept: What was written to it, where that is known.

    Raises:
        RunError: It is no longer there or no longer whole, cannot be read, or lies outside the run folder.
    """
    data = _read(paths, relative)
    if kept is not None and KeptFile.of(relative, data) != kept:
        raise RunError(
            f"the file {relative} of {paths.name} is damaged: it is not what was written; bring it "
            f"back from a copy of the run folder, and see what else is not whole with: evolve doctor {paths.reference}"
        )
    return data


def _read(paths: RunPaths, relative: str) -> bytes:
    path = inside(paths, relative)
    with files_translated(paths):
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe would have us wait for ever
                raise RunError(f"{relative} in {paths.folder} is no file")
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            if not paths.database.exists():
                raise
            raise RunError(
                f"{paths.name} has lost its file {relative}; copy a run folder with all that is in "
                f"it, and see what else is missing with: evolve doctor {paths.reference}"
            ) from error


def read_regular(path: Path, most: int) -> bytes:
    """What a file begins with, at most so many bytes: of most files everything.

    Raises:
        OSError: It cannot be read, or is no file.
    """
    with open_regular(path) as file:
        return file.read(most)


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """A file to read.

    Raises:
        OSError: It cannot be read, or is no file: a pipe would be waited for, and a device never ends.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            number, reason = (errno.EISDIR, "is a directory") if stat.S_ISDIR(mode) else (errno.EINVAL, "not a file")
            raise OSError(number, reason, str(path))
        with open(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def write_inside(paths: RunPaths, files: Mapping[Path, bytes]) -> tuple[KeptFile, ...]:
    """Write files of the run, each whole or not at all; the names in a folder are flushed once for all of them.

    Raises:
        RunError: One would lie outside the run folder, or the disk refuses.
    """
    for path in files:
        inside(paths, paths.relative(path))
    with files_translated(paths):
        for path, data in files.items():
            place_whole(path, data)
        for folder in dict.fromkeys(path.parent for path in files):
            flush_folder(folder)
    return tuple(KeptFile.of(paths.relative(path), data) for path, data in files.items())


def is_whole(path: Path, kept: KeptFile) -> bool:
    """Whether a file that is there holds what was written to it."""
    if path.stat().st_size != kept.size:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == kept.sha256


_PROBE_BYTES = 4096
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
            probe.write_bytes(bytes(_PROBE_BYTES))
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


def is_plain_file(path: Path) -> bool:
    """Whether what is written there becomes a file of its own, beside which others can lie."""
    return not _is_written_into(path)


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
