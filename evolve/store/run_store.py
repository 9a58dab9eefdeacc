"""The store of one run: what can be asked of it and told to it, and the order of files and rows.

A file is written whole before the row that names it commits, and each change of state is one transaction. So whatever
stops the program, the store says what is done, and every file it names is there.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from evolve.errors import RunError
from evolve.genetics.individual import Individual
from evolve.judging.ballot import Ballot
from evolve.judging.ranking import Standing
from evolve.store import trials
from evolve.store.ballots import check_open, listeners_in, read_draft, write_ballot, write_draft
from evolve.store.births import Changes, write_generation, write_replacement
from evolve.store.consistency import contradictions
from evolve.store.database import Database
from evolve.store.files import KeptFile, inside, read_inside, write_inside
from evolve.store.founding import take_folder
from evolve.store.lock import held, is_held
from evolve.store.paths import RunPaths
from evolve.store.reading import read_fact, read_run, read_songs, read_standings
from evolve.store.records import (
    Artifact,
    BallotRecord,
    GenerationStatus,
    Json,
    RunRecord,
    SongRecord,
    SongResult,
    TrialResult,
)
from evolve.store.refusals import damaged, files_translated, refused_by_disk


class RunStore:
    """An open run folder; use it as a context manager.

    Reading and ballots need no lock. Whoever advances the run holds `exclusively`.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the run in a folder.

        Args:
            folder: The run folder.
            read_only: Whether it will only be read: then the store is left as it is, whatever its layout.

        Raises:
            RunError: There is no store, it is damaged, or a newer evolve made it.
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
        return cls(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

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

    @property
    def migrated_from(self) -> int | None:
        """The layout that the store had until it was opened now; None when it was not migrated."""
        return self._database.migrated_from

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the run for this process; `RunError` when another process works on it, or it cannot be written."""
        with held(self.paths):
            yield

    @property
    def is_worked_on(self) -> bool:
        """Whether a process works on the run just now, as far as the disk tells."""
        return is_held(self.paths)

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self) -> RunRecord:
        """The whole run at one instant.

        Raises:
            DamagedStoreError: The store holds what no evolve has written.
        """
        with self._database.snapshot() as cursor:
            run = read_run(cursor, self.paths)
        if found := contradictions(run):
            raise damaged(self.paths, found[0])
        return run

    def look(self) -> RunRecord:
        """What `read` gives, for somebody who looks from outside: with whether a process works on the run now."""
        # Asked first: whoever begins after that has changed nothing yet, and whoever ends has recorded all by then.
        is_worked_on = self.is_worked_on
        return replace(self.read(), is_worked_on=is_worked_on)

    def fact(self, name: str) -> Json:
        """A fact of the whole run, or None."""
        with self._database.snapshot() as cursor:
            return read_fact(cursor, name)

    def songs_of(self, individual_id: str) -> tuple[SongRecord, ...]:
        """The recorded songs of one individual, by their numbers."""
        with self._database.snapshot() as cursor:
            return read_songs(cursor, individual_id)

    def draft_steps(self, number: int, listener: str) -> list[Json]:
        """The steps of a listener's unfinished ballot, oldest first."""
        with self._database.snapshot() as cursor:
            return read_draft(cursor, number, listener)

    def listeners(self) -> frozenset[str]:
        """Everyone for whom songs were laid out under blind letters, or who has begun or handed in a ballot."""
        seated = {folder.name for folder in self.paths.folder.glob("listening/generation-*/*")}
        with self._database.snapshot() as cursor:
            return frozenset(seated.union(listeners_in(cursor)))

    # --- files -------------------------------------------------------------------------------------------------------

    def read_material(self) -> bytes:
        """What `write_material` kept.

        Raises:
            RunError: It has not come to that yet, or the file is no longer there.
        """
        return self.read_file(self.paths.relative(self.paths.material))

    def read_file(self, relative: str) -> bytes:
        """A file of the run, by its path relative to the run folder.

        Raises:
            RunError: It is no longer there or no longer whole, cannot be read, or would lie outside the run folder.
        """
        inside(self.paths, relative)
        with self._database.snapshot() as cursor:
            kept = trials.kept_file(cursor, relative)
        return read_inside(self.paths, relative, kept)

    def write_file(self, path: Path, data: bytes) -> KeptFile:
        """Write a file into the run folder, whole or not at all.

        Raises:
            RunError: It would lie outside the run folder, the folder is no longer here, or the disk refuses.
        """
        return self._write_files({path: data})[0]

    def checked(self, path: Path) -> Path:
        """A path of the run, once it is sure that nothing on the way leads out of the run folder.

        Raises:
            RunError: Something does.
        """
        return inside(self.paths, self.paths.relative(path))

    def free_bytes(self) -> int:
        """The room that is left on the run's disk.

        Raises:
            RunError: The folder is no longer here, or cannot be looked at.
        """
        self._database.check_in_place()
        with files_translated(self.paths):
            return shutil.disk_usage(self.paths.folder).free

    # --- facts -------------------------------------------------------------------------------------------------------

    def record_facts(self, facts: Mapping[str, Json]) -> None:
        """Set facts of the whole run, all or none."""
        with self._database.transaction() as cursor:
            trials.write_facts(cursor, facts)

    def write_material(self, data: bytes, files: Iterable[Artifact], facts: Mapping[str, Json]) -> None:
        """Keep what every trial works from, the opening's files, and the facts about both."""
        material = self.write_file(self.paths.material, data)
        kept = {artifact.kind: self.write_file(self.paths.opening(artifact.name), artifact.data) for artifact in files}
        opening = {**facts["opening"], "files": {kind: file.path for kind, file in kept.items()}}
        with self._database.transaction() as cursor:
            trials.write_facts(cursor, {**facts, "opening": opening})
            trials.write_files(cursor, (material, *kept.values()))

    # --- births ------------------------------------------------------------------------------------------------------

    def record_generation(
        self,
        number: int,
        born: Sequence[Individual],
        changed: Mapping[str, Changes],
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
            write_generation(cursor, number, born, changed, elites=elites, parents=parents)
        return True

    def record_replacements(self, replacements: Mapping[str, Individual]) -> None:
        """Fresh individuals take the slots of failed ones, given by the failed one's id. One transaction."""
        with self._database.transaction() as cursor:
            for failed, fresh in replacements.items():
                write_replacement(cursor, failed, fresh)

    # --- trials ------------------------------------------------------------------------------------------------------

    def record_start(self, individual_id: str) -> None:
        """A trial of the individual has begun."""
        with self._database.transaction() as cursor:
            trials.write_start(cursor, individual_id)

    def record_lost(self, individual_id: str, reason: str) -> None:
        """An attempt of a trial was lost, such as with its worker, and is made again; why, in one line."""
        with self._database.transaction() as cursor:
            trials.write_lost(cursor, individual_id, reason)

    def record_trial(self, result: TrialResult) -> bool:
        """Keep what a trial made; files first, then the rows in one transaction.

        Returns:
            Whether it was new; a second result for the same individual, as after a lost node, changes nothing.
        """
        with self._database.snapshot() as cursor:
            if trials.status_of(cursor, result.individual_id).is_finished:
                return False
        groups = [result.artifacts, *(song.files for song in result.songs)]
        files, *songs = self._write_artifacts(result.individual_id, groups)
        with self._database.transaction() as cursor:
            trials.write_result(cursor, result, files, songs)
        return True

    def record_song(self, individual_id: str, song: SongResult) -> bool:
        """Keep one more song of an individual whose trial has ended.

        Its files are written inside the transaction: two who hear the same song at once would write different bytes,
        since no two encodings of a sound are alike.

        Returns:
            Whether it was new; a song that is there already is left as it is.
        """
        with self._database.transaction() as cursor:
            if any(one.index == song.index for one in read_songs(cursor, individual_id)):
                return False
            (files,) = self._write_artifacts(individual_id, [song.files])
            trials.write_song(cursor, individual_id, song, files)
        return True

    def record_evaluated(self, number: int) -> None:
        """Every member of the generation has songs; it waits for a listener."""
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
            before: Those that the sitting has kept or begun with; None for whatever is there.

        Raises:
            RunError: Another sitting of the same listener has kept others meanwhile, or handed in the ballot.
        """
        with self._database.transaction() as cursor:
            write_draft(cursor, number, listener, steps, before, paths=self.paths)

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
            check_open(cursor, number, self.paths)
            return write_ballot(cursor, number, record, rank)

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
