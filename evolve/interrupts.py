"""Ctrl-C, a request to end (SIGTERM) and a lost terminal (SIGHUP): all stop the program alike, none is lost."""

import contextlib
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_ONE_REQUEST_S = 5.0
"""Who presses Ctrl-C again so soon means the same request: leaving in order takes two or three seconds."""

_heard: list[tuple[int, float]] = []
"""The signals that asked this process to stop, and when, in order."""


def stop_on_request() -> None:
    """From now on SIGTERM and SIGHUP end the program as Ctrl-C does: what is begun is left in order.

    Python's own way would be to end at once, in the midst of whatever it does; and a second Ctrl-C would interrupt the
    leaving. A signal that the caller had ignored, as ``nohup`` does, stays ignored.
    """
    for number in _STOPPING:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)


def exit_code() -> int:
    """What a program that was asked to stop ends with, by the custom of shells: 130 after Ctrl-C, 143, 129."""
    return 128 + (_heard[0][0] if _heard else signal.SIGINT)


def is_left_alone() -> bool:
    """Whether it was no Ctrl-C that asked this process to end, but a terminal or a system that goes away."""
    return bool(_heard) and _heard[0][0] != signal.SIGINT


@contextlib.contextmanager
def interrupts_remembered() -> Iterator[Callable[[], None]]:
    """Remembers a request to stop that came inside.

    Python raises `KeyboardInterrupt` wherever it happens to be, and in a destructor or in a callback from compiled code
    it is printed and forgotten: a library that waits in such code can swallow it. So a loop asks as well.

    Yields:
        Raises `KeyboardInterrupt` if one came; never outside the main thread, which alone is told of signals.
    """
    before = {number: signal.getsignal(number) for number in _STOPPING}
    if threading.current_thread() is not threading.main_thread():
        before = {}
    stopped = threading.Event()

    def remember(number: int, frame: FrameType | None) -> None:
        stopped.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    def stop_if_asked() -> None:
        if stopped.is_set():
            raise KeyboardInterrupt

    handled = [number for number, handler in before.items() if callable(handler)]
    for number in handled:
        signal.signal(number, remember)
    try:
        yield stop_if_asked
    finally:
        for number in handled:
            signal.signal(number, before[number])


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what a handler is given
    now = time.monotonic()
    is_new = not _heard or now - _heard[-1][1] > _ONE_REQUEST_S
    _heard.append((number, now))
    if number == signal.SIGHUP:
        _let_go_of_the_terminal()
    if is_new:
        raise KeyboardInterrupt


def _let_go_of_the_terminal() -> None:
    """Whatever is still said is said to nobody: writing to a terminal that is gone would fail midway."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(standard).st_mode):  # a terminal that is gone no longer says that it is one
                os.dup2(nowhere, standard)
    os.close(nowhere)
