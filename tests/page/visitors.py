"""Visitors of a page: who come in by a link, and move candidates as a browser would."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import evolve
from evolve.domain import Domain
from evolve.domain_registry import named_domain
from evolve.page.place import PageAddress
from evolve.page.server import LOCAL, OpenPage, page_served
from evolve.records.run import RunRecord
from evolve.search.run_facts import NO_SOURCES, Sources
from evolve.store.run_store import RunStore

SMALL: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2, "seed": 7, "pictures": 2, "size": 32}


def begun(folder: Path, **settings: Any) -> Path:  # noqa: ANN401
    """Begin a run of pictures, up to its first ranking."""
    with evolve.Search(folder, "pictures.yaml", engine="here", on_event=lambda _: None, **(SMALL | settings)) as search:
        next(iter(search))
    return folder


def read(folder: Path) -> RunRecord:
    """A run as its store has it."""
    with RunStore(folder, read_only=True) as store:
        return store.read()


@dataclass
class Visitor:
    """A browser that came in by a link."""

    client: httpx.Client
    url: str

    @property
    def state(self) -> dict[str, Any]:
        """What the page says of the run."""
        return self.got("/api/state")

    @property
    def session(self) -> dict[str, Any]:
        """What there is to judge."""
        return self.got("/api/session")

    @property
    def ballot(self) -> dict[str, Any]:
        """How the ballot stands."""
        ballot: dict[str, Any] = self.session["ballot"]
        return ballot

    def got(self, path: str) -> dict[str, Any]:
        """What stands at an address, as JSON."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def step(self, do: str, *, version: int | None = None, **said: Any) -> httpx.Response:  # noqa: ANN401
        """Make a move on the ballot as it stands, or on one of a version."""
        seen = self.ballot["version"] if version is None else version
        return self.posted("/api/step", {"version": seen, "step": {"do": do, **said}})

    def moved(self, do: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401
        """Make a move, which must be kept; gives the ballot."""
        answer = self.step(do, **said)
        assert answer.status_code == 200, answer.text
        ballot: dict[str, Any] = answer.json()
        return ballot

    def cast(self) -> httpx.Response:
        """Hand in the ballot as it stands."""
        return self.posted("/api/cast", {"version": self.ballot["version"]})

    def posted(self, path: str, said: Any, **headers: str) -> httpx.Response:  # noqa: ANN401
        """Send something, as the page would."""
        return self.client.post(path, json=said, headers={"Origin": self.url, **headers})


@dataclass
class Served:
    """A page that is served, and those who come in."""

    page: OpenPage
    folder: Path
    entered: contextlib.ExitStack

    @property
    def local(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.page.port}"

    def owner(self) -> Visitor:
        """The owner's browser."""
        return self.visitor(self.page.address)

    def listener(self, name: str) -> Visitor:
        """The browser of somebody who was sent a link."""
        return self.visitor(self.page.address_of(name))

    def visitor(self, address: str) -> Visitor:
        """A browser that came in by an address."""
        client = self.stranger()
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return Visitor(client, self.page.url)

    def stranger(self) -> httpx.Client:
        """A browser that has no link."""
        return self.entered.enter_context(httpx.Client(base_url=self.local, timeout=60))


@contextlib.contextmanager
def served(
    folder: Path,
    place: PageAddress = LOCAL,
    owner: str = "listener",
    domain: Domain | None = None,
    sources: Sources = NO_SOURCES,
) -> Iterator[Served]:
    """Serve the page of a run, of pictures unless another domain is given."""
    with (
        page_served(folder, read(folder), domain or named_domain("pictures"), owner, place, sources=sources) as page,
        contextlib.ExitStack() as entered,
    ):
        yield Served(page, folder, entered)
