"""How messages travel between a run and the cluster that works for it."""

from typing import Protocol

from evolve.clusters.channels.message import Message


class ChannelClosedError(Exception):
    """The other side has gone; there will be no more messages."""


class Channel(Protocol):
    """Carries messages both ways, in order, each whole."""

    def send(self, message: Message) -> None:
        """Send it; `ChannelClosedError` when nobody is there."""

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, or None when none comes in time; `ChannelClosedError` after the last."""

    def close(self) -> None:
        """Say that nothing more will be sent."""
