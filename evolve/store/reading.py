"""From the rows of a store to the record of a whole run.

Each function raises `RowError` when no evolve has written a row of its; every other exception is our own bug.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from evolve.errors import BallotError
from evolve.records.ballot import Ballot, RankingEntry, Repeat
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import (
    FACT_PARTS,
    BallotRecord,
    GenerationRecord,
    GenerationStatus,
    IndividualRecord,
    IndividualStatus,
    Json,
    RunRecord,
    SampleRecord,
)
from evolve.store.fields import (
    RowError,
    array,
    changes_of,
    comments_of,
    expected_of,
    favourites_of,
    files_of,
    genes_of,
    json_of,
    listening_of,
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
from evolve.store.schema import Row, Rows, read_rows, selected

_RUN_FACTS: Final[Mapping[str, type]] = {"created_at": str, "settings": dict, "space": dict, "versions": dict}
"""The facts that every run has from its first moment on; all others are named by who records them."""

_TOLD_OF: Final = ("fact", "generation", "individual", "member", "sample", "ballot", "lost")
"""The tables that a run's record is made of; not the digests of its files, of which there are more than all else."""


# --- whole runs ------------------------------------------------------------------------------------------------------


def read_run(cursor: sqlite3.Cursor, paths: RunPaths) -> RunRecord:
    """The whole run, inside the cursor's transaction."""
    return run_of(read_rows(cursor, _TOLD_OF), paths)


def run_of(rows: Rows, paths: RunPaths) -> RunRecord:
    """The run that these rows tell of, and where it lies."""
    facts = dict(fact_of(row) for row in rows["fact"])
    if missing := [name for name in _RUN_FACTS if name not in facts]:
        raise RowError(f"the fact {missing[0]} is missing")
    created_at, settings, space, versions = (facts.pop(name) for name in _RUN_FACTS)
    run = RunRecord(
        name=paths.name,
        reference=paths.reference,
        created_at=created_at,
        settings=settings,
        space=space,
        facts=facts,
        versions=versions,
        generations=_generations_of(rows),
        individuals=_individuals_of(rows),
    )
    for contradiction in contradictions(run):
        raise RowError(contradiction)
    return run


def check_rows(rows: Rows, paths: RunPaths) -> RunRecord:
    """The run, once every row of every table is one that an evolve can have written."""
    for row in rows["draft"]:
        whole(row["generation"])
        text(row["listener"])
        array(row["steps"])
    for row in rows["file"]:
        text(row["path"])
        text(row["sha256"])
        whole(row["bytes"])
    return run_of(rows, paths)


def contradictions(run: RunRecord) -> Iterator[str]:
    """What the record names and does not hold, a line each; nothing when every part fits the others."""
    for place, generation in enumerate(run.generations):
        if generation.index != place:
            yield f"generation {place} is missing"
            return
        if not generation.members:
            yield f"generation {place} has no members"
        in_ballots = [name for ballot in generation.ballots for name in ballot.ballot.ids]
        named = dict.fromkeys((*generation.members, *generation.failed, *generation.parents, *in_ballots))
        yield from (f"generation {place} names {name}, who is missing" for name in named if name not in run.individuals)
    for name, record in run.individuals.items():
        one = record.individual
        if not 0 <= one.generation < len(run.generations):
            yield f"{name} was born in generation {one.generation}, which is missing"
        others = (*one.parents, *([record.replaced_by] if record.replaced_by is not None else []))
        yield from (f"{name} names {other}, who is missing" for other in others if other not in run.individuals)


def fact_of(row: Row) -> tuple[str, Json]:
    """A fact by its name."""
    name, value = text(row["name"]), json_of(row["value"])
    parts = FACT_PARTS.get(name, {})
    is_known = isinstance(value, dict if parts else {**_RUN_FACTS, "groups": list}.get(name, object))
    if not is_known or not all(isinstance(value.get(part, kind()), kind) for part, kind in parts.items()):
        raise RowError(f"the fact {name:.40} is not what it was")
    return name, value


def _individuals_of(rows: Rows) -> dict[str, IndividualRecord]:
    """Everyone by id, in order of birth."""
    samples = _grouped(rows["sample"], sample_of)
    lost = _grouped(rows["lost"], lambda row: text(row["reason"]))
    in_order = sorted(rows["individual"], key=lambda row: whole(row["position"]))
    records = (_individual_of(row, samples, lost) for row in in_order)
    return {record.individual.id: record for record in records}


def _individual_of(
    row: Row, samples: Mapping[str, Sequence[SampleRecord]], lost: Mapping[str, Sequence[str]]
) -> IndividualRecord:
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
        samples=tuple(sorted(samples.get(name, ()), key=lambda sample: sample.index)),
        presented=None if row["presented"] is None else whole(row["presented"]),
        files=files_of(row["files"]),
        failure=text_or_none(row["failure"]),
        stopped=text_or_none(row["stopped"]),
        replaced_by=text_or_none(row["replaced_by"]),
        lost=tuple(lost.get(name, ())),
    )


