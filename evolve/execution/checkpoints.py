"""The folder in which half-trained networks of one run wait: where each lies, and when it is no longer needed.

Workers write and read them (`evolve.network.checkpoint`), on whatever machines they are; the driver clears them away,
when what came of a trial is recorded. Both must see the same folder.
"""

import contextlib
from pathlib import Path

from evolve.store.names import checked_name
from evolve.store.paths import asides_of

_SUFFIX = ".checkpoint.npz"


def checkpoint_path(folder: Path, individual_id: str) -> Path:
    """The file in which an individual's half-trained network waits."""
    return folder / f"{checked_name(individual_id)}{_SUFFIX}"


def forget(folder: Path | None, individual_id: str) -> None:
    """Clear away what is kept of an individual's training; a file that stays harms nothing.

    Args:
        folder: Of the run's checkpoints; None where none are kept.
        individual_id: Whose trial has ended, or is to begin anew.
    """
    if folder is not None:
        _remove(checkpoint_path(folder, individual_id))


def forget_all(folder: Path | None) -> None:
    """Clear away whatever is kept, when no trial of the run is at work; what others have put there stays."""
    if folder is None:
        return
    with contextlib.suppress(OSError):
        for path in [*folder.glob(f"*{_SUFFIX}"), *folder.glob(f".*{_SUFFIX}.????????")]:
            path.unlink(missing_ok=True)
        folder.rmdir()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        for each in (path, *asides_of(path)):
            each.unlink(missing_ok=True)
