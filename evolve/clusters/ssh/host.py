"""One host of a cluster, and the ssh that reaches it."""

import dataclasses
import shlex
import sys
from enum import Enum, auto

from evolve.clusters.channels.channel import ChannelClosedError
from evolve.clusters.far_side import FarProgram
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
        self._ssh = FarProgram([*shlex.split(profile.ssh), *_SSH, entry.host, _program(profile, entry)])
        self.channel = self._ssh.channel

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
        self.state, self.problem = State.GONE, self._ssh.last_words(error)

    def why_lost(self, error: Exception) -> str:
        """That it has gone and why, in a sentence."""
        return f"{self.name} was lost: {self._ssh.last_words(error)}"

    def end(self, limit_s: float) -> None:
        """Let it end in order for so long, and then whatever it does."""
        self._ssh.end(limit_s)


def _program(profile: SshProfile, entry: SshHost) -> str:
    """What is run on the host, by whatever shell its user has."""
    python = entry.python or profile.python or sys.executable
    lines = ["set -e", *profile.setup.splitlines(), f"exec {shlex.quote(python)} -u -m evolve.clusters.node"]
    return f"exec sh -c {shlex.quote(chr(10).join(lines))}"
