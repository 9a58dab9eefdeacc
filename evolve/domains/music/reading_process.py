"""Many music files read at once: from the cache where they are known, else in processes side by side.

Whatever can hang its reader or fill the memory is read in a process of its own, be it a single file. Its time and
memory are limited: as much as a small file may take, and more for each byte beyond.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from evolve.domains.music.cache import Outcome, outcome_from_json, outcome_to_json, read_and_remember, recall_file
from evolve.domains.music.process_limits import allow_memory, end_after
from evolve.domains.music.reading import MIDI_SUFFIXES, is_harmless, size_to_read

LONGEST_READING_S: Final = 120.0
"""No file may take longer; the longest quartet takes a second, and so does the largest collection."""

SHORTEST_LIMIT_S: Final = 10.0
SMALL_FILE_BYTES: Final = 50_000
BYTES_A_SECOND: Final = 2_500
"""By how many bytes beyond a small file the limit grows by a second: readers take a hundred times as many."""

SMALL_MEMORY_MB: Final = 800
"""The largest files that come with music21 take 134 MB."""

LARGEST_MEMORY_MB: Final = 3_000
MEMORY_OF_A_BYTE: Final = 400
"""How many bytes of memory each byte beyond a small file may take."""


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What reading one file may take."""

    seconds: float
    memory_mb: int


def limits_for(size_bytes: int) -> ReadingLimits:
    """What reading so many bytes, unpacked, may take."""
    beyond = max(0, size_bytes - SMALL_FILE_BYTES)
    return ReadingLimits(
        seconds=min(LONGEST_READING_S, SHORTEST_LIMIT_S + beyond // BYTES_A_SECOND),
        memory_mb=min(LARGEST_MEMORY_MB, SMALL_MEMORY_MB + beyond * MEMORY_OF_A_BYTE // 1_000_000),
    )


_OUT_OF_MEMORY: Final = 77
"""The exit code of a process whose file needed more memory than it had."""


class ReadingProcess:
    """One such process, started when first needed, and again after a file has ended it."""

    def __init__(self, limits: ReadingLimits | None = None) -> None:
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
    root = str(Path(__file__).parents[3])
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


def _ask(child: subprocess.Popen[str], path: Path, fixed: ReadingLimits | None) -> tuple[ReadingLimits, Outcome | None]:
    """What reading the file may take, and what it holds; None when the child is gone."""
    limits = fixed or ReadingLimits(LONGEST_READING_S, 0)
    with contextlib.suppress(OSError, ValueError):  # its pipe broke, or was closed to stop us
        if child.stdin is not None and child.stdout is not None:
            asked = None if fixed is None else [fixed.seconds, fixed.memory_mb]
            child.stdin.write(json.dumps({"path": str(path), "limits": asked}) + "\n")
            child.stdin.flush()
            limits = ReadingLimits(*json.loads(child.stdout.readline()))
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
            limits = limits_for(size_to_read(path)) if asked["limits"] is None else ReadingLimits(*asked["limits"])
            _say(json.dumps([limits.seconds, limits.memory_mb]), answers)
            _say(_read_within(limits, path), answers)


def _read_within(limits: ReadingLimits, path: Path) -> str:
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


PROCESS_COST: Final = 40
"""How many notation files one process reads in the time that it takes to start another: a third of a second.

A chorale takes 7 ms, a fiddle tune 3, a piece in kern 15.
"""

MIDI_COST: Final = 0.2
"""What reading a MIDI file costs, in notation files: a tune takes 1 ms, a long piece for piano 4."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


def read_files(paths: Sequence[Path], on_progress: Progress | None = None) -> tuple[Outcome, ...]:
    """What each file holds: its pieces, or the reason why it has none; in the order of the paths."""
    report = on_progress or (lambda _done, _total: None)
    known = {path: outcome for path in paths if (outcome := recall_file(path)) is not None}
    report(len(known), len(paths))
    for path, outcome in _read([path for path in paths if path not in known]):
        known[path] = outcome
        report(len(known), len(paths))
    return tuple(known[path] for path in paths)


def _read(paths: Sequence[Path]) -> Iterator[tuple[Path, Outcome]]:
    """Each path with what it holds, as they come."""
    cost = sum(MIDI_COST if path.suffix.lower() in MIDI_SUFFIXES else 1.0 for path in paths)
    processes = min(_cores(), int(cost / PROCESS_COST))
    if processes > 1:
        yield from _read_side_by_side(paths, processes)
    else:
        with contextlib.closing(ReadingProcess()) as reader:  # starts when it is first asked
            yield from ((path, read_and_remember(path) if is_harmless(path) else reader.read(path)) for path in paths)


def _read_side_by_side(paths: Sequence[Path], processes: int) -> Iterator[tuple[Path, Outcome]]:
    readers = [ReadingProcess() for _ in range(processes)]
    free: queue.SimpleQueue[ReadingProcess] = queue.SimpleQueue()
    for reader in readers:
        free.put(reader)

    def read(path: Path) -> Outcome:
        reader = free.get()
        try:
            return reader.read(path)
        finally:
            free.put(reader)

    threads = ThreadPoolExecutor(processes)
    try:
        readings = {threads.submit(read, path): path for path in paths}
        for reading in as_completed(readings):
            yield readings[reading], reading.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for reader in readers:
            reader.close()


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
