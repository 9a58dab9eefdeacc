"""Linear algebra on one core."""

import contextlib
import threading
from collections.abc import Iterator

from threadpoolctl import threadpool_limits

_TURN = threading.Lock()


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """While it lasts linear algebra runs on one core, so that results do not depend on how many there are.

    The limit is the whole process's: whoever wants it in another thread waits until it is free. It cannot be nested.
    """
    with _TURN, threadpool_limits(1):
        yield
