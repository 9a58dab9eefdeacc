"""Hosts that are reached by ssh: the first that answers leads a Ray cluster that the others join.

Everything between the run and a host goes through the ssh that started the agent there: the hosts must reach each
other, but no port of the machine on which one types is open, and a run folder is needed on that machine alone.
"""

import contextlib
import dataclasses
import platform
import shlex
import sys
import time
import zlib
from dataclasses import dataclass
from enum import Enum, auto

from evolve.clusters.channels.message import ChannelClosedError, GarbledError, Message
from evolve.clusters.profile import SshHost, SshProfile, memory_mb
from evolve.clusters.remote_agent import Outbox, RemoteAgent, check_version
from evolve.clusters.session import ClusterLostError, ClusterRequest, HostSpec, Role, Session
from evolve.errors import ExecutionError
from evolve.execution.ray_node import new_token
from evolve.execution.resources import Resources
from evolve.words import counted, worded

_SSH = ("-T", "-x", "-oBatchMode=yes", "-oConnectTimeout=10", "-oServerAliveInterval=10", "-oServerAliveCountMax=3")

_FIRST_LIMIT_S = 20.0
"""How long the others wait for the first host of the list to lead."""

_END_LIMIT_S = 20.0
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class SshLauncher:
    """A `Launcher` of hosts."""

    profile: SshProfile

    def launch(self, request: ClusterRequest) -> Session:
        """All hosts are called at once."""
        return SshSession(self.profile, request)


class HostState(Enum):
    """Where a host stands."""

    CALLED = auto()
    THERE = auto()
    JOINING = auto()
    PART = auto()
    GONE = auto()


class SshHostLink:
    """A host on which the agent was started by ssh; `problem` is why it is gone, in words that follow its name."""

    def __init__(self, profile: SshProfile, entry: SshHost) -> None:
        """Call it."""
        self._entry = entry
        self.name, self.state, self.problem = entry.host, HostState.CALLED, ""
        self._agent = RemoteAgent([*shlex.split(profile.ssh), *_SSH, entry.host, _program(profile, entry)])
        self.channel, self.end = self._agent.channel, self._agent.end

    def tell(self, spec: HostSpec) -> None:
        """Tell the host what it is to be, with what of it may be used."""
        given = Resources(self._entry.cpus, self._entry.gpus, memory_mb(self._entry.memory))
        own = dataclasses.replace(spec, resources=given, own_address=self._entry.address)
        try:
            self.channel.send(own.to_message())
        except ChannelClosedError as error:
            self.lose(error)

    def lose(self, error: Exception) -> None:
        """The host has gone."""
        self.state, self.problem = HostState.GONE, self._agent.last_words(error)

    def lost(self, error: Exception) -> ClusterLostError:
        """That it has gone, and the cluster that it led with it."""
        return ClusterLostError(f"{self.name} was lost: {self._agent.last_words(error)}")


