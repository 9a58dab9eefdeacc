"""Who still works beneath a folder."""

import contextlib
import os
from pathlib import Path

import psutil


def writers(place: Path) -> list[str]:
    """The names of all processes that have a file open beneath a folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(file.path.startswith(f"{place}{os.sep}") for file in process.open_files()):
                found.append(process.name())
    return found
