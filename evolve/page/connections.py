"""How connections are dealt with: whoever says nothing, or too slowly, is let go and makes way for others."""

import asyncio
import contextlib
import resource
from collections import OrderedDict
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SILENCE_S: Final = 10.0
"""So long a connection may take until it has asked something, or the next thing once it has begun to."""

KEPT_S: Final = 60
"""So long a connection is kept for the next request: listeners think between two moves."""

_OPEN_FILES: Final = 8_192


def watched_connections(most_silent: int) -> type[H11Protocol]:
    """A kind of connection for one server, in which the silent are let go.

    Args:
        most_silent: Connections that have asked nothing yet; of more, the one that has been silent longest is let go.

    uvicorn waits without end for a first request, so a thousand connections that say nothing would take all the files
    that a process may open.
    """
    return type("WatchedConnection", (_WatchedConnection,), {"silent": OrderedDict(), "most_silent": most_silent})


class _WatchedConnection(H11Protocol):
    """A connection of uvicorn's."""

    silent: "OrderedDict[_WatchedConnection, asyncio.TimerHandle]"
    most_silent: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()
        if len(self.silent) > self.most_silent:
            next(iter(self.silent))._let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._has_spoken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came in; the whole head of a request ends the waiting."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._has_spoken()
        elif self not in self.silent and not self.transport.is_closing():
            self._wait()

    def _wait(self) -> None:
        self.silent[self] = self.loop.call_later(SILENCE_S, self._let_go)

    def _has_spoken(self) -> None:
        timer = self.silent.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _let_go(self) -> None:
        self._has_spoken()
        self.transport.abort()


def silent_allowed() -> int:
    """A quarter of the files that this process may open, once it may open as many as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return (_OPEN_FILES if soft == resource.RLIM_INFINITY else min(soft, _OPEN_FILES)) // 4
