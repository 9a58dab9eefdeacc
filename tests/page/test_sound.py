"""Sound in a real browser: it plays, is measured, sought in, repeated, toured, and what was heard is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import evolve
from evolve.function_domain import FunctionDomain
from tests.page.browsers import NEEDS_CHROMIUM, chromium, visit
from tests.page.tones import GENES, evaluate
from tests.page.visitors import Served, served

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A run of tones that waits for its first ranking."""
    folder: Path = tmp_path_factory.mktemp("tones") / "run"
    small: dict[str, Any] = {"population": 3, "parents": 2, "generations": 1, "seed": 7}
    with evolve.Search(folder, GENES, domain=evaluate, engine="here", on_event=lambda _: None, **small) as search:
        next(iter(search))
    with served(folder, domain=FunctionDomain(evaluate)) as page:
        yield page


@pytest.fixture
def room(browser: Browser, tones: Served) -> Iterator[Page]:
    """The page of that run."""
    with visit(browser, tones.page.address) as page:
        page.locator(".card").first.wait_for()
        yield page


def test_a_click_plays_and_the_meter_sees_a_signal(room: Page) -> None:
    """Time goes on, the analyser hears more than silence, the playhead moves; a second click stops it."""
    room.locator(".card[data-letter=B] .look").first.click()
    wait_until(room, "position() > 0.5")
    wait_until(room, "parseFloat(document.querySelector('#level').style.getPropertyValue('--level')) > 0.1")
    expect(room.locator(".roll .playhead:not([hidden])")).to_have_count(1)
    assert room.evaluate("parseFloat(document.querySelector('.playhead:not([hidden])').style.left)") > 10
    room.locator(".card[data-letter=B] .look").first.click()
    expect(room.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_switching_goes_on_at_the_same_place_if_wanted(room: Page) -> None:
    """Else from the start; a click on the drawing plays from there."""
    room.locator(".card[data-letter=A] .look").first.click()
    wait_until(room, "position() > 0")
    room.locator(".detail .roll").first.click(position={"x": 200, "y": 20})
    wait_until(room, "position() > 4")
    room.locator(".card[data-letter=B] .look").first.click()
    wait_until(room, "now() === 'B · sample 1' && position() < 3")
    wait_until(room, "position() > 0")
    room.get_by_label("same place").check()
    room.locator("#seek").fill("12")
    room.locator(".card[data-letter=C] .look").first.click()
    wait_until(room, "now() === 'C · sample 1' && position() >= 12")


def test_what_was_played_before_no_longer_takes_a_slow_link(browser: Browser, tones: Served) -> None:
    """Switching while a song is still on its way ends its request."""
    with visit(browser, tones.page.address) as page:
        link = {"offline": False, "latency": 0, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", link)
        page.locator(".card[data-letter=A] .look").first.click()
        wait_until(page, "now() === 'A · sample 1' && position() > 0")
        with page.expect_event("requestfailed", lambda request: "/A/1/audio" in request.url):
            page.locator(".card[data-letter=B] .look").first.click()
        wait_until(page, "now() === 'B · sample 1' && position() > 0")


def test_a_passage_is_repeated_and_a_tour_goes_through_all(room: Page) -> None:
    """The loop goes back to where it begins; fifteen seconds on, the tour is at the next."""
    room.locator(".card[data-letter=A] .look").first.click()
    wait_until(room, "position() > 0")
    room.locator("#seek").fill("5")
    room.locator("#loop").click()
    room.locator("#seek").fill("6")
    room.locator("#loop").click()
    expect(room.locator("#loop")).to_have_attribute("aria-pressed", "true")
    room.wait_for_timeout(1500)
    assert 4.9 < room.evaluate("Number(document.querySelector('#seek').value)") < 6.3
    room.locator("#loop").click()
    room.locator("#tour").click()
    wait_until(room, "now() === 'A · sample 1' && position() > 0")
    room.locator("#seek").fill("14.9")
    wait_until(room, "now() === 'B · sample 1'")
    room.locator("#tour").click()
    expect(room.locator("#tour")).to_have_attribute("aria-pressed", "false")


def test_what_was_heard_is_marked_and_kept(room: Page, tones: Served) -> None:
    """The card shows it, and the server is told how often and how long."""
    room.locator(".card[data-letter=C] .look").nth(1).click()
    wait_until(room, "position() > 2")
    expect(room.locator(".card[data-letter=C] .look.heard").last).to_be_visible()
    with room.expect_response("**/api/heard"):
        pass
    heard = tones.owner().ballot["heard"]["C"]["2"]
    assert heard["plays"] >= 1
    assert heard["seconds"] >= 1


def test_seeking_in_what_plays_is_no_other_play(room: Page) -> None:
    """A click into the drawing goes there alone; the server is told of which generation the plays are."""
    told: list[Any] = []
    room.on("request", lambda request: told.append(request.post_data_json) if "/api/heard" in request.url else None)
    room.locator(".card[data-letter=B] .look").first.click()
    wait_until(room, "position() > 0")
    for x in (100, 200, 150):
        room.locator(".detail .roll").first.click(position={"x": x, "y": 20})
    wait_until(room, "position() > 4")
    with room.expect_response("**/api/heard"):
        pass
    assert {one["generation"] for one in told} == {0}
    assert sum(play["plays"] for one in told for play in one["plays"]) == 1


def test_a_click_into_a_drawing_ends_a_tour(room: Page) -> None:
    """What was chosen by hand goes on; the tour would go to the next before long."""
    room.locator("#tour").click()
    wait_until(room, "now() === 'A · sample 1' && position() > 0")
    room.locator(".detail .roll").first.click(position={"x": 250, "y": 20})
    expect(room.locator("#tour")).to_have_attribute("aria-pressed", "false")
    expect(room.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_the_page_of_a_sample_runs_no_script(room: Page) -> None:
    """It is shown sandboxed, where it is what is looked at; here it can be saved."""
    expect(room.get_by_role("link", name="↓ cover").first).to_be_visible()
    room.goto(room.get_by_role("link", name="↓ cover").first.evaluate("link => link.href.split('?')[0]"))
    expect(room.get_by_text("tones")).to_be_visible()
    assert room.title() != "taken over"


@pytest.mark.parametrize("size", [(390, 700), (1024, 500)])
def test_player_and_notice_hide_nothing_that_is_wanted(browser: Browser, tones: Served, size: tuple[int, int]) -> None:
    """Whoever is chosen by key stands clear of both, and the end of the list can be scrolled above them."""
    say = "text => import('/static/dom.js').then(({ notice }) => notice(text))"
    is_clear = (
        "one => { const { x, y, width, height } = one.getBoundingClientRect();"
        " return document.elementFromPoint(x + width / 2, y + height / 2) === one; }"
    )
    with visit(browser, tones.page.address, viewport={"width": size[0], "height": size[1]}) as seen:
        seen.locator(".card").first.wait_for()
        seen.evaluate(
            say, "This ballot was gone on with elsewhere; here is how it stands. Your last move may be missing."
        )
        for key in ("g", "j", "j", "k", "k"):
            seen.keyboard.press(key)
            assert seen.locator(".letter:focus").evaluate(is_clear), key
        seen.evaluate("scrollTo(0, document.body.scrollHeight)")
        last, said = seen.locator(".rejects").bounding_box(), seen.locator("#notice").bounding_box()
        assert last is not None
        assert said is not None
        assert last["y"] + last["height"] <= said["y"]


def test_the_player_goes_with_its_songs(room: Page, tones: Served) -> None:
    """Once the ballot is cast nothing of it plays on, and the player is gone; an ancestor brings it back."""
    room.locator(".card[data-letter=A] .look").first.click()
    wait_until(room, "position() > 0")
    assert tones.owner().cast().status_code == 200  # the last generation: no other test can rank after this one
    expect(room.get_by_role("heading", name="The run is complete")).to_be_visible()
    expect(room.locator("#player")).to_be_hidden()
    wait_until(room, "now() === '' && position() === 0")
    room.locator(".detail .look.play").first.click()
    expect(room.locator("#player")).to_be_visible()


def wait_until(page: Page, happens: str) -> None:
    """Wait until something is so on the page."""
    position = "const position = () => Number(document.querySelector('#seek').value);"
    now = "const now = () => document.querySelector('#now').textContent;"
    page.wait_for_function(f"() => {{ {position} {now} return {happens}; }}")
