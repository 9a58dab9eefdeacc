"""What a host is told when it becomes part of a cluster."""

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from evolve.clusters.channels.message import Message
from evolve.config import GpusPerTrial
from evolve.environment import BACKENDS
from evolve.execution.resources import Resources


class Role(StrEnum):
    """What a host is in its cluster."""

    HEAD = "head"
    """Starts the cluster, and carries out what the run orders."""
    MEMBER = "member"
    """Joins it."""
    GUEST = "guest"
    """Carries out orders on a Ray that runs there already."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a host has to know.

    Attributes:
        role: What it is.
        token: The cluster's; whoever connects must show it. Empty for a guest, whose host knows it.
        nodes: How many hosts the cluster has; a head with one keeps Ray on its loopback interface.
        cpus: Cores of one trial; see `RayExecution`.
        gpus: GPUs of one trial.
        memory_gb: The most memory of a trial.
        trial: What a worker runs, as ``module:function``; None trains a network and has it compose.
        checkpoints: A folder that all hosts see, where half-trained networks are kept; None: there is none.
        resources: What the host gives.
        head: Address of the cluster that it joins, ``IP:PORT``; None for a head, and for a guest on its host's Ray.
        own_address: Where other hosts reach it; None: found out.
        backend: What networks are computed with.
    """

    role: Role
    token: str = field(default="", repr=False)
    nodes: int = 1
    cpus: float = 1.0
    gpus: GpusPerTrial | None = None
    memory_gb: float | None = None
    trial: str | None = None
    checkpoints: str | None = None
    resources: Resources = field(default_factory=Resources)
    head: str | None = None
    own_address: str | None = None
    backend: str = BACKENDS[0]

    @property
    def threads(self) -> int:
        """How many a worker computes with."""
        return max(1, int(self.cpus))

    @property
    def checkpoint_folder(self) -> Path | None:
        """Where half-trained networks are kept."""
        return None if self.checkpoints is None else Path(self.checkpoints).expanduser()

    def to_message(self) -> Message:
        """As it is told."""
        return Message("setup", dataclasses.asdict(self))

    @classmethod
    def from_message(cls, message: Message) -> Self:
        """What `to_message` said."""
        facts = message.facts
        return cls(**{**facts, "role": Role(facts["role"]), "resources": Resources(**facts["resources"])})
