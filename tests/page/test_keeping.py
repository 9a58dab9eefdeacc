"""What a browser has not sent yet, and what the server refuses of it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from evolve.page.place import PageAddress
from evolve.records.ballot import LONGEST_COMMENT
from tests.page.browsers import NEEDS_CHROMIUM, chromium, tiers, visit
from tests.page.visitors import Served, served

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


def test_moves_made_while_the_program_was_down_are_kept_once_the_owner_comes_in_again(
    browser: Browser, run: Path
) -> None:
    """The new program knows no token of the old one; the page says so, and sends its moves once it is let in."""
    with contextlib.ExitStack() as before:
        page = before.enter_context(served(run))
        with visit(browser, page.page.address) as seen:
            seen.locator(".card").first.wait_for()
            before.close()
            press(seen, "C")
            expect(seen.locator("#kept")).to_have_text("1 move not kept yet. Trying again …")
            press(seen, "B")
            expect(seen.locator("#offline")).to_be_visible()
            with served(run, PageAddress(port=page.page.port)) as again:
                expect(seen.locator("#stranger")).to_contain_text("Open the address that it has printed")
                expect(seen.locator("#offline")).to_be_hidden()
                expect(seen.locator("#kept")).to_have_text("2 moves not kept yet. Trying again …")
                seen.context.new_page().goto(again.page.address)
                expect(seen.locator("#kept")).to_have_text("✓ all kept")
                expect(seen.locator("#stranger")).to_be_hidden()
                assert again.owner().ballot["tiers"] == tiers(seen) == [["B"], ["C"], ["A", "D"]]
                again.owner().moved("top", letter="A")
                expect(seen.locator(".tier")).to_have_count(4)
                assert tiers(seen)[0] == ["A"]


def test_a_page_goes_on_by_itself_after_a_proxy_answered_for_its_program(browser: Browser, page: Served) -> None:
    """A refusal ends what tells of the run for good, so that it is asked for anew."""
    with visit(browser, page.page.address) as seen:
        seen.locator(".card").first.wait_for()
        seen.context.route("**/api/*", lambda route: route.fulfill(status=502, body="bad gateway"))
        seen.reload()
        expect(seen.locator("#notice")).to_contain_text("The page could not begin")
        seen.context.unroute("**/api/*")
        seen.context.route("**/api/events", lambda route: route.fulfill(status=502, body="bad gateway"))
        seen.reload()
        expect(seen.locator("#offline")).to_be_visible()
        seen.context.unroute("**/api/events")
        expect(seen.locator("#offline")).to_be_hidden()
        page.owner().moved("top", letter="B")
        expect(seen.locator(".tier")).to_have_count(2)


@pytest.mark.parametrize("status", [400, 408, 507])
def test_of_several_moves_a_refused_one_alone_is_dropped(browser: Browser, page: Served, status: int) -> None:
    """Unless the server may take it later: then it is sent again."""
    held: list[Route] = []

    def refuse(route: Route) -> None:
        if not held:
            held.append(route)
        elif '"D"' in (route.request.post_data or ""):
            route.fulfill(status=status, json={"error": "no room for D"})
        else:
            route.continue_()

    with visit(browser, page.page.address) as seen:
        seen.context.route("**/api/step", refuse)
        press(seen, "D", "C", "B")
        expect(seen.locator("#kept")).to_have_text("keeping …")
        refuse(held[0])
        expect(seen.locator("#notice")).to_have_text(re.compile("^Not (done|kept yet): no room for D$"))
        seen.context.unroute("**/api/step")
        expect(seen.locator("#kept")).to_have_text("✓ all kept")
        expected = [["B"], ["C"], ["A", "D"]] if status == 400 else [["B"], ["C"], ["D"], ["A"]]
        assert page.owner().ballot["tiers"] == tiers(seen) == expected


def test_a_comment_of_two_lines_is_sent_once_and_is_no_longer_than_is_kept(browser: Browser, page: Served) -> None:
    """Lines are joined, as the server joins them; what would be refused cannot be typed."""
    sent: list[str] = []
    with visit(browser, page.page.address) as seen:
        seen.on("request", lambda request: sent.append(request.post_data or "") if "/api/step" in request.url else None)
        box = seen.get_by_label("Comment on A")
        expect(box).to_have_attribute("maxlength", str(LONGEST_COMMENT))
        box.fill("like rain \n  on a roof")
        expect(seen.locator("#kept")).to_have_text("✓ all kept")
        box.blur()
        seen.locator('[data-letter="B"] .letter').click()
        seen.locator('[data-letter="A"] .letter').click()
        expect(box).to_have_value("like rain on a roof")
        assert page.owner().ballot["comments"] == {"A": "like rain on a roof"}
    assert len(sent) == 1


@pytest.mark.parametrize(("status", "sent"), [(400, 1), (503, 2)])
def test_what_was_looked_at_is_told_again_unless_that_is_refused_for_good(
    browser: Browser, page: Served, status: int, sent: int
) -> None:
    """A page that is left tells what it has not told yet; what makes no sense today makes none tomorrow."""
    told: list[str] = []

    def refuse(route: Route) -> None:
        told.append(route.request.post_data or "")
        route.fulfill(status=status, json={"error": "not this"})

    with visit(browser, page.page.address) as seen:
        seen.context.route("**/api/heard", refuse)
        seen.locator(".card .look").first.click()
        seen.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
        for _ in range(2):
            with seen.expect_response("**/api/heard") if len(told) < sent else contextlib.nullcontext():
                seen.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        seen.wait_for_timeout(200)
    assert len(told) == sent


def press(page: Page, *letters: str) -> None:
    """Move candidates to the top, one after the other, by key."""
    for letter in letters:
        page.locator(f'[data-letter="{letter}"] .letter').focus()
        page.keyboard.press("<")
