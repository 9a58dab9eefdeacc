"""Two sides that are joined by pipes hear each other, and notice when the other is gone."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from evolve.clusters.channels import pipe_channel
from evolve.clusters.channels.message import ChannelClosedError, GarbledError, Message, to_frame
from evolve.clusters.channels.pipe_channel import PipeChannel


@contextlib.contextmanager
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The end to read from and the end to write to."""
    read, write = os.pipe()
    incoming, outgoing = os.fdopen(read, "rb"), os.fdopen(write, "wb")
    try:
        yield incoming, outgoing
    finally:
        for end in (outgoing, incoming):
            with contextlib.suppress(OSError):
                end.close()


Pipes = tuple[tuple[BinaryIO, BinaryIO], tuple[BinaryIO, BinaryIO]]


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """One there and one back."""
    with pipe() as there, pipe() as back:
        yield there, back


def test_messages_arrive_both_ways_and_in_order(pipes: Pipes) -> None:
    """With their data, after whatever the host's shell greets with, and beats are nobody's business."""
    (there_in, there_out), (back_in, back_out) = pipes
    back_out.write(b"Welcome to gpu1!\n")
    home, host = PipeChannel(back_in, there_out), PipeChannel(there_in, back_out)
    home.send(Message("job", {"number": 1}, b"\0" * 3_000_000))
    host.send(Message("ready"))
    host.send(Message("done", {"number": 1}))
    assert host.receive(10) == Message("job", {"number": 1}, b"\0" * 3_000_000)
    assert [home.receive(10), home.receive(10)] == [Message("ready"), Message("done", {"number": 1})]
    assert home.receive(0.01) is None


def test_the_end_of_the_other_side_is_noticed(pipes: Pipes) -> None:
    """What it said before is heard; then there is nothing more, and whoever asked for it is told at once."""
    (there_in, there_out), (back_in, back_out) = pipes
    told = threading.Event()
    home, host = PipeChannel(back_in, there_out, on_closed=told.set), PipeChannel(there_in, back_out)
    host.send(Message("ready"))
    host.close()
    assert home.receive(10) == Message("ready")
    for _ in range(2):
        with pytest.raises(ChannelClosedError, match="has ended"):
            home.receive(10)
    assert told.wait(10)


def test_silence_is_taken_for_an_end(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that was cut off says nothing at all, not even that it is there."""
    monkeypatch.setattr(pipe_channel, "BEAT_S", 0.05)
    (_, there_out), (back_in, back_out) = pipes
    told = threading.Event()
    home = PipeChannel(back_in, there_out, silent_s=0.2, on_closed=told.set)
    time.sleep(0.4)
    assert home.receive(0) is None  # before its first word a host has longer
    back_out.write(b"Welcome to gpu1!\n")
    back_out.flush()
    assert told.wait(10)
    with pytest.raises(ChannelClosedError, match="nothing was heard"):
        home.receive(0.1)


def test_whoever_slept_does_not_blame_the_other_side(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-Z, or while a laptop's lid was closed, nothing could be heard."""
    (_, there_out), (back_in, back_out) = pipes
    home = PipeChannel(back_in, there_out, silent_s=30.0)
    back_out.write(to_frame(Message("beat")))
    back_out.flush()
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 3_600)
    time.sleep(2 * pipe_channel.BEAT_S)
    assert home.receive(0) is None


def test_something_between_the_messages_is_told(pipes: Pipes) -> None:
    """Such as a program on the host that prints into the stream."""
    (there_in, there_out), (back_in, back_out) = pipes
    home, _ = PipeChannel(back_in, there_out), PipeChannel(there_in, back_out)
    back_out.write(b"a library says hello, in some words more\n")
    back_out.flush()
    with pytest.raises(GarbledError, match="something else was written between"):
        home.receive(10)
