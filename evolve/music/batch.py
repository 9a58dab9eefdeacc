"""Many music files read at once: from the cache where they are known, else in processes side by side.

Whatever can hang its reader or fill the memory is read in a process of its own, be it a single file.
"""

import contextlib
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final

from evolve.music.cache import Outcome, read_and_remember, recall_file
from evolve.music.reading import MIDI_SUFFIXES, is_harmless
from evolve.music.reading_process import ReadingProcess

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
