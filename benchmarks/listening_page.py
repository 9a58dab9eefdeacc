"""Claim: on the listening room's page sound starts within 0.3 s of a click; and what a link of 2 Mbit/s adds.

The page of a run of 12 candidates with 5 songs each that wait to be ranked is opened in Chromium, every time with an
empty cache, over the loopback and through a link that Chromium's own throttle makes slow (DevTools,
`Network.emulateNetworkConditions`). Songs are a minute and a half of notes at random, made into sound, piano roll and
MIDI as those that networks compose. Measured inside the page:

* load: from the beginning of the navigation until there is a button to play each of the 60 songs;
* first click: on a song, at once after that, until its time moves and the page's analyser sees a signal;
* later clicks: the same on songs of other candidates, a second apart, the song before stopped and still on its way.

The mouse goes to a button and presses it in the same instant: a hand leaves the page a moment more to fetch what it
hovers over. The 0.05 s of silence with which a song begins are counted. By turns: each round opens the page both ways.

Of an OGG file Chromium reads the first 32 KB and the last 64 to 98 before it plays, which takes such a link half a
second; `--hover 0.3` rests on a button before it is pressed, as a hand does.

    python -m benchmarks.listening_page --rounds 9 --mbit 2 --latency 20 --hover 0
"""

import argparse
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import browsing
from benchmarks.pairing import table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CANDIDATES = 12
SONGS = 5
NOTES = 240
BAR_S = 0.3
GENES = {"genes": {"seed": {"type": "int", "min_value": 0, "max_value": 10_000}}}

_WATCH = """
const watched = window.watched = { clicked: 0, playing: 0, sounding: 0 };
const decks = [], analysers = [], [makeAudio, makeAnalyser] = [Audio, BaseAudioContext.prototype.createAnalyser];
window.Audio = function () {
  const deck = new makeAudio();
  deck.addEventListener("playing", () => { watched.playing ||= performance.now(); });
  decks.push(deck);
  return deck;
};
BaseAudioContext.prototype.createAnalyser = function () {
  const analyser = makeAnalyser.call(this);
  analysers.push(analyser);
  return analyser;
};
const begin = (event) => Object.assign(watched, { clicked: event.timeStamp, playing: 0, sounding: 0 });
addEventListener("click", begin, { capture: true });
setInterval(() => {
  const deck = decks.find((each) => !each.paused);
  if (watched.sounding || !watched.playing || !deck || !deck.currentTime || !analysers.length) return;
  const wave = new Float32Array(analysers[0].fftSize);
  analysers[0].getFloatTimeDomainData(wave);
  if (wave.some((value) => Math.abs(value) > 0.001)) watched.sounding = performance.now();
}, 2);
"""


@dataclass
class Measured:
    """What was measured over one kind of link; seconds.

    Attributes:
        load: Until all songs can be played.
        kilobytes: That came until then.
        first: From the first click to sound.
        later: From the others to sound.
    """

    load: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)


@cache
def song(seed: int) -> dict[str, bytes]:
    """Notes at random as the files of a song."""
    from evolve.domains.music.song import Note, Notes, Song, Track  # noqa: PLC0415
    from evolve.domains.music.song_files import song_files  # noqa: PLC0415

    rng = random.Random(seed)  # noqa: S311 - no secret
    notes = [Note(rng.randrange(48, 84), 18 * at, rng.choice((12, 24, 36))) for at in range(NOTES)]
    files = {one.kind: one.data for one in song_files(Song((Track(Notes.of(notes)),)), "song")}
    return {kind: files[kind] for kind in ("audio", "roll", "midi")}  # the first is what is judged


def compose(hp: Any, trial: Any) -> None:  # noqa: ANN401 - as a user's function
    """Songs, a few different ones again and again: making them takes its time."""
    for number in range(SONGS):
        trial.sample(song((hp.Int("seed", 0, 10_000) + number) % 8))


