"""One process at a time works on a run; the system lets go of the lock when that process dies."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from evolve.errors import RunError


@contextlib.contextmanager
def held(path: Path, run: str) -> Iterator[None]:
    """Hold the lock file of a run; `RunError` when another process holds it."""
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise RunError(f"another process is working on the run {run}; wait for it, or stop it first") from error
    try:
        yield
    finally:
        lock.release()
