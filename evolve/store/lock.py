"""One process at a time works on a run; the system lets go of the lock when that process dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from filelock import FileLock, Timeout

from evolve.errors import RunError, StorageError
from evolve.store.files import inside
from evolve.store.paths import RunPaths
from evolve.store.refusals import files_translated

_PROBE_TIMEOUT_S = 0.5
"""How long to wait for the lock: another process may hold it for a moment, only to see whether it is free."""


@contextlib.contextmanager
def held(paths: RunPaths) -> Iterator[None]:
    """Hold the lock file of a run; `StorageError` when another process holds it, or the disk refuses."""
    inside(paths, paths.lock.name)
    lock = FileLock(paths.lock)
    with files_translated(paths):
        try:
            lock.acquire(timeout=_PROBE_TIMEOUT_S, poll_interval=_PROBE_TIMEOUT_S / 10)
        except Timeout as error:
            told = f"another process is working on the run {paths.name}; wait for it, or stop it first"
            raise StorageError(told) from error
    try:
        yield
    finally:
        lock.release()


def is_held(paths: RunPaths) -> bool:
    """Whether a process works on the run just now; the lock is not taken for longer than the question.

    A process on another host is seen where the disk that both share passes locks on, as NFS and cluster disks do.
    """
    try:
        descriptor = os.open(inside(paths, paths.lock.name), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, RunError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False