def _generations_of(rows: Rows) -> tuple[GenerationRecord, ...]:
    parts = [_grouped(rows[table], lambda row: row, "generation") for table in ("member", "individual", "ballot")]
    in_order = sorted(rows["generation"], key=lambda row: whole(row["number"]))
    return tuple(_generation_of(row, *(groups.get(row["number"], ()) for groups in parts)) for row in in_order)


def _generation_of(row: Row, seats: Sequence[Row], born: Sequence[Row], cast: Sequence[Row]) -> GenerationRecord:
    """A generation with its members, those born into it, and its ballots."""
    members = sorted(seats, key=lambda one: whole(one["slot"]))
    ballots = [ballot_of(one) for one in cast]
    return GenerationRecord(
        index=whole(row["number"]),
        status=one_of(GenerationStatus, row["status"]),
        members=tuple(text(one["individual"]) for one in members),
        elites=tuple(text(one["individual"]) for one in members if one["elite"]),
        failed=_ids_of(born, IndividualStatus.FAILED),
        stopped=_ids_of(born, IndividualStatus.STOPPED),
        parents=texts_of(row["parents"]),
        ranking={one["individual"]: ranking_entry_of(one) for one in members if one["rank"] is not None},
        ballots=tuple(sorted(ballots, key=lambda ballot: (ballot.made_at, ballot.listener))),
        expected=expected_of(row["expected"]),
    )


def _ids_of(born: Sequence[Row], status: IndividualStatus) -> tuple[str, ...]:
    """Those who stand so, in slot order."""
    those = [one for one in born if one["status"] == status]
    return tuple(one["id"] for one in sorted(those, key=lambda one: (whole(one["slot"]), whole(one["position"]))))


def sample_of(row: Row) -> SampleRecord:
    """A sample of the individual that the row names."""
    return SampleRecord(whole(row["number"]), files_of(row["files"]), object_of(row["facts"]))


def ballot_of(row: Row) -> BallotRecord:
    """A finished ballot."""
    try:
        ballot = Ballot(
            tiers_of(row["tiers"]),
            texts_of(row["rejected"]),
            favourites_of(row["favourites"]),
            comments_of(row["comments"]),
        )
    except BallotError as error:
        raise RowError(str(error)) from error
    letters = {letter: text(name) for letter, name in object_of(row["letters"]).items()}
    log = listening_of(row["listening"])
    repeat = repeat_of(row["repeat"])
    return BallotRecord(text(row["listener"]), ballot, text(row["method"]), letters, text(row["made_at"]), log, repeat)


def repeat_of(value: object) -> Repeat | None:
    """Where somebody who was presented twice was placed."""
    match json_of(value):
        case None:
            return None
        case {"id": str(name), "places": [int(first), int(second)], "of": int(of)}:
            return Repeat(name, (first, second), of)
    raise RowError(f"{value!r:.40} is no repeat")


def ranking_entry_of(row: Row) -> RankingEntry:
    """Where a ranked member came."""
    return RankingEntry(whole(row["rank"]), real(row["utility"]), bool(row["rejected"]))


def _grouped(rows: Sequence[Row], made: Callable[[Row], Any], column: str = "individual") -> dict[Any, list[Any]]:
    """What is made of each row, by the individual it belongs to, or by another column."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(made(row))
    return groups


# --- parts of a run, found by their index ----------------------------------------------------------------------------


def read_fact(cursor: sqlite3.Cursor, name: str) -> Json:
    """A fact of the whole run, or None."""
    rows = selected(cursor, "fact", "name = ?", name)
    return fact_of(rows[0])[1] if rows else None


def read_ranking(cursor: sqlite3.Cursor, number: int) -> dict[str, RankingEntry]:
    """Where each ranked member of a generation came, in slot order."""
    rows = selected(cursor, "member", "generation = ? AND rank IS NOT NULL ORDER BY slot", number)
    return {row["individual"]: ranking_entry_of(row) for row in rows}


def read_ballots(cursor: sqlite3.Cursor, number: int) -> Iterator[BallotRecord]:
    """The finished ballots of a generation by their listeners: in an order that no clock has made."""
    return map(ballot_of, selected(cursor, "ballot", "generation = ? ORDER BY listener", number))


def read_samples(cursor: sqlite3.Cursor, individual_id: str) -> tuple[SampleRecord, ...]:
    """The samples of one individual, by their numbers."""
    return tuple(map(sample_of, selected(cursor, "sample", "individual = ? ORDER BY number", individual_id)))
