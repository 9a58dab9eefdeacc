"""What a process may take that does something dangerous with a file of somebody else's."""

import contextlib
import resource
import signal


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
