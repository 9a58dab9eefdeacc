"""What the store writes of births, trials, ballots and facts; inside a transaction of the caller's."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from evolve.errors import RunError
from evolve.records.ballot import NO_LISTENING, Ballot, ListeningLog, RankingEntry
from evolve.records.expectation import Expectation
from evolve.records.individual import Individual
from evolve.records.run import BallotRecord, GenerationStatus, IndividualStatus, Json, Sample, TrialResult
from evolve.records.shares import Shares
from evolve.store.fields import RowError, array, listening_of, one_of
from evolve.store.files import KeptFile
from evolve.store.folders import is_held
from evolve.store.paths import RunPaths
from evolve.store.reading import read_ballots


def now() -> str:
    """This moment in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


Changes = Mapping[str, tuple[Json, Json]]
"""By gene: its value in the first parent, and in the child."""


def write_generation(
    cursor: sqlite3.Cursor,
    number: int,
    born: Sequence[Individual],
    changed: Mapping[str, Changes],
    *,
    elites: Sequence[str],
    parents: Sequence[str],
    expected: Mapping[str, Expectation],
) -> None:
    """A generation and its members; the one before it, if any, is bred."""
    cursor.execute(
        "UPDATE generation SET status = ?, parents = ? WHERE number = ?",
        (GenerationStatus.BRED, json.dumps(list(parents)), number - 1),
    )
    told = json.dumps({name: one.to_json() for name, one in expected.items()})
    cursor.execute(
        "INSERT INTO generation (number, status, born_at, expected) VALUES (?, ?, ?, ?)",
        (number, GenerationStatus.BORN, now(), told),
    )
    for individual in born:
        _write_individual(cursor, individual, changed.get(individual.id, {}))
    members = [*((name, True) for name in elites), *((one.id, False) for one in born if one.id not in elites)]
    for slot, (name, elite) in enumerate(members, start=1):
        cursor.execute(
            "INSERT INTO member (generation, slot, individual, elite) VALUES (?, ?, ?, ?)",
            (number, slot, name, int(elite)),
        )


def write_replacement(cursor: sqlite3.Cursor, failed: str, fresh: Individual) -> None:
    """A fresh individual in the slot of one that failed."""
    _write_individual(cursor, fresh, {})
    cursor.execute("UPDATE individual SET replaced_by = ? WHERE id = ?", (fresh.id, failed))
    cursor.execute(
        "UPDATE member SET individual = ? WHERE generation = ? AND individual = ?", (fresh.id, fresh.generation, failed)
    )


def write_stopped(cursor: sqlite3.Cursor, number: int, stopped: Mapping[str, str], left: Iterable[str]) -> None:
    """Who is no member any more: those who are stopped early, by id why, and others."""
    for name, reason in stopped.items():
        cursor.execute(
            "UPDATE individual SET status = ?, stopped = ? WHERE id = ?", (IndividualStatus.STOPPED, reason, name)
        )
    for name in (*stopped, *left):
        cursor.execute("DELETE FROM member WHERE generation = ? AND individual = ?", (number, name))


def _write_individual(cursor: sqlite3.Cursor, one: Individual, changed: Changes) -> None:
    parts = (one.genome.genes, one.parents, one.operators, dict(changed))
    texts = [json.dumps(part, default=Shares.to_json) for part in parts]
    cursor.execute(
        "INSERT INTO individual (id, generation, slot, origin, status, genome, parents, operators, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, one.generation, one.slot, one.origin, IndividualStatus.BORN, *texts),
    )


Kept = Mapping[str, KeptFile]
"""Files by kind."""


def write_start(cursor: sqlite3.Cursor, individual_id: str) -> None:
    """A trial has begun; one that has ended stays ended."""
    cursor.execute(
        "UPDATE individual SET status = ? WHERE id = ? AND status IN (?, ?)",
        (IndividualStatus.EVALUATING, individual_id, IndividualStatus.BORN, IndividualStatus.PAUSED),
    )


def write_lost(cursor: sqlite3.Cursor, individual_id: str, reason: str) -> None:
    """An attempt of a trial was lost."""
    cursor.execute("INSERT INTO lost (individual, reason, at) VALUES (?, ?, ?)", (individual_id, reason, now()))


def write_result(cursor: sqlite3.Cursor, result: TrialResult, files: Kept, samples: Sequence[Kept]) -> None:
    """What a trial made, and the files that hold it."""
    status = IndividualStatus.EVALUATED if result.failure is None else IndividualStatus.FAILED
    status = IndividualStatus.PAUSED if result.is_paused else status
    presented = len(result.samples) if result.presented is None else result.presented
    cursor.execute(
        "UPDATE individual SET status = ?, metrics = ?, files = ?, presented = ?, failure = ? WHERE id = ?",
        (
            status,
            json.dumps(dict(result.metrics)),
            json.dumps(paths_of(files)),
            presented,
            result.failure,
            result.individual_id,
        ),
    )
    if result.stopped is not None:
        (number,) = cursor.execute("SELECT generation FROM individual WHERE id = ?", (result.individual_id,)).fetchone()
        write_stopped(cursor, number, {result.individual_id: result.stopped}, ())
    write_files(cursor, files.values())
    for sample, sample_files in zip(result.samples, samples, strict=True):
        write_sample(cursor, result.individual_id, sample, sample_files)


