"""What libraries keep of networks that are gone, and how it is let go.

TensorFlow registers the gradient of every traced function and of every custom gradient under a name of its own, in a
table that lives as long as the process, and with it the whole traced graph: tens of MB for each network trained.
"""

import contextlib
import ctypes
import gc
import re
import sys
from collections.abc import Iterator, MutableMapping

_OF_A_TRACE = re.compile(r"(CustomGradient|PartitionedCall)-\d+")
"""Names that TensorFlow makes up while it traces; all others were given to gradients of operations."""


@contextlib.contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Whatever networks were built and trained inside leave no memory behind.

    They must not be trained any further afterwards; networks from before may be.
    """
    known = set(_gradients())
    try:
        yield
    finally:
        gradients = _gradients()
        for name in [name for name in gradients if name not in known and _OF_A_TRACE.fullmatch(name)]:
            del gradients[name]
        gc.collect()
        _return_free_memory()


def _gradients() -> MutableMapping[str, object]:
    """TensorFlow's table of gradients by name; empty where there is no TensorFlow, or another form of it."""
    operations = sys.modules.get("tensorflow.python.framework.ops")
    registry = getattr(operations, "gradient_registry", None)
    return getattr(registry, "_registry", {})


def _return_free_memory() -> None:
    """Gives the system back what the C library keeps for later, where it can be asked to."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
