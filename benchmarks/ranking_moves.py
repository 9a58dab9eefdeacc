"""Claim: a complete order of 8 candidates takes seven drags here, and seven clicks in optuna-dashboard.

Eight pictures of a run are ranked in Chromium by a listener's script with an order of its own in mind, here in each of
the page's three ways, and in optuna-dashboard, which asks for the worst of those that are shown (`n_generate=8`): who
was named goes, and with seven answers all are ordered, if nothing new is made between. That is its best case: where a
generator runs beside, as in its tutorial, newcomers are named as well. The same pictures and the same order for all.

* in a list: the best is dragged above the rest, then the next, then the ballot is handed in: two clicks;
* two at a time: "A is better" until the order is settled, then handed in;
* best three: three clicks, then handed in; the rest stay tied, so this is no complete order.

What is kept is compared with the order that was meant. Seconds are from the first move until everything is kept, at
the pace of the page: the script presses as soon as what it wants stands still, without looking, thinking or moving a
hand. `By hand` adds what an unhurried hand needs for clicks and drags (1.3 and 2.4 s: pointing 1.1, pressing or letting
go 0.1; Card, Moran and Newell, 1980), but not for scrolling, which stands beside (a window of 1440 x 900). Ratios are
to optuna-dashboard's of the same round: below 1, less is needed here.

    python -m benchmarks.ranking_moves --rounds 9 --peer ~/venvs/optuna
"""

import argparse
import contextlib
import hashlib
import itertools
import random
import shutil
import socket
import subprocess
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks import browsing
from benchmarks.pairing import table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CANDIDATES = 8
PEER = "optuna-dashboard, worst of 8"
CLICK_S, DRAG_S = 1.3, 2.4
WINDOW = {"width": 1440, "height": 900}

_DASHBOARD = """
import sys
from pathlib import Path
import optuna
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna_dashboard import register_preference_feedback_component, run_server
from optuna_dashboard.preferential import create_study

folder, port, studies, pictures = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
optuna.logging.set_verbosity(optuna.logging.ERROR)
artifacts = FileSystemArtifactStore(folder)
storage = optuna.storages.RDBStorage(f"sqlite:///{folder}/studies.db")
for number in range(studies):
    study = create_study(
        n_generate=len(pictures), study_name=f"{number}", storage=storage, sampler=optuna.samplers.RandomSampler()
    )
    register_preference_feedback_component(study, "artifact", artifact_key="picture")
    for picture in pictures:
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        kept = upload_artifact(artifact_store=artifacts, file_path=picture, study_or_trial=trial)
        trial.set_user_attr("picture", kept)
print("ready", flush=True)
run_server(storage, host="127.0.0.1", port=port, artifact_store=artifacts)
"""

_STILL = """async (what) => {
  const frame = () => new Promise(requestAnimationFrame);
  let [box, before] = [what.getBoundingClientRect(), null];
  while (!before || box.x !== before.x || box.y !== before.y) {
    await frame();
    [before, box] = [box, what.getBoundingClientRect()];
  }
  const [x, y] = [box.x + 0.85 * box.width, box.y + box.height / 2]; // the peer's notices cover the left
  return [x, y, what.contains(document.elementFromPoint(x, y))];
}"""


@dataclass
class Hand:
    """Moves the mouse, and counts.

    Attributes:
        page: What it moves over.
        clicks: So far.
        drags: So far.
        scrolls: How often something was out of sight.
    """

    page: "Page"
    clicks: int = 0
    drags: int = 0
    scrolls: int = 0

    def click(self, what: "Locator") -> None:
        """Press something."""
        x, y = self._middle(what)
        self.page.mouse.click(x, y)
        self.clicks += 1

    def drag(self, what: "Locator", onto: "Locator", down: float) -> None:
        """Drag something to a place so many pixels below the upper edge of another."""
        x, y = self._middle(what)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        placed = None
        while placed is None or abs(placed - self._top(onto) - down) > 1:  # near an edge the page scrolls
            placed = self._top(onto) + down
            self.page.mouse.move(x, placed, steps=5)
            self.page.wait_for_timeout(100)
        self.page.mouse.up()
        self.drags += 1

    def _top(self, what: "Locator") -> float:
        box = what.bounding_box()
        assert box is not None
        return box["y"]

    def _middle(self, what: "Locator") -> tuple[float, float]:
        """Where to press it, once it stands still and nothing covers that; scrolls there, if need be."""
        x, y, is_in_sight = what.evaluate(_STILL)
        if is_in_sight:
            return x, y
        what.evaluate("(what) => what.scrollIntoView({ block: 'center' })")
        self.scrolls += 1
        x, y, is_in_sight = what.evaluate(_STILL)
        assert is_in_sight
        return x, y


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a ranking took."""

    clicks: int
    drags: int
    scrolls: int
    seconds: float

    @property
    def moves(self) -> int:
        """Clicks and drags."""
        return self.clicks + self.drags

    @property
    def by_hand_s(self) -> float:
        """With a hand's time."""
        return self.seconds + CLICK_S * self.clicks + DRAG_S * self.drags


