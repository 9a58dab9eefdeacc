"""From the rows of a store to the record of a whole run.

Each function raises `RowError` when no evolve has written a row of its; every other exception is our own bug.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evolve.errors import BallotError
from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual, Origin
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store.fields import (
    RowError,
    changes_of,
    favourites_of,
    files_of,
    genes_of,
    json_of,
    object_of,
    one_of,
    real,
    text,
    text_or_none,
    texts_of,
    tiers_of,
    whole,
)
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
from evolve.store.rows import Row, Rows, read_rows, selected

FACTS: Mapping[str, type] = {
    "created_at": str, "settings": dict, "space": dict, "corpus": dict, "opening": dict, "versions": dict,
}  # fmt: skip
"""The facts of a run that its record holds."""

LATE_FACTS = ("corpus", "opening")
"""Those that a run which has just begun does not know yet."""

_PARTS: Mapping[str, Mapping[str, type]] = {
    "settings": dict.fromkeys(
        ("seed", "population", "parents", "elites", "generations", "heard", "songs", "notes"), int
    )
    | {"screening": str},
    "space": {"name": str, "text": str},
    "corpus": {"names": list, "pieces": int, "notes": int, "skipped": list, "groups": list},
    "opening": {"notes": int, "files": dict},
}
"""What stands in facts and is counted with, or read as a text, wherever a run is told of."""


_TOLD_OF = ("fact", "generation", "individual", "member", "song", "ballot", "lost")
"""The tables that a run's record is made of; not the digests of its files, of which there are more than all else."""


def read_run(cursor: sqlite3.Cursor, paths: RunPaths) -> RunRecord:
    """The whole run, inside the cursor's transaction."""
    return run_of(read_rows(cursor, _TOLD_OF), paths)


def run_of(rows: Rows, paths: RunPaths) -> RunRecord:
    """The run that these rows tell of, and where it lies."""
    facts = dict(fact_of(row) for row in rows["fact"])
    return RunRecord(
        name=paths.name,
        reference=paths.reference,
        created_at=_known(facts, "created_at"),
        settings=_known(facts, "settings"),
        space=_known(facts, "space"),
        corpus=facts.get("corpus", {}),
        opening=facts.get("opening", {}),
        versions=_known(facts, "versions"),
        generations=_generations_of(rows),
        individuals=individuals_of(rows),
    )


def fact_of(row: Row) -> tuple[str, Json]:
    """A fact by its name."""
    name, value = text(row["name"]), json_of(row["value"])
    parts = value.items() if isinstance(value, dict) else ()
    if any(not isinstance(part, _PARTS.get(name, {}).get(key, object)) for key, part in parts):
        raise RowError(f"the fact {name:.40} is not what it was")
    if not isinstance(value, FACTS.get(name, object)):
        raise RowError(f"the fact {name:.40} is not what it was")
    return name, value


def individuals_of(rows: Rows) -> dict[str, IndividualRecord]:
    """Everyone by id, in order of birth."""
    songs, lost = _grouped(rows["song"], song_of), _grouped(rows["lost"], lambda row: text(row["reason"]))
    in_order = sorted(rows["individual"], key=lambda row: whole(row["position"]))
    records = (individual_of(row, songs, lost) for row in in_order)
    return {record.individual.id: record for record in records}


def individual_of(
    row: Row, songs: Mapping[str, Sequence[SongRecord]], lost: Mapping[str, Sequence[str]]
) -> IndividualRecord:
    """An individual with what was made of it."""
    name = text(row["id"])
    return IndividualRecord(
        individual=Individual(
            name,
            whole(row["generation"]),
            whole(row["slot"]),
            Genome(genes_of(row["genome"])),
            one_of(Origin, row["origin"]),
            texts_of(row["parents"]),
            texts_of(row["operators"]),
        ),
        status=one_of(IndividualStatus, row["status"]),
        changed=changes_of(row["changed"]),
        metrics=object_of(row["metrics"]),
        songs=tuple(sorted(songs.get(name, ()), key=lambda song: song.index)),
        files=files_of(row["files"]),
        failure=text_or_none(row["failure"]),
        replaced_by=text_or_none(row["replaced_by"]),
        lost=tuple(lost.get(name, ())),
    )


