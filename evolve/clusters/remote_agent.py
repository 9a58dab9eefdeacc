"""The remote agent seen from here: it is started by a command that connects to its host, told things, and ended."""

import contextlib
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO, BinaryIO, cast

from evolve import __version__
from evolve.clusters.channels.message import Message
from evolve.clusters.channels.pipe_channel import HOST_SILENT_S, PipeChannel
from evolve.errors import ExecutionError, last_line

_MERCY_S = 2.0


class RemoteAgent:
    """`evolve.clusters.agent` on another host, started there by a command that connects to it, such as ssh.

    Attributes:
        channel: To it.
    """

    def __init__(self, command: Sequence[str], silent_s: float = HOST_SILENT_S) -> None:
        """Start it; it is taken for gone when nothing was heard for `silent_s`.

        Raises:
            ExecutionError: There is no such command.
        """
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the command
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- the user's own ssh or kubectl
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
                start_new_session=True,  # Ctrl-C is for us: the host is told when to end
            )  # fmt: skip
        except OSError as error:
            why = f"cannot run {command[0]}: {error.strerror}; install it, or mend the profile"
            raise ExecutionError(why) from error
        incoming, outgoing = cast("BinaryIO", self._process.stdout), cast("BinaryIO", self._process.stdin)
        self.channel = PipeChannel(incoming, outgoing, silent_s=silent_s, on_closed=self._hang_up)

    @property
    def complaint(self) -> str:
        """All that it and the command have said on standard error."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")

    def last_words(self, error: Exception) -> str:
        """The last that was said, or else what the channel to it tells."""
        return last_line(self.complaint) or str(error)

    def end(self, limit_s: float) -> None:
        """Let it end in order for so long, and then whatever it does."""
        try:
            self._process.wait(limit_s)
            self.channel.close()
        except subprocess.TimeoutExpired:
            self.channel.close()
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_MERCY_S)
            self._process.kill()
        self._said.close()

    def _hang_up(self) -> None:
        """Whoever is still sending to it waits no more."""
        try:
            self._process.wait(_MERCY_S)  # it may have something to say of why it ends
        except subprocess.TimeoutExpired:
            self._process.kill()


class Outbox:
    """What a cluster is told, kept until there is somebody to tell it to."""

    def __init__(self) -> None:
        """There is nobody yet."""
        self._kept: list[Message] = []
        self._channel: PipeChannel | None = None

    def send(self, message: Message) -> None:
        """Send it now, or as soon as the channel is there; `ChannelClosedError` when the other side has gone."""
        if self._channel is None:
            self._kept.append(message)
        else:
            self._channel.send(message)

    def open(self, channel: PipeChannel) -> None:
        """Send what was kept, and all that comes, through this channel; errors as in `send`."""
        self._channel = channel
        for message in self._kept:
            channel.send(message)
        self._kept.clear()


def check_version(hello: Message) -> None:
    """Make sure, by `ExecutionError`, that a host has our evolve: what one writes the other must understand."""
    if hello.facts.get("evolve") != __version__:
        host, there = hello.facts.get("host", "a host"), hello.facts.get("evolve")
        raise ExecutionError(f"{host} has evolve {there}, this machine {__version__}; install the same on both")
