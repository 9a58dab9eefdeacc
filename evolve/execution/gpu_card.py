"""How much memory the GPUs of this machine have, asked of NVIDIA's driver: no library that computes is loaded.

A process that had TensorFlow look would hold a few hundred MB of the very memory that it asks about.
"""

import subprocess

_COMMAND = ("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits")
"""It comes with every NVIDIA driver; `nvidia-smi --help-query-gpu` says what it tells, in MiB."""

_PATIENCE_S = 20.0


def card_mb() -> float | None:
    """The memory of this machine's smallest GPU, in MB of a million bytes; None where nobody can tell.

    The smallest, since processes and drivers may number GPUs differently.
    """
    try:
        told = subprocess.run(_COMMAND, capture_output=True, text=True, check=True, timeout=_PATIENCE_S).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return smallest_told(told)


def smallest_told(told: str) -> float | None:
    """The least of the numbers that the driver printed, a line for each GPU; None without any."""
    lines = [line.strip() for line in told.splitlines()]
    return min((int(line) * 2**20 / 1e6 for line in lines if line.isdecimal()), default=None)
