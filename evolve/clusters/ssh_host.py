"""One host of a cluster, and the ssh that reaches it."""

import contextlib
import dataclasses
import shlex
import subprocess
import sys
import tempfile
from enum import Enum, auto
from typing import IO, BinaryIO, cast

from evolve.clusters.channel import ChannelClosedError
from evolve.clusters.pipe_channel import PipeChannel
from evolve.clusters.profile import SshHost, SshProfile, memory_mb
from evolve.clusters.setup import Setup
from evolve.execution.resources import Resources

_SSH = ("-T", "-x", "-oBatchMode=yes", "-oConnectTimeout=10", "-oServerAliveInterval=10", "-oServerAliveCountMax=3")


class State(Enum):
    """Where a host stands."""

    CALLED = auto()
    THERE = auto()
    JOINING = auto()
    PART = auto()
    GONE = auto()


class SshHostLink:
    """A host on which `evolve.clusters.node` was started.

    Attributes:
        name: As the profile has it.
        state: Where it stands.
        problem: Why it is gone, in words that follow its name.
        channel: To its side.
    """

    def __init__(self, profile: SshProfile, entry: SshHost) -> None:
        """Call it."""
        self._entry = entry
        self.name, self.state, self.problem = entry.host, State.CALLED, ""
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the host's ssh
        self._ssh = subprocess.Popen(  # noqa: S603 -- the user's own ssh
            [*shlex.split(profile.ssh), *_SSH, entry.host, _program(profile, entry)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # Ctrl-C is for us: the host is told when to end
        )
        self.channel = PipeChannel(cast("BinaryIO", self._ssh.stdout), cast("BinaryIO", self._ssh.stdin))

    def tell(self, setup: Setup) -> None:
        """Tell the host what it is to be, with what of it may be used."""
        given = Resources(self._entry.cpus, self._entry.gpus, memory_mb(self._entry.memory))
        own = dataclasses.replace(setup, resources=given, own_address=self._entry.address)
        try:
            self.channel.send(own.to_message())
        except ChannelClosedError as error:
            self.lose(error)

    def lose(self, error: Exception) -> None:
        """The host has gone."""
        self.state, self.problem = State.GONE, self._last_words() or str(error)

    def why_lost(self, error: Exception) -> str:
        """That it has gone and why, in a sentence."""
        return f"{self.name} was lost: {self._last_words() or error}"

    def end(self, limit_s: float) -> None:
        """Let it end in order for so long, and then whatever it does."""
        self.channel.close()
        try:
            self._ssh.wait(limit_s)
        except subprocess.TimeoutExpired:
            self._ssh.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._ssh.wait(2)
            self._ssh.kill()
        self._said.close()

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else ""


def _program(profile: SshProfile, entry: SshHost) -> str:
    """What is run on the host, by whatever shell its user has."""
    python = entry.python or profile.python or sys.executable
    lines = [*profile.setup.splitlines(), f"exec {shlex.quote(python)} -u -m evolve.clusters.node"]
    return f"exec sh -c {shlex.quote(chr(10).join(lines))}"
