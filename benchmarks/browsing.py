"""A run's page before a real browser: what the scripts about the listening room share."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from evolve.domain import Domain

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str:
    """Why nothing can be measured here, in a line; empty where it can."""
    try:
        import playwright.sync_api  # noqa: F401, PLC0415 - so that --help does without
    except ImportError:
        return "not measured: playwright, of the dependency group dev, is not installed"
    return "" if _browser() else f"not measured: none of {', '.join(BROWSERS)} is installed"


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def chromium() -> "Iterator[Browser]":
    """A browser without a window, which may play without being clicked first."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=options)
        yield browser
        browser.close()


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A temporary folder, in which the page also keeps its secret."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_STATE_HOME"] = place
        yield Path(place)


@contextlib.contextmanager
def served(folder: Path, domain: "Domain") -> Iterator[str]:
    """The page of a run, served on the loopback by a thread of this process; gives its address."""
    from evolve.page.server import page_served  # noqa: PLC0415
    from evolve.store.run_store import RunStore  # noqa: PLC0415

    with RunStore(folder, read_only=True) as store:
        run = store.read()
    with page_served(folder, run, domain, "listener") as page:
        yield page.address
