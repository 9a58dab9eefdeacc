"""The store of one run: what can be asked of it and told to it, and the order of files and rows.

A file is written whole before the row that names it commits, and each change of state is one transaction. So whatever
stops the program, the store says what is done, and every file it names is there.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from evolve.errors import RunError
from evolve.records.ballot import Ballot, ListeningLog, RankingEntry
from evolve.records.expectation import Expectation
from evolve.records.individual import Individual
from evolve.records.run import (
    Artifact,
    BallotRecord,
    GenerationStatus,
    IndividualStatus,
    Json,
    RunRecord,
    Sample,
    SampleRecord,
    TrialResult,
)
from evolve.store import writing
from evolve.store.database import Database
from evolve.store.files import KeptFile, inside, read_inside, write_inside
from evolve.store.folders import held, is_held, take_folder
from evolve.store.paths import RunPaths
from evolve.store.reading import read_ballots, read_fact, read_ranking, read_run, read_samples
from evolve.store.refusals import files_translated, refused_by_disk

Rank = Callable[[Sequence[Ballot]], Mapping[str, RankingEntry]]
"""From all ballots of a generation to everyone's place in its ranking."""


class RunStore:
    """An open run folder; use it as a context manager. Whatever stands in the way is a `RunError`.

    Reading and ballots need no lock. Whoever advances the run holds `exclusively`. After each ballot, each birth and
    whenever a generation is evaluated, a copy of the store is kept; after every other change where that costs little.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the run in a folder; to be read only, the store is left as it is.

        Raises:
            RunError: There is no store, it is damaged, or another evolve made it.
        """
        self.paths = RunPaths(folder)
        try:
            is_there = self.paths.database.is_file()
        except OSError as error:
            raise refused_by_disk(error, self.paths) from error
        if not is_there:
            raise RunError(f"{folder} is no run folder: it has no {self.paths.database.name}")
        inside(self.paths, self.paths.database.name)
        self._database = Database(self.paths.database, read_only=read_only)
        self.is_closed = False

    @classmethod
    def create(cls, folder: Path, facts: Mapping[str, Json]) -> Self:
        """A new run folder with its first facts.

        Raises:
            RunError: The folder has something in it already, or cannot be written.
        """
        paths = RunPaths(folder)
        take_folder(folder)
        try:
            Database.create(paths.database, facts)
        except RunError:
            with contextlib.suppress(OSError):
                folder.rmdir()  # unless hidden files were in it
            raise
        store = cls(folder)
        store._database.keep_copy()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the run folder can be opened again."""
        self._database.close()
        self.is_closed = True

    def discard(self) -> None:
        """Remove the run and nothing else: what somebody keeps beside it stays, and so does a run that was moved."""
        is_here = self._database.is_in_place
        self._database.close()
        if not is_here:
            return
        for path in self.paths.entries:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.paths.folder.rmdir()

    @property
    def name(self) -> str:
        """The run's name: that of its folder, so that a copied folder is a run of its own."""
        return self.paths.name

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the run for this process; `RunError` when another process works on it, or it cannot be written."""
        with held(self.paths):
            yield

    @property
    def is_worked_on(self) -> bool:
        """Whether a process works on the run just now, as far as the disk tells."""
        return is_held(self.paths)

    @property
    def version(self) -> int:
        """A number that changes whenever others have changed the store: another process, or another open store."""
        return self._database.version

    def together(self) -> AbstractContextManager[None]:
        """Drafts and listening recorded inside are kept at the end in one transaction, which costs as much as one.

        One that is refused raises by itself, and changes nothing for the others; what the disk refuses it does of all.
        """
        return self._database.together()

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self) -> RunRecord:
        """The whole run at one instant; a `DamagedStoreError` when the store holds what no evolve has written."""
        with self._database.snapshot() as cursor:
            return read_run(cursor, self.paths)

    def look(self) -> RunRecord:
        """What `read` gives, for somebody who looks from outside: with whether a process works on the run now."""
        # Asked first: whoever begins after that has changed nothing yet, and whoever ends has recorded all by then.
        is_worked_on = self.is_worked_on
        return replace(self.read(), is_worked_on=is_worked_on)

    def fact(self, name: str) -> Json:
        """A fact of the whole run, or None."""
        with self._database.snapshot() as cursor:
            return read_fact(cursor, name)

    def samples_of(self, individual_id: str) -> tuple[SampleRecord, ...]:
        """The recorded samples of one individual, by their numbers."""
        with self._database.snapshot() as cursor:
            return read_samples(cursor, individual_id)

    def draft_steps(self, number: int, listener: str) -> list[Json]:
        """The steps of a listener's unfinished ballot, oldest first."""
        with self._database.snapshot() as cursor:
            return writing.read_draft(cursor, number, listener)

    def listeners(self) -> frozenset[str]:
        """Everyone for whom samples were laid out under blind letters, or who has begun or handed in a ballot."""
        seated = {folder.name for folder in self.paths.folder.glob("listening/generation-*/*")}
        with self._database.snapshot() as cursor:
            return frozenset(seated.union(writing.listeners_in(cursor)))

    # --- files -------------------------------------------------------------------------------------------------------

    def read_material(self) -> bytes:
        """What `write_material` kept."""
        return self.read_file(self.paths.relative(self.paths.material))

    def read_file(self, relative: str) -> bytes:
        """A file of the run, by its path relative to the run folder; a `RunError` unless it is what was written."""
        inside(self.paths, relative)
        with self._database.snapshot() as cursor:
            kept = writing.kept_file(cursor, relative)
        return read_inside(self.paths, relative, kept)

    def write_file(self, path: Path, data: bytes) -> KeptFile:
        """Write a file into the run folder, whole or not at all."""
        return self._write_files({path: data})[0]

    def checked(self, path: Path) -> Path:
        """A path of the run, once it is sure that nothing on the way leads out of the run folder."""
        return inside(self.paths, self.paths.relative(path))

    def free_bytes(self) -> int:
        """The room that is left on the run's disk."""
        self._database.check_in_place()
        with files_translated(self.paths):
            return shutil.disk_usage(self.paths.folder).free

    # --- facts -------------------------------------------------------------------------------------------------------

    def record_facts(self, facts: Mapping[str, Json]) -> None:
        """Set facts of the whole run, all or none."""
        with self._database.transaction() as cursor:
            writing.write_facts(cursor, facts)

    def write_material(self, data: bytes, files: Mapping[str, Iterable[Artifact]], facts: Mapping[str, Json]) -> None:
        """Keep what every trial works from, and facts of the run with the files that belong to them.

        Args:
            data: What every trial works from.
            files: By the name of a fact, what there is to look at; the fact gets their paths as its ``files``.
            facts: By name; each that has files is an object.
        """
        kept = {
            name: {one.kind: self.write_file(self.paths.fact_file(name, one.name), one.data) for one in artifacts}
            for name, artifacts in files.items()
        }
        told = {name: {**facts[name], "files": writing.paths_of(group)} for name, group in kept.items()}
        material = self.write_file(self.paths.material, data)
        with self._database.transaction() as cursor:
            writing.write_facts(cursor, {**facts, **told})
            writing.write_files(cursor, (material, *(file for group in kept.values() for file in group.values())))

    # --- births ------------------------------------------------------------------------------------------------------

    def record_generation(
        self,
        number: int,
        born: Sequence[Individual],
        changed: Mapping[str, writing.Changes],
        *,
        elites: Sequence[str] = (),
        parents: Sequence[str] = (),
        expected: Mapping[str, Expectation] = MappingProxyType({}),
        bred_from: Mapping[str, RankingEntry] | None = None,
        loved: Collection[str] = frozenset(),
    ) -> bool:
        """A generation is born; the one before it, if any, is bred. One transaction.

        Args:
            number: The new generation.
            born: Its new individuals, in slot order after the elites.
            changed: What changed in each child from its first parent, by the child's id.
            elites: Ids that are carried over; those of `born` among them come from another run.
            parents: Ids that the new generation was bred from.
            expected: What the taste model expects of its members, by id.
            bred_from: The ranking that it was bred from; None for the founders.
            loved: The ids of those who had a favourite sample in it.

        Returns:
            Whether it was recorded; not if a ballot has changed ranking or favourites since they were read.
        """
        with self._database.transaction() as cursor:
            if bred_from is not None and not self._is_as_read(cursor, number - 1, bred_from, loved):
                return False
            writing.write_generation(cursor, number, born, changed, elites=elites, parents=parents, expected=expected)
        return True

    @staticmethod
    def _is_as_read(
        cursor: sqlite3.Cursor, number: int, ranking: Mapping[str, RankingEntry], loved: Collection[str]
    ) -> bool:
        hearts = (record.ballot.loved for record in read_ballots(cursor, number))
        return read_ranking(cursor, number) == ranking and frozenset().union(*hearts) == frozenset(loved)

    def record_replacements(self, replacements: Mapping[str, Individual]) -> None:
        """Fresh individuals take the slots of failed ones, given by the failed one's id. One transaction."""
        with self._database.transaction() as cursor:
            for failed, fresh in replacements.items():
                writing.write_replacement(cursor, failed, fresh)

    def record_rung(self, number: int, stopped: Mapping[str, str], left: Iterable[str] = ()) -> None:
        """The rest of a generation goes on without those who are stopped early. One transaction.

        Args:
            number: The generation.
            stopped: Why, a line, by id.
            left: Ids of others that are no members any more: who has failed and is not replaced.
        """
        with self._database.transaction() as cursor:
            writing.write_stopped(cursor, number, stopped, left)

    # --- trials ------------------------------------------------------------------------------------------------------

    def record_start(self, individual_id: str) -> None:
        """A trial of the individual has begun."""
        with self._database.transaction(is_small=True) as cursor:
            writing.write_start(cursor, individual_id)

    def record_lost(self, individual_id: str, reason: str) -> None:
        """An attempt of a trial was lost, such as with its worker, and is made again; why, in one line."""
        with self._database.transaction(is_small=True) as cursor:
            writing.write_lost(cursor, individual_id, reason)

    def record_trial(self, result: TrialResult) -> bool:
        """Keep what a trial made, or how far it was when it paused; files first, then the rows in one transaction.

        Returns:
            Whether it was new; a second result for the same individual, as after a lost node, changes nothing.
        """
        with self._database.snapshot() as cursor:
            status = writing.status_of(cursor, result.individual_id)
            if status.is_finished or (result.is_paused and status is IndividualStatus.PAUSED):
                return False
        groups = [result.artifacts, *(sample.files for sample in result.samples)]
        files, *samples = self._write_artifacts(result.individual_id, groups)
        with self._database.transaction(is_small=True) as cursor:
            writing.write_result(cursor, result, files, samples)
        return True

    def record_sample(self, individual_id: str, sample: Sample) -> bool:
        """Keep one more sample of an individual whose trial has ended.

        Its files are written inside the transaction: two who ask for the same one at once would write different bytes,
        since no two encodings of a sound are alike.

        Returns:
            Whether it was new; a sample that is there already is left as it is.
        """
        with self._database.transaction(is_small=True) as cursor:
            if any(one.index == sample.index for one in read_samples(cursor, individual_id)):
                return False
            (files,) = self._write_artifacts(individual_id, [sample.files])
            writing.write_sample(cursor, individual_id, sample, files)
        return True

    def record_evaluated(self, number: int) -> None:
        """Every member of the generation has samples; it waits for a listener."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE generation SET status = ? WHERE number = ? AND status = ?",
                (GenerationStatus.EVALUATED, number, GenerationStatus.BORN),
            )

    # --- ballots -----------------------------------------------------------------------------------------------------

    def record_draft(
        self, number: int, listener: str, steps: Sequence[Json], before: Sequence[Json] | None = None
    ) -> None:
        """Keep the steps of an unfinished ballot.

        Args:
            number: The generation.
            listener: Whose ballot it is.
            steps: All of them, oldest first.
            before: Those that the listening session has kept or begun with; None for whatever is there.

        Raises:
            RunError: Another session of the same listener has kept others meanwhile, or handed in the ballot.
        """
        with self._database.transaction(is_small=True) as cursor:
            writing.write_draft(cursor, number, listener, steps, before, paths=self.paths)

    def record_listening(self, number: int, listener: str, more: ListeningLog) -> None:
        """Add to what a listener's unfinished ballot has cost."""
        with self._database.transaction(is_small=True) as cursor:
            writing.write_listening(cursor, number, listener, more)

    def listening_log(self, number: int, listener: str) -> ListeningLog:
        """What a listener's ballot has cost so far, handed in or not."""
        with self._database.snapshot() as cursor:
            return writing.read_listening(cursor, number, listener)

    def record_ballot(self, number: int, record: BallotRecord, rank: Rank | None) -> Mapping[str, RankingEntry]:
        """Keep a finished ballot and what all ballots of the generation now say together. One transaction.

        Args:
            number: The generation.
            record: The ballot; a second one of the same listener takes the place of the first. What its draft has cost
                is added to it.
            rank: From all ballots to everyone's place in the ranking; None while other ballots are waited for.

        Returns:
            Everyone's place; empty where others are waited for.

        Raises:
            RunError: The generation is not evaluated yet, or its children are born already.
        """
        with self._database.transaction(is_small=rank is None) as cursor:
            writing.check_open(cursor, number, self.paths)
            writing.write_ballot(cursor, number, record)
            return writing.write_ranking(cursor, number, rank) if rank else {}

    def record_ranking(self, number: int, rank: Rank) -> Mapping[str, RankingEntry]:
        """Rank a generation by the ballots that there are, whoever else was waited for.

        Raises:
            RunError: The generation is not evaluated yet, or its children are born already.
            BallotError: There is no ballot.
        """
        with self._database.transaction() as cursor:
            writing.check_open(cursor, number, self.paths)
            return writing.write_ranking(cursor, number, rank)

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write_artifacts(self, individual_id: str, groups: Sequence[Sequence[Artifact]]) -> list[dict[str, KeptFile]]:
        """Write groups of files of one individual; what was kept of each group, by kind."""
        named = [
            [(one.kind, self.paths.artifact(individual_id, one.name), one.data) for one in group] for group in groups
        ]
        data = {path: content for group in named for _, path, content in group}
        kept = dict(zip(data, self._write_files(data), strict=True))
        return [{kind: kept[path] for kind, path, _ in group} for group in named]

    def _write_files(self, files: Mapping[Path, bytes]) -> tuple[KeptFile, ...]:
        self._database.check_in_place()
        return write_inside(self.paths, files)
