"""Is a run whole? Everything about its folder that can be found out by looking."""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import DamagedStoreError, RunError
from evolve.store.connection import check_kind
from evolve.store.consistency import contradictions
from evolve.store.fields import RowError
from evolve.store.files import KeptFile, inside, is_whole
from evolve.store.lock import is_held
from evolve.store.paths import RunPaths
from evolve.store.readable_rows import patient_connection
from evolve.store.reading import FACTS, LATE_FACTS, run_of
from evolve.store.records import RunRecord
from evolve.store.refusals import UNREADABLE, printable
from evolve.store.rows import Rows
from evolve.store.salvage import complaints_of, read_patiently
from evolve.store.schema import layout_of
from evolve.store.sound_rows import sound_rows
from evolve.words import counted

_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{8}(-journal)?|\.run\.sqlite\.new.*")
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
        layout: The layout of its store; None when that cannot be told.
        files: How many files the store names.
        unproven: Of how many of those nothing but their being there could be checked: an older evolve has written them.
        leftovers: Files that writes have left that were cut off, relative to the folder; they may be deleted when no
            process works on the run.
        is_worked_on: Whether a process works on the run just now.
        findings: What is wrong, the store first; empty when the run is whole.
    """

    folder: Path
    layout: int | None
    files: int
    unproven: int
    leftovers: tuple[str, ...]
    is_worked_on: bool
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def examine(folder: Path) -> Examination:
    """Look at everything in a run folder; nothing is written, and nothing that is found there raises."""
    paths = RunPaths(folder)
    layout, rows, findings = _store(paths)
    named = _named_files(rows)
    findings += [finding for path, kept in named.items() for finding in _file(paths, path, kept)]
    return Examination(
        folder=folder,
        layout=layout,
        files=len(named),
        unproven=sum(kept is None for kept in named.values()),
        leftovers=tuple(_leftovers(paths)),
        is_worked_on=is_held(paths),
        findings=tuple(findings),
    )


def _store(paths: RunPaths) -> tuple[int | None, Rows, list[Finding]]:
    """The store's layout, the rows that can be read, and what is wrong with it."""
    try:
        inside(paths, paths.database.name)
        if not paths.database.is_file():
            advice = (
                "if this is a run folder, bring the file back from a copy; songs and networks can be used without it"
            )
            return None, {}, [Finding(f"{paths.folder} has no {paths.database.name}", advice)]
        with patient_connection(paths.database) as connection:
            layout = layout_of(connection)
            check_kind(connection, paths)
            complaints = complaints_of(connection)
            rows, torn = read_patiently(connection)
    except DamagedStoreError as error:
        return None, {}, [Finding(str(error), _advice(paths))]
    except RunError as error:
        return None, {}, [Finding(str(error), "until then nothing of the run can be told or gone on with")]
    except UNREADABLE as error:
        return None, {}, [Finding(f"{paths.database.name} cannot be read: {printable(str(error))}", _advice(paths))]
    findings = [Finding(complaint, _advice(paths)) for complaint in (*complaints, *torn)]
    return layout, rows, findings + list(_contents(paths, rows))


def _advice(paths: RunPaths) -> str:
    run = paths.reference
    return (
        f"copy the folder before anything else; what can still be read: evolve report {run}; a whole store made of "
        f"that, where it is enough: evolve doctor {run} --mend"
    )


def _contents(paths: RunPaths, rows: Rows) -> Iterator[Finding]:
    """What is wrong with what the rows say."""
    sound, senseless = sound_rows(rows)
    for name in _lost_facts(rows, sound):
        yield Finding(f"the fact {name} of the run cannot be read, or is lost", _advice(paths))
    for line in senseless:
        if not line.startswith("the fact "):
            yield Finding(line, _advice(paths))
    try:
        run = run_of(sound, paths)
    except RowError:
        return
    for line in (*contradictions(run), *_unusable_settings(run)):
        yield Finding(line, _advice(paths))


def _unusable_settings(run: RunRecord) -> Iterator[str]:
    """The settings that no run can have."""
    from pydantic import ValidationError  # noqa: PLC0415 - half of a quick look's time, which a report does not need

    from evolve.config import RunConfig  # noqa: PLC0415 - as pydantic, which it brings

    try:
        RunConfig.model_validate(run.settings)
    except ValidationError as error:
        for problem in error.errors():
            yield f"the setting {'.'.join(map(str, problem['loc']))} is none that a run can have: {problem['msg']}"


def _lost_facts(rows: Rows, sound: Rows) -> Iterator[str]:
    """The facts that are there and make no sense, and those that every run has and this one has not."""
    there, sensible = ({row["name"] for row in some.get("fact", ())} for some in (rows, sound))
    return (name for name in FACTS if name not in sensible and (name in there or name not in LATE_FACTS))


def _named_files(rows: Rows) -> dict[str, KeptFile | None]:
    """Every file that a row names, with what is known of it."""
    sound, _ = sound_rows(rows)
    known = {row["path"]: KeptFile(row["path"], row["bytes"], row["sha256"]) for row in sound.get("file", ())}
    named = [path for table in ("individual", "song") for row in sound.get(table, ())
             for path in json.loads(row["files"]).values()]  # fmt: skip
    for row in sound.get("fact", ()):
        if row["name"] == "opening":
            files = json.loads(row["value"]).get("files", {})
            named += ["material.npz", *(path for path in files.values() if isinstance(path, str))]
    return {path: known.get(path) for path in dict.fromkeys([*named, *known])}


def _file(paths: RunPaths, relative: str, kept: KeptFile | None) -> Iterator[Finding]:
    """What is wrong with a file that the store names."""
    bring_back = (
        "bring it back from a copy of the run folder; without it, what needs it is refused and the rest goes on"
    )
    try:
        path = inside(paths, relative)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            yield Finding(f"{relative} is no file", bring_back)
        elif not (is_whole(path, kept) if kept else found.st_size):
            yield Finding(f"{relative} is not what was written ({counted(found.st_size, 'byte')})", bring_back)
    except RunError as error:
        yield Finding(str(error), "do not use this folder unless you know who made it so")
    except (FileNotFoundError, NotADirectoryError):
        yield Finding(f"{relative} is lost", bring_back)
    except (OSError, ValueError) as error:
        yield Finding(f"{relative} cannot be read: {error}", "check the rights of the file and the disk")


def _leftovers(paths: RunPaths) -> Iterator[str]:
    for place, folders, names in os.walk(paths.folder):
        if Path(place) == paths.folder:  # who goes on with the run clears what is left of half-trained networks
            folders[:] = [name for name in folders if name not in (paths.checkpoints.name, paths.clusters.name)]
        for name in sorted(names):
            if _LEFTOVER.fullmatch(name):
                yield paths.relative(Path(place, name))
