"""What SQLite and the disk refuse is told in a line of its own, with the run and the command to go on with."""

import errno
import os
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.store import files as files_module
from evolve.store import opening as connection_module
from evolve.store.database import Database
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.disks import fill, make_room, read_only, small_disk
from tests.store.damage import killed_in_the_midst_of_writing
from tests.store.runs import FACTS, new_run, result_of
from tests.troubles import told


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """An evaluated run."""
    return new_run(tmp_path / "run", evaluated=True)


def refused(store: RunStore) -> str:
    """What recording is answered with."""
    with pytest.raises(RunError) as refusal:
        store.record_lost("g0-1", "its worker was killed")
    return str(refusal.value)


SQLITE = {
    "SQLITE_FULL": "the disk of FOLDER is full; what was recorded is kept: make room and go on with: evolve resume",
    "SQLITE_BUSY": "another process has kept the store of FOLDER busy for more than 30 s; wait for it or stop it, and",
    "SQLITE_BUSY_SNAPSHOT": "another process has kept the store of FOLDER busy for more than 30 s; wait for it or stop",
    "SQLITE_READONLY": "you have not the rights that run.sqlite in FOLDER needs; change them or work on a copy, and go",
    "SQLITE_CANTOPEN": "you have not the rights that run.sqlite in FOLDER needs; change them or work on a copy, and go",
    "SQLITE_PERM": "you have not the rights that run.sqlite in FOLDER needs; change them or work on a copy, and go on",
    "SQLITE_READONLY_DBMOVED": "the run folder FOLDER was moved, replaced or deleted while evolve worked on it; what",
    "SQLITE_CORRUPT": "the store of FOLDER is damaged (said so); put back its copy of ",
    "SQLITE_CORRUPT_INDEX": "the store of FOLDER is damaged (said so); put back its copy of ",
    "SQLITE_NOTADB": "the store of FOLDER is damaged (said so); put back its copy of ",
    "SQLITE_IOERR_WRITE": "the disk of FOLDER cannot be read or written as it should (said so); copy the folder to",
    "SQLITE_IOERR": "the disk of FOLDER cannot be read or written as it should (said so); copy the folder to another",
    "SQLITE_CONSTRAINT_UNIQUE": "the store FOLDER/run.sqlite cannot be used: said so",
}


@pytest.mark.parametrize("name", SQLITE)
def test_each_refusal_of_sqlite_has_a_line_of_its_own(store: RunStore, name: str) -> None:
    """As SQLite names it, whatever it adds to the name."""
    error = sqlite3.OperationalError("said so")
    error.sqlite_errorname = name
    database = Database(store.paths.database)
    with pytest.raises(RunError) as refusal, database.snapshot():
        raise error
    assert str(refusal.value).startswith(SQLITE[name].replace("FOLDER", str(store.paths.folder)))
    database.close()


DISK = {
    errno.ENOSPC: "the disk of FOLDER is full; what was recorded is kept: make room and go on with: evolve resume",
    errno.EDQUOT: "your quota on the disk of FOLDER is full; what was recorded is kept: make room and go on with:",
    errno.EROFS: "FOLDER lies on a read-only disk, so nothing can be recorded; make it writable or copy the folder,",
    errno.EACCES: "you have not the rights that individuals/x in FOLDER needs; change them or work on a copy, and go",
    errno.EPERM: "you have not the rights that individuals/x in FOLDER needs; change them or work on a copy, and go",
    errno.EIO: "the disk of FOLDER cannot be read or written as it should (Input/output error); copy the folder to",
    errno.ENAMETOOLONG: "the file individuals/x of FOLDER cannot be used: File name too long",
}


