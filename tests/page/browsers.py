"""A real browser before the page: Debian's Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")
PATIENCE_MS = 20_000

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, which may play without being clicked first."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, address: str, **options: Any) -> Iterator[Page]:  # noqa: ANN401 - Playwright's own
    """A browser of its own that comes in by an address; an error on the page fails the test."""
    context = browser.new_context(**options)
    page, errors = context.new_page(), list[str]()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
    assert not errors


def tiers(page: Page) -> list[list[str]]:
    """The order that is shown, best first."""
    letters = "tier => [...tier.querySelectorAll('.card')].map(card => card.dataset.letter)"
    shown: list[list[str]] = page.evaluate(f"[...document.querySelectorAll('.tier')].map({letters})")
    return shown


def take(page: Page, letter: str) -> None:
    """Press the mouse on a candidate's letter."""
    page.mouse.move(*_middle(page, f".card[data-letter={letter}] .letter"))
    page.mouse.down()


def drag(page: Page, letter: str, onto: str, down: float = 0.5) -> None:
    """Drag a candidate onto something, so far down from its upper edge, and wait until that is kept."""
    page.wait_for_timeout(300)  # until cards have stopped gliding
    take(page, letter)
    x, y = _middle(page, onto, down)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    expect(page.locator("#kept")).to_have_text("✓ all kept")


def cast(page: Page) -> None:
    """Hand in the ballot as it stands."""
    page.get_by_role("button", name="Done …").click()
    page.get_by_role("button", name="Yes, that is my order").click()


def check_access(page: Page) -> None:
    """Fail on what axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, [(one["id"], one["nodes"][0]["html"], one["nodes"][0].get("failureSummary")) for one in grave]


def _middle(page: Page, selector: str, down: float = 0.5) -> tuple[float, float]:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * down
