"""A cluster that works for a run, seen from the run's side."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evolve.clusters.channels.message import Message
from evolve.clusters.setup import Role, Setup
from evolve.config import GpusPerTrial
from evolve.environment import backend
from evolve.store.names import ascii_word


class ClusterLostError(Exception):
    """The cluster has gone, for a reason that is not the run's; another can be had. The text says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run wants of a cluster.

    Attributes:
        run: The run's name.
        folder: Where what belongs to clusters is kept, in the run's folder.
        cpus: Cores of one trial.
        gpus: GPUs of one trial; None: one where there are any.
        memory_gb: The most memory of a trial.
        trial: What a worker runs, as ``module:function``; None trains a network and has it compose.
        checkpoints: Where half-trained networks are kept on this machine.
        generation: Which one is trained.
    """

    run: str
    folder: Path
    cpus: float = 1.0
    gpus: GpusPerTrial | None = None
    memory_gb: float | None = None
    trial: str | None = None
    checkpoints: Path | None = None
    generation: int = 0

    @property
    def name(self) -> str:
        """What the cluster is called where its kind has names: letters, digits and hyphens."""
        return f"evolve-{ascii_word(self.run) or 'run'}-g{self.generation}"

    def setup(self, role: Role) -> Setup:
        """What a host of this role has to know of it; what else it has to know its launcher adds."""
        return Setup(
            role,
            cpus=self.cpus,
            gpus=self.gpus,
            memory_gb=self.memory_gb,
            trial=self.trial,
            backend=backend(os.environ),
        )


class Session(Protocol):
    """One cluster, from the moment it is asked for until it is let go.

    Attributes:
        place: What it does now, in a few words, such as ``job 4711 is pending: Resources``.
        orders: How many orders it was given.
    """

    place: str
    orders: int

    @property
    def missing(self) -> Mapping[str, str]:
        """Hosts that were asked for and are not part of it, and why."""

    def send(self, message: Message) -> None:
        """Tell the cluster something, now or as soon as it is there."""

    def receive(self, timeout_s: float) -> Message | None:
        """What the cluster tells, or None when it tells nothing in time.

        Raises:
            ClusterLostError: It has gone.
            ExecutionError: It cannot be had.
        """

    def close(self, *, in_order: bool = True) -> None:
        """Let it go; does nothing when it has gone already.

        Args:
            in_order: It has done its work; else it is in the midst of it, and ends at once.
        """

    def leave(self) -> None:
        """This process ends, though nobody wants the work to end: what can go on without it goes on."""


class Launcher(Protocol):
    """Gets clusters of one kind."""

    def launch(self, wish: Wish) -> Session:
        """Ask for a cluster; returns at once, or goes on with one that was asked for before.

        Raises:
            ExecutionError: There is none to be had.
        """