class SshSession:
    """A `Session` with the hosts of a list; its status tells who leads, has joined, is missing and why."""

    def __init__(self, profile: SshProfile, request: ClusterRequest) -> None:
        """Call all hosts at once; none has answered yet."""
        self._spec = _host_spec(profile, request)
        self._hosts = [SshHostLink(profile, one) for one in profile.hosts]
        self._head: SshHostLink | None = None
        self._address: str | None = None
        self._outbox = Outbox()
        self._began_at = time.monotonic()
        self.jobs_sent = 0
        self.status = f"{counted(len(self._hosts), 'host is', 'hosts are')} called"

    def send(self, message: Message) -> None:
        """The head is told, once there is one."""
        self.jobs_sent += message.kind == "job"
        try:
            self._outbox.send(message)
        except ChannelClosedError as error:
            raise self._head.lost(error) if self._head else ClusterLostError(str(error)) from error

    def receive(self, timeout_s: float) -> Message | None:
        """The head's next message; the other hosts are heard meanwhile."""
        for host in self._hosts:
            if host is not self._head:
                self._hear(host)
        if self._head is None:
            self._choose_head()
            time.sleep(min(_LOOK_S, timeout_s))
            return None
        self.status = self._in_words()
        try:
            message = self._head.channel.receive(timeout_s)
        except (ChannelClosedError, GarbledError) as error:
            self._head.lose(error)
            raise self._head.lost(error) from error
        if message is not None and message.kind == "head":
            self._address = message.facts["address"]
        return message

    def close(self, *, in_order: bool = True) -> None:
        """A host whose channel is closed ends at once, and one that is gone is not waited for."""
        for host in self._hosts:
            with contextlib.suppress(ChannelClosedError):
                host.channel.send(Message("end"))
            if not in_order or self._address is None:
                host.channel.close()
        end = time.monotonic() + _END_LIMIT_S
        for host in self._hosts:
            host.end(0.0 if host.state is HostState.GONE else max(0.0, end - time.monotonic()))

    def leave(self) -> None:
        """Hosts end when nobody is there for whom they work."""
        self.close(in_order=False)

    @property
    def missing(self) -> dict[str, str]:
        """Who did not answer or is gone, and why."""
        return {one.name: one.problem for one in self._hosts if one.problem}

    def _hear(self, host: SshHostLink) -> None:
        """Take in what a host says that does not lead, and have it join once it can."""
        if host.state is HostState.GONE:
            return
        try:
            message = host.channel.receive(0.0)
        except (ChannelClosedError, GarbledError) as error:
            host.lose(error)
            return
        if message is not None and message.kind == "hello":
            check_version(message)
            host.state = HostState.THERE
        elif message is not None and message.kind == "joined":
            host.state = HostState.PART
        elif message is not None and message.kind == "refused":
            host.state, host.problem = HostState.GONE, message.facts["why"]
        if host.state is HostState.THERE and self._address is not None:
            host.state = HostState.JOINING
            host.tell(dataclasses.replace(self._spec, role=Role.MEMBER, head=self._address))

    def _choose_head(self) -> None:
        waited_s = time.monotonic() - self._began_at
        for host in self._hosts:
            if host.state is HostState.THERE:
                self._lead(host)
                return
            if host.state is HostState.CALLED and waited_s < _FIRST_LIMIT_S:
                return
        if all(host.state is HostState.GONE for host in self._hosts):
            raise ExecutionError(f"no host of the cluster can be used: {self._problems() or 'none answers'}")

    def _lead(self, host: SshHostLink) -> None:
        hosts = sum(one.state is not HostState.GONE for one in self._hosts)
        self._head, host.state = host, HostState.PART
        host.tell(dataclasses.replace(self._spec, nodes=hosts))
        try:
            self._outbox.open(host.channel)
        except ChannelClosedError as error:
            raise host.lost(error) from error

    def _in_words(self) -> str:
        names = {state: [one.name for one in self._hosts if one.state is state] for state in HostState}
        hosts, training = len(self._hosts), names[HostState.PART]
        train = counted(hosts, "host trains", "hosts train")
        parts = [f"{len(training)} of {train}: {', '.join(training)}"]
        if coming := [*names[HostState.THERE], *names[HostState.JOINING], *names[HostState.CALLED]]:
            parts.append(f"{', '.join(coming)} {worded(len(coming), 'joins', 'join')}")
        return "; ".join([*parts, *([problems] if (problems := self._problems()) else [])])

    def _problems(self) -> str:
        return "; ".join(f"{name} is missing: {problem}" for name, problem in self.missing.items())


def _program(profile: SshProfile, entry: SshHost) -> str:
    """What is run on the host, by whatever shell its user has."""
    python = entry.python or profile.python or sys.executable
    lines = ["set -e", *profile.setup.splitlines(), f"exec {shlex.quote(python)} -u -m evolve.clusters.agent"]
    return f"exec sh -c {shlex.quote(chr(10).join(lines))}"


def _host_spec(profile: SshProfile, request: ClusterRequest) -> HostSpec:
    """The checkpoints' folder has digits for the run's own: runs of one name of several people may share a disk."""
    own = f"{zlib.crc32(f'{platform.node()} {request.folder.absolute()}'.encode()):08x}"
    shared = None if profile.shared is None else f"{profile.shared.rstrip('/')}/{request.name}-{own}"
    return dataclasses.replace(request.host_spec(Role.HEAD), token=new_token(), checkpoints=shared)
