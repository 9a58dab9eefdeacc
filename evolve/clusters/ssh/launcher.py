"""Hosts that are reached by ssh: the first that answers leads a Ray cluster that the others join.

Everything between the run and a host goes through the ssh that started its side there: the hosts must reach each other,
but no port of the machine on which one types is open, and a run folder is needed on that machine alone.
"""

import contextlib
import dataclasses
import platform
import time
import zlib
from dataclasses import dataclass

from evolve.clusters.channels.channel import ChannelClosedError
from evolve.clusters.channels.message import GarbledError, Message
from evolve.clusters.far_side import Outbox, check_version
from evolve.clusters.profile import SshProfile
from evolve.clusters.session import ClusterLostError, Session, Wish
from evolve.clusters.setup import Role, Setup
from evolve.clusters.ssh.host import SshHostLink, State
from evolve.errors import ExecutionError
from evolve.execution.ray_node import new_token
from evolve.words import counted, worded

_FIRST_LIMIT_S = 20.0
"""How long the others wait for the first host of the list to lead."""

_END_LIMIT_S = 20.0
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class SshLauncher:
    """A `Launcher` of hosts."""

    profile: SshProfile

    def launch(self, wish: Wish) -> Session:
        """See `Launcher`."""
        return SshSession(self.profile, wish)


class SshSession:
    """A `Session` with the hosts of a list.

    Attributes:
        place: Who leads, who has joined, and who is missing and why.
        orders: How many orders were given.
        missing: Who did not answer or is gone, and why.
    """

    def __init__(self, profile: SshProfile, wish: Wish) -> None:
        """Call all hosts at once; none has answered yet."""
        self._setup = _setup(profile, wish)
        self._hosts = [SshHostLink(profile, one) for one in profile.hosts]
        self._head: SshHostLink | None = None
        self._address: str | None = None
        self._outbox = Outbox()
        self._began_at = time.monotonic()
        self.orders = 0
        self.place = f"{counted(len(self._hosts), 'host is', 'hosts are')} called"

    def send(self, message: Message) -> None:
        """See `Session`."""
        self.orders += message.kind == "order"
        try:
            self._outbox.send(message)
        except ChannelClosedError as error:
            raise ClusterLostError(self._head.why_lost(error) if self._head else str(error)) from error

    def receive(self, timeout_s: float) -> Message | None:
        """See `Session`."""
        for host in self._hosts:
            if host is not self._head:
                self._hear(host)
        if self._head is None:
            self._choose_head()
            time.sleep(min(_LOOK_S, timeout_s))
            return None
        self.place = self._told()
        try:
            message = self._head.channel.receive(timeout_s)
        except (ChannelClosedError, GarbledError) as error:
            self._head.lose(error)
            raise ClusterLostError(self._head.why_lost(error)) from error
        if message is not None and message.kind == "head":
            self._address = message.facts["address"]
        return message

    def close(self, *, in_order: bool = True) -> None:
        """See `Session`; a host whose channel is closed ends at once, and one that is gone is not waited for."""
        for host in self._hosts:
            with contextlib.suppress(ChannelClosedError):
                host.channel.send(Message("end"))
            if not in_order or self._address is None:
                host.channel.close()
        end = time.monotonic() + _END_LIMIT_S
        for host in self._hosts:
            host.end(0.0 if host.state is State.GONE else max(0.0, end - time.monotonic()))

    def leave(self) -> None:
        """See `Session`: hosts end when nobody is there for whom they work."""
        self.close(in_order=False)

    def _hear(self, host: SshHostLink) -> None:
        """Take in what a host says that does not lead, and have it join once it can."""
        if host.state is State.GONE:
            return
        try:
            message = host.channel.receive(0.0)
        except (ChannelClosedError, GarbledError) as error:
            host.lose(error)
            return
        if message is not None and message.kind == "hello":
            check_version(message)
            host.state = State.THERE
        elif message is not None and message.kind == "joined":
            host.state = State.PART
        elif message is not None and message.kind == "refused":
            host.state, host.problem = State.GONE, message.facts["why"]
        if host.state is State.THERE and self._address is not None:
            host.state = State.JOINING
            host.tell(dataclasses.replace(self._setup, role=Role.MEMBER, head=self._address))

    def _choose_head(self) -> None:
        waited_s = time.monotonic() - self._began_at
        for host in self._hosts:
            if host.state is State.THERE:
                self._lead(host)
                return
            if host.state is State.CALLED and waited_s < _FIRST_LIMIT_S:
                return
        if all(host.state is State.GONE for host in self._hosts):
            raise ExecutionError(f"no host of the cluster can be used: {self._problems() or 'none answers'}")

    def _lead(self, host: SshHostLink) -> None:
        hosts = sum(one.state is not State.GONE for one in self._hosts)
        self._head, host.state = host, State.PART
        host.tell(dataclasses.replace(self._setup, nodes=hosts))
        try:
            self._outbox.open(host.channel)
        except ChannelClosedError as error:
            raise ClusterLostError(host.why_lost(error)) from error

    def _told(self) -> str:
        names = {state: [one.name for one in self._hosts if one.state is state] for state in State}
        hosts, training = len(self._hosts), names[State.PART]
        train = counted(hosts, "host trains", "hosts train")
        parts = [f"{len(training)} of {train}: {', '.join(training)}"]
        if coming := [*names[State.THERE], *names[State.JOINING], *names[State.CALLED]]:
            parts.append(f"{', '.join(coming)} {worded(len(coming), 'joins', 'join')}")
        return "; ".join([*parts, *([problems] if (problems := self._problems()) else [])])

    @property
    def missing(self) -> dict[str, str]:
        """See `Session`."""
        return {one.name: one.problem for one in self._hosts if one.problem}

    def _problems(self) -> str:
        return "; ".join(f"{name} is missing: {problem}" for name, problem in self.missing.items())


def _setup(profile: SshProfile, wish: Wish) -> Setup:
    shared = None if profile.shared is None else f"{profile.shared.rstrip('/')}/{wish.name}-{_identity(wish)}"
    return dataclasses.replace(wish.setup(Role.HEAD), token=new_token(), checkpoints=shared)


def _identity(wish: Wish) -> str:
    """Digits for the run's own folder, whatever the run is called: runs of several people may share a disk."""
    return f"{zlib.crc32(f'{platform.node()} {wish.folder.absolute()}'.encode()):08x}"
