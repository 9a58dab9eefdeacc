"""From the rows of a store to the record of a whole run.

Each function takes one row and raises `ValueError`, `TypeError`, `KeyError`, `AttributeError` or `BallotError` when no
evolve has written it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evolve.errors import BallotError
from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual, Origin
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store.paths import RunPaths
from evolve.store.records import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    Json,
    RunRecord,
    SongRecord,
)
from evolve.store.rows import COLUMNS, Row, Rows, query_of, read_rows

NOT_AS_WRITTEN = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, BallotError)
"""What reading a row raises that no evolve has written."""

FACTS: Mapping[str, type] = {
    "created_at": str, "settings": dict, "space": dict, "corpus": dict, "opening": dict, "versions": dict,
}  # fmt: skip
"""The facts of a run that its record holds."""

LATE_FACTS = ("corpus", "opening")
"""Those that a run which has just begun does not know yet."""

_PARTS: Mapping[str, Mapping[str, type]] = {
    "settings": dict.fromkeys(("seed", "population", "parents", "elites", "generations", "songs", "notes"), int),
    "space": {"name": str, "text": str},
    "corpus": {"names": list, "pieces": int, "notes": int, "skipped": list},
    "opening": {"notes": int, "files": dict},
}
"""What stands in facts and is counted with, or read as a text, wherever a run is told of."""


def read_run(cursor: sqlite3.Cursor, paths: RunPaths) -> RunRecord:
    """The whole run, inside the cursor's transaction."""
    return run_of(read_rows(cursor), paths)


def run_of(rows: Rows, paths: RunPaths) -> RunRecord:
    """The run that these rows tell of, and where it lies."""
    facts = dict(fact_of(row) for row in rows["fact"])
    generations = sorted(rows["generation"], key=lambda row: row["number"])
    return RunRecord(
        name=paths.name,
        reference=paths.reference,
        created_at=facts["created_at"],
        settings=facts["settings"],
        space=facts["space"],
        corpus=facts.get("corpus", {}),
        opening=facts.get("opening", {}),
        versions=facts["versions"],
        generations=tuple(generation_of(row, rows) for row in generations),
        individuals=individuals_of(rows),
    )


def fact_of(row: Row) -> tuple[str, Json]:
    """A fact by its name."""
    name, value = _text(row["name"]), json.loads(row["value"])
    parts = value.items() if isinstance(value, dict) else ()
    if any(not isinstance(part, _PARTS.get(name, {}).get(key, object)) for key, part in parts):
        raise TypeError(name)
    if not isinstance(value, FACTS.get(name, object)):
        raise TypeError(name)
    return name, value


def individuals_of(rows: Rows) -> dict[str, IndividualRecord]:
    """Everyone by id, in order of birth."""
    songs, lost = _grouped(rows["song"], song_of), _grouped(rows["lost"], lambda row: _text(row["reason"]))
    records = (individual_of(row, songs, lost) for row in sorted(rows["individual"], key=lambda row: row["position"]))
    return {record.individual.id: record for record in records}


def individual_of(
    row: Row, songs: Mapping[str, Sequence[SongRecord]], lost: Mapping[str, Sequence[str]]
) -> IndividualRecord:
    """An individual with what was made of it."""
    name = _text(row["id"])
    return IndividualRecord(
        individual=Individual(
            name,
            int(row["generation"]),
            int(row["slot"]),
            Genome(tuple((_text(gene), _plain(value)) for gene, value in json.loads(row["genome"]))),
            Origin(row["origin"]),
            texts_of(row["parents"]),
            texts_of(row["operators"]),
        ),
        status=IndividualStatus(row["status"]),
        changed=changes_of(row["changed"]),
        metrics=object_of(row["metrics"]),
        songs=tuple(sorted(songs.get(name, ()), key=lambda song: song.index)),
        files=files_of(row["files"]),
        failure=None if row["failure"] is None else _text(row["failure"]),
        replaced_by=row["replaced_by"],
        lost=tuple(lost.get(name, ())),
    )


