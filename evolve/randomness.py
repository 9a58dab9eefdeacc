"""Random streams that depend on nothing but what they are for.

Every choice of a run draws from a generator derived from (run seed, what it is for), never from a global one, so
that a resumed run, in another process and with other workers, makes the very choices an undisturbed one would have.
"""

import hashlib

import numpy as np


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for one purpose, such as ``derive_seed(7, "mutation", 2, 5)``: generation 2, slot 5.

    Args:
        seed: The run's seed, any integer.
        purpose: Words and numbers that name the purpose; each combination has an independent stream.

    Returns:
        An integer in 0 .. 2**63 - 1, the same on every machine and Python version.
    """
    text = "\x1f".join([str(int(seed)), *(f"{type(part).__name__}:{part}" for part in purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def derive_rng(seed: int, *purpose: str | int) -> np.random.Generator:
    """A private generator for one purpose; see `derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *purpose))
