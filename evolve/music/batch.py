"""Many music files read at once: from the cache where they are known, else in parallel processes."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from evolve.errors import CorpusError
from evolve.music.cache import Outcome, content_key, recall, remember
from evolve.music.reading import MIDI_SUFFIXES, read_file

FILES_AT_ONCE: Final = 8
"""Files in one errand of a process: enough to make the errand's cost nothing, few enough to show progress."""

PROCESS_COST: Final = 60
"""How many notation files one process could read in the time it takes to start others that can read."""

MIDI_COST: Final = 0.1
"""What reading a MIDI file costs, in notation files."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


def read_files(paths: Sequence[Path], on_progress: Progress | None = None) -> tuple[Outcome, ...]:
    """What each file holds: its pieces, or the reason why it has none; in the order of the paths."""
    report = on_progress or (lambda _done, _total: None)
    outcomes: dict[Path, Outcome] = {}
    for path in paths:
        known = _known(path)
        if known is not None:
            outcomes[path] = known
    report(len(outcomes), len(paths))
    missing = [path for path in dict.fromkeys(paths) if path not in outcomes]
    for path, outcome in _read(missing):
        outcomes[path] = outcome
        report(len(outcomes), len(paths))
    return tuple(outcomes[path] for path in paths)


def read_one(path: Path) -> Outcome:
    """What a file holds, read anew and remembered."""
    try:
        outcome: Outcome = read_file(path)
    except CorpusError as error:
        outcome = str(error)
    key = _key(path)
    if key is not None:
        remember(key, outcome)
    return outcome


def _known(path: Path) -> Outcome | None:
    key = _key(path)
    return None if key is None else recall(key)


def _key(path: Path) -> str | None:
    try:
        return content_key(path.read_bytes(), path.suffix)
    except OSError:
        return None


def _read(paths: Sequence[Path]) -> Iterator[tuple[Path, Outcome]]:
    """Each path with its outcome, as they come."""
    cost = sum(MIDI_COST if path.suffix.lower() in MIDI_SUFFIXES else 1.0 for path in paths)
    processes = min(len(os.sched_getaffinity(0)), int(cost // PROCESS_COST) + 1)
    done: set[Path] = set()
    if processes > 1:
        try:
            for path, outcome in _read_in_parallel(paths, processes):
                done.add(path)
                yield path, outcome
        except BrokenProcessPool:
            pass  # no process could be started, or one was killed: this one reads the rest
    for path in paths:
        if path not in done:
            yield path, read_one(path)


def _read_in_parallel(paths: Sequence[Path], processes: int) -> Iterator[tuple[Path, Outcome]]:
    # Spawned, not forked: the caller may hold threads and a terminal.
    context = multiprocessing.get_context("spawn")
    errands = [paths[i : i + FILES_AT_ONCE] for i in range(0, len(paths), FILES_AT_ONCE)]
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_interrupts_to_the_caller)
    try:
        futures = {pool.submit(_read_several, errand): errand for errand in errands}
        for future in as_completed(futures):
            yield from zip(futures[future], future.result(), strict=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read_several(paths: Sequence[Path]) -> list[Outcome]:
    return [read_one(path) for path in paths]


def _leave_interrupts_to_the_caller() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
