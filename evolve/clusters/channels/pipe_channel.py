"""Messages through two byte streams, such as the standard input and output of a program on another host."""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from evolve.clusters.channels.message import PREAMBLE, ChannelClosedError, GarbledError, Message, read_frames, to_frame

BEAT_S = 3.0
"""How often each side says that it is there."""

HOST_SILENT_S = 30.0
"""After so long without a word a host is gone, or cut off."""

FIRST_WORD_S = 90.0
"""How long the other side may take until it says its first word: programs that set a host up may be slow."""

HOME_SILENT_S = 900.0
"""For so long a cluster goes on working when the run is not heard: a laptop's lid may be closed for a while."""

_PIECE = 1 << 20
_LONGEST_GREETING = 1_000_000


class PipeChannel:
    """A channel of one stream to read and one to write."""

    def __init__(
        self,
        incoming: BinaryIO,
        outgoing: BinaryIO,
        *,
        silent_s: float = HOST_SILENT_S,
        on_closed: Callable[[], None] | None = None,
    ) -> None:
        """Begin to listen, in a thread, and to say that we are there.

        Args:
            incoming: What is read.
            outgoing: What is written to.
            silent_s: The other side is taken for gone when nothing was heard for so long.
            on_closed: Called once when the other side has gone, from a thread of the channel's.
        """
        self._incoming, self._outgoing, self._silent_s, self._on_closed = incoming, outgoing, silent_s, on_closed
        self._heard: queue.SimpleQueue[Message | GarbledError | None] = queue.SimpleQueue()
        self._waited_s, self._has_heard, self._is_closed = 0.0, False, False
        self._sending = threading.Lock()
        with contextlib.suppress(ChannelClosedError):
            self._write(PREAMBLE)
        for task in (self._listen, self._beat):
            threading.Thread(target=task, daemon=True).start()

    def send(self, message: Message) -> None:
        """Write it; waits while somebody else writes."""
        self._write(to_frame(message))

    def receive(self, timeout_s: float) -> Message | None:
        """The next message from the stream."""
        try:
            heard = self._heard.get(timeout=timeout_s)
        except queue.Empty:
            if self._is_silent:
                raise ChannelClosedError(f"nothing was heard for {self._silent_s:.0f} s") from None
            return None
        if heard is None:
            self._heard.put(None)
            raise ChannelClosedError("the connection has ended")
        if isinstance(heard, GarbledError):
            raise heard
        return heard

    def close(self) -> None:
        """Close the stream that we write to: the other side hears that it has ended."""
        self._is_closed = True
        with contextlib.suppress(OSError, ValueError):
            self._outgoing.close()

    @property
    def _is_silent(self) -> bool:
        return self._waited_s > (self._silent_s if self._has_heard else max(self._silent_s, FIRST_WORD_S))

    def _write(self, data: bytes, turn_s: float = -1.0) -> None:
        """Write, once nobody else does; or not at all when that takes longer than `turn_s`."""
        if not self._sending.acquire(timeout=turn_s):
            return
        try:
            self._outgoing.write(data)
            self._outgoing.flush()
        except (OSError, ValueError) as error:
            raise ChannelClosedError("the connection has ended") from error
        finally:
            self._sending.release()

    def _listen(self) -> None:
        try:
            for message in _messages(self._pieces()):
                if message.kind != "beat":
                    self._heard.put(message)
        except GarbledError as error:
            self._heard.put(error)
        except (OSError, ValueError):
            pass  # closed on this side
        self._heard.put(None)
        self._tell_closed()

    def _pieces(self) -> Iterator[bytes]:
        while piece := os.read(self._incoming.fileno(), _PIECE):
            self._waited_s, self._has_heard = 0.0, True
            yield piece

    def _beat(self) -> None:
        while not self._is_closed and not self._is_silent:
            began = time.monotonic()
            time.sleep(BEAT_S)
            with contextlib.suppress(ChannelClosedError):
                self._write(to_frame(Message("beat")), BEAT_S)  # who sends may be stuck: silence has to be noticed
            # What we slept through ourselves, as after Ctrl-Z, is nobody's silence.
            self._waited_s += min(time.monotonic() - began, 2 * BEAT_S)
        self._tell_closed()

    def _tell_closed(self) -> None:
        tell, self._on_closed = self._on_closed, None
        if tell is not None and not self._is_closed:
            tell()


def _messages(pieces: Iterator[bytes]) -> Iterator[Message]:
    """The messages in a stream; what stands before the preamble is the greeting of a host's shell."""
    came, is_begun = bytearray(), False
    for piece in pieces:
        came += piece
        if not is_begun:
            _, preamble, after = came.partition(PREAMBLE)
            is_begun = bool(preamble)
            came = after if is_begun else came[-_LONGEST_GREETING:]
        if is_begun:
            end = 0
            for message, end in read_frames(came):  # noqa: B007 - the last end is used after the loop
                yield message
            del came[:end]
