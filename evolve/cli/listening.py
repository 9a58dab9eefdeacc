"""`evolve listen`: the listening room of a run, in a browser."""

import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolve.cli.sources import OwnCode, given_sources, open_domain
from evolve.terminal.console import Stopped, note
from evolve.terminal.options import DEFAULT_LISTENER, AnyRun, ListenerOption, Runs, run_folder

if TYPE_CHECKING:
    from evolve.page.server import OpenPage, Place


def listen(
    run: AnyRun = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address of this machine to serve the page at.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, and open nothing.")] = False,
    listeners: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help="Who else judges, such as ann,bob: each gets a link of their own.", show_default=False
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="How browsers reach the page through a proxy, such as https://listen.example.org.",
            show_default=False,
        ),
    ] = None,
    domain: OwnCode = None,
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
    from evolve.page.server import Place, page_served
    from evolve.store.run_store import RunStore

    folder = run_folder(run, runs)
    with RunStore(folder) as store:
        record = store.look()
    opened = open_domain(record, given_sources(record, domain))
    place = Place(host, port, url)
    with page_served(folder, record, opened, listener, place, _names(listeners)) as page:
        tell_address(page, place, opens=not no_browser)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            raise Stopped("the page is closed; every ballot is kept") from None


def _names(given: str | None) -> list[str]:
    return [name.strip() for name in (given or "").split(",") if name.strip()]


def tell_address(page: "OpenPage", place: "Place", *, opens: bool) -> None:
    """Print the way in, and open it where there is a browser; else say how it is reached from elsewhere."""
    typer.echo(page.address)
    sys.stdout.flush()
    for name in page.room.guests.names:
        typer.echo(f"{name}: {page.address_of(name)}")
    if opens and has_browser() and webbrowser.open(page.address):
        return
    if place.is_local and place.url is None:
        here = socket.gethostname()
        note(f"from another machine: ssh -N -L {page.port}:127.0.0.1:{page.port} {here}   then open the address there")


def has_browser() -> bool:
    """Whether a browser of this machine can show a page to somebody."""
    is_remote = "SSH_CONNECTION" in os.environ
    return not is_remote and (
        sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
