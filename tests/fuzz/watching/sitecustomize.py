"""Every Python of the fuzzing says what it writes, starts or calls, and where that is not its own folder.

Python imports a module of this name when it starts; the fuzzing puts this folder on the path of its children.
"""

import os
import sys
from typing import Any

FOLDERS = "EVOLVE_FUZZ_FOLDERS"
"""Where files may be written: the folders, the first of which has the list of what was done elsewhere."""

STRAY = "stray.txt"
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate")
_FORBIDDEN = ("socket.connect", "os.system", "os.exec", "os.startfile", "ftplib.connect", "urllib.Request")


def _stray(event: str, arguments: tuple[Any, ...], folders: list[str]) -> str:
    """What was done where it may not be; nothing when all is well."""
    if event == "open":
        path, mode, flags = arguments
        writes = any(one in (mode or "") for one in "wax+") if mode else bool((flags or 0) & _WRITES)
        return "" if not writes or isinstance(path, int) or _is_within(path, folders) else f"open {path!r}"
    if event in _CHANGES:
        paths = [one for one in arguments if isinstance(one, str | bytes)]
        return "" if all(_is_within(path, folders) for path in paths) else f"{event} {paths!r}"
    return f"{event} {arguments!r}" if event in _FORBIDDEN else ""


def _is_within(path: str | bytes, folders: list[str]) -> bool:
    real = os.path.realpath(os.fsdecode(path))
    return (
        real == os.devnull
        or real.startswith("/proc/")
        or "__pycache__" in real
        or any(real.startswith(folder + os.sep) for folder in folders)
    )


if os.environ.get(FOLDERS):
    _folders = [os.path.realpath(folder) for folder in os.environ[FOLDERS].split(os.pathsep)]
    _is_telling = False

    def _watch(event: str, arguments: tuple[Any, ...]) -> None:
        global _is_telling  # noqa: PLW0603 -- telling writes a file itself
        if _is_telling or event not in ("open", *_CHANGES, *_FORBIDDEN):
            return
        _is_telling = True
        try:
            if done := _stray(event, arguments, _folders):
                with open(os.path.join(_folders[0], STRAY), "a", encoding="utf-8") as file:  # noqa: PTH118, PTH123
                    file.write(f"{done.encode('unicode_escape').decode()}\n")
        finally:
            _is_telling = False

    sys.addaudithook(_watch)
