"""A report's page in a real browser: with and without JavaScript, narrow and wide, and what it loads."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import evolve
from evolve.records.events import Event
from evolve.store.run_store import RunStore
from tests.pseudo_terminal import Terminal

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
EVOLVE = str(Path(sys.executable).with_name("evolve"))

CARDS = '''
"""Cards in HTML, drawings, verses, and a second of sound."""
import io
import math
import struct
import wave

def evaluate(hp, trial):
    hue, words = hp.Int("hue", 0, 359), hp.Choice("words", ["moon", "sea"])
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n * (hue + 60) / 2000))) for n in range(8000)))
    html = ("<!doctype html><style>h1 {color: rgb(1, 2, 3)}</style><h1>" + words + "</h1>"
            "<script>document.querySelector('h1').textContent = 'RAN'</script><img src='LEAK/picture.png' alt=''>")
    drawing = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle r='9'/><script>alert(1)</script></svg>"
    files = {"card": html.encode(), "drawing": drawing.encode(), "verse": b"<b>verse</b>", "sound": sound.getvalue()}
    trial.sample(files, facts={"hue": hue})
'''
SPACE = "genes:\n  hue: {type: int, min_value: 0, max_value: 359}\n  words: {type: choice, values: [moon, sea]}\n"


def quiet(_: Event) -> None:
    """Nobody looks on."""


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that nobody should ask, and what it was asked."""
    paths: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, asked: tuple[str, list[str]]) -> Path:
    """A folder with a run of cards of three generations, and its page."""
    folder = tmp_path_factory.mktemp("cards")
    (folder / "cards.py").write_text(CARDS.replace("LEAK", asked[0]), encoding="utf-8")
    (folder / "cards.yaml").write_text(SPACE, encoding="utf-8")
    settings: dict[str, Any] = {"population": 5, "parents": 2, "elites": 1, "generations": 3, "seed": 7}
    with evolve.Search(
        folder / "runs" / "cards",
        folder / "cards.yaml",
        domain=f"{folder / 'cards.py'}:evaluate",
        engine="here",
        on_event=quiet,
        **settings,
    ) as search:
        for generation in search:
            letters = [candidate.letter for candidate in generation.candidates]
            generation.rank(f"{' > '.join(letters[:-1])} ! {letters[-1]}")
    told(folder, "-o", "page.html")
    return folder


def told(folder: Path, *options: str) -> str:
    """What the command answers on stderr."""
    command = [EVOLVE, "report", "cards", "--format", "html", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120).stderr


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium")
    with api.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])


def opened(browser: Any, path: Path, **options: Any) -> Any:  # noqa: ANN401
    """The page, in a context of its own; its `requests` are those that were answered: what is blocked is never sent."""
    page = browser.new_context(**options).new_page()
    page.requests = []
    page.on("response", lambda answer: page.requests.append(answer.url))
    page.goto(path.as_uri())
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize("is_scripted", [False, True])
def test_no_request_leaves_the_page(
    browser: Any,  # noqa: ANN401
    folder: Path,
    asked: tuple[str, list[str]],
    *,
    is_scripted: bool,
) -> None:
    """With all unfolded and every frame shown, nothing is asked of any server, and no script of a sample runs."""
    path = folder / "page.html"
    page = opened(browser, path, java_script_enabled=is_scripted, viewport={"width": 1200, "height": 900})
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for frame in page.locator("iframe").all():
        frame.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert asked[1] == []
    assert [url for url in page.requests if not url.startswith(("data:", "about:"))] == [path.as_uri()]
    heading = page.frame_locator("iframe").first.locator("h1")
    assert heading.text_content() in {"moon", "sea"}
    assert heading.evaluate("one => getComputedStyle(one).color") == "rgb(1, 2, 3)"


def test_all_can_be_read_without_javascript(browser: Any, folder: Path) -> None:  # noqa: ANN401
    """The tree, the cards and the ballots are there, and a node leads to its card."""
    page = opened(browser, folder / "page.html", java_script_enabled=False)
    assert page.locator("svg.tree a.node").count() == 15
    page.locator("svg.tree a.node").first.click()
    target = page.locator(":target")
    assert target.get_attribute("class").startswith("card")
    assert target.is_visible()
    assert page.locator("#listeners tbody tr").count() == 3


