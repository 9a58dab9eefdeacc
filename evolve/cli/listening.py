"""`evolve listen`: the listening room of a run, in a browser."""

import contextlib
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from evolve.cli.sources import PAGE, TERMINAL, BuildOption, OwnCode, given_sources, open_domain
from evolve.presentation import judged_word
from evolve.terminal.console import Stopped, is_interactive, note
from evolve.terminal.options import DEFAULT_LISTENER, AnyRun, ListenerOption, Runs, run_folder

if TYPE_CHECKING:
    from evolve.page.place import PageAddress
    from evolve.page.server import OpenPage
    from evolve.records.events import Event
    from evolve.search.listening import ListeningSession
    from evolve.search.run_facts import Sources
    from evolve.store.run_store import RunStore


Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address of this machine to serve the page at.")
]
Port = Annotated[
    int,
    typer.Option("--port", min=0, max=65535, help="Of the page; 0 for the run's usual port, or any that is free."),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the page's address, and open nothing.")]
Listeners = Annotated[
    str | None,
    typer.Option(
        "--listeners", metavar="NAMES", show_default=False,
        help="Who else judges on the page, such as ann,bob: each gets a link of their own.",
    ),
]  # fmt: skip
PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", show_default=False,
        help="How browsers reach the page through a proxy, such as https://listen.example.org.",
    ),
]  # fmt: skip
USUAL_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PageChoice:
    """How a page was asked to be served, by the options of the same names."""

    host: str = USUAL_HOST
    port: int = 0
    no_browser: bool = False
    listeners: str | None = None
    url: str | None = None

    def check(self, judge: str | None) -> None:
        """Make sure, before anything is begun, that it can be served so, and that this judge leaves room for a page."""
        if self == USUAL_PAGE:
            return
        if judge not in (None, TERMINAL, PAGE):
            options = "--host, --port, --no-browser, --listeners, --url"
            raise typer.BadParameter(f"with --judge {judge} no page is served", param_hint=options)
        self.place().check()

    def place(self) -> "PageAddress":
        """Where, and for whom."""
        from evolve.page.place import PageAddress

        names = tuple(name.strip() for name in (self.listeners or "").split(",") if name.strip())
        if self.listeners is not None and not names:
            raise typer.BadParameter("name somebody, such as ann,bob", param_hint="--listeners")
        return PageAddress(self.host, self.port, self.url, names)


USUAL_PAGE = PageChoice()
"""On this machine alone, at the run's usual port."""


def listen(
    run: AnyRun = None,
    host: Host = USUAL_HOST,
    port: Port = 0,
    no_browser: NoBrowser = False,
    listeners: Listeners = None,
    url: PublicUrl = None,
    domain: OwnCode = None,
    build: BuildOption = None,
    listener: ListenerOption = DEFAULT_LISTENER,
    runs: Runs = Path("runs"),
) -> None:
    """Hear, see, compare and rank in a browser.

    The first line on stdout is the address; whoever has it comes in as you. The page shows what is trained by another
    process, what waits for you, and what was ranked.

    \b
    Examples:
      evolve listen
      evolve listen quick-1
      evolve listen quick-1 --port 8123 --no-browser
      evolve listen quick-1 --listeners ann,bob --url https://listen.example.org --port 8123
    """
    from evolve.page.server import page_served
    from evolve.store.run_store import RunStore

    choice = PageChoice(host, port, no_browser, listeners, url)
    folder, place = run_folder(run, runs), choice.place()
    with RunStore(folder) as store:
        record = store.look()
    sources = given_sources(record, domain, build)
    opened = open_domain(record, sources)
    with page_served(folder, record, opened, listener, place, sources=sources) as page:
        tell_address(page, place, opens=not no_browser)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            raise Stopped("the page is closed; every ballot is kept") from None


class RunningPage:
    """The page of a run that goes on in this process; open once somebody wants it, and then until the end."""

    def __init__(self, store: "RunStore", sources: "Sources", listener: str, choice: PageChoice = USUAL_PAGE) -> None:
        """Not open yet."""
        self._store, self._sources, self._listener, self._choice = store, sources, listener, choice
        self._domain = open_domain(store.read(), sources)
        self._opened = contextlib.ExitStack()
        self._page: OpenPage | None = None

    def __enter__(self) -> Self:
        """Let it be opened."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._opened.close()

    @property
    def is_open(self) -> bool:
        """Whether it is served."""
        return self._page is not None

    def open(self) -> "OpenPage":
        """Serve it, if it is not yet, and say where."""
        if self._page is None:
            from evolve.page.server import page_served

            place, folder, run = self._choice.place(), self._store.paths.folder, self._store.read()
            page = page_served(folder, run, self._domain, self._listener, place, sources=self._sources)
            self._page = self._opened.enter_context(page)
            tell_address(self._page, place, opens=not self._choice.no_browser)
        return self._page

    def tell(self, event: "Event") -> None:
        """Show what has happened."""
        if self._page is not None:
            self._page.room.watch.tell(event)

    def judge(self, session: "ListeningSession") -> None:
        """Wait until the generation is ranked."""
        from evolve.page.judge import PageJudge

        page, word = self.open(), judged_word(self._domain.presentation)
        note(f"generation {session.generation} can be {word} and ranked on the page: {page.address}")
        PageJudge(page.room)(session)

    def judge_once(self, session: "ListeningSession") -> None:
        """Wait until the listener's ballot is cast, and where others have links, until the generation is closed."""
        room = self.open().room
        room.refresh()
        if room.guests.names:
            room.watch.wait_until_ranked(session.generation)
        else:
            room.watch.wait_until_cast(session.generation, room.guests.owner.name)


def stay_open() -> None:
    """Where a person is at the terminal, leave the page open until they have seen enough."""
    if is_interactive():
        note("the page stays open until Ctrl-C")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def tell_address(page: "OpenPage", place: "PageAddress", *, opens: bool) -> None:
    """Print the way in, and open it where there is a browser; else say how it is reached from elsewhere."""
    from evolve.page.browser import opened_in_browser

    typer.echo(page.address)
    sys.stdout.flush()
    for name in page.room.guests.names:
        typer.echo(f"{name}: {page.address_of(name)}")
    if opens and opened_in_browser(page.address):
        return
    if not place.is_local and not page.url.startswith("https:"):
        note(
            "note: what is sent is not encrypted; that is the work of a proxy before the page, whose address --url "
            "tells (docs/listening-room.md)"
        )
    if place.is_local and place.url is None:
        here = socket.gethostname()
        note(f"from another machine: ssh -N -L {page.port}:127.0.0.1:{page.port} {here}   then open the address there")