def generation_of(row: Row, rows: Rows) -> GenerationRecord:
    """A generation with its members and its ballots."""
    number = int(row["number"])
    members = sorted((one for one in rows["member"] if one["generation"] == number), key=lambda one: one["slot"])
    failed = [
        one for one in rows["individual"]
        if one["generation"] == number and one["status"] == IndividualStatus.FAILED
    ]  # fmt: skip
    ballots = [ballot_of(one) for one in rows["ballot"] if one["generation"] == number]
    return GenerationRecord(
        index=number,
        status=GenerationStatus(row["status"]),
        members=tuple(one["individual"] for one in members),
        elites=tuple(one["individual"] for one in members if one["elite"]),
        failed=tuple(one["id"] for one in sorted(failed, key=lambda one: (one["slot"], one["position"]))),
        parents=texts_of(row["parents"]),
        standings={one["individual"]: standing_of(one) for one in members if one["rank"] is not None},
        ballots=tuple(sorted(ballots, key=lambda ballot: (ballot.made_at, ballot.listener))),
    )


def song_of(row: Row) -> SongRecord:
    """A song of the individual that the row names."""
    return SongRecord(int(row["number"]), files_of(row["files"]), object_of(row["facts"]))


def ballot_of(row: Row) -> BallotRecord:
    """A finished ballot."""
    tiers = tuple(tuple(map(_text, tier)) for tier in json.loads(row["tiers"]))
    letters = {letter: _text(name) for letter, name in object_of(row["letters"]).items()}
    ballot = Ballot(tiers, texts_of(row["rejected"]))
    return BallotRecord(_text(row["listener"]), ballot, _text(row["method"]), letters, _text(row["made_at"]))


def standing_of(row: Row) -> Standing:
    """Where a ranked member came."""
    return Standing(int(row["rank"]), float(row["utility"]), bool(row["rejected"]))


def steps_of(text: str) -> list[Json]:
    """The steps of a half-made ballot."""
    steps = json.loads(text)
    if not isinstance(steps, list):
        raise TypeError(text)
    return steps


def object_of(text: str) -> dict[str, Json]:
    """A JSON object."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError(text)
    return value


def changes_of(text: str) -> dict[str, tuple[Json, Json]]:
    """What changed from the first parent, by gene."""
    return {gene: (before, after) for gene, (before, after) in object_of(text).items()}


def files_of(text: str) -> dict[str, str]:
    """Paths by kind."""
    return {kind: _text(path) for kind, path in object_of(text).items()}


def texts_of(text: str) -> tuple[str, ...]:
    """A JSON array of texts."""
    value = json.loads(text)
    if not isinstance(value, list):
        raise TypeError(text)
    return tuple(map(_text, value))


def read_fact(cursor: sqlite3.Cursor, name: str) -> Json:
    """A fact of the whole run, or None."""
    rows = _selected(cursor, "fact", "name = ?", name)
    return fact_of(rows[0])[1] if rows else None


def read_standings(cursor: sqlite3.Cursor, number: int) -> dict[str, Standing]:
    """Where each ranked member of a generation came, in slot order."""
    rows = _selected(cursor, "member", "generation = ? AND rank IS NOT NULL ORDER BY slot", number)
    return {row["individual"]: standing_of(row) for row in rows}


def read_ballots(cursor: sqlite3.Cursor, number: int) -> Iterator[BallotRecord]:
    """The finished ballots of a generation by their listeners: in an order that no clock has made."""
    return map(ballot_of, _selected(cursor, "ballot", "generation = ? ORDER BY listener", number))


def read_songs(cursor: sqlite3.Cursor, individual_id: str) -> tuple[SongRecord, ...]:
    """The songs of one individual, by their numbers."""
    return tuple(map(song_of, _selected(cursor, "song", "individual = ? ORDER BY number", individual_id)))


def _selected(cursor: sqlite3.Cursor, table: str, which: str, value: int | str) -> list[Row]:
    rows = cursor.execute(f"{query_of(table)} WHERE {which}", (value,)).fetchall()
    return [dict(zip(COLUMNS[table], row, strict=True)) for row in rows]


def _grouped(rows: Sequence[Row], made: Callable[[Row], Any]) -> dict[str, list[Any]]:
    """What is made of each row, by the individual it belongs to."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row["individual"], []).append(made(row))
    return groups


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - a gene's value
    if not isinstance(value, bool | int | float | str):
        raise TypeError(value)
    return value
