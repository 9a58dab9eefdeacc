"""Whether a place outside the run folder can be written to: asked before minutes are spent on what goes there."""

import secrets
from pathlib import Path

from evolve.errors import RunError

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
        raise RunError(f"nothing can be written to {folder}: {error.strerror}; choose another place") from error


def check_file_can_be_written(path: Path) -> None:
    """Try to write a file beside the one that is to be written.

    Raises:
        RunError: It cannot be written, or is a folder.
    """
    if path.is_dir():
        raise RunError(f"{path} is a folder; give a file's name with -o, such as {path / 'report.txt'}")
    check_folder_can_be_written(path.parent)
