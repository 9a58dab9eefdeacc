"""Copies of a run's store, each known by its digest: what a damaged store is brought back from."""

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from evolve.records.run import RunRecord
from evolve.store.fields import RowError
from evolve.store.paths import RunPaths
from evolve.store.reading import check_rows
from evolve.store.schema import SCHEMA_VERSION, Rows, layout_of, read_rows, strange_in

COPIES_KEPT: Final = 3

_NAME: Final = re.compile(r"(\d{8}T\d{9})Z-([0-9a-f]{16})\.sqlite")
_TIME: Final = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True, order=True)
class StoreCopy:
    """A copy that lies in the run folder, whole or not.

    Attributes:
        made_at: When, in UTC; a later copy has a later time, whatever the clock did meanwhile.
        digest: What its content was known by when it was written.
        path: Its file.
    """

    made_at: datetime
    digest: str
    path: Path

    @property
    def time(self) -> str:
        """When it was made, as its user's clock said: without the date if that was today."""
        local = self.made_at.astimezone()
        return f"{local:%H:%M:%S}" if local.date() == datetime.now(UTC).astimezone().date() else f"{local:%F %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class WholeCopy:
    """A copy that is what was written, with its bytes, its rows, and the run that they tell of."""

    copy: StoreCopy
    content: bytes
    rows: Rows
    run: RunRecord


def copies_of(paths: RunPaths) -> tuple[StoreCopy, ...]:
    """The copies that lie in a run folder, the newest first; they were not looked into."""
    found = []
    with contextlib.suppress(OSError):
        for path in paths.copies.iterdir():
            match = _NAME.fullmatch(path.name)
            if match and path.is_file() and not (path.is_symlink() or paths.copies.is_symlink()):
                with contextlib.suppress(ValueError):
                    made_at = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
                    found.append(StoreCopy(made_at, match[2], path))
    return tuple(sorted(found, reverse=True))


def whole_copies(paths: RunPaths) -> Iterator[WholeCopy]:
    """The copies that are what was written and that this evolve can read, the newest first."""
    for copy in copies_of(paths):
        with contextlib.suppress(OSError, RowError, sqlite3.DatabaseError):
            content = copy.path.read_bytes()
            if _digest_of(content) == copy.digest:
                yield WholeCopy(copy, content, *read_content(content, paths))


def read_content(content: bytes, paths: RunPaths) -> tuple[Rows, RunRecord]:
    """All rows of a store that is given as the bytes of its file, and the run that they tell of.

    Raises:
        RowError: They are damaged, or hold what no evolve has written.
        sqlite3.DatabaseError: SQLite cannot read them.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok" or layout_of(connection) != SCHEMA_VERSION or (found := strange_in(connection)):
            raise RowError(str(found))
        rows = read_rows(connection.cursor())
    return rows, check_rows(rows, paths)


def next_copy(paths: RunPaths, content: bytes) -> Path | None:
    """Where a copy of this content lies, unless the newest copy has it.

    Its name sorts behind those of all others, even after a clock was set back.
    """
    digest, newest = _digest_of(content), copies_of(paths)[:1]
    if any(copy.digest == digest for copy in newest):
        return None
    now = datetime.now(UTC)
    later = [copy.made_at + timedelta(milliseconds=1) for copy in newest]
    made_at = max([now.replace(microsecond=now.microsecond // 1000 * 1000), *later])
    return paths.copies / f"{made_at.strftime(_TIME)[:-3]}Z-{digest}.sqlite"


def _digest_of(content: bytes) -> str:
    """The first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]