def by_list(hand: Hand, order: list[str]) -> None:
    """Drag the best to the top, the next below, and so on."""
    for place, letter in enumerate(order[:-1]):
        hand.drag(hand.page.locator(f".card[data-letter={letter}] .letter"), hand.page.locator(".tier").nth(place), 4)
        hand.page.wait_for_function("(count) => document.querySelectorAll('.tier').length === count", arg=place + 2)


def by_pairs(hand: Hand, order: list[str]) -> None:
    """Say which of two is better until all is said."""
    hand.click(hand.page.get_by_role("button", name="Two at a time"))
    while True:
        hand.page.wait_for_function("() => document.querySelector('.side, .tier')")
        sides = hand.page.locator(".side")
        letters = [str(one) for one in sides.evaluate_all("(sides) => sides.map((side) => side.dataset.letter)")]
        if not letters:
            return
        better = min(letters, key=order.index)
        hand.click(hand.page.get_by_role("button", name=f"{better} is better"))
        hand.page.wait_for_function(
            "(before) => [...document.querySelectorAll('.side')].map((side) => side.dataset.letter).join() !== before",
            arg=",".join(letters),
        )


def by_best_three(hand: Hand, order: list[str]) -> None:
    """Say which is best, second and third."""
    hand.click(hand.page.get_by_role("button", name="Best three"))
    for letter in order[:3]:
        hand.click(hand.page.locator(f"[data-pick={letter}]"))
    hand.page.locator(".tier").first.wait_for()


WAYS: dict[str, Callable[[Hand, list[str]], None]] = {
    "here, in a list": by_list,
    "here, two at a time": by_pairs,
    "here, best three": by_best_three,
}


def rank_here(browser: "Browser", folder: Path, way: str, taste: list[str]) -> Ranked:
    """Rank a copy of the run; taste tells pictures by their digests, best first."""
    from evolve.domain_registry import named_domain  # noqa: PLC0415
    from evolve.store.run_store import RunStore  # noqa: PLC0415

    copy = Path(shutil.copytree(folder, folder.parent / "copy"))
    with browsing.served(copy, named_domain("pictures")) as address, _opened(browser, address) as page:
        page.locator(".card img").last.wait_for()
        page.wait_for_timeout(1000)
        pictures = _letters(page)
        order = sorted(pictures, key=lambda letter: taste.index(pictures[letter]))
        hand, began = Hand(page), perf_counter()
        WAYS[way](hand, order)
        page.wait_for_function("() => document.querySelector('#kept').textContent === '✓ all kept'")
        hand.click(page.locator("#cast"))
        with page.expect_response("**/api/cast"):
            hand.click(page.get_by_role("button", name="Yes, that is my order"))
        took = perf_counter() - began
    with RunStore(copy, read_only=True) as store:
        (kept,) = store.read().generations[0].ballots
    letters = {one: letter for letter, one in kept.letters.items()}
    tiers = ["".join(sorted(letters[one] for one in tier)) for tier in kept.ballot.tiers]
    meant = [*order[:3], "".join(sorted(order[3:]))] if way == "here, best three" else order
    assert tiers == meant, (tiers, meant)
    shutil.rmtree(copy)
    return Ranked(hand.clicks, hand.drags, hand.scrolls, took)


def _letters(page: "Page") -> dict[str, str]:
    """The digest of each letter's picture."""
    session: dict[str, Any] = page.request.get("/api/session").json()
    return {
        one["letter"]: _digest(page.request.get(next(iter(one["samples"][0]["files"].values()))["url"]).body())
        for one in session["candidates"]
    }


