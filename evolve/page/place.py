"""Where a page is served, and how browsers call it there."""

import contextlib
import ipaddress
import socket
import zlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import psutil

from evolve.errors import ExecutionError, SettingsError

LOOPBACK: Final = "127.0.0.1"

_FIRST_USUAL: Final = 20_000
_USUAL: Final = 10_000

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where a page is served.

    Attributes:
        host: The address of this machine that is listened at.
        port: 0 for the run's usual one, or any that is free.
        url: As browsers reach it through a proxy; None: at the host and the port.
        listeners: Who judges beside the owner, each by a link of their own.
    """

    host: str = LOOPBACK
    port: int = 0
    url: str | None = None
    listeners: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise a `SettingsError` when nothing can be served there, or for nobody."""
        if self.url is not None:
            _parts(self.url)
        if not self.is_local and not self.listeners:
            raise SettingsError(
                f"--host {self.host}: other machines could reach the page, so say who judges: --listeners ann,bob; for "
                f"yourself alone leave --host out, and reach the page by ssh"
            )

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine reaches the address."""
        if self.host == "localhost":
            return True
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False

    @property
    def is_everywhere(self) -> bool:
        """Whether all addresses of this machine are listened at."""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_unspecified
        return False

    def bound(self, usual: int = 0) -> socket.socket:
        """A socket at the address.

        Args:
            usual: The port to take where none was asked for, if it is free.

        Raises:
            ExecutionError: It cannot be had.
        """
        if usual and not self.port:
            with contextlib.suppress(OSError):
                return self._bound(usual)
        try:
            return self._bound(self.port)
        except OSError as error:
            raise ExecutionError(
                f"the page cannot be served at {self.host}:{self.port}: {error.strerror}; choose another --host or "
                f"--port"
            ) from error

    def _bound(self, port: int) -> socket.socket:
        family, kind, _, _, address = socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
            bound.listen()  # at once: two that are bound alone may share a port, until one of them listens
        except OSError:
            bound.close()
            raise
        return bound

    def public_url(self, port: int) -> str:
        """How browsers reach the page that listens at a port, without a path."""
        if self.url is not None:
            scheme, netloc = _parts(self.url)
            return f"{scheme}://{netloc}"
        return f"http://{_netloc(socket.gethostname() if self.is_everywhere else self.host, port)}"

    def origins(self, port: int) -> frozenset[str]:
        """Everything that a browser may call the page, such as ``https://listen.example.org``."""
        hosts = {self.host}
        if self.is_everywhere:
            hosts = {one.address for each in psutil.net_if_addrs().values() for one in each if one.family in _FAMILIES}
        if self.is_local or self.is_everywhere:
            hosts |= {LOOPBACK, "localhost", "::1"}
        return frozenset({self.public_url(port), *(f"http://{_netloc(host, port)}" for host in hosts)})


def usual_port(run: str) -> int:
    """The port at which a run's page is served where none was asked for, so that links stay good.

    It lies below those that systems hand out by themselves.

    Args:
        run: What tells the run from others.
    """
    return _FIRST_USUAL + zlib.crc32(run.encode()) % _USUAL


_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)


def hosts_of(origins: frozenset[str]) -> frozenset[str]:
    """What a browser writes into a request as the host, with the port and, where it is the usual one, without."""
    parts = [urlsplit(origin) for origin in origins]
    with_port = {f"{one.netloc}:{_PORTS[one.scheme]}" for one in parts if one.port is None}
    return frozenset({*(one.netloc for one in parts), *with_port})


def _netloc(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host.lower()}:{port}"


def _parts(url: str) -> tuple[str, str]:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if parts.scheme in _PORTS and parts.hostname and is_bare:
            usual = parts.port in (None, _PORTS[parts.scheme])
            return parts.scheme, parts.hostname.lower() if usual else parts.netloc.lower()
    raise SettingsError(f"--url {url}: must be an address such as https://listen.example.org, without a path")
