"""The store of one run: every SQL statement, and the order of files and rows.

A file is written whole before the row that names it commits, and each change of state is one transaction. So whatever
stops the program, the store says what is done, and every file it names is there.
"""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from evolve.errors import RunError
from evolve.genetics.individual import Individual
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store.clock import now
from evolve.store.database import Database
from evolve.store.lock import held
from evolve.store.paths import RunPaths, write_whole
from evolve.store.reading import read_ballots, read_run, read_songs, read_standings
from evolve.store.records import (
    Artifact,
    BallotRecord,
    GenerationStatus,
    IndividualStatus,
    Json,
    RunRecord,
    SongRecord,
    TrialResult,
)


class RunStore:
    """An open run folder; use it as a context manager.

    Reading and ballots need no lock. Whoever advances the run holds `exclusively`.
    """

    def __init__(self, folder: Path) -> None:
        """Open the run in a folder.

        Raises:
            RunError: There is no store, it is damaged, or a newer evolve made it.
        """
        self.paths = RunPaths(folder)
        if not self.paths.database.is_file():
            raise RunError(f"{folder} is no run folder: it has no {self.paths.database.name}")
        self._database = Database(self.paths.database)

    @classmethod
    def create(cls, folder: Path, facts: Mapping[str, Json]) -> Self:
        """A new run folder with its first facts.

        Raises:
            RunError: The folder has something in it already, or cannot be written.
        """
        paths = RunPaths(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(not path.name.startswith(".") for path in folder.iterdir()):
                raise RunError(f"{folder} exists already; choose another --name, or go on: evolve resume {folder.name}")
            Database.create(paths.database, facts)
        except OSError as error:
            raise RunError(f"cannot create the run folder {folder}: {error.strerror}") from error
        return cls(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def discard(self) -> None:
        """Remove the run; hidden files that were in the folder before it stay."""
        self._database.close()
        for path in self.paths.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif not path.name.startswith("."):
                path.unlink()
        with contextlib.suppress(OSError):
            self.paths.folder.rmdir()

    @property
    def name(self) -> str:
        """The run's name: that of its folder, so that a copied folder is a run of its own."""
        return self.paths.folder.resolve().name

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the run for this process; `RunError` when another process works on it."""
        with held(self.paths.lock, self.name):
            yield

    # --- facts -------------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> Json:
        """A fact of the whole run, or None."""
        with self._database.snapshot() as cursor:
            row = cursor.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def record_facts(self, facts: Mapping[str, Json]) -> None:
        """Set facts of the whole run, all or none."""
        with self._database.transaction() as cursor:
            _set_facts(cursor, facts)

    def write_material(self, data: bytes, files: Iterable[Artifact], facts: Mapping[str, Json]) -> None:
        """Keep what every trial works from, the opening's files, and the facts about both."""
        write_whole(self.paths.material, data)
        relative = {}
        for artifact in files:
            path = self.paths.opening(artifact.name)
            write_whole(path, artifact.data)
            relative[artifact.kind] = self.paths.relative(path)
        opening = {**facts["opening"], "files": relative}
        self.record_facts({**facts, "opening": opening})

    def read_material(self) -> bytes:
        """What `write_material` kept.

        Raises:
            RunError: It has not come to that yet, or the file is no longer there.
        """
        return self.read_file(self.paths.relative(self.paths.material))

    def read_file(self, relative: str) -> bytes:
        """A file of the run, by its path relative to the run folder.

        Raises:
            RunError: It is no longer there.
        """
        try:
            return (self.paths.folder / relative).read_bytes()
        except FileNotFoundError as error:
            raise RunError(
                f"{self.name} has lost its file {relative}; copy a run folder with all that is in it"
            ) from error

    # --- births ------------------------------------------------------------------------------------------------------

    def record_generation(
        self,
        number: int,
        born: Sequence[Individual],
        changed: Mapping[str, Mapping[str, tuple[Json, Json]]],
        *,
        elites: Sequence[str] = (),
        parents: Sequence[str] = (),
        bred_from: Mapping[str, Standing] | None = None,
    ) -> bool:
        """A generation is born; the one before it, if any, is bred. One transaction.

        Args:
            number: The new generation.
            born: Its new individuals, in slot order after the elites.
            changed: What changed in each child from its first parent, by the child's id.
            elites: Ids that are carried over.
            parents: Ids that the new generation was bred from.
            bred_from: The standings that it was bred from; None for the founders.

        Returns:
            Whether it was recorded; not if a ballot has changed the standings since they were read.
        """
        with self._database.transaction() as cursor:
            if bred_from is not None and read_standings(cursor, number - 1) != bred_from:
                return False
            cursor.execute(
                "UPDATE generation SET status = ?, parents = ? WHERE number = ?",
                (GenerationStatus.BRED, json.dumps(list(parents)), number - 1),
            )
            cursor.execute(
                "INSERT INTO generation (number, status, born_at) VALUES (?, ?, ?)",
                (number, GenerationStatus.BORN, now()),
            )
            for individual in born:
                _insert_individual(cursor, individual, changed.get(individual.id, {}))
            members = [*((name, True) for name in elites), *((one.id, False) for one in born)]
            for slot, (name, elite) in enumerate(members, start=1):
                cursor.execute(
                    "INSERT INTO member (generation, slot, individual, elite) VALUES (?, ?, ?, ?)",
                    (number, slot, name, int(elite)),
                )
        return True

    def record_replacements(self, replacements: Mapping[str, Individual]) -> None:
        """Fresh individuals take the slots of failed ones, given by the failed one's id. One transaction."""
        with self._database.transaction() as cursor:
            for failed, fresh in replacements.items():
                _insert_individual(cursor, fresh, {})
                cursor.execute("UPDATE individual SET replaced_by = ? WHERE id = ?", (fresh.id, failed))
                cursor.execute(
                    "UPDATE member SET individual = ? WHERE generation = ? AND individual = ?",
                    (fresh.id, fresh.generation, failed),
                )

    # --- trials ------------------------------------------------------------------------------------------------------

    def record_start(self, individual_id: str) -> None:
        """A trial of the individual has begun."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE individual SET status = ? WHERE id = ? AND status = ?",
                (IndividualStatus.EVALUATING, individual_id, IndividualStatus.BORN),
            )

    def record_trial(self, result: TrialResult) -> bool:
        """Keep what a trial made; files first, then the rows in one transaction.

        Returns:
            Whether it was new; a second result for the same individual, as after a lost node, changes nothing.
        """
        if self._status(result.individual_id).is_finished:
            return False
        files = self._write_artifacts(result.individual_id, result.artifacts)
        songs = [
            (song.index, self._write_artifacts(result.individual_id, song.files), song.facts) for song in result.songs
        ]
        status = IndividualStatus.EVALUATED if result.failure is None else IndividualStatus.FAILED
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE individual SET status = ?, metrics = ?, files = ?, failure = ? WHERE id = ?",
                (status, json.dumps(dict(result.metrics)), json.dumps(files), result.failure, result.individual_id),
            )
            for number, song_files, facts in songs:
                cursor.execute(
                    "INSERT OR REPLACE INTO song (individual, number, files, facts) VALUES (?, ?, ?, ?)",
                    (result.individual_id, number, json.dumps(song_files), json.dumps(dict(facts))),
                )
        return True

    def songs_of(self, individual_id: str) -> tuple[SongRecord, ...]:
        """The recorded songs of one individual, by their numbers."""
        with self._database.snapshot() as cursor:
            return read_songs(cursor, individual_id)

    def record_evaluated(self, number: int) -> None:
        """Every member of the generation has songs; it waits for a listener."""
        self._advance(number, GenerationStatus.BORN, GenerationStatus.EVALUATED)

    # --- ballots -----------------------------------------------------------------------------------------------------

    def draft_steps(self, number: int, listener: str) -> list[Json]:
        """The steps of a listener's unfinished ballot, oldest first."""
        query = "SELECT steps FROM draft WHERE generation = ? AND listener = ?"
        with self._database.snapshot() as cursor:
            row = cursor.execute(query, (number, listener)).fetchone()
        return list(json.loads(row[0])) if row else []

    def record_draft(self, number: int, listener: str, steps: Sequence[Json]) -> None:
        """Keep the steps of an unfinished ballot."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO draft (generation, listener, steps) VALUES (?, ?, ?)",
                (number, listener, json.dumps(list(steps))),
            )

    def record_ballot(
        self,
        number: int,
        record: BallotRecord,
        rank: Callable[[Sequence[Ballot]], Mapping[str, Standing]],
    ) -> Mapping[str, Standing]:
        """Keep a finished ballot and what all ballots of the generation now say together. One transaction.

        Args:
            number: The generation.
            record: The ballot; a second one of the same listener takes the place of the first.
            rank: From all ballots to everyone's standing.

        Raises:
            RunError: The generation is not evaluated yet, or its children are born already.
        """
        with self._database.transaction() as cursor:
            self._check_open_for_ballots(cursor, number)
            ballot = record.ballot
            values = (json.dumps(ballot.tiers), json.dumps(ballot.rejected), record.method)
            cursor.execute(
                "INSERT OR REPLACE INTO ballot (generation, listener, tiers, rejected, method, letters, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, record.listener, *values, json.dumps(dict(record.letters)), record.made_at),
            )
            cursor.execute("DELETE FROM draft WHERE generation = ? AND listener = ?", (number, record.listener))
            standings = rank([other.ballot for other in read_ballots(cursor, number)])
            for name, standing in standings.items():
                cursor.execute(
                    "UPDATE member SET rank = ?, utility = ?, rejected = ? WHERE generation = ? AND individual = ?",
                    (standing.rank, standing.utility, int(standing.rejected), number, name),
                )
            cursor.execute(
                "UPDATE generation SET status = ? WHERE number = ?",
                (GenerationStatus.RANKED, number),
            )
        return standings

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self) -> RunRecord:
        """The whole run at one instant."""
        with self._database.snapshot() as cursor:
            return read_run(cursor, self.name)

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write_artifacts(self, individual_id: str, artifacts: Iterable[Artifact]) -> dict[str, str]:
        files = {}
        for artifact in artifacts:
            path = self.paths.artifact(individual_id, artifact.name)
            write_whole(path, artifact.data)
            files[artifact.kind] = self.paths.relative(path)
        return files

    def _status(self, individual_id: str) -> IndividualStatus:
        with self._database.snapshot() as cursor:
            row = cursor.execute("SELECT status FROM individual WHERE id = ?", (individual_id,)).fetchone()
        return IndividualStatus(row[0])

    def _advance(self, number: int, before: GenerationStatus, after: GenerationStatus) -> None:
        with self._database.transaction() as cursor:
            cursor.execute("UPDATE generation SET status = ? WHERE number = ? AND status = ?", (after, number, before))

    def _check_open_for_ballots(self, cursor: sqlite3.Cursor, number: int) -> None:
        row = cursor.execute("SELECT status FROM generation WHERE number = ?", (number,)).fetchone()
        status = GenerationStatus(row[0]) if row else GenerationStatus.BORN
        if status is GenerationStatus.BRED:
            raise RunError(f"generation {number} of {self.name} has children already: its ranking can no longer change")
        if status is GenerationStatus.BORN:
            raise RunError(
                f"generation {number} of {self.name} has no full set of songs yet; go on: evolve resume {self.name}"
            )


def _set_facts(cursor: sqlite3.Cursor, facts: Mapping[str, Json]) -> None:
    for name, value in facts.items():
        cursor.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, json.dumps(value)))


def _insert_individual(cursor: sqlite3.Cursor, one: Individual, changed: Mapping[str, tuple[Json, Json]]) -> None:
    texts = [json.dumps(part) for part in (one.genome.genes, one.parents, one.operators, dict(changed))]
    cursor.execute(
        "INSERT INTO individual (id, generation, slot, origin, status, genome, parents, operators, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, one.generation, one.slot, one.origin, IndividualStatus.BORN, *texts),
    )
