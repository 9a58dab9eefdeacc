"""What a host gives to the Ray that runs there."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resources:
    """What a host gives to the cluster; None: what Ray finds there.

    Attributes:
        cpus: Cores for trials.
        gpus: Cards.
        memory_mb: Of main memory.
    """

    cpus: int | None = None
    gpus: int | None = None
    memory_mb: int | None = None

    @property
    def store_mb(self) -> int | None:
        """Of the memory, what is for sending things about: a fifth, at most 2 GB."""
        return None if self.memory_mb is None else min(2_000, self.memory_mb // 5)

    @property
    def options(self) -> tuple[str, ...]:
        """As `ray start` takes them."""
        counts = [
            f"--num-{name}={count}" for name, count in (("cpus", self.cpus), ("gpus", self.gpus)) if count is not None
        ]
        if self.memory_mb is None or self.store_mb is None:
            return tuple(counts)
        sizes = (
            f"--memory={(self.memory_mb - self.store_mb) * 10**6}",
            f"--object-store-memory={self.store_mb * 10**6}",
        )
        return (*counts, *sizes)

    @property
    def arguments(self) -> Mapping[str, int]:
        """As `ray.init` takes them."""
        given = {"num_cpus": self.cpus, "num_gpus": self.gpus}
        if self.memory_mb is not None and self.store_mb is not None:
            given |= {"_memory": (self.memory_mb - self.store_mb) * 10**6, "object_store_memory": self.store_mb * 10**6}
        return {name: amount for name, amount in given.items() if amount is not None}


ALL = Resources()
"""Whatever is there."""