def test_a_node_shows_its_card_beside_the_tree(browser: Any, folder: Path) -> None:  # noqa: ANN401
    """With JavaScript a click opens the card where one is, and closing it puts it back in its place."""
    page = opened(browser, folder / "page.html", viewport={"width": 1200, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    node = page.locator("svg.tree a.node").first
    id_ = node.get_attribute("href")[1:]
    node.click()
    assert page.locator("dialog[open] .card").get_attribute("id") == id_
    page.keyboard.press("Escape")
    page.locator("dialog .card").wait_for(state="detached")
    assert page.locator(f"main .card[id='{id_}']").count() == 1
    assert errors == []


def test_a_song_sounds(browser: Any, folder: Path) -> None:  # noqa: ANN401
    """The champion's sound plays from inside the page: time moves, and another that starts stops it."""
    page = opened(browser, folder / "page.html")
    times = page.evaluate(
        """async () => {
          const [one, other] = document.querySelectorAll('audio');
          one.muted = other.muted = true;
          await one.play();
          const limit = Date.now() + 10000;
          while (one.currentTime <= 0.1 && Date.now() < limit) await new Promise(done => setTimeout(done, 50));
          const time = one.currentTime;
          await other.play();
          await new Promise(done => setTimeout(done, 100));
          return [time, one.paused];
        }"""
    )
    assert times[0] > 0.1
    assert times[1] is True


@pytest.mark.parametrize("width", [390, 1024, 1920])
def test_nothing_is_wider_than_the_window(browser: Any, folder: Path, width: int) -> None:  # noqa: ANN401
    """Only the tree, the lines and the ballots scroll sideways, each in its frame."""
    page = opened(browser, folder / "page.html", viewport={"width": width, "height": 800})
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_lies_beside_the_page_is_found_there(browser: Any, folder: Path) -> None:  # noqa: ANN401
    """With no room inside, sounds and pictures lie in a folder beside, and are loaded from there alone."""
    answer = told(folder, "-o", "small.html", "--inside", "0")
    assert "files beside it in small-files" in answer
    page = opened(browser, folder / "small.html")
    loaded = page.evaluate(
        """async () => {
          const one = document.querySelector('audio');
          one.preload = 'auto';
          one.load();
          await new Promise((done, failed) => { one.onloadeddata = done; one.onerror = failed; });
          return [one.duration, document.querySelector('img').naturalWidth];
        }"""
    )
    assert loaded[0] == pytest.approx(1, abs=0.1)
    assert loaded[1] > 0
    beside = (folder / "small-files").as_uri()
    others = [url for url in page.requests if not url.startswith(("data:", "about:"))]
    assert all(url == (folder / "small.html").as_uri() or url.startswith(beside) for url in others)


def test_a_page_in_a_pipe_is_whole_and_says_what_is_left_out(folder: Path) -> None:
    """Without a path it goes to stdout; what does not fit is counted on stderr."""
    command = [EVOLVE, "report", "cards", "--format", "html", "--inside", "0"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    assert ended.stdout.startswith("<!DOCTYPE html>")
    assert ended.stdout.endswith("</html>\n")
    assert "left out, for want of room; with -o PATH" in ended.stderr


def test_a_page_at_a_terminal_is_written_to_a_file_of_the_runs_name(folder: Path) -> None:
    """A page of megabytes helps nobody there; which file it is stands in the answer."""
    terminal = Terminal("report", "cards", "--format", "html", command=[EVOLVE], folder=folder)
    terminal.until("written: cards.html", 120)
    assert terminal.end() == 0
    assert "<html" not in terminal.text
    assert (folder / "cards.html").read_text().startswith("<!DOCTYPE html>")


def test_a_damaged_store_is_told_as_a_page_too(folder: Path) -> None:
    """The page of a run is read from its files, which need no database."""
    with RunStore(folder / "runs" / "cards", read_only=True) as store:
        assert store.look().damage == ()
    database = folder / "runs" / "cards" / "run.sqlite"
    whole = database.read_bytes()
    try:
        database.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        assert "written: torn.html" in told(folder, "-o", "torn.html")
    finally:
        database.write_bytes(whole)
    page = (folder / "torn.html").read_text(encoding="utf-8")
    assert "The store is damaged" in page
    assert "data:audio/" in page