def prepared(folder: Path) -> Path:
    """A run of songs that waits for its ranking."""
    import evolve  # noqa: PLC0415 - so that --help answers at once

    settings: dict[str, Any] = {"population": CANDIDATES, "parents": 2, "generations": 1, "seed": 1}
    with evolve.Search(folder, GENES, domain=compose, engine="here", on_event=lambda _: None, **settings) as search:
        next(iter(search))
    return folder


@dataclass(frozen=True, slots=True)
class Visit:
    """How the page is visited: how many later clicks, and how many seconds the mouse rests before each."""

    clicks: int
    hover: float


def visit(browser: "Browser", address: str, link: dict[str, float] | None, how: Visit, measured: Measured) -> None:
    """Open the page with an empty cache, and click."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    devtools, came = context.new_cdp_session(page), list[float]()
    devtools.on("Network.dataReceived", lambda told: came.append(told["encodedDataLength"]))
    devtools.send("Network.enable")
    if link:
        devtools.send("Network.emulateNetworkConditions", {"offline": False, **link})
    page.goto(address, wait_until="commit")
    there = f"document.querySelectorAll('.list .card .look.play').length === {CANDIDATES * SONGS}"
    loaded = page.wait_for_function(f"() => {there} && performance.now()", polling="raf").json_value()
    measured.load.append(float(loaded) / 1000)
    measured.kilobytes.append(sum(came) / 1000)
    for number in range(1 + how.clicks):
        place = measured.later if number else measured.first
        place.append(_click_to_sound(page, number, 1 + number % SONGS, how.hover))
    context.close()


def _click_to_sound(page: "Page", candidate: int, sample: int, hover: float = 0.0) -> float:
    button = page.locator(".list .card").nth(candidate).locator(f".look.play[data-sample='{sample}']")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.wait_for_timeout(1000 * hover)
    page.mouse.click(*at)
    sounded = "() => watched.sounding && watched.sounding - watched.clicked"
    took = page.wait_for_function(sounded, polling=20).json_value()
    page.locator("#toggle").click()
    page.wait_for_timeout(1000)
    return float(took) / 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clicks", type=int, default=2, help="later clicks of a round (default: 2)")
    parser.add_argument("--mbit", type=float, default=2.0, help="of the slow link, a second, both ways (default: 2)")
    parser.add_argument("--latency", type=float, default=20.0, help="of the slow link, in ms (default: 20)")
    parser.add_argument("--hover", type=float, default=0.0, help="seconds that the mouse rests before it presses")
    chosen = parser.parse_args()
    if reason := browsing.missing():
        print(reason)
        return
    throughput = chosen.mbit * 1e6 / 8
    slow = {"latency": chosen.latency, "downloadThroughput": throughput, "uploadThroughput": throughput}
    links = {"loopback": None, f"{chosen.mbit:g} Mbit/s, {chosen.latency:g} ms": slow}
    measured = {name: Measured() for name in links}
    with browsing.own_folder() as place:
        from evolve.function_domain import FunctionDomain  # noqa: PLC0415

        folder = prepared(place / "run")
        with browsing.served(folder, FunctionDomain(compose)) as address, browsing.chromium() as browser:
            for _ in range(chosen.rounds):
                for name, link in links.items():
                    visit(browser, address, link, Visit(chosen.clicks, chosen.hover), measured[name])
    heads = ["link", "load", "first click to sound", "later clicks", f"within {BAR_S} s"]
    print(f"a song: {len(song(0)['audio']) / 1000:.0f} KB of sound")
    print(table(heads, [_row(name, one) for name, one in measured.items()]))


def _row(name: str, measured: Measured) -> list[str]:
    clicks = measured.first + measured.later
    within = sum(one <= BAR_S for one in clicks)
    load = f"{median(measured.load):.2f} s, {median(measured.kilobytes):.0f} KB"
    return [name, load, _told(measured.first), _told(measured.later), f"{within} of {len(clicks)}"]


def _told(seconds: list[float]) -> str:
    return f"{median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})" if seconds else "–"


if __name__ == "__main__":
    main()
