"""What this process may take of a GPU that it shares with others, held by the library that computes on it.

TensorFlow's and JAX's allocators then refuse what would go beyond it, so that a network that is too large fails alone.
"""

import os
import sys
from dataclasses import dataclass

from evolve.network.memory import OVERHEAD_MB


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
