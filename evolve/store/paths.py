"""Every path of a run folder, and how a file comes to lie there: whole or not at all."""

import contextlib
import errno
import glob
import os
import secrets
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evolve.store.names import checked_name, same_name

JOURNAL_SUFFIX = "-journal"
"""What SQLite adds to a store's name for the file by which it undoes an unfinished transaction."""


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The layout of one run folder.

    Attributes:
        folder: The run folder; everything of the run lies beneath it, and nothing in it knows its absolute path.
    """

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file: the only truth about the run."""
        return self.folder / "run.sqlite"

    @property
    def reference(self) -> str:
        """How a command is given this run, as it can be typed: its name where runs usually lie, else its path."""
        usual = Path(os.environ.get("EVOLVE_RUNS") or "runs")
        return shlex.quote(self.folder.name if self.folder.parent == usual else str(self.folder))

    @property
    def name(self) -> str:
        """The run's name: that of its folder, so that a copied folder is a run of its own."""
        return same_name(self.folder.resolve().name)

    @property
    def lock(self) -> Path:
        """Held by the process that works on the run."""
        return self.folder / "run.lock"

    @property
    def space(self) -> Path:
        """A copy of the search space, to read."""
        return self.folder / "space.yaml"

    @property
    def settings(self) -> Path:
        """A copy of the settings, to read."""
        return self.folder / "settings.yaml"

    @property
    def material(self) -> Path:
        """What every trial works from, as the domain has prepared it."""
        return self.folder / "material.bin"

    @property
    def copies(self) -> Path:
        """The folder of the store's copies, which a damaged one is brought back from."""
        return self.folder / "copies"

    @property
    def clusters(self) -> Path:
        """What belongs to the clusters that work for the run now; empty while none does."""
        return self.folder / "clusters"

    @property
    def checkpoints(self) -> Path:
        """The folder of half-trained networks, each until its trial has ended."""
        return self.folder / "checkpoints"

    @property
    def entries(self) -> tuple[Path, ...]:
        """All that evolve makes right in the run folder; whatever else lies there is somebody's own."""
        journal = self.database.with_name(self.database.name + JOURNAL_SUFFIX)
        folders = ("individuals", "composed", "facts", "listening", "clusters", "code")
        files = (self.database, journal, self.lock, self.space, self.settings, self.material)
        return *files, self.checkpoints, self.copies, *(self.folder / name for name in folders)

    def artifact(self, individual_id: str, name: str) -> Path:
        """A file of one individual."""
        return self.folder / "individuals" / checked_name(individual_id) / checked_name(name)

    def composed(self, individual_id: str) -> Path:
        """The folder of samples that one individual made later."""
        return self.folder / "composed" / checked_name(individual_id)

    def fact_file(self, fact: str, name: str) -> Path:
        """A file that belongs to a fact of the run, such as the opening that all samples begin with."""
        return self.folder / "facts" / checked_name(fact) / checked_name(name)

    def code(self, name: str) -> Path:
        """A copy of the user's own code that the run began with, to be read, never run."""
        return self.folder / "code" / checked_name(name)

    def listening(self, generation: int, listener: str) -> Path:
        """The folder in which one listener finds a generation under blind letters."""
        return self.folder / "listening" / checked_name(f"generation-{generation}") / checked_name(listener)

    def relative(self, path: Path) -> str:
        """A path as the store keeps it: relative to the run folder, with forward slashes."""
        return path.relative_to(self.folder).as_posix()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name never shows anything but all of the data, whatever happens meanwhile."""
    place_whole(path, data)
    flush_folder(path.parent)


def place_whole(path: Path, data: bytes) -> None:
    """Write a file whole, of which a power cut may still lose the name: its folder is to be flushed yet."""
    with _placed_whole(path) as file:
        file.write(data)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """What is written meanwhile comes to the file's name at the end: all of it, or nothing if something is raised."""
    with _placed_whole(path) as file:
        yield file
    flush_folder(path.parent)


@contextlib.contextmanager
def _placed_whole(path: Path) -> Iterator[BinaryIO]:
    _make_folder(path.parent)
    aside = aside_of(path)
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def aside_of(path: Path) -> Path:
    """Where a file is written before it comes to its name: a hidden name beside it that nobody else has."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def asides_of(path: Path) -> Iterator[Path]:
    """What writings of a file that were cut off have left beside it."""
    return path.parent.glob(f".{glob.escape(path.name)}.????????")


def _make_folder(folder: Path) -> None:
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in new:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make sure of the names in a folder: a power cut may lose the name of a file or folder whose content is safe."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that flushes names by itself, or cannot
            raise
    finally:
        os.close(descriptor)
