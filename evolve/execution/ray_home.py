"""The private folder of our own Ray, and who clears it away when the process that started it is gone.

Of Ray's processes most end with their driver, but its agents live on for 60 to 90 seconds when the driver is killed
(Ray 2.60), and when it is killed while Ray starts, more than they. Ray renames its processes and cuts their
environment, but each keeps its log open in Ray's folder: by that they are found, wherever they were adopted.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from evolve.errors import ExecutionError

_PREFIX = f"evolve-ray-{zlib.crc32(platform.node().encode()) & 0xFFFF:04x}-"
"""With four digits for the machine: on a disk that machines share, one does not see the other's locks."""

_OWNER = "owner"
_LONGEST_PLACE = 15
"""In characters: the name of a socket has 107 at most, of which Ray's own part and ours take 92."""

_USUAL_PLACES = ("/tmp", "/var/tmp")  # noqa: S108 -- nobody but us may enter what is made there

_PATIENCE_S = 10.0
"""For how long processes are ended again that appear while others are being ended."""


class RayHome:
    """A folder for all that Ray writes, which nobody else can enter; a watcher clears it away if we cannot.

    Attributes:
        folder: What Ray gets.
    """

    def __init__(self) -> None:
        """Make the folder, start the watcher, and clear away what was left by owners that died with theirs.

        Raises:
            ExecutionError: There is no room or no right for it.
        """
        made = new_folder()
        _clear_abandoned(made.parent)
        self._lock = FileLock(made / _OWNER)
        self._lock.acquire()
        # It comes to its name when it is locked, so that nobody who clears what is abandoned takes it for that.
        self._home = made.rename(made.with_name(_PREFIX + made.name.removeprefix(".evolve-")))
        self._watcher = _start_watcher(self._home)
        self.folder = _rays(self._home)

    def clear(self) -> None:
        """End whatever of Ray still runs, remove the folder, and dismiss the watcher."""
        self._lock.release()
        clear(self._home)
        if self._watcher.stdin is not None:
            self._watcher.stdin.close()
        self._watcher.wait()


def new_folder() -> Path:
    """A new folder that only its user can enter, in a place whose name leaves room for those of Ray's sockets.

    Raises:
        ExecutionError: There is no room or no right for one anywhere.
    """
    problems = []
    for place in _places():
        try:
            return Path(tempfile.mkdtemp(prefix=".evolve-", dir=place))
        except OSError as error:
            problems.append(f"{place}: {error.strerror}")
    raise ExecutionError(
        f"no folder can be made for Ray's files ({'; '.join(problems)}); set TMPDIR to one that can be written, "
        f"with a name of at most {_LONGEST_PLACE} characters"
    )


def _places() -> tuple[str, ...]:
    """Folders for temporary files whose names leave room for those of Ray's sockets, best first."""
    with contextlib.suppress(OSError):  # nothing at all can be written
        usual = tempfile.gettempdir()
        if len(usual) <= _LONGEST_PLACE:
            return tuple(dict.fromkeys((usual, *_USUAL_PLACES)))
    return _USUAL_PLACES


def clear(home: Path) -> None:
    """End every process that writes to Ray's folder in a home, and remove it all; does nothing where there is none."""
    end = time.monotonic() + _PATIENCE_S
    while (writers := list(_writers(_rays(home)))) and time.monotonic() < end:
        for process in writers:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(writers, timeout=1)
    shutil.rmtree(home, ignore_errors=True)


def clear_when_orphaned(home: str) -> None:
    """The watcher's whole life: wait until nobody holds the other end of standard input, then clear the home."""
    sys.stdin.buffer.read()
    clear(Path(home))


def _rays(home: Path) -> Path:
    return home / "r"


def _writers(folder: Path) -> Iterator[psutil.Process]:
    """The processes that have a file in the folder open to write to; a person who reads a log there is none."""
    within = str(folder) + os.sep
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            opened = [file for file in process.open_files() if file.path.startswith(within)]
            if any(getattr(file, "mode", "w") != "r" for file in opened):  # where it cannot be told, all count
                yield process


def _start_watcher(home: Path) -> "subprocess.Popen[bytes]":
    # `-c` with the caller's own path, so that it finds this very package whether it is installed or not.
    root = str(Path(__file__).parents[2])
    order = f"import sys; sys.path.insert(0, {root!r}); from {__name__} import clear_when_orphaned as wait; "
    return subprocess.Popen(  # noqa: S603 -- our own interpreter, our own code
        [sys.executable, "-P", "-c", f"{order}wait(sys.argv[1])", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # neither Ctrl-C nor the end of the terminal is for it
    )


def _clear_abandoned(place: Path) -> None:
    """Clear the homes whose owners are gone, such as after a power cut; the system let go of their locks."""
    for home in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, Timeout):
            if home.is_symlink() or home.stat().st_uid != os.getuid():
                continue
            with FileLock(home / _OWNER, blocking=False):
                clear(home)