def write_sample(cursor: sqlite3.Cursor, individual_id: str, sample: Sample, files: Kept) -> None:
    """One sample, and the files that hold it; in place of one of the same number."""
    cursor.execute(
        "INSERT OR REPLACE INTO sample (individual, number, files, facts) VALUES (?, ?, ?, ?)",
        (individual_id, sample.index, json.dumps(paths_of(files)), json.dumps(dict(sample.facts))),
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
    """What is known of a file; None where nothing was noted."""
    row = cursor.execute("SELECT path, bytes, sha256 FROM file WHERE path = ?", (relative,)).fetchone()
    return KeptFile(*row) if row else None


def paths_of(files: Kept) -> dict[str, str]:
    """Where files lie in the run folder, by kind."""
    return {kind: file.path for kind, file in files.items()}


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
        RunError: Others are there than those before: another session of the same listener has kept them.
    """
    if before is not None and read_draft(cursor, number, listener) != json.loads(json.dumps(list(before))):
        raise RunError(
            f"the ballot of {listener} for generation {number} of {paths.name} is being filled in "
            f"from another terminal or a page, and what was said there is kept; go on there, or here with: evolve rank "
            f"{paths.reference}; someone else ranks with: --listener NAME"
        )
    cursor.execute(
        "INSERT INTO draft (generation, listener, steps) VALUES (?, ?, ?)"
        " ON CONFLICT (generation, listener) DO UPDATE SET steps = excluded.steps",
        (number, listener, json.dumps(list(steps))),
    )


def read_listening(cursor: sqlite3.Cursor, number: int, listener: str) -> ListeningLog:
    """What a listener's ballot has cost so far: before one was handed in, and since."""
    spent = NO_LISTENING
    for table in ("ballot", "draft"):
        found = cursor.execute(
            f"SELECT listening FROM {table} WHERE generation = ? AND listener = ?",  # noqa: S608 - names of our own
            (number, listener),
        ).fetchone()
        spent = spent.plus(listening_of(found[0])) if found else spent
    return spent


def write_listening(cursor: sqlite3.Cursor, number: int, listener: str, more: ListeningLog) -> None:
    """What an unfinished ballot has cost, with what it has cost before."""
    found = cursor.execute(
        "SELECT listening FROM draft WHERE generation = ? AND listener = ?", (number, listener)
    ).fetchone()
    spent = listening_of(found[0]).plus(more) if found else more
    cursor.execute(
        "INSERT INTO draft (generation, listener, listening) VALUES (?, ?, ?)"
        " ON CONFLICT (generation, listener) DO UPDATE SET listening = excluded.listening",
        (number, listener, _listening_to_json(spent)),
    )


def _listening_to_json(log: ListeningLog) -> str:
    playbacks = [[one.id, one.sample, one.plays, one.seconds] for one in log.playbacks]
    return json.dumps({"active_s": log.active_s, "playbacks": playbacks} if log else {})


def write_ballot(cursor: sqlite3.Cursor, number: int, record: BallotRecord) -> None:
    """A finished ballot in place of its draft; what that has cost goes over to it."""
    ballot = record.ballot
    repeat = asdict(record.repeat) if record.repeat else None
    parts = (ballot.tiers, ballot.rejected, ballot.favourites, ballot.comments, dict(record.letters), repeat)
    cost = _listening_to_json(record.listening.plus(read_listening(cursor, number, record.listener)))
    cursor.execute(
        "INSERT OR REPLACE INTO ballot"
        " (generation, listener, tiers, rejected, favourites, comments, letters, repeat, listening, method, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, record.listener, *map(json.dumps, parts), cost, record.method, record.made_at),
    )
    cursor.execute("DELETE FROM draft WHERE generation = ? AND listener = ?", (number, record.listener))


def write_ranking(
    cursor: sqlite3.Cursor, number: int, rank: Callable[[Sequence[Ballot]], Mapping[str, RankingEntry]]
) -> Mapping[str, RankingEntry]:
    """What all ballots of a generation say together."""
    ranking = rank([other.ballot for other in read_ballots(cursor, number)])
    for name, entry in ranking.items():
        cursor.execute(
            "UPDATE member SET rank = ?, utility = ?, rejected = ? WHERE generation = ? AND individual = ?",
            (entry.rank, entry.utility, int(entry.rejected), number, name),
        )
    cursor.execute("UPDATE generation SET status = ? WHERE number = ?", (GenerationStatus.RANKED, number))
    return ranking


def check_open(cursor: sqlite3.Cursor, number: int, paths: RunPaths) -> None:
    """Check that a ballot of a generation can be handed in; one that is not there yet is as good as just born.

    Raises:
        RunError: Its samples are not there yet, or its children are born already.
    """
    row = cursor.execute("SELECT status FROM generation WHERE number = ?", (number,)).fetchone()
    status = one_of(GenerationStatus, row[0]) if row else GenerationStatus.BORN
    if status is GenerationStatus.BRED:
        raise RunError(f"generation {number} of {paths.name} has children already: its ranking can no longer change")
    if status is GenerationStatus.BORN:
        on = "a process works on it now" if is_held(paths) else f"go on: evolve resume {paths.reference}"
        raise RunError(f"generation {number} of {paths.name} is not evaluated yet; {on}")
