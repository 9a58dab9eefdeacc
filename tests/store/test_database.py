"""The SQLite file: transactions, and files that are not what they should be."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from evolve.errors import DamagedStoreError, RunError
from evolve.store import opening as module
from evolve.store.database import Database
from evolve.store.schema import APPLICATION_ID, SCHEMA_VERSION
from tests.store.runs import FACTS

FACT = "INSERT INTO fact (name, value) VALUES (?, ?)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A new store with one fact."""
    path = tmp_path / "run.sqlite"
    Database.create(path, {**FACTS, "seed": 1})
    return path


def facts(path: Path) -> dict[str, str]:
    """What another connection sees."""
    connection = sqlite3.connect(path)
    try:
        found = dict(connection.execute("SELECT name, value FROM fact ORDER BY rowid"))
        return {name: value for name, value in found.items() if name not in FACTS}
    finally:
        connection.close()


def add(store: Database, name: str, *, and_run: str = "", then: BaseException | None = None) -> None:
    """Add a fact in a transaction that may end badly."""
    with store.transaction() as cursor:
        cursor.execute(FACT, (name, "0"))
        cursor.execute(and_run)
        if then is not None:
            raise then


def look(path: Path) -> None:
    """Open the store and read all facts."""
    store = Database(path)
    with contextlib.closing(store), store.snapshot() as cursor:
        cursor.execute("SELECT * FROM fact").fetchall()


def test_a_new_store_holds_its_facts_and_nothing_lies_beside_it(path: Path) -> None:
    """It was made aside and came to its name whole."""
    assert facts(path) == {"seed": "1"}
    assert list(path.parent.iterdir()) == [path]


def test_what_an_interrupted_creation_left_is_written_over(tmp_path: Path) -> None:
    """A half-made store has another name and is no hindrance."""
    (tmp_path / ".run.sqlite.new").write_bytes(b"half")
    Database.create(tmp_path / "run.sqlite", {})
    assert facts(tmp_path / "run.sqlite") == {}


def test_a_store_that_cannot_be_made_is_the_users_to_mend(tmp_path: Path) -> None:
    """Such as in a folder that is not there."""
    with pytest.raises(
        RunError, match=r"cannot create the store .*run\.sqlite: unable to open database file; make room"
    ):
        Database.create(tmp_path / "missing" / "run.sqlite", {})


def test_a_transaction_takes_place_as_a_whole(path: Path) -> None:
    """Others see nothing of it before its end, and everything after."""
    store = Database(path)
    with store.transaction() as cursor:
        cursor.execute(FACT, ("a", "1"))
        cursor.execute(FACT, ("b", "2"))
        assert facts(path) == {"seed": "1"}
    assert facts(path) == {"seed": "1", "a": "1", "b": "2"}
    store.close()


@pytest.mark.parametrize("problem", [ValueError("bug"), KeyboardInterrupt(), RunError("mistake")], ids=repr)
def test_a_transaction_that_raises_leaves_nothing(path: Path, problem: BaseException) -> None:
    """The problem comes through as it is, and the store can be used further."""
    store = Database(path)
    with pytest.raises(type(problem)):
        add(store, "a", then=problem)
    add(store, "b")
    assert facts(path) == {"seed": "1", "b": "0"}
    store.close()


def test_a_mistake_in_sql_leaves_nothing_and_names_the_store(path: Path) -> None:
    """Constraints are kept: a member of a generation that does not exist is refused."""
    store = Database(path)
    member = "INSERT INTO member (generation, slot, individual, elite) VALUES (7, 1, 'g7-1', 0)"
    with pytest.raises(RunError, match=r"run\.sqlite cannot be used: FOREIGN KEY"):
        add(store, "a", and_run=member)
    assert facts(path) == {"seed": "1"}
    store.close()


def test_a_commit_that_cannot_be_made_is_undone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody reads, nothing is written; afterwards the same store can be written to again."""
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    store, reader = Database(path), sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM fact").fetchall()
    with pytest.raises(RunError, match=r"another process has kept the store of .* busy"):
        add(store, "a")
    reader.close()
    add(store, "b")
    assert facts(path) == {"seed": "1", "b": "0"}
    store.close()


def test_what_a_transaction_reads_nobody_changes_before_it_writes(path: Path) -> None:
    """It holds the store from its first line, so that two ballots at once cannot overlook each other."""
    store, other = Database(path), sqlite3.connect(path, timeout=0)
    with store.transaction() as cursor:
        cursor.execute("SELECT * FROM fact").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM fact")
    other.close()
    store.close()


def test_a_snapshot_does_not_change_while_it_is_read(path: Path) -> None:
    """Another process that wants to write waits until it is done."""
    store = Database(path)
    program = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=20)
connection.execute("INSERT INTO fact (name, value) VALUES ('a', '1')")
print("begun", flush=True)
connection.commit()
print("done", flush=True)
"""
    with store.snapshot() as cursor:
        before = cursor.execute("SELECT name FROM fact").fetchall()
        writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begun\n"
        assert cursor.execute("SELECT name FROM fact").fetchall() == before
    assert writer.stdout.readline() == "done\n"
    assert writer.wait(20) == 0
    writer.stdout.close()
    assert facts(path) == {"seed": "1", "a": "1"}
    store.close()


def test_the_journal_is_one_that_network_file_systems_know(path: Path) -> None:
    """A write-ahead log would need memory that processes on several hosts cannot share."""
    store = Database(path)
    with store.snapshot() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    store.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Also when it is empty."""
    path = tmp_path / "run.sqlite"
    path.write_bytes(b"not a database, but long enough to look at, so that its first bytes are read" * 20)
    with pytest.raises(RunError, match=r"the store of .* is damaged \(file is not a database\); see what is whole"):
        Database(path)
    path.write_bytes(b"")
    with pytest.raises(DamagedStoreError, match=r"is damaged \(it is empty\)"):
        Database(path)


def test_another_programs_database_is_told(tmp_path: Path) -> None:
    """Whatever layout it says it has."""
    path = tmp_path / "run.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("PRAGMA application_id = 1")
    connection.close()
    with pytest.raises(RunError, match=r"run\.sqlite is no store of evolve"):
        Database(path)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (1, "a newer evolve has made it; use that one, or a newer one still"),
        (-1, "an older evolve has made it; use that one, or begin a new run"),
    ],
)
def test_a_store_of_another_layout_is_told(path: Path, by: int, told: str) -> None:
    """With both layouts and what to do."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + by}")
    connection.close()
    for read_only in (False, True):
        with pytest.raises(RunError) as refusal:
            Database(path, read_only=read_only)
        expected = f"{path} has layout {SCHEMA_VERSION + by}, this evolve reads layout {SCHEMA_VERSION}: {told}"
        assert str(refusal.value) == expected
    assert int.from_bytes(b"evol", "big") == APPLICATION_ID


def test_a_store_with_damaged_pages_is_told(path: Path) -> None:
    """A copy that was cut off, or a disk that forgot."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(DamagedStoreError, match=r"the store of .* is damaged \(.*evolve doctor "):
        look(path)
