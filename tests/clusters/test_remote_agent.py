"""The program on another host is called, told and ended, whatever it does itself."""

import sys
import time
from collections.abc import Iterator

import pytest

from evolve import __version__
from evolve.clusters.channels import pipe_channel
from evolve.clusters.channels.message import ChannelClosedError, Message
from evolve.clusters.remote_agent import Outbox, RemoteAgent, check_version
from evolve.errors import ExecutionError

ECHO = """
import sys, time
from evolve.clusters.channels.message import Message
from evolve.clusters.channels.pipe_channel import PipeChannel
channel = PipeChannel(sys.stdin.buffer, sys.stdout.buffer)
while (message := channel.receive(30)) and message.kind != "end":
    channel.send(message)
"""


@pytest.fixture
def echo() -> Iterator[RemoteAgent]:
    """A program that says what it is told until it is told to end."""
    program = RemoteAgent([sys.executable, "-c", ECHO])
    yield program
    program.end(0)


def test_what_was_told_before_there_was_anybody_arrives_first(echo: RemoteAgent) -> None:
    """Messages are kept until there is a channel, and then told in their order."""
    outbox = Outbox()
    outbox.send(Message("first"))
    outbox.open(echo.channel)
    outbox.send(Message("second"))
    assert [echo.channel.receive(30), echo.channel.receive(30)] == [Message("first"), Message("second")]


def test_a_program_ends_in_order(echo: RemoteAgent) -> None:
    """One that ends when it is told is not waited for longer than it takes."""
    echo.channel.send(Message("end"))
    began = time.monotonic()
    echo.end(60)
    assert time.monotonic() - began < 30


def test_a_program_that_does_not_end_is_ended() -> None:
    """Nobody waits for one that neither hears nor wants to."""
    program = RemoteAgent(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
    began = time.monotonic()
    program.end(0.1)
    assert time.monotonic() - began < 30


def test_nobody_is_stuck_sending_to_one_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that neither reads nor says anything is given up, also in the midst of what it is sent."""
    monkeypatch.setattr(pipe_channel, "FIRST_WORD_S", 1.0)
    monkeypatch.setattr(pipe_channel, "BEAT_S", 0.2)
    program = RemoteAgent(["sleep", "600"], silent_s=1)
    with pytest.raises(ChannelClosedError):
        program.channel.send(Message("job", data=bytes(10_000_000)))
    program.end(0)


def test_the_last_words_tell_why_it_has_gone() -> None:
    """The last line on standard error says why, where there is one."""
    for script, told in (("echo one >&2; echo two >&2", "two"), ("true", "the connection has ended")):
        program = RemoteAgent(["sh", "-c", script])
        with pytest.raises(ChannelClosedError) as gone:
            program.channel.receive(30)
        assert program.last_words(gone.value) == told
        program.end(1)


def test_another_evolve_is_refused() -> None:
    """A host with another version is told with both versions."""
    check_version(Message("hello", {"evolve": __version__}))
    with pytest.raises(ExecutionError, match=r"h1 has evolve 9, this machine .*; install the same on both"):
        check_version(Message("hello", {"evolve": "9", "host": "h1"}))
