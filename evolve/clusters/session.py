"""What a run asks of a cluster, what each host of it is told, and the session in which a cluster works for the run."""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from evolve.clusters.channels.message import Message
from evolve.environment import BACKENDS, backend
from evolve.errors import ExecutionError
from evolve.execution.resources import Resources
from evolve.interrupts import interrupts_remembered
from evolve.records.run import Json
from evolve.settings import GpusPerTrial
from evolve.store.names import ascii_word

_WAIT_S = 1.0


class ClusterLostError(Exception):
    """The cluster has gone, for a reason that is not the run's; another can be acquired. The text says why."""


class Role(StrEnum):
    """What a host is in its cluster."""

    HEAD = "head"
    """Starts the cluster, and serves the run's jobs."""
    MEMBER = "member"
    """Joins it."""
    GUEST = "guest"
    """Serves the run's jobs on a Ray that runs there already."""


@dataclass(frozen=True, slots=True)
class HostSpec:
    """What a host is told; fields that `ClusterRequest` has as well are the request's.

    Attributes:
        role: What it is.
        token: The cluster's; whoever connects must show it. Empty for a guest, whose host knows it.
        nodes: How many hosts the cluster has; a head with one keeps Ray on its loopback interface.
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
        """The message that tells a host its spec."""
        return Message("host", dataclasses.asdict(self))

    @classmethod
    def from_message(cls, message: Message) -> Self:
        """The spec that `to_message` told."""
        facts = message.facts
        return cls(**{**facts, "role": Role(facts["role"]), "resources": Resources(**facts["resources"])})


@dataclass(frozen=True, slots=True)
class ClusterRequest:
    """What a run asks of a cluster.

    Attributes:
        run: The run's name.
        folder: Where what belongs to clusters is kept, in the run's folder.
        cpus: Cores of one trial.
        gpus: GPUs of one trial; None: one where there are any.
        memory_gb: The most memory of a trial.
        trial: What a worker runs, as ``module:function``; None: a trial of the run's domain.
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

    def host_spec(self, role: Role) -> HostSpec:
        """The part of a host's spec that does not depend on the kind of cluster; launchers add the rest."""
        same = {name: getattr(self, name) for name in ("cpus", "gpus", "memory_gb", "trial")}
        return HostSpec(role, **same, backend=backend(os.environ))


class Session(Protocol):
    """One cluster, from the moment it is asked for until it is released.

    Attributes:
        jobs_sent: How many jobs it was given.
    """

    jobs_sent: int

    @property
    def status(self) -> str:
        """What it does now, in a few words, such as ``job 4711 is pending: Resources``."""

    @property
    def missing(self) -> Mapping[str, str]:
        """Hosts that were asked for and are not part of it, and why."""

    def send(self, message: Message) -> None:
        """Tell the cluster something, now or as soon as it is there."""

    def receive(self, timeout_s: float) -> Message | None:
        """The cluster's next message, or None when none comes in time.

        Raises:
            ClusterLostError: It has gone.
            ExecutionError: It cannot be acquired.
        """

    def close(self, *, in_order: bool = True) -> None:
        """Release it, after its work or, not in order, in the midst of it; does nothing when it has gone already."""

    def leave(self) -> None:
        """This process ends, though nobody wants the work to end: what can go on without it goes on."""


class Launcher(Protocol):
    """Acquires clusters of one kind."""

    def launch(self, request: ClusterRequest) -> Session:
        """Ask for a cluster; returns at once, or goes on with one that was asked for before.

        Raises:
            ExecutionError: There is none to be had.
        """


@dataclass(frozen=True, slots=True)
class ClusterInspection:
    """What a cluster has.

    Attributes:
        hosts: What each has; see `evolve.execution.ray_hosts.hosts_of_cluster`.
        missing: Hosts that were asked for and did not come, and why.
    """

    hosts: Sequence[Mapping[str, Json]]
    missing: Mapping[str, str]


def inspect_cluster(launcher: Launcher, request: ClusterRequest, on_status: Callable[[str], None]) -> ClusterInspection:
    """What each host of a cluster has, which is acquired and released for that; `on_status` is told its status.

    Raises:
        ExecutionError: There is no such cluster, or it was lost before it answered.
    """
    session = launcher.launch(request)
    try:
        session.send(Message("inspect"))
        with interrupts_remembered() as stop_if_asked:
            while True:
                message = session.receive(_WAIT_S)
                stop_if_asked()
                on_status(session.status)
                if message is not None and message.kind == "refused":
                    raise ExecutionError(message.facts["why"])
                if message is not None and message.kind == "hosts":
                    return ClusterInspection(message.facts["hosts"], session.missing)
    except ClusterLostError as error:
        raise ExecutionError(str(error)) from error
    finally:
        session.close()
