"""A process of its own that reads music files: several work side by side, and a file that crashes one harms nothing.

It is a plain child that speaks JSON lines, not a pool of `multiprocessing`: it needs nothing of the caller's main
module, does not hear the caller's Ctrl-C, and can be killed. It ends when the caller is gone: between files because its
input ends, and in the midst of one because its time is limited by an alarm of its own.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

from evolve.music.cache import Outcome, outcome_from_json, outcome_to_json, read_and_remember
from evolve.music.reading import size_to_read
from evolve.music.reading_limits import LONGEST_READING_S, Limits, allow_memory, end_after, limits_for

_OUT_OF_MEMORY: Final = 77
"""The exit code of a process whose file needed more memory than it had."""


class ReadingProcess:
    """One such process, started when first needed, and again after a file has ended it."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Does not start it yet.

        Args:
            limits: What reading one file may take; None: what suits its size.
        """
        self._limits = limits
        self._child: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> Outcome:
        """What a file holds; where reading it ended the process, that is the reason why it cannot be used."""
        child = self._child = self._child or _start()
        limits, answer = _ask(child, path, self._limits)
        if answer is not None:
            return answer
        code = _end_of(child)
        self.close()
        if code == -signal.SIGALRM:
            return f"takes longer than {limits.seconds:g} s to read"
        if code == _OUT_OF_MEMORY:
            return f"needs more than {limits.memory_mb:,} MB of memory to read"
        return "crashes whoever reads it"

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
        [sys.executable, "-P", "-c", order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        # Reading multiplies no matrices, and every thread that waits to would count as memory.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )


def _ask(child: subprocess.Popen[str], path: Path, fixed: Limits | None) -> tuple[Limits, Outcome | None]:
    """What reading the file may take, and what it holds; None when the child is gone."""
    limits = fixed or Limits(LONGEST_READING_S, 0)
    with contextlib.suppress(OSError, ValueError):  # its pipe broke, or was closed to stop us
        if child.stdin is not None and child.stdout is not None:
            asked = None if fixed is None else [fixed.seconds, fixed.memory_mb]
            child.stdin.write(json.dumps({"path": str(path), "limits": asked}) + "\n")
            child.stdin.flush()
            limits = Limits(*json.loads(child.stdout.readline()))
            return limits, outcome_from_json(json.loads(child.stdout.readline()))
    return limits, None


def _end_of(child: subprocess.Popen[str]) -> int:
    """How a child that no longer answers has ended; it is killed when it has not."""
    try:
        return child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def answer_on_stdin() -> None:
    """Answer each file whose path comes as a JSON line with two: what reading it may take, and what it holds."""
    with _own_stdout() as answers:
        for line in sys.stdin:
            asked = json.loads(line)
            path = Path(asked["path"])
            end_after(LONGEST_READING_S)
            limits = limits_for(size_to_read(path)) if asked["limits"] is None else Limits(*asked["limits"])
            _say(json.dumps([limits.seconds, limits.memory_mb]), answers)
            _say(_read_within(limits, path), answers)


def _read_within(limits: Limits, path: Path) -> str:
    """The answer's line; where time or memory is not enough, the process ends."""
    end_after(limits.seconds)
    allow_memory(limits.memory_mb)
    try:
        return json.dumps(outcome_to_json(read_and_remember(path)))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # nothing that would need memory to be done
    finally:
        end_after(0)


def _say(line: str, answers: IO[str]) -> None:
    answers.write(line + "\n")
    answers.flush()


def _own_stdout() -> IO[str]:
    """Standard output for the answers alone: what libraries print goes where errors go."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers
