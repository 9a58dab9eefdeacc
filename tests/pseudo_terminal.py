"""A program in a real pseudo-terminal, and what a person would see there."""

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[1]
PYTHON = (sys.executable, "-m")


def as_a_shell_does() -> None:
    """Programs at a terminal are told of Ctrl-C; whoever runs these tests may have it ignored, which is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup has its commands ignore


def without_escapes(said: str) -> str:
    """What a terminal was told, without colours and the moves of its cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)


class Terminal:
    """A terminal of so many columns and rows in which a command runs; unless told otherwise, a Python module."""

    def __init__(
        self,
        *arguments: str,
        command: Sequence[str] = PYTHON,
        folder: Path = ROOT,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environ or {})}
        self.raw = ""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            cwd=str(folder),
            env=environment,
            dimensions=(rows, columns),
            encoding="utf-8",
            timeout=20,
            preexec_fn=as_a_shell_does,
        )
        # So that the program's questions about the cursor are answered, as a terminal does.
        self.screen.write_process_input = self.child.send

    @property
    def text(self) -> str:
        """What is on the screen now."""
        self._read()
        return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, keys: str) -> None:
        """Presses keys."""
        self.child.send(keys)

    def until(self, words: str, seconds: float = 20.0) -> str:
        """The screen, once these words are on it."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert self.child.isalive(), f"it ended without {words!r}; it said:\n{self.raw[-3000:]}"
            assert time.monotonic() < deadline, f"{words!r} never came; the screen is:\n{self.text}"
        return self.text

    def end(self, seconds: float = 120.0) -> int | None:
        """Waits for the end; the exit code."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            self._read()
            assert time.monotonic() < deadline, f"it goes on and on; the screen is:\n{self.text}"
        self._read()
        self.child.close()
        return self.child.exitstatus  # type: ignore[no-any-return] # pexpect has no types

    def _read(self) -> None:
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            while not self.child.closed:
                arrived = self.child.read_nonblocking(65536, timeout=0.05)
                self.raw += arrived
                self._stream.feed(arrived)
