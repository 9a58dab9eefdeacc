"""What the store writes of trials and of the files they made; inside a transaction of the caller's."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from evolve.store.clock import now
from evolve.store.fields import RowError, one_of
from evolve.store.files import KeptFile
from evolve.store.records import IndividualStatus, Json, SongResult, TrialResult

Kept = Mapping[str, KeptFile]
"""Files by kind."""


def write_start(cursor: sqlite3.Cursor, individual_id: str) -> None:
    """A trial has begun; one that has ended stays ended."""
    cursor.execute(
        "UPDATE individual SET status = ? WHERE id = ? AND status = ?",
        (IndividualStatus.EVALUATING, individual_id, IndividualStatus.BORN),
    )


def write_lost(cursor: sqlite3.Cursor, individual_id: str, reason: str) -> None:
    """An attempt of a trial was lost."""
    cursor.execute("INSERT INTO lost (individual, reason, at) VALUES (?, ?, ?)", (individual_id, reason, now()))


def write_result(cursor: sqlite3.Cursor, result: TrialResult, files: Kept, songs: Sequence[Kept]) -> None:
    """What a trial made, and the files that hold it."""
    status = IndividualStatus.EVALUATED if result.failure is None else IndividualStatus.FAILED
    cursor.execute(
        "UPDATE individual SET status = ?, metrics = ?, files = ?, failure = ? WHERE id = ?",
        (status, json.dumps(dict(result.metrics)), _paths(files), result.failure, result.individual_id),
    )
    write_files(cursor, files.values())
    for song, song_files in zip(result.songs, songs, strict=True):
        write_song(cursor, result.individual_id, song, song_files)


def write_song(cursor: sqlite3.Cursor, individual_id: str, song: SongResult, files: Kept) -> None:
    """One song, and the files that hold it; in place of one of the same number."""
    cursor.execute(
        "INSERT OR REPLACE INTO song (individual, number, files, facts) VALUES (?, ?, ?, ?)",
        (individual_id, song.index, _paths(files), json.dumps(dict(song.facts))),
    )
    write_files(cursor, files.values())


def write_facts(cursor: sqlite3.Cursor, facts: Mapping[str, Json]) -> None:
    """Facts of the whole run, such as what its trials work from."""
    for name, value in facts.items():
        cursor.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, json.dumps(value)))


def write_files(cursor: sqlite3.Cursor, files: Iterable[KeptFile]) -> None:
    """Remember what files hold."""
    for file in files:
        cursor.execute(
            "INSERT OR REPLACE INTO file (path, bytes, sha256) VALUES (?, ?, ?)", (file.path, file.size, file.sha256)
        )


def status_of(cursor: sqlite3.Cursor, individual_id: str) -> IndividualStatus:
    """Where an individual stands."""
    row = cursor.execute("SELECT status FROM individual WHERE id = ?", (individual_id,)).fetchone()
    if row is None:
        raise RowError(f"the individual {individual_id}")
    return one_of(IndividualStatus, row[0])


def kept_file(cursor: sqlite3.Cursor, relative: str) -> KeptFile | None:
    """What is known of a file; None of those that an older evolve has written."""
    row = cursor.execute("SELECT path, bytes, sha256 FROM file WHERE path = ?", (relative,)).fetchone()
    return KeptFile(*row) if row else None


def _paths(files: Kept) -> str:
    return json.dumps({kind: file.path for kind, file in files.items()})
