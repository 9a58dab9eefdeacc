"""Disks that are small, full or read-only, and users without rights: the real thing, where this machine allows it."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Before a command: it runs as this user, but rights on files hold for it, even if this user is root."""


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own that lies in a new folder; skips the test where none can be mounted."""
    folder.mkdir()
    _mounted("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Nothing can be written to the disk meanwhile."""
    _mounted("-o", "remount,ro", str(disk))
    try:
        yield
    finally:
        _mounted("-o", "remount,rw", str(disk))


def fill(disk: Path, *, leave: int = 0) -> None:
    """Take all room of a disk but so many bytes; `make_room` gives it back."""
    with (disk / ".ballast").open("ab") as file, contextlib.suppress(OSError):
        while (room := shutil.disk_usage(disk).free - leave) > 0:
            file.write(bytes(min(room, 1 << 20)))
            file.flush()


def make_room(disk: Path) -> None:
    """Give back what `fill` took."""
    (disk / ".ballast").unlink()


def needs_rights_that_hold() -> None:
    """Skip the test where nobody can be made to do without root's rights."""
    if os.geteuid() == 0 and subprocess.run([*WITHOUT_RIGHTS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root cannot be made to keep to the rights of files here (setpriv)")


def without_rights() -> tuple[str, ...]:
    """What to put before a command so that the rights of files hold for it."""
    return WITHOUT_RIGHTS if os.geteuid() == 0 else ()


def _mounted(*arguments: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
