"""The page's server: uvicorn in a thread of its own, at an address with a token."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn

from evolve.domain import Domain
from evolve.errors import ExecutionError
from evolve.judging.ranking import rank
from evolve.page.app import page_app
from evolve.page.connections import KEPT_S, silent_allowed, watched_connections
from evolve.page.listeners import Guests, users_key
from evolve.page.place import PageAddress, usual_port
from evolve.page.room import ListeningRoom
from evolve.records.ballot import Ballot
from evolve.records.run import RunRecord
from evolve.search.run_facts import NO_SOURCES, Sources
from evolve.store.names import checked_name, known_name
from evolve.store.run_store import RunStore

LOCAL: Final = PageAddress()
"""This machine alone, at any port."""

_START_S: Final = 20.0
_END_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page that is served.

    Attributes:
        room: What it shows.
        url: Where, without the token.
        port: That is listened at.
    """

    room: ListeningRoom
    url: str
    port: int

    @property
    def address(self) -> str:
        """The owner's way in."""
        return f"{self.url}/?token={self.room.guests.owner_token}"

    def address_of(self, name: str) -> str:
        """A listener's way in."""
        return f"{self.url}{self.room.link(name)}"


@contextlib.contextmanager
def page_served(
    folder: Path,
    run: RunRecord,
    domain: Domain,
    owner: str,
    place: PageAddress = LOCAL,
    *,
    sources: Sources = NO_SOURCES,
) -> Iterator[OpenPage]:
    """Serve a run's page while inside.

    Args:
        folder: The run's.
        run: As it was read.
        domain: Its domain.
        owner: Under which name the owner judges.
        place: Where, and for whom.
        sources: The code that the user has named for the run.

    Raises:
        EvolveError: It cannot be served there, or the run cannot be opened.
    """
    place.check()
    with RunStore(folder) as store:
        known = known_name(checked_name(owner), store.listeners())
    which = f"{run.name}\0{run.created_at}"
    guests = Guests(known, which, users_key())
    with contextlib.closing(place.bound(usual_port(which))) as bound:
        room = ListeningRoom(folder, domain, guests, sources)
        try:
            room.welcome((*(run.facts.get("listeners") or ()), *place.listeners))
            port = int(bound.getsockname()[1])
            with _serving(room, place, bound, port):
                yield OpenPage(room, place.public_url(port), port)
        finally:
            room.close()


@contextlib.contextmanager
def _serving(room: ListeningRoom, place: PageAddress, bound: object, port: int) -> Iterator[None]:
    url = place.public_url(port)
    app = page_app(room, place.origins(port), is_secure=url.startswith("https:"))
    config = uvicorn.Config(
        app, http=watched_connections(silent_allowed()), loop="asyncio", ws="none", lifespan="on", log_config=None,
        access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=KEPT_S,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), name="page", daemon=True)
    thread.start()
    threading.Thread(target=_load_what_ranks, name="page-ranks", daemon=True).start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        room.news.end()
        server.should_exit = True
        thread.join(_END_S)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise ExecutionError("the page's server could not be started; try another --port")
        time.sleep(0.01)


def _load_what_ranks() -> None:
    """Have the libraries of the ranking loaded before the first ballot is cast: they take seconds."""
    rank([Ballot((("a",), ("b",)))])
