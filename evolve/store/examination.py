"""Is a run whole? What can be found out by looking, and putting back a copy of its store when that is damaged."""

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evolve.errors import DamagedStoreError, RunError
from evolve.records.run import RunRecord
from evolve.store.copies import StoreCopy, WholeCopy, copies_of, whole_copies
from evolve.store.database import Database
from evolve.store.files import KeptFile, inside, is_whole
from evolve.store.folders import held, is_held
from evolve.store.paths import JOURNAL_SUFFIX, RunPaths, flush_folder, write_whole, written_whole
from evolve.store.reading import check_rows
from evolve.store.refusals import files_translated
from evolve.store.schema import Rows, read_rows
from evolve.words import counted

_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{8}(-journal)?")
"""What a write that was cut off leaves: the file aside that never came to its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a run.

    Attributes:
        what: What is wrong, in one line.
        advice: What to do about it.
    """

    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What a look at a run folder has found.

    Attributes:
        folder: The run folder.
        run: The run, where its store is whole.
        files: How many files the store names, or the newest whole copy of a damaged one.
        copies: The whole copies of the store, the newest first.
        leftovers: Files that writes have left that were cut off, relative to the folder; they may be deleted when no
            process works on the run.
        is_worked_on: Whether a process works on the run just now.
        is_damaged: Whether the store is damaged or lost, so that a copy can take its place.
        findings: What is wrong, the store first; empty when the run is whole.
    """

    folder: Path
    run: RunRecord | None
    files: int
    copies: tuple[StoreCopy, ...]
    leftovers: tuple[str, ...]
    is_worked_on: bool
    is_damaged: bool
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def examine(folder: Path) -> Examination:
    """Look at everything in a run folder; nothing is written, and nothing that is found there raises."""
    paths = RunPaths(folder)
    copies = tuple(whole_copies(paths))
    rows, run, finding, is_damaged = _store(paths, copies)
    files = [KeptFile(row["path"], row["bytes"], row["sha256"]) for row in rows.get("file", ())]
    torn = len(copies_of(paths)) - len(copies)
    findings = [finding] if finding else []
    if torn:
        told = f"{counted(torn, 'copy', 'copies')} of the store {'is' if torn == 1 else 'are'} not what was written"
        findings.append(Finding(told, "others take their place as the run goes on; see whether the disk is sound"))
    return Examination(
        folder=folder,
        run=run,
        files=len(files),
        copies=tuple(whole.copy for whole in copies),
        leftovers=tuple(_leftovers(paths)),
        is_worked_on=is_held(paths),
        is_damaged=is_damaged,
        findings=(*findings, *(found for kept in files for found in _file(paths, kept))),
    )


def restore(folder: Path) -> tuple[StoreCopy, Path | None]:
    """Put the newest whole copy of a run's store in its place.

    Returns:
        The copy, and where the damaged store lies now; None where there was none.

    Raises:
        RunError: There is no whole copy, another process works on the run, or the disk refuses.
    """
    paths = RunPaths(folder)
    with held(paths), files_translated(paths):
        inside(paths, paths.database.name)
        whole = next(whole_copies(paths), None)
        if whole is None:
            raise RunError(f"{folder} has no whole copy of its store; {_BY_HAND}")
        kept = _set_aside(paths.database)
        write_whole(paths.database, whole.content)
        for torn in copies_of(paths):
            if torn > whole.copy:  # of no use, and in the way: later than all that will be made
                torn.path.unlink(missing_ok=True)
    return whole.copy, kept


def told_from_copy(folder: Path, damage: str) -> RunRecord | None:
    """The run as the newest whole copy of its damaged store tells it; None where there is none."""
    for whole in whole_copies(RunPaths(folder)):
        return replace(whole.run, damage=(damage, f"this is told from the copy of {whole.copy.time}"))
    return None


_BY_HAND = "bring run.sqlite back from a copy of the folder; what lies in individuals/ can be used without it"


def _store(paths: RunPaths, copies: tuple[WholeCopy, ...]) -> tuple[Rows, RunRecord | None, Finding | None, bool]:
    """The rows of the store or of its newest whole copy, the run if it is whole, what is wrong, and if by damage."""
    rows = copies[0].rows if copies else {}
    back = (
        f"put back its copy of {copies[0].copy.time}: evolve doctor {paths.reference} --restore" if copies else _BY_HAND
    )
    try:
        if not paths.database.is_file():
            return rows, None, Finding(f"{paths.folder} has no {paths.database.name}", back), True
        inside(paths, paths.database.name)
        database = Database(paths.database, read_only=True)
        with contextlib.closing(database), database.snapshot() as cursor:
            rows = read_rows(cursor)
            return rows, check_rows(rows, paths), None, False
    except DamagedStoreError as error:
        return rows, None, Finding(f"the store is damaged: {error.what}", back), True
    except RunError as error:
        return rows, None, Finding(str(error), "until then nothing of the run can be told or gone on with"), False


def _file(paths: RunPaths, kept: KeptFile) -> Iterator[Finding]:
    """What is wrong with a file that the store names."""
    bring_back = (
        "bring it back from a copy of the run folder; without it, what needs it is refused and the rest goes on"
    )
    try:
        path = inside(paths, kept.path)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            yield Finding(f"{kept.path} is no file", bring_back)
        elif not is_whole(path, kept):
            yield Finding(f"{kept.path} is not what was written ({counted(found.st_size, 'byte')})", bring_back)
    except RunError as error:
        yield Finding(str(error), "do not use this folder unless you know who made it so")
    except (FileNotFoundError, NotADirectoryError):
        yield Finding(f"{kept.path} is lost", bring_back)
    except (OSError, ValueError) as error:
        yield Finding(f"{kept.path} cannot be read: {error}", "check the rights of the file and the disk")


def _leftovers(paths: RunPaths) -> Iterator[str]:
    for place, folders, names in os.walk(paths.folder):
        if Path(place) == paths.folder:  # who goes on with the run clears what is left of half-made trials
            folders[:] = [name for name in folders if name not in (paths.checkpoints.name, paths.clusters.name)]
        yield from (paths.relative(Path(place, name)) for name in sorted(names) if _LEFTOVER.fullmatch(name))


def _set_aside(database: Path) -> Path | None:
    """Give a damaged store, with any unfinished transaction, another name; its own stays until it is replaced."""
    number = 1
    while (kept := database.with_name(f"{database.name}.damaged-{number}")).exists():
        number += 1
    is_there = database.exists()
    if is_there:
        try:
            os.link(database, kept)
        except OSError:  # a file system without links
            with database.open("rb") as source, written_whole(kept) as target:
                shutil.copyfileobj(source, target)
        flush_folder(kept.parent)
    journal = database.with_name(database.name + JOURNAL_SUFFIX)
    with contextlib.suppress(FileNotFoundError):
        # It belongs to the damaged store: SQLite would undo the new one by it.
        journal.rename(kept.with_name(kept.name + JOURNAL_SUFFIX))
    return kept if is_there else None
