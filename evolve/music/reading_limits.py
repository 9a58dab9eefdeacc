"""How much time and memory reading a music file may take: what a small one may, and more for each byte beyond."""

import contextlib
import resource
import signal
from dataclasses import dataclass
from typing import Final

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
class Limits:
    """What reading one file may take.

    Attributes:
        seconds: On the clock.
        memory_mb: Of the reading process, in all.
    """

    seconds: float
    memory_mb: int


def limits_for(size_bytes: int) -> Limits:
    """What reading so many bytes, unpacked, may take."""
    beyond = max(0, size_bytes - SMALL_FILE_BYTES)
    return Limits(
        seconds=min(LONGEST_READING_S, SHORTEST_LIMIT_S + beyond // BYTES_A_SECOND),
        memory_mb=min(LARGEST_MEMORY_MB, SMALL_MEMORY_MB + beyond * MEMORY_OF_A_BYTE // 1_000_000),
    )


def end_after(seconds: float) -> None:
    """Have this process end in so many seconds, whatever it is doing then; 0 calls it off.

    The alarm is the kernel's: it also ends a library that never comes back to Python, and needs no parent.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    signal.setitimer(signal.ITIMER_REAL, seconds)


def allow_memory(megabytes: int) -> None:
    """Let this process have so much memory: beyond, it gets a `MemoryError`; nothing where a system cannot do that."""
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * 1_000_000
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )
