"""The page's server: uvicorn in a thread of its own, at an address with a token."""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import uvicorn

from evolve.domain import Domain
from evolve.errors import ExecutionError, SettingsError
from evolve.page.app import page_app
from evolve.page.listeners import Guests, users_key
from evolve.page.room import ListeningRoom
from evolve.records.run import RunRecord

LOOPBACK: Final = "127.0.0.1"

_START_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is served.

    Attributes:
        host: The address of this machine that is listened at.
        port: 0 for any that is free.
        url: As browsers reach it, where that is not the host and the port: what a proxy is called.
    """

    host: str = LOOPBACK
    port: int = 0
    url: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine reaches it."""
        if self.host == "localhost":
            return True
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


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
    folder: Path, run: RunRecord, domain: Domain, owner: str, place: Place = Place(), listeners: Sequence[str] = ()
) -> Iterator[OpenPage]:
    """Serve a run's page while inside.

    Args:
        folder: The run's.
        run: As it was read.
        domain: Its domain.
        owner: Under which name the owner judges.
        place: Where.
        listeners: Who else judges, each by a link of their own.

    Raises:
        EvolveError: The address cannot be listened at.
    """
    url = _checked_url(place.url) if place.url else ""
    guests = Guests(owner, f"{run.name}\0{run.created_at}", users_key())
    for name in (*(run.facts.get("listeners") or ()), *listeners):
        guests.invite(name)
    bound = _bound(place)
    port = bound.getsockname()[1]
    url = url or f"http://{_in_url(place.host)}:{port}"
    room = ListeningRoom(folder, domain, guests)
    if guests.names:
        room.store.ask(lambda store: store.record_facts({"listeners": guests.all_names}))
    app = page_app(room, hosts_of(place, url, port), is_secure=url.startswith("https:"))
    config = uvicorn.Config(
        app, http="h11", loop="asyncio", ws="none", lifespan="on", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), name="page", daemon=True)
    thread.start()
    try:
        yield OpenPage(room, url, port)
    finally:
        server.should_exit = True
        thread.join(_START_S)
        room.close()


def hosts_of(place: Place, url: str, port: int) -> set[str]:
    """What browsers may call the server, with the port."""
    public = urlsplit(url)
    hosts = {public.netloc.lower()}
    if public.port is None:
        hosts.add(f"{public.netloc.lower()}:{443 if public.scheme == 'https' else 80}")
    if place.is_local or place.url:
        hosts |= {f"{name}:{port}" for name in (LOOPBACK, "localhost", "[::1]")}
    return hosts


def _in_url(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - not listened at, but named
        return socket.gethostname().lower()
    return f"[{host}]" if ":" in host else host


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"--url {url}: must be such as https://listen.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _bound(place: Place) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise ExecutionError(
            f"the page cannot be served at {place.host}:{place.port}: {error.strerror}; choose another --host or --port"
        ) from error
    return bound
