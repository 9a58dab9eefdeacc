"""A process of its own that reads music files: several work side by side, and a file that crashes one harms nothing.

It is a plain child that speaks JSON lines, not a pool of `multiprocessing`: it needs nothing of the caller's main
module, ends when the caller is gone, does not hear the caller's Ctrl-C, and can be killed when a file hangs it.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Final

from evolve.music.cache import Outcome, outcome_from_json, outcome_to_json, read_and_remember

LONGEST_READING_S: Final = 120.0
"""A file that takes longer is given up; the longest symphony takes music21 about half of it."""


class ReadingProcess:
    """One such process, started when first needed, and again after a file has crashed it."""

    def __init__(self, limit_s: float = LONGEST_READING_S) -> None:
        """Does not start it yet.

        Args:
            limit_s: How long one file may take.
        """
        self._limit_s = limit_s
        self._child: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> Outcome:
        """What a file holds; where reading it took the process down, that is the reason why it cannot be used."""
        child = self._child = self._child or _start()
        is_late = threading.Event()

        def give_up() -> None:
            is_late.set()
            child.kill()

        alarm = threading.Timer(self._limit_s, give_up)
        alarm.start()
        answer = _ask(child, path)
        alarm.cancel()
        if answer:
            return outcome_from_json(json.loads(answer))
        self.close()
        return f"takes longer than {self._limit_s:g} s to read" if is_late.is_set() else "crashes whoever reads it"

    def close(self) -> None:
        """End it, whatever it is doing."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with contextlib.suppress(BrokenPipeError), child:  # closes its pipes and waits for its end
                pass


def _start() -> subprocess.Popen[str]:
    # `-c` with the caller's own path, so that it finds this very package whether it is installed or not.
    root = str(Path(__file__).parents[2])
    order = f"import sys; sys.path.insert(0, {root!r}); from {__name__} import answer_on_stdin; answer_on_stdin()"
    return subprocess.Popen(  # noqa: S603 -- our own interpreter, our own code
        [sys.executable, "-c", order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def _ask(child: subprocess.Popen[str], path: Path) -> str:
    """The answer's line; empty when the child is gone."""
    if child.stdin is None or child.stdout is None:
        return ""
    with contextlib.suppress(OSError, ValueError):  # its pipe broke, or was closed to stop us
        child.stdin.write(json.dumps(str(path)) + "\n")
        child.stdin.flush()
        return child.stdout.readline()
    return ""


def answer_on_stdin() -> None:
    """Read each file whose path comes as a JSON line, and answer with what it holds, as a JSON line."""
    with _own_stdout() as answers:
        for line in sys.stdin:
            outcome = read_and_remember(Path(json.loads(line)))
            answers.write(json.dumps(outcome_to_json(outcome)) + "\n")
            answers.flush()


def _own_stdout() -> IO[str]:
    """Standard output for the answers alone: what libraries print goes where errors go."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers
