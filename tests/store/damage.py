"""Ways in which a store comes to harm."""

import os
import signal
import sqlite3
from pathlib import Path

PAGE = 4096


def overwrite(folder: Path, offset: int, data: bytes) -> None:
    """Put other bytes into the store."""
    database = folder / "run.sqlite"
    content = bytearray(database.read_bytes())
    content[offset : offset + len(data)] = data
    database.write_bytes(content)


def break_page_of(folder: Path, table: str) -> None:
    """Overwrite the first page of a table or an index."""
    connection = sqlite3.connect(folder / "run.sqlite")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    connection.close()
    overwrite(folder, (page - 1) * PAGE, b"\xff" * PAGE)


def alter(folder: Path, statement: str, *values: object) -> None:
    """Change rows as no evolve would, in a store that is sound for SQLite."""
    connection = sqlite3.connect(folder / "run.sqlite")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def killed_in_the_midst_of_writing(folder: Path) -> None:
    """Have a process die while a transaction is half written to the store: its journal says how to undo that."""
    process = os.fork()
    if not process:
        connection = sqlite3.connect(folder / "run.sqlite", isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE filler (content)")
        connection.executemany("INSERT INTO filler VALUES (?)", [("x" * 1000,)] * 100)
        connection.execute("UPDATE individual SET status = 'failed', failure = 'half'")
        connection.execute("UPDATE filler SET content = content || 'y'")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(process, 0)
    assert (folder / "run.sqlite-journal").stat().st_size > 512
