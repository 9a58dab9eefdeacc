"""What memory this process may take, what is said when it ran out, and what is let go of networks that are gone."""

import contextlib
import ctypes
import gc
import os
import re
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

from evolve.network.cost import OVERHEAD_MB


@dataclass(frozen=True, slots=True)
class GpuShare:
    """A part of one GPU.

    Attributes:
        part: Of the whole, less than 1.
        card_mb: Memory of the whole GPU, in MB of a million bytes.
    """

    part: float
    card_mb: float

    @property
    def tensors_mb(self) -> float:
        """What tensors may take of it: the rest is CUDA's own, but no more than half."""
        return max(self.part * self.card_mb - OVERHEAD_MB, self.part * self.card_mb / 2)

    def __str__(self) -> str:
        return f"{self.tensors_mb / 1000:.1f} GB of {self.card_mb / 1000:.1f} GB"


def variables(gpus: float | None, share: GpuShare | None) -> dict[str, str]:
    """The environment that has the libraries do so; it must be set before they are imported.

    Memory is taken as it is needed, also within a limit: TensorFlow's Python settings allow only one of the two, but
    its allocator reads ``TF_FORCE_GPU_ALLOW_GROWTH`` itself (tensorflow/core/common_runtime/gpu/gpu_bfc_allocator.cc).

    Args:
        gpus: What the process was given; 0: none, whatever the machine has; None: whatever it finds.
        share: The limit, if it is held to one.
    """
    found = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    if gpus == 0:
        found["CUDA_VISIBLE_DEVICES"] = "-1"
    if share is not None:
        found["XLA_PYTHON_CLIENT_MEM_FRACTION"] = f"{share.tensors_mb / share.card_mb:.4f}"
    return found


def hold_to(gpus: float | None, share: GpuShare | None) -> None:
    """Set up this process's environment; call it before anything imports TensorFlow or JAX."""
    os.environ.update(variables(gpus, share))
    _held.clear()
    if share is not None:
        _held.append(share)


def hold_tensorflow() -> None:
    """Hold TensorFlow, if it was imported, to the share; call it before TensorFlow has looked at its devices.

    JAX has read its limit from the environment.
    """
    share = share_held()
    if share is None or "tensorflow" not in sys.modules:
        return
    import tensorflow as tf  # noqa: PLC0415 - it is there already, or not wanted

    limit = tf.config.LogicalDeviceConfiguration(memory_limit=int(share.tensors_mb * 1e6 / 2**20))
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.set_logical_device_configuration(gpu, [limit])


def share_held() -> GpuShare | None:
    """What this process is held to; None: it has its GPU to itself, or none."""
    return _held[0] if _held else None


_held: list[GpuShare] = []
"""At most one, of this process: as TensorFlow's own limit, it is set once and for all."""


_SAID = ("RESOURCE_EXHAUSTED", "CUDA_ERROR_OUT_OF_MEMORY", "CUDNN_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, in TensorFlow's, JAX's, CUDA's or Python's words."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or any(word in str(error) for word in _SAID)
    )


def too_large() -> str:
    """What is told of a network that did not fit."""
    share = share_held()
    if share is None:
        return "the network did not fit into memory"
    return f"the network did not fit into its share of the GPU ({share}; gpus_per_trial)"


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
