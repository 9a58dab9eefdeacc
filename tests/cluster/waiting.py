"""Waiting for something to happen on a machine that may be busy."""

import time
from collections.abc import Callable

PATIENCE_S = 60.0


def wait_until(happened: Callable[[], object], what: str, *, within_s: float = PATIENCE_S) -> None:
    """Wait for something to happen, which is asked for again and again; raises `TimeoutError` when it does not."""
    end = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {within_s:.0f} s for {what}")
        time.sleep(0.05)