def _generations_of(rows: Rows) -> tuple[GenerationRecord, ...]:
    """The generations in order."""
    parts = [_grouped(rows[table], lambda row: row, "generation") for table in ("member", "individual", "ballot")]
    in_order = sorted(rows["generation"], key=lambda row: whole(row["number"]))
    return tuple(_generation_of(row, *(groups.get(row["number"], ()) for groups in parts)) for row in in_order)


def _generation_of(row: Row, seats: Sequence[Row], born: Sequence[Row], cast: Sequence[Row]) -> GenerationRecord:
    """A generation with its members, those born into it, and its ballots."""
    index = whole(row["number"])
    members = sorted(seats, key=lambda one: whole(one["slot"]))
    failed = [one for one in born if one["status"] == IndividualStatus.FAILED]
    ballots = [ballot_of(one) for one in cast]
    return GenerationRecord(
        index=index,
        status=one_of(GenerationStatus, row["status"]),
        members=tuple(text(one["individual"]) for one in members),
        elites=tuple(text(one["individual"]) for one in members if one["elite"]),
        failed=tuple(one["id"] for one in sorted(failed, key=lambda one: (whole(one["slot"]), whole(one["position"])))),
        parents=texts_of(row["parents"]),
        standings={one["individual"]: standing_of(one) for one in members if one["rank"] is not None},
        ballots=tuple(sorted(ballots, key=lambda ballot: (ballot.made_at, ballot.listener))),
    )


def song_of(row: Row) -> SongRecord:
    """A song of the individual that the row names."""
    return SongRecord(whole(row["number"]), files_of(row["files"]), object_of(row["facts"]))


def ballot_of(row: Row) -> BallotRecord:
    """A finished ballot."""
    try:
        ballot = Ballot(tiers_of(row["tiers"]), texts_of(row["rejected"]), favourites_of(row["favourites"]))
    except BallotError as error:
        raise RowError(str(error)) from error
    letters = {letter: text(name) for letter, name in object_of(row["letters"]).items()}
    return BallotRecord(text(row["listener"]), ballot, text(row["method"]), letters, text(row["made_at"]))


def standing_of(row: Row) -> Standing:
    """Where a ranked member came."""
    return Standing(whole(row["rank"]), real(row["utility"]), bool(row["rejected"]))


def read_fact(cursor: sqlite3.Cursor, name: str) -> Json:
    """A fact of the whole run, or None."""
    rows = selected(cursor, "fact", "name = ?", name)
    return fact_of(rows[0])[1] if rows else None


def read_standings(cursor: sqlite3.Cursor, number: int) -> dict[str, Standing]:
    """Where each ranked member of a generation came, in slot order."""
    rows = selected(cursor, "member", "generation = ? AND rank IS NOT NULL ORDER BY slot", number)
    return {row["individual"]: standing_of(row) for row in rows}


def read_ballots(cursor: sqlite3.Cursor, number: int) -> Iterator[BallotRecord]:
    """The finished ballots of a generation by their listeners: in an order that no clock has made."""
    return map(ballot_of, selected(cursor, "ballot", "generation = ? ORDER BY listener", number))


def read_songs(cursor: sqlite3.Cursor, individual_id: str) -> tuple[SongRecord, ...]:
    """The songs of one individual, by their numbers."""
    return tuple(map(song_of, selected(cursor, "song", "individual = ? ORDER BY number", individual_id)))


def _grouped(rows: Sequence[Row], made: Callable[[Row], Any], column: str = "individual") -> dict[Any, list[Any]]:
    """What is made of each row, by the individual it belongs to, or by another column."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(made(row))
    return groups


def _known(facts: Mapping[str, Json], name: str) -> Json:
    if name not in facts:
        raise RowError(f"the fact {name}")
    return facts[name]
