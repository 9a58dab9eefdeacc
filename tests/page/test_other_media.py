"""Samples that are neither sound nor picture, in a browser: film, pages of HTML and texts."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import evolve
from evolve.function_domain import FunctionDomain
from tests.page.browsers import NEEDS_CHROMIUM, check_access, chromium, visit
from tests.page.visitors import served

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]

HTML = "<!doctype html><title>story</title><p>Once upon a time</p><script>document.body.textContent = 'run'</script>"
TEXT = "roses are red\nviolets are <b>blue</b>"

# What a canvas shows for a third of a second, as the browser itself records it.
RECORDED = """async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 48];
  const brush = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let at = 0; at < 10; at += 1) {
    brush.fillStyle = `hsl(${36 * at} 80% 50%)`;
    brush.fillRect(0, 0, 64, 48);
    await new Promise((done) => setTimeout(done, 40));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a run whose samples are a film, a page and a text each."""
    folder: Path = tmp_path_factory.mktemp("media") / "run"
    with visit(browser, "about:blank") as blank:
        film = base64.b64decode(blank.evaluate(RECORDED))

    def evaluate(hp: Any, trial: Any) -> None:  # noqa: ANN401 - as a user's function
        """One of each."""
        hp.Int("height", 1, 40)
        for kind, content in (("film", film), ("story", HTML), ("verse", TEXT)):
            trial.sample({kind: content})

    genes = {"genes": {"height": {"type": "int", "min_value": 1, "max_value": 40}}}
    small: dict[str, Any] = {"population": 3, "parents": 2, "generations": 1, "seed": 7}
    with evolve.Search(folder, genes, domain=evaluate, engine="here", on_event=lambda _: None, **small) as search:
        next(iter(search))
    with served(folder, domain=FunctionDomain(evaluate)) as page:
        yield page.page.address


@pytest.fixture
def room(browser: Browser, address: str) -> Iterator[Page]:
    """The page of that run."""
    with visit(browser, address) as page:
        page.locator(".card").first.wait_for()
        yield page


def test_a_film_plays_where_it_is_shown(room: Page) -> None:
    """With the browser's own controls, from the beginning."""
    film = room.locator(".detail video")
    film.evaluate("film => new Promise((done) => { film.onended = done; film.play(); })")
    expect(film).to_have_js_property("videoWidth", 64)


def test_a_page_of_html_is_read_and_runs_no_script(room: Page) -> None:
    """In a frame without any rights, beside the list and opened over it."""
    expect(room.frame_locator(".detail iframe").locator("p")).to_have_text("Once upon a time")
    room.locator('.card[data-letter="A"] [data-sample="2"]').click()
    opened = room.locator("dialog iframe")
    expect(opened).to_have_attribute("sandbox", "")
    expect(room.frame_locator("dialog iframe").locator("p")).to_have_text("Once upon a time")
    check_access(room)


def test_a_text_is_shown_as_it_is(room: Page) -> None:
    """Its lines apart, its markup as text; the card has its beginning."""
    expect(room.locator(".detail .text")).to_have_text(TEXT)
    expect(room.locator('.card[data-letter="B"] .excerpt')).to_have_text(TEXT)
    assert "\n" in (room.locator(".detail .text").text_content() or "")
    check_access(room)
