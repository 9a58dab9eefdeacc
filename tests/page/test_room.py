"""What the listening room shows beside the ranking, in a browser: it follows the run, and says how things stand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.browsers import NEEDS_CHROMIUM, check_access, chromium, tiers, visit
from tests.page.visitors import Served

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


def test_the_listeners_are_shown_as_they_are_until_their_generation_is_closed(browser: Browser, page: Served) -> None:
    """Whoever casts is told of at once; nothing is to be closed before, and the dialog ends with its generation."""
    with visit(browser, page.page.address) as seen:
        seen.get_by_role("button", name="Listeners").click()
        close = seen.get_by_role("button", name="Close generation 0")
        expect(close).to_have_count(0)
        seen.get_by_label("Another listener").fill("Ada")
        seen.get_by_role("button", name="Add").click()
        expect(seen.get_by_text("has not begun")).to_be_visible()
        expect(close).to_be_disabled()
        ada = page.listener("Ada")
        ada.moved("top", letter="B")
        expect(seen.get_by_text("is at it")).to_be_visible()
        assert ada.cast().status_code == 200
        expect(seen.get_by_text("has cast")).to_be_visible()
        with seen.expect_request("**/api/close") as asked:
            close.click()
        assert asked.value.post_data_json == {"generation": 0}
        expect(seen.get_by_role("heading", name="Nobody goes on with this run")).to_be_visible()
        expect(seen.locator("dialog")).to_have_count(0)


def test_a_dialog_ends_with_its_generation_wherever_that_is_closed(browser: Browser, page: Served) -> None:
    """What would act on another generation than was meant is gone."""
    owner = page.owner()
    with visit(browser, page.page.address) as seen:
        seen.get_by_role("button", name="Done …").click()
        expect(seen.locator("dialog")).to_be_visible()
        assert owner.cast().status_code == 200
        expect(seen.locator("dialog")).to_have_count(0)


def test_escape_leads_from_a_comment_back_to_the_keys(browser: Browser, page: Served) -> None:
    """What was written is kept, and the next key moves on."""
    with visit(browser, page.page.address) as seen:
        seen.locator('[data-letter="B"] .letter').focus()
        seen.keyboard.press("c")
        seen.keyboard.type("like rain")
        seen.keyboard.press("Escape")
        expect(seen.locator("#kept")).to_have_text("✓ all kept")
        assert page.owner().ballot["comments"] == {"B": "like rain"}
        seen.keyboard.press("j")
        expect(seen.locator(".card.chosen")).to_have_attribute("data-letter", "C")
        seen.keyboard.press("?")
        expect(seen.get_by_text("escape leads back to the keys")).to_be_visible()


def test_keys_that_come_before_the_next_drawing_act_on_what_was_chosen(browser: Browser, page: Served) -> None:
    """A comment is of the candidate that was just chosen, though another is still drawn beside the list."""
    with visit(browser, page.page.address) as seen:
        expect(seen.get_by_label("Comment on A")).to_be_visible()
        seen.evaluate("""() => {
            document.querySelector('[data-letter="B"] .letter').focus();
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "c", bubbles: true}));
        }""")
        expect(seen.get_by_label("Comment on B")).to_be_focused()


def test_a_question_is_answered_once_it_is_drawn(browser: Browser, page: Served) -> None:
    """A second key that comes before the next question is drawn answers nothing."""
    with visit(browser, page.page.address) as seen:
        seen.get_by_role("button", name="Two at a time").click()
        seen.get_by_role("button", name="A is better").click()
        expect(seen.get_by_role("button", name="C is better")).to_be_visible()
        seen.evaluate("""() => {
            const enter = () => new KeyboardEvent("keydown", {key: "Enter", bubbles: true});
            window.requestAnimationFrame = () => 0;  // nothing is drawn any more
            setInterval(() => document.body.dispatchEvent(enter()), 50);
        }""")
        seen.wait_for_timeout(1000)
        owner = page.owner()
        assert owner.moved("undo")["can_undo"]
        assert not owner.moved("undo")["can_undo"], "two answers alone were taken"


def test_a_picture_that_is_opened_is_shown_large_wherever_it_stands(browser: Browser, page: Served) -> None:
    """By a click or by keys, in each way to rank and in the family; it counts as looked at."""
    with visit(browser, page.page.address) as seen:
        seen.locator(".card[data-letter=B] .look").nth(1).click()
        expect_large(seen, "B, picture 2")
        seen.locator('[data-letter="A"] .letter').focus()
        seen.keyboard.press(" ")
        expect_large(seen, "A, picture 2")
        seen.locator(".detail .picture").first.click()
        expect_large(seen, "A, picture 1")
        seen.get_by_role("button", name="Best three").click()
        seen.locator(".card[data-letter=C] .look").first.click()
        expect_large(seen, "C, picture 1")
        with seen.expect_response("**/api/heard"):
            pass
        assert "2" in page.owner().ballot["heard"]["B"]
        assert page.owner().cast().status_code == 200
        expect(seen.get_by_role("heading", name="Nobody goes on with this run")).to_be_visible()
        seen.get_by_role("button", name="Family").click()
        seen.locator(".detail .picture").first.click()
        expect_large(seen, ", picture 1")


def test_naming_the_best_three_asks_before_it_replaces_an_order(browser: Browser, page: Served) -> None:
    """Whoever says no keeps the order; whoever has not ordered anything is not asked; what was told before is gone."""
    asked: list[str] = []
    with visit(browser, page.page.address) as seen:
        best = seen.get_by_role("button", name="Best three")
        best.click()
        for letter in "CAB":
            seen.get_by_role("button", name=f"{letter} is").click()
        expect(seen.locator("#notice")).to_contain_text("C, A, B lead")
        seen.on("dialog", lambda dialog: dialog.dismiss() if not asked else dialog.accept())
        seen.on("dialog", lambda dialog: asked.append(dialog.message))
        best.click()
        expect(seen.locator("#notice")).to_be_hidden()
        assert len(asked) == 1
        assert tiers(seen) == [["C"], ["A"], ["B"], ["D"]]
        best.click()
        expect(seen.get_by_role("heading", name="Which is the best?")).to_be_visible()
        seen.reload()
        expect(seen.locator(".tier")).to_have_count(4)


def test_a_drag_beside_a_card_selects_no_text_but_notes_can_be_selected(browser: Browser, page: Served) -> None:
    """Only what is beside the candidates stays selectable, on a phone as well, where it lies among them."""
    style = "element => getComputedStyle(element).userSelect"
    for width in (1200, 390):
        with visit(browser, page.page.address, viewport={"width": width, "height": 844}) as seen:
            expect(seen.locator(".detail .facts")).to_be_visible()
            assert seen.locator(".list").evaluate(style) == "none"
            assert seen.locator(".detail").evaluate(style) != "none"


def test_pictures_are_spoken_of_as_what_is_looked_at(browser: Browser, page: Served) -> None:
    """The help to the keys and the time that was spent have the words of what is judged."""
    with visit(browser, page.page.address) as seen:
        seen.get_by_role("button", name="Keys").click()
        expect(seen.get_by_text("look at the chosen picture")).to_be_visible()
        expect(seen.get_by_role("dialog")).not_to_contain_text("play")
        seen.keyboard.press("Escape")
        page.owner().moved("top", letter="A")
        assert page.owner().posted("/api/heard", {"generation": 0, "plays": [], "active_s": 30}).status_code == 204
        assert page.owner().cast().status_code == 200
        expect(seen.get_by_role("heading", name="Nobody goes on with this run")).to_be_visible()
        seen.get_by_role("button", name="Time").click()
        expect(seen.get_by_role("dialog")).to_contain_text(", with 0 looks.")
        expect(seen.get_by_role("dialog")).to_contain_text("? 1 min: ")


def expect_large(page: Page, title: str) -> None:
    """Expect a picture over the page, larger than beside the list, and close it."""
    expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text(title)
    box = page.locator("dialog .picture").bounding_box()
    assert box is not None
    assert box["width"] > 900
    check_access(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
