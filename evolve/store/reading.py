"""From the rows of a store to the record of a whole run."""

import json
import sqlite3
from collections.abc import Iterator

from evolve.genetics.genome import Genome
from evolve.genetics.individual import Individual, Origin
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store.records import (
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    RunRecord,
    SongRecord,
)


def read_run(cursor: sqlite3.Cursor, name: str) -> RunRecord:
    """The whole run, inside the cursor's transaction."""
    facts = {key: json.loads(value) for key, value in cursor.execute("SELECT name, value FROM fact")}
    numbers = [number for (number,) in cursor.execute("SELECT number FROM generation ORDER BY number").fetchall()]
    return RunRecord(
        name=name,
        created_at=facts["created_at"],
        settings=facts["settings"],
        space=facts["space"],
        corpus=facts.get("corpus", {}),
        opening=facts.get("opening", {}),
        versions=facts["versions"],
        generations=tuple(_generation(cursor, number) for number in numbers),
        individuals={record.individual.id: record for record in _individuals(cursor)},
    )


def _generation(cursor: sqlite3.Cursor, number: int) -> GenerationRecord:
    status, parents = cursor.execute("SELECT status, parents FROM generation WHERE number = ?", (number,)).fetchone()
    members = cursor.execute(
        "SELECT individual, elite FROM member WHERE generation = ? ORDER BY slot", (number,)
    ).fetchall()
    failed = cursor.execute(
        "SELECT id FROM individual WHERE generation = ? AND status = ? ORDER BY slot, position",
        (number, IndividualStatus.FAILED),
    ).fetchall()
    return GenerationRecord(
        index=number,
        status=GenerationStatus(status),
        members=tuple(name for name, _ in members),
        elites=tuple(name for name, elite in members if elite),
        failed=tuple(name for (name,) in failed),
        parents=tuple(json.loads(parents)),
        standings=read_standings(cursor, number),
        ballots=tuple(read_ballots(cursor, number)),
    )


def read_standings(cursor: sqlite3.Cursor, number: int) -> dict[str, Standing]:
    """Where each ranked member of a generation came, in slot order."""
    rows = cursor.execute(
        "SELECT individual, rank, utility, rejected FROM member WHERE generation = ? AND rank IS NOT NULL"
        " ORDER BY slot",
        (number,),
    )
    return {name: Standing(rank, utility, bool(rejected)) for name, rank, utility, rejected in rows}


def read_ballots(cursor: sqlite3.Cursor, number: int) -> Iterator[BallotRecord]:
    """The finished ballots of a generation, oldest first."""
    rows = cursor.execute(
        "SELECT listener, tiers, rejected, method, letters, made_at FROM ballot WHERE generation = ?"
        " ORDER BY made_at, listener",
        (number,),
    ).fetchall()
    for listener, tiers, rejected, method, letters, made_at in rows:
        ballot = Ballot(tuple(tuple(tier) for tier in json.loads(tiers)), tuple(json.loads(rejected)))
        yield BallotRecord(listener, ballot, method, json.loads(letters), made_at)


def read_songs(cursor: sqlite3.Cursor, individual_id: str) -> tuple[SongRecord, ...]:
    """The songs of one individual, by their numbers."""
    rows = cursor.execute(
        "SELECT number, files, facts FROM song WHERE individual = ? ORDER BY number", (individual_id,)
    ).fetchall()
    return tuple(SongRecord(number, json.loads(files), json.loads(facts)) for number, files, facts in rows)


def _individuals(cursor: sqlite3.Cursor) -> Iterator[IndividualRecord]:
    songs: dict[str, list[SongRecord]] = {}
    for name, number, files, facts in cursor.execute(
        "SELECT individual, number, files, facts FROM song ORDER BY individual, number"
    ):
        songs.setdefault(name, []).append(SongRecord(number, json.loads(files), json.loads(facts)))
    rows = cursor.execute(
        "SELECT id, generation, slot, genome, origin, parents, operators, changed, status, metrics, files, failure,"
        " replaced_by FROM individual ORDER BY position"
    )
    for name, generation, slot, genome, origin, parents, operators, changed, status, *rest in rows:
        metrics, files, failure, replaced_by = rest
        genes = Genome(tuple((gene, value) for gene, value in json.loads(genome)))
        family = (Origin(origin), tuple(json.loads(parents)), tuple(json.loads(operators)))
        yield IndividualRecord(
            individual=Individual(name, generation, slot, genes, *family),
            status=IndividualStatus(status),
            changed={gene: (before, after) for gene, (before, after) in json.loads(changed).items()},
            metrics=json.loads(metrics),
            songs=tuple(songs.get(name, ())),
            files=json.loads(files),
            failure=failure,
            replaced_by=replaced_by,
        )