@pytest.mark.parametrize("number", DISK)
def test_each_refusal_of_the_disk_has_a_line_of_its_own(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """By the number that the operating system gives it."""

    def refuse(path: Path, _: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(files_module, "place_whole", refuse)
    with pytest.raises(RunError) as refusal:
        store.write_file(store.paths.folder / "individuals" / "x", b"")
    assert str(refusal.value).startswith(DISK[number].replace("FOLDER", str(store.paths.folder)))


def test_a_bug_of_ours_is_no_refusal(store: RunStore) -> None:
    """A closed store is used no more: that keeps its traceback."""
    store.__exit__()
    with pytest.raises(sqlite3.ProgrammingError):
        store.record_lost("g0-1", "")


def test_a_full_disk_is_told_and_a_store_is_not_harmed_by_it(tmp_path: Path) -> None:
    """Rows and files alike; with room made, the same recording succeeds."""
    with small_disk(tmp_path / "disk", 8) as disk, new_run(disk / "run") as store:
        before = store.read()
        fill(disk)
        assert refused(store).startswith(f"the disk of {disk / 'run'} is full; what was recorded is kept: make room")
        with pytest.raises(RunError, match=r"the disk of .* is full"):
            store.record_trial(result_of("g0-1"))
        assert store.read() == before
        with pytest.raises(RunError, match=r"cannot create the store .*; make room, or choose another folder"):
            RunStore.create(disk / "other", FACTS)
        assert not (disk / "other").exists()
        make_room(disk)
        assert store.record_trial(result_of("g0-1"))


def test_a_read_only_disk_is_told_and_can_be_read(tmp_path: Path) -> None:
    """Rows, files and the lock alike; whoever reads notices nothing."""
    with small_disk(tmp_path / "disk", 8) as disk:
        new_run(disk / "run", evaluated=True).__exit__()
        with read_only(disk), RunStore(disk / "run") as store:
            line = f"{disk / 'run'} lies on a read-only disk, so nothing can be recorded"
            assert refused(store).startswith(line)
            with pytest.raises(RunError, match="lies on a read-only disk"), store.exclusively():
                pass
            with pytest.raises(RunError, match="lies on a read-only disk"):
                store.write_file(store.paths.material, b"")
            assert len(store.read().individuals) == 3
            assert store.read_file("individuals/g0-1/song-1.mid") == b"g0-1 1 .mid"


@pytest.mark.parametrize("reading", [False, True], ids=["to write", "to read"])
def test_an_unfinished_transaction_is_undone_wherever_the_run_lies(tmp_path: Path, *, reading: bool) -> None:
    """In place where that is allowed, else in a copy in memory; whoever only reads leaves the files as they are."""
    with small_disk(tmp_path / "disk", 8) as disk:
        with new_run(disk / "run", evaluated=True) as store:
            before = store.read()
        killed_in_the_midst_of_writing(disk / "run")
        shutil.copytree(disk / "run", tmp_path / "run")
        with read_only(disk), RunStore(disk / "run", read_only=reading) as store:
            assert store.read() == before
        with RunStore(tmp_path / "run", read_only=reading) as store:
            assert store.read().individuals == before.individuals
        assert (tmp_path / "run" / "run.sqlite-journal").exists() == reading


def test_a_store_that_others_keep_busy_is_told(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience."""
    monkeypatch.setattr(connection_module, "PATIENCE_S", 0.05)
    other = sqlite3.connect(store.paths.database, isolation_level=None)
    with RunStore(store.paths.folder) as impatient:
        other.execute("BEGIN IMMEDIATE")
        told("busy", f"evolve: {refused(impatient)}")
        other.execute("ROLLBACK")
        impatient.record_lost("g0-1", "its worker was killed")
    other.close()


@pytest.mark.parametrize("what", ["moved", "deleted", "replaced"])
def test_a_folder_that_is_no_longer_where_it_was_is_told(store: RunStore, tmp_path: Path, what: str) -> None:
    """Neither rows nor files are written to the old place, and nothing comes to be there."""
    folder = store.paths.folder
    with store.exclusively():
        if what == "deleted":
            shutil.rmtree(folder)
        else:
            folder.rename(tmp_path / "moved")
        if what == "replaced":
            new_run(folder).__exit__()
        there = sorted(folder.rglob("*"))
        line = f"the run folder {folder} was moved, replaced or deleted while evolve worked on it; what was recorded"
        assert refused(store).startswith(line)
        for write in (lambda: store.write_file(store.paths.material, b""), store.free_bytes):
            with pytest.raises(RunError) as refusal:
                write()
            assert str(refusal.value).startswith(line)
        assert sorted(folder.rglob("*")) == there
        store.discard()
        assert sorted(folder.rglob("*")) == there
    if what != "deleted":
        with RunStore(tmp_path / "moved") as moved:
            moved.record_lost("g0-1", "its worker was killed")
            assert len(moved.read().individuals) == 3


def test_an_error_of_the_disk_is_told(store: RunStore) -> None:
    """A file that must not grow any further is one that the system reports in its own way."""
    before = store.read()
    process = os.fork()
    if not process:  # in a process of its own: the limit holds for all that it writes
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            told("disk-error", f"evolve: {refused(store)}")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(process, 0)[1] == 0
    assert store.read() == before


def test_a_store_in_wal_mode_is_refused_and_left_as_it_is(store: RunStore) -> None:
    """Whoever looks at it leaves nothing beside it, and what the line says to type makes it usable again."""
    folder, path = store.paths.folder, store.paths.database
    before = store.read()
    store.__exit__()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("UPDATE individual SET metrics = '{}'")
    other.commit()
    for is_open in (True, False):
        names = {path.name for path in folder.iterdir()}
        assert ("run.sqlite-wal" in names) == is_open
        for only_looking in (True, False):
            with pytest.raises(RunError) as refusal:
                RunStore(folder, read_only=only_looking)
            told("wal", f"evolve: {refusal.value}")
        assert [finding.what for finding in examine(folder).findings] == [str(refusal.value)]
        assert {path.name for path in folder.iterdir()} - {"run.lock"} == names - {"run.lock"}
        other.close()
    subprocess.run(shlex.split(typed_with_python(str(refusal.value).rpartition("with: ")[2])), check=True)
    with RunStore(folder) as again:
        assert again.read().individuals.keys() == before.individuals.keys()


def typed_with_python(command: str) -> str:
    """The command of SQLite's own shell, for machines without it."""
    program, path, statement = shlex.split(command)
    assert program == "sqlite3"
    script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"
    return shlex.join([sys.executable, "-c", script, path, statement])
