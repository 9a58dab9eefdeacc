"""Claim: 300 listeners who rank 8 candidates at once, while a run trains beside, wait a tenth of a second for a move.

The page of a run of pictures that waits is served by a process of its own, as `evolve listen` serves it. Another run
trains real networks on all cores meanwhile. Each listener comes in by a link of their own, reads what there is, and
ranks by a script: a move to the top for each candidate in turn from the worst to the best of an order of their own,
after a pause as between two moves of a hand, then the ballot is cast. Then the owner closes the generation, and every
ballot in the store is compared with the order that its listener meant.

A move is answered when it is on the disk. The listeners are tasks of this process, on the same cores as the server.

    python -m benchmarks.listening_room_load --listeners 300 --pause 3
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.pairing import table
from evolve.store.run_store import RunStore

CANDIDATES = 8

_SERVER = """
import sys, threading
from pathlib import Path
from evolve.domain_registry import named_domain
from evolve.page.place import PageAddress
from evolve.page.server import page_served
from evolve.store.run_store import RunStore

folder, names = Path(sys.argv[1]), tuple(sys.argv[2].split(","))
with RunStore(folder) as store:
    run = store.look()
with page_served(folder, run, named_domain("pictures"), "owner", PageAddress(listeners=names)) as page:
    print(page.port, page.address, *(page.address_of(name) for name in names), flush=True)
    threading.Event().wait()
"""


class Browser:
    """One listener's connection; asks, and reads the answer."""

    def __init__(self, address: str, port: int) -> None:
        """A browser that has not come in yet."""
        self.path = "/" + address.partition("/?")[2].join(["?", ""])
        self._port, self._cookie = port, ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def enter(self) -> None:
        """Come in by the link."""
        head, _ = await self._asked("GET", self.path, b"")
        self._cookie = next(one for one in head if one.lower().startswith("set-cookie:")).split(":", 1)[1].split(";")[0]

    async def ask(self, method: str, path: str, said: object = None) -> Any:  # noqa: ANN401 - JSON
        """Ask something; gives the answer's JSON."""
        head, body = await self._asked(method, path, json.dumps(said).encode() if said is not None else b"")
        assert head[0].split()[1] == "200", (head, body)
        return json.loads(body)

    async def _asked(self, method: str, path: str, body: bytes) -> tuple[list[str], bytes]:
        if self._streams is None or self._streams[1].is_closing() or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        host = f"127.0.0.1:{self._port}"
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {self._cookie}\r\n"
        try:
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):  # it was kept open too long
            self._streams = None
            return await self._asked(method, path, body)
        length = next((int(one.split(":")[1]) for one in lines if one.lower().startswith("content-length:")), 0)
        return lines, await reader.readexactly(length)


async def rank(
    browser: Browser, rng: random.Random, pause: float, waited: list[float], opened: list[float]
) -> list[str]:
    """Rank by a script; gives the order that was meant."""
    await asyncio.sleep(rng.uniform(0, 2 * pause))
    began = time.perf_counter()
    await browser.enter()
    session = await browser.ask("GET", "/api/session")
    opened.append(time.perf_counter() - began)
    order = [one["letter"] for one in session["candidates"]]
    rng.shuffle(order)
    version = session["ballot"]["version"]
    for letter in reversed(order):
        await asyncio.sleep(rng.uniform(0.5 * pause, 1.5 * pause))
        began = time.perf_counter()
        ballot = await browser.ask("POST", "/api/step", {"version": version, "step": {"do": "top", "letter": letter}})
        waited.append(time.perf_counter() - began)
        version = ballot["version"]
    await browser.ask("POST", "/api/cast", {"version": version})
    return order


async def rank_all(ways: list[str], port: int, pause: float) -> tuple[list[list[str]], list[float], list[float]]:
    """Have all listeners rank at once; gives what they meant and how long they waited."""
    waited: list[float] = []
    opened: list[float] = []
    ranking = [
        rank(Browser(way, port), random.Random(number), pause, waited, opened)  # noqa: S311 - no secret
        for number, way in enumerate(ways)
    ]
    return list(await asyncio.gather(*ranking)), waited, opened


@contextlib.contextmanager
def training_beside(folder: Path) -> Iterator[None]:
    """A run that trains meanwhile; it is waited for until it trains."""
    evolve = [
        sys.executable,
        "-m",
        "evolve",
        "start",
        "--space",
        "quick.yaml",
        "--runs",
        str(folder),
        "--name",
        "beside",
    ]
    more = ["--population", "8", "--set", "seconds=600", "--set", "patience=100", "--judge", "none"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*evolve, *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as training:
        assert training.stderr is not None
        while "generation 0" not in training.stderr.readline():
            assert training.poll() is None
        time.sleep(20)  # until its workers train
        try:
            yield
        finally:
            training.terminate()
            training.communicate()


def prepared(folder: Path) -> Path:
    """A run of pictures that waits for its ranking."""
    import evolve  # noqa: PLC0415 - so that --help answers at once

    with evolve.Search(
        folder, "pictures", engine="here", population=CANDIDATES, size=64, on_event=lambda _: None
    ) as one:
        next(iter(one))
    return folder


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=300)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two moves of a listener")
    parser.add_argument("--alone", action="store_true", help="nothing trains beside")
    options = parser.parse_args()
    names = [f"listener {number}" for number in range(options.listeners)]
    with tempfile.TemporaryDirectory() as place:
        folder = prepared(Path(place) / "run")
        beside = contextlib.nullcontext() if options.alone else training_beside(Path(place))
        environ = {**os.environ, "XDG_STATE_HOME": place}
        command = [sys.executable, "-c", _SERVER, str(folder), ",".join(names)]
        with (
            beside,
            subprocess.Popen(  # noqa: S603 - our own program
                command, stdout=subprocess.PIPE, text=True, env=environ
            ) as server,
        ):
            assert server.stdout is not None
            try:
                port, owner, *ways = server.stdout.readline().split()
                began = time.perf_counter()
                meant, waited, opened = asyncio.run(rank_all(ways, int(port), options.pause))
                took = time.perf_counter() - began
                asyncio.run(close(owner, int(port)))
            finally:
                server.terminate()
        with RunStore(folder, read_only=True) as store:
            ballots = {one.listener: one for one in store.read().generations[0].ballots}
    lost = [name for name in names if name not in ballots]
    mixed_up = [
        name
        for name, order in zip(names, meant, strict=True)
        if name in ballots
        and [tier for (tier,) in ballots[name].ballot.tiers] != [ballots[name].letters[letter] for letter in order]
    ]
    rows = [
        ["moves", f"{len(waited):,} in {took:.0f} s"],
        ["a move, median", f"{1000 * median(waited):.0f} ms"],
        ["a move, 99 of 100", f"{1000 * quantiles(waited, n=100)[98]:.0f} ms"],
        ["coming in, median", f"{1000 * median(opened):.0f} ms"],
        ["ballots lost, mixed up", f"{len(lost)}, {len(mixed_up)}"],
    ]
    print(table([f"{options.listeners} listeners, {CANDIDATES} candidates", "took"], rows))


async def close(owner: str, port: int) -> None:
    """The owner closes the generation."""
    browser = Browser(owner, port)
    await browser.enter()
    await browser.ask("POST", "/api/close", {})


if __name__ == "__main__":
    main()
