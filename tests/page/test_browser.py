"""The page in a real browser: whole runs by mouse and by keys, sound, several windows, and what is refused or lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.page.browsers import NEEDS_CHROMIUM, cast, check_access, chromium, drag, take, tiers, visit
from tests.page.visitors import Served, read

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]

_RUN = """
import sys, evolve
settings = dict(population=4, parents=2, generations=2, seed=7, pictures=2, size=64)
told = lambda event: event.text and print(event.text, flush=True)
evolve.Search(sys.argv[1], "pictures.yaml", engine="here", judge="page", on_event=told, **settings).run()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


@contextmanager
def evening(folder: Path) -> Iterator[str]:
    """A run of two generations that is judged on the page; gives the owner's address."""
    process = subprocess.Popen([sys.executable, "-c", _RUN, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(line.split()[-1] for line in process.stdout if "http://" in line)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_run_of_two_generations_by_dragging(browser: Browser, tmp_path: Path) -> None:
    """Up, onto another for a tie, and among the rejected; then the next generation, and the end."""
    with evening(tmp_path / "run") as address, visit(browser, address) as page:
        page.locator(".hint").wait_for()
        drag(page, "C", ".hint")
        assert tiers(page) == [["C"], ["A", "B", "D"]]
        drag(page, "A", ".tier:nth-child(1)")
        assert tiers(page) == [["A", "C"], ["B", "D"]]
        drag(page, "D", ".rejects", 0.8)
        assert tiers(page) == [["A", "C"], ["B"]]
        cast(page)
        expect(page.get_by_role("heading", name="Rank generation 1, best first")).to_be_visible()
        drag(page, "B", ".hint")
        cast(page)
        expect(page.get_by_role("heading", name="The run is complete")).to_be_visible()
    first, second = (generation.ballots[0] for generation in read(tmp_path / "run").generations)
    assert (first.method, [len(tier) for tier in first.ballot.tiers], len(first.ballot.rejected)) == ("list", [2, 1], 1)
    assert [len(tier) for tier in second.ballot.tiers] == [1, 3]


def test_a_run_of_two_generations_by_keys_alone(browser: Browser, tmp_path: Path) -> None:
    """Choose, move, tie, reject, love, undo, redo, hand in; and pairs, which answer by enter."""
    with evening(tmp_path / "run") as address, visit(browser, address) as page:
        page.locator(".list .card").first.wait_for()
        press(page, "j", "K")  # B to the top
        expect(page.locator("#said")).to_have_text("B is now first")
        press(page, "j", "j", "x", "u", "U", "End", "2", "f", "k", "k", "=")
        expect(page.locator(".tier")).to_have_count(2)
        assert tiers(page) == [["A", "B"], ["D"]]
        press(page, "?", "Escape", "Enter", "Enter")
        expect(page.get_by_role("heading", name="Rank generation 1, best first")).to_be_visible()
        page.get_by_role("button", name="Two at a time").press("Enter")
        page.locator(".side").first.wait_for()
        while page.locator(".side").count():
            asked = page.locator(".asked").text_content()
            page.locator(".side .letter").first.focus()
            press(page, "Enter")
            page.wait_for_function("asked => document.querySelector('.asked')?.textContent !== asked", arg=asked)
        expect(page.locator("#kept")).to_have_text("✓ all kept")
        page.locator(".letter").first.focus()
        press(page, "Enter", "Enter")
        expect(page.get_by_role("heading", name="The run is complete")).to_be_visible()
    first, second = (generation.ballots[0] for generation in read(tmp_path / "run").generations)
    assert ([len(tier) for tier in first.ballot.tiers], len(first.ballot.rejected)) == ([2, 1], 1)
    assert len(first.ballot.favourites) == 1
    assert (second.method, [len(tier) for tier in second.ballot.tiers]) == ("pairs", [1, 1, 1, 1])


def test_a_ballot_goes_on_after_a_reload_and_is_untouched_by_a_tab_killed_in_mid_drag(
    browser: Browser, page: Served
) -> None:
    """What was shown as kept is there; what was not dropped is not."""
    with visit(browser, page.page.address) as seen:
        drag(seen, "D", ".hint")
        seen.locator(".comment textarea").fill("like rain")
        seen.locator(".comment textarea").blur()
        expect(seen.locator("#kept")).to_have_text("✓ all kept")
        seen.reload()
        expect(seen.locator(".tier")).to_have_count(2)
        assert tiers(seen)[0] == ["D"]
        expect(seen.locator(".comment textarea")).to_have_value("like rain")
        seen.locator("#undo").click()
        take(seen, "A")
        seen.mouse.move(400, 100, steps=5)
        expect(seen.locator(".card.dragged")).to_have_count(1)
    with visit(browser, page.page.address) as seen:
        expect(seen.locator(".tier")).to_have_count(2)
        assert tiers(seen)[0] == ["D"]
        assert page.owner().ballot["comments"] == {}


def test_moves_are_told_as_kept_only_when_they_are(browser: Browser, page: Served) -> None:
    """While the server does not answer, the page says so and tries again; nothing is lost when it is back."""
    with visit(browser, page.page.address) as seen:
        drag(seen, "B", ".hint")
        seen.context.route("**/api/step", cut)
        seen.locator('[data-letter="C"] .letter').focus()
        press(seen, "<")
        expect(seen.locator("#kept")).to_have_text("1 move not kept yet. Trying again …")
        assert page.owner().ballot["tiers"][0] == ["B"]
        seen.context.unroute("**/api/step")
        expect(seen.locator("#kept")).to_have_text("✓ all kept")
        assert page.owner().ballot["tiers"] == tiers(seen) == [["C"], ["B"], ["A", "D"]]


def test_another_window_that_went_on_is_taken_over_and_told_of(browser: Browser, page: Served) -> None:
    """The newer ballot counts, wherever it was made."""
    with visit(browser, page.page.address) as seen:
        drag(seen, "B", ".hint")
        page.owner().moved("top", letter="D")
        expect(seen.locator(".tier")).to_have_count(3)
        seen.context.route("**/api/events", cut)
        seen.reload()
        expect(seen.locator(".tier")).to_have_count(3)
        page.owner().moved("top", letter="A")
        seen.locator('[data-letter="C"] .letter').focus()
        press(seen, "<")
        expect(seen.locator("#notice")).to_contain_text("gone on with elsewhere")
        assert tiers(seen) == page.owner().ballot["tiers"] == [["A"], ["D"], ["B"], ["C"]]


def test_two_listeners_each_rank_their_own_until_the_owner_closes(browser: Browser, page: Served) -> None:
    """The owner adds one by name, hands on a link, sees that they have cast, and closes."""
    with visit(browser, page.page.address) as owner:
        owner.get_by_role("button", name="Listeners").click()
        owner.get_by_label("Another listener").fill("Ada <script>alert(1)</script>")
        owner.get_by_role("button", name="Add").click()
        expect(owner.locator("dialog .wrong")).to_contain_text("name")
        owner.get_by_label("Another listener").fill("Ada")
        owner.get_by_role("button", name="Add").click()
        link = owner.get_by_label("Link of Ada").input_value()
        owner.keyboard.press("Escape")
        with visit(browser, link) as ada:
            drag(ada, "A", ".hint")
            expect(ada.get_by_role("button", name="Listeners")).to_have_count(0)
            cast(ada)
            expect(ada.get_by_role("heading", name="Your ballot is cast")).to_be_visible()
            ada.get_by_role("button", name="Change my ballot").click()
            drag(ada, "C", ".tier:nth-child(1)")
            cast(ada)
            expect(ada.get_by_role("heading", name="Your ballot is cast")).to_be_visible()
        assert tiers(owner) == [["A", "B", "C", "D"]]
        drag(owner, "B", ".hint")
        cast(owner)
        expect(owner.get_by_text("Ada has cast")).to_be_visible()
        owner.get_by_role("button", name="Close generation 0").click()
        expect(owner.get_by_role("heading", name="Nobody goes on with this run")).to_be_visible()
    assert len(read(page.folder).generations[0].ballots) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser: Browser, page: Served, scheme: str) -> None:
    """Axe finds nothing serious in any state of the page, light or dark, wide or narrow."""
    with visit(browser, page.page.address, color_scheme=scheme, reduced_motion="reduce") as seen:
        seen.locator(".card").first.wait_for()
        check_access(seen)
        for way in ("Two at a time", "Best three"):
            seen.get_by_role("button", name=way).click()
            check_access(seen)
        seen.get_by_role("button", name="In a list").click()
        for dialog in ("Listeners", "Time", "Keys", "Done …"):
            seen.get_by_role("button", name=dialog, exact=True).click()
            check_access(seen)
            seen.keyboard.press("Escape")
        seen.set_viewport_size({"width": 390, "height": 844})
        check_access(seen)
        seen.get_by_role("button", name="Family").click()
        expect(seen.get_by_text("No generation is ranked yet.")).to_be_visible()
        check_access(seen)
        seen.get_by_role("button", name="Back").click()
        drag(seen, "A", ".hint")
        cast(seen)
        expect(seen.get_by_role("heading", name="Nobody goes on with this run")).to_be_visible()
        check_access(seen)
        seen.get_by_role("button", name="Family").click()
        expect(seen.locator(".detail h3")).to_be_visible()
        check_access(seen)


WAITING = {"phase": None, "epoch": None, "epochs": None, "loss": None, "loss_word": None, "seconds_left": None}
AT_WORK = {
    **WAITING,
    "phase": "drawing",
    "epoch": 3,
    "epochs": 8,
    "loss": "2.1",
    "loss_word": "bits",
    "seconds_left": 9,
}
MEMBERS = [
    {"place": place, "status": status, **(AT_WORK if status == "evaluating" else WAITING)}
    for place, status in enumerate(("evaluated", "failed", "evaluating", "waiting"), start=1)
]
ANN = {"name": "ann", "link": "/?token=x", "state": "begun"}
STAGES: list[tuple[str, dict[str, Any]]] = [
    ("Generation 0: ", {"stage": "evaluating", "can_hear": ["A", "B"], "notices": ["a host is missing"],
                        "progress": {"done": 1, "total": 4, "members": MEMBERS, "seconds_left": 95}}),
    ("Getting ready", {"stage": "preparing", "progress": None}),
    ("Your ballot is cast", {"stage": "cast", "listeners": [ANN, {**ANN, "name": "bob", "state": "cast"}]}),
    ("Ranked", {"stage": "breeding", "taste": ["8 of 10 pairs came as guessed.", "One more generation."]}),
    ("The run is complete", {"stage": "complete", "me": {"name": "ann", "is_owner": False}}),
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out_while_nothing_can_be_ranked(browser: Browser, page: Served, scheme: str) -> None:
    """Axe finds nothing serious in the other stages, as the page shows a state that says so."""
    with visit(browser, page.page.address, color_scheme=scheme, reduced_motion="reduce") as seen:
        state, said = page.owner().state, dict[str, Any]()
        seen.context.route("**/api/events", cut)
        seen.context.route("**/api/state", lambda route: route.fulfill(json={**state, **said}))
        for title, said in STAGES:
            seen.reload()
            expect(seen.get_by_role("heading", name=title)).to_be_visible()
            expect(seen.locator(".early .card")).to_have_count(len(said.get("can_hear", [])))
            expect(seen.locator("#offline")).to_be_visible()
            expect(seen.locator("#again")).to_have_text("evolve listen run")
            check_access(seen)


def cut(route: Route) -> None:
    """Let a request fail, as without a network."""
    route.abort()


def press(page: Page, *keys: str) -> None:
    """Press one key after the other, as a person would."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)
        expect(page.locator("#kept")).not_to_have_text("keeping …")