def rank_there(browser: "Browser", url: str, study: int, taste: list[int]) -> Ranked:
    """Name the worst until one is left; taste tells trials by their numbers, best first."""
    with _opened(browser, f"{url}/dashboard/studies/{study}") as page:
        worst = page.get_by_role("button", name="Worst")
        worst.last.wait_for()
        page.wait_for_timeout(1000)
        hand, began = Hand(page), perf_counter()
        for number in reversed(taste[1:]):
            shown = [int(text.split()[1]) for text in page.locator("h5").all_inner_texts()]
            with page.expect_response("**/preference"):
                hand.click(worst.nth(shown.index(number)))
            page.wait_for_function("(count) => document.querySelectorAll('h5').length === count", arg=len(shown) - 1)
        took = perf_counter() - began
        kept = page.request.get(f"/api/studies/{study}?after=0").json()["preferences"]
    assert sorted(map(tuple, kept)) == sorted(itertools.combinations(taste, 2))
    return Ranked(hand.clicks, hand.drags, hand.scrolls, took)


@contextlib.contextmanager
def _opened(browser: "Browser", address: str) -> "Iterator[Page]":
    context = browser.new_context(viewport=WINDOW, base_url=address.partition("/?")[0].partition("/dashboard")[0])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def prepared(folder: Path) -> list[Path]:
    """A run of pictures that waits for its ranking; gives the pictures."""
    import evolve  # noqa: PLC0415 - so that --help answers at once

    settings: dict[str, Any] = {"population": CANDIDATES, "parents": 2, "generations": 1, "seed": 7, "pictures": 1}
    with evolve.Search(folder, "pictures", engine="here", on_event=lambda _: None, **settings) as search:
        generation = next(iter(search))
        return [next(iter(one.samples[0].files.values())) for one in generation.candidates]


def peer_python(given: Path | None, place: Path) -> Path | None:
    """The Python of a virtual environment that has optuna-dashboard; made where none is given, None where it cannot."""
    folder = given or place / "peer"
    python = folder / "bin" / "python"
    if given is None:
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        install = [*pip, "optuna", "optuna-dashboard"]
        subprocess.run(install, check=False, stderr=subprocess.DEVNULL)  # noqa: S603 - a peer, away from our packages
    found = python.exists() and not subprocess.run([python, "-c", "import optuna_dashboard"], check=False).returncode  # noqa: S603
    return python if found else None


@contextlib.contextmanager
def dashboard(python: Path, folder: Path, studies: int, pictures: list[Path]) -> Iterator[str]:
    """optuna-dashboard with as many studies of these pictures; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(python), "-c", _DASHBOARD, str(folder), str(port), str(studies), *map(str, pictures)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peer", type=Path, metavar="VENV", help="one with optuna-dashboard (default: one is made)")
    chosen = parser.parse_args()
    if reason := browsing.missing():
        print(reason)
        return
    with browsing.own_folder() as place:
        python = peer_python(chosen.peer, place)
        if python is None:
            print("not measured: optuna-dashboard cannot be installed here; name an environment that has it by --peer")
            return
        print(_table(measured(place, python, chosen.rounds)))


def measured(place: Path, python: Path, rounds: int) -> dict[str, list[Ranked]]:
    """All contenders by turns."""
    pictures = prepared(place / "run")
    digests = [_digest(path.read_bytes()) for path in pictures]
    studies = place / "studies"
    studies.mkdir()
    took: dict[str, list[Ranked]] = {name: [] for name in (*WAYS, PEER)}
    with dashboard(python, studies, rounds, pictures) as url, browsing.chromium() as browser:
        for number in range(rounds):
            taste = random.Random(number).sample(range(CANDIDATES), CANDIDATES)  # noqa: S311 - no secret
            for way in WAYS:
                took[way].append(rank_here(browser, place / "run", way, [digests[one] for one in taste]))
            took[PEER].append(rank_there(browser, url, number + 1, taste))
    return took


def _table(took: dict[str, list[Ranked]]) -> str:
    heads = ["way", "clicks", "drags", "scrolls", "page, s", "by hand, s", "moves, ratio", "page, ratio", "hand, ratio"]
    peer = took[PEER]
    rows = []
    for name, ours in took.items():
        middle = [f"{median(getattr(one, kind) for one in ours):g}" for kind in ("clicks", "drags", "scrolls")]
        moves = median(one.moves / other.moves for one, other in zip(ours, peer, strict=True))
        by_hand = median(one.by_hand_s / other.by_hand_s for one, other in zip(ours, peer, strict=True))
        seconds = [f"{median(one.seconds for one in ours):.2f}", f"{median(one.by_hand_s for one in ours):.1f}"]
        page = median(one.seconds / other.seconds for one, other in zip(ours, peer, strict=True))
        rows.append([name, *middle, *seconds, f"{moves:.2f}", f"{page:.2f}", f"{by_hand:.2f}"])
    return table(heads, rows)


if __name__ == "__main__":
    main()
