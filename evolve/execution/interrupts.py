"""Ctrl-C that is never lost, whatever code it happens to meet."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def interrupts_remembered() -> Iterator[Callable[[], None]]:
    """Remembers a Ctrl-C that was pressed inside.

    Python raises `KeyboardInterrupt` wherever it happens to be, and in a destructor or in a callback from compiled code
    it is printed and forgotten: a library that waits in such code can swallow it. So a loop asks as well.

    Yields:
        Raises `KeyboardInterrupt` if it was pressed; never outside the main thread, which alone is told of signals.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    pressed = threading.Event()

    def remember(number: int, frame: FrameType | None) -> None:
        pressed.set()
        before(number, frame)

    def stop_if_pressed() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield stop_if_pressed
    finally:
        signal.signal(signal.SIGINT, before)
