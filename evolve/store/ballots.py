"""What the store writes of ballots and of what they say together; inside a transaction of the caller's."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from evolve.errors import RunError
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store.fields import array, one_of
from evolve.store.lock import is_held
from evolve.store.paths import RunPaths
from evolve.store.reading import read_ballots
from evolve.store.records import BallotRecord, GenerationStatus, Json


def read_draft(cursor: sqlite3.Cursor, number: int, listener: str) -> list[Json]:
    """The steps of a listener's unfinished ballot, oldest first."""
    row = cursor.execute("SELECT steps FROM draft WHERE generation = ? AND listener = ?", (number, listener)).fetchone()
    return array(row[0]) if row else []


def listeners_in(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    """Everyone who has begun or handed in a ballot."""
    return tuple(row[0] for row in cursor.execute("SELECT listener FROM ballot UNION SELECT listener FROM draft"))


def write_draft(
    cursor: sqlite3.Cursor,
    number: int,
    listener: str,
    steps: Sequence[Json],
    before: Sequence[Json] | None,
    *,
    paths: RunPaths,
) -> None:
    """The steps of an unfinished ballot in place of those before.

    Raises:
        RunError: Others are there than those before: another sitting of the same listener has kept them.
    """
    if before is not None and read_draft(cursor, number, listener) != json.loads(json.dumps(list(before))):
        raise RunError(
            f"the ballot of {listener} for generation {number} of {paths.name} is being filled in "
            f"from another terminal, and what was said there is kept; go on there, or here with: evolve rank "
            f"{paths.reference}; someone else ranks with: --listener NAME"
        )
    cursor.execute(
        "INSERT OR REPLACE INTO draft (generation, listener, steps) VALUES (?, ?, ?)",
        (number, listener, json.dumps(list(steps))),
    )


def write_ballot(
    cursor: sqlite3.Cursor,
    number: int,
    record: BallotRecord,
    rank: Callable[[Sequence[Ballot]], Mapping[str, Standing]],
) -> Mapping[str, Standing]:
    """A finished ballot in place of its draft, and what all ballots of the generation now say together."""
    ballot = record.ballot
    said = [json.dumps(part) for part in (ballot.tiers, ballot.rejected, ballot.favourites, dict(record.letters))]
    cursor.execute(
        "INSERT OR REPLACE INTO ballot (generation, listener, tiers, rejected, favourites, letters, method, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, record.listener, *said, record.method, record.made_at),
    )
    cursor.execute("DELETE FROM draft WHERE generation = ? AND listener = ?", (number, record.listener))
    standings = rank([other.ballot for other in read_ballots(cursor, number)])
    for name, standing in standings.items():
        cursor.execute(
            "UPDATE member SET rank = ?, utility = ?, rejected = ? WHERE generation = ? AND individual = ?",
            (standing.rank, standing.utility, int(standing.rejected), number, name),
        )
    cursor.execute("UPDATE generation SET status = ? WHERE number = ?", (GenerationStatus.RANKED, number))
    return standings


def check_open(cursor: sqlite3.Cursor, number: int, paths: RunPaths) -> None:
    """Check that a ballot of a generation can be handed in; one that is not there yet is as good as just born.

    Raises:
        RunError: Its songs are not there yet, or its children are born already.
    """
    row = cursor.execute("SELECT status FROM generation WHERE number = ?", (number,)).fetchone()
    status = one_of(GenerationStatus, row[0]) if row else GenerationStatus.BORN
    if status is GenerationStatus.BRED:
        raise RunError(f"generation {number} of {paths.name} has children already: its ranking can no longer change")
    if status is GenerationStatus.BORN:
        on = "a process works on it now" if is_held(paths) else f"go on: evolve resume {paths.reference}"
        raise RunError(f"generation {number} of {paths.name} has no full set of songs yet; {on}")
