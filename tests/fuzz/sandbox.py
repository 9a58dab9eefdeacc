"""A folder and a process in which inputs are tried: what ends, hangs or leaves it is seen from outside."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.fuzz.kinds import Input
from tests.fuzz.watching.sitecustomize import FOLDERS, STRAY

ROOT: Final = Path(__file__).parents[2]
WATCHING: Final = Path(__file__).parent / "watching"
LONGEST_S: Final = 10.0
"""Of the program's own computing on one input; what is read elsewhere has limits of its own, which are its answer."""

GIVEN_UP_AFTER_S: Final = 60.0
"""On the clock, which other work on the machine slows down."""

MOST_MEMORY_MB: Final = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an input brought about.

    Attributes:
        verdict: ``accepted``, ``refused`` or ``failed``.
        text: The line that was told, or what failed.
        seconds: On the clock.
        memory_mb: The most that a process had meanwhile.
    """

    verdict: str
    text: str
    seconds: float = 0.0
    memory_mb: float = 0.0


class Sandbox:
    """Tries inputs; starts its process again when one has ended it."""

    def __init__(self, folder: Path) -> None:
        """All that is written must stay within the folder, which has to be new."""
        self._folder = folder
        (folder / "home").mkdir(parents=True)
        self._child: subprocess.Popen[str] | None = None

    def try_out(self, one: Input) -> Outcome:
        """What the program does with an input."""
        path = self._folder / one.file_name
        path.write_bytes(one.data)
        child = self._child = self._child or self._start()
        answer = self._ask(child, one, path)
        if answer is None:
            self.close()
            return Outcome("failed", f"the process ended with {child.returncode}, or hung for {GIVEN_UP_AFTER_S:g} s")
        outcome = Outcome(answer["verdict"], answer["text"], answer["seconds"], answer["memory_mb"])
        return self._judged(outcome, answer["cpu_s"])

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(BrokenPipeError), child:
                child.kill()

    def _judged(self, outcome: Outcome, cpu_s: float) -> Outcome:
        """The outcome, failed where it took too much or left the folder."""
        stray = self._folder / STRAY
        if cpu_s > LONGEST_S:
            return Outcome("failed", f"took {cpu_s:.0f} s", outcome.seconds, outcome.memory_mb)
        if outcome.memory_mb > MOST_MEMORY_MB:
            return Outcome("failed", f"took {outcome.memory_mb:.0f} MB", outcome.seconds, outcome.memory_mb)
        if stray.exists():
            done = stray.read_text(encoding="utf-8")
            stray.unlink()
            return Outcome("failed", f"went astray: {done}", outcome.seconds, outcome.memory_mb)
        return outcome

    def _ask(self, child: subprocess.Popen[str], one: Input, path: Path) -> dict[str, Any] | None:
        """The process's answer; None when it is gone."""
        alarm = threading.Timer(GIVEN_UP_AFTER_S, child.kill)
        alarm.start()
        try:
            assert child.stdin is not None and child.stdout is not None  # noqa: PT018 -- pipes of our own
            child.stdin.write(json.dumps({"kind": one.kind, "path": str(path)}) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except OSError:
            line = ""
        finally:
            alarm.cancel()
        return json.loads(line) if line else None

    def _start(self) -> subprocess.Popen[str]:
        home = str(self._folder / "home")
        paths = os.pathsep.join([str(WATCHING), str(ROOT)])
        return subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=os.environ
            | {"HOME": home, "TMPDIR": home, "EVOLVE_CACHE": home, "PYTHONPATH": paths, FOLDERS: str(self._folder)},
        )
