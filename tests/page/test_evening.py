"""Whole evenings on the page: from the program, from Python, beside a terminal, and when something goes wrong."""

import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import evolve
from evolve.records.events import Event, EventKind
from evolve.store.examination import examine
from tests import troubles
from tests.disks import fill, make_room, small_disk
from tests.end_to_end.pretended_commands import at_a_terminal, begin, begun, read, write_space
from tests.end_to_end.pretended_commands import evolve as type_
from tests.page.test_listeners import EVERYWHERE
from tests.page.visitors import SMALL, Visitor, served
from tests.page.visitors import begun as begun_pictures

PATIENCE_S = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a search space in it."""
    write_space(tmp_path)
    return tmp_path


def visitor_at(address: str) -> Visitor:
    """A browser that came in by an address."""
    url = address.partition("/?")[0]
    client = httpx.Client(base_url=url, timeout=PATIENCE_S)
    assert client.get(address.strip(), follow_redirects=True).status_code == 200
    return Visitor(client, url)


def until(happens: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def running(*arguments: str, folder: Path, environ: dict[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A command that runs on; ended, if it has not ended by itself."""
    process = begun(*arguments, folder=folder, environ={"XDG_STATE_HOME": str(folder / "state"), **(environ or {})})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    """The address that a command prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("http://127.0.0.1:"), (line, process.communicate())
    return line


def start(name: str, tunes: Path) -> list[str]:
    """The command that begins a run on the page."""
    return [*begin(name, tunes)[:-1], "page"]


def rank(visitor: Visitor, letter: str) -> None:
    """Wait for a generation, and rank it."""
    until(lambda: visitor.state["stage"] == "ranking")
    visitor.moved("best", letters=[letter])
    assert visitor.cast().status_code == 200


def test_one_evening_without_touching_the_terminal(folder: Path, tunes: Path) -> None:
    """Training is seen, two generations are ranked, and the program ends with the report."""
    waits = {"PRETENDED_WAITS": f"g0-3 {folder}"}
    with running(*start("night", tunes), folder=folder, environ=waits) as process:
        owner = visitor_at(first_line(process))
        until((folder / "waiting").exists)
        state = owner.state
        assert (state["stage"], state["progress"]["done"], state["progress"]["total"]) == ("evaluating", 2, 4)
        assert [one["status"] for one in state["progress"]["members"]][2:] == ["evaluating", "waiting"]
        until(lambda: len(owner.state["can_hear"]) == 2)
        early = owner.session
        assert [one["letter"] for one in early["candidates"]] == owner.state["can_hear"]
        assert owner.client.get(early["candidates"][0]["samples"][0]["files"]["audio"]["url"]).status_code == 200
        assert owner.posted("/api/step", {"version": 0, "step": {"do": "undo"}}).status_code == 409
        (folder / "go").touch()
        rank(owner, "B")
        until(lambda: owner.state["generation"] == 1)
        rank(owner, "C")
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        assert "night" in out
    run = read(folder / "runs" / "night")
    assert [one.ballots[0].method for one in run.generations] == ["best", "best"]
    assert run.generations[-1].status.is_ranked


def test_the_page_is_told_of_every_change(folder: Path, tunes: Path) -> None:
    """By events that a browser listens to; the last one says that the run is complete."""
    with running(*start("night", tunes), folder=folder) as process:
        owner = visitor_at(first_line(process))
        stages: list[str] = []

        def follow() -> None:
            with contextlib.suppress(httpx.HTTPError), owner.client.stream("GET", "/api/events") as stream:
                told = (line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: "))
                stages.extend(json.loads(line)["stage"] for line in told)

        following = threading.Thread(target=follow)
        following.start()
        rank(owner, "B")
        until(lambda: "ranking" in stages and owner.state["generation"] == 1)
        rank(owner, "C")
        process.communicate(timeout=PATIENCE_S)
        following.join(PATIENCE_S)
        assert not following.is_alive()
        assert stages[-1] == "complete"


def test_ctrl_c_ends_at_once_and_loses_nothing(folder: Path, tunes: Path) -> None:
    """With the usual line, though a browser listens; the ballot goes on the next time."""
    with running(*start("night", tunes), folder=folder) as process:
        owner = visitor_at(first_line(process))
        until(lambda: owner.state["stage"] == "ranking")
        kept = owner.moved("top", letter="D")
        with owner.client.stream("GET", "/api/events"):
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)
        assert time.monotonic() - began < 10
        assert process.returncode == 130
        assert (
            err.strip()
            .splitlines()[-1]
            .startswith("evolve: stopped; what was done is kept. Go on: evolve resume night")
        )
        assert "--judge page" in err
    with running("resume", "night", "--judge", "page", folder=folder) as process:
        owner = visitor_at(first_line(process))
        assert owner.ballot["tiers"] == kept["tiers"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 143


def test_a_server_killed_in_mid_move_keeps_every_move_that_it_answered(folder: Path, tunes: Path) -> None:
    """Whatever it was about to do: the ballot is as of the last answer, or of the move after it."""
    with running(*start("night", tunes), folder=folder) as process:
        owner = visitor_at(first_line(process))
        until(lambda: owner.state["stage"] == "ranking")
        answered: list[Any] = [owner.ballot["tiers"]]
        sent: list[Any] = []

        def move() -> None:
            version = owner.ballot["version"]
            with contextlib.suppress(httpx.HTTPError):
                for number in range(10_000):
                    letter = "ABCD"[number % 4]
                    sent.append(letter)
                    answer = owner.step("top", version=version, letter=letter).json()
                    version = answer["version"]
                    answered.append(answer["tiers"])

        moving = threading.Thread(target=move)
        moving.start()
        until(lambda: len(answered) > 12)
        process.kill()
        moving.join(PATIENCE_S)
    assert examine(folder / "runs" / "night").is_whole
    with running("listen", "night", "--no-browser", folder=folder) as process:
        tiers = visitor_at(first_line(process)).ballot["tiers"]
    after = [[sent[-1]], *[tier for tier in answered[-1] if tier != [sent[-1]]]]
    assert tiers in (answered[-1], after)


def test_a_run_that_another_process_trains_is_seen_from_beside(folder: Path, tunes: Path) -> None:
    """`evolve listen` sees candidates come, ranks, and sees what a terminal does."""
    waits = {"PRETENDED_WAITS": f"g0-3 {folder}"}
    with running(*begin("night", tunes), folder=folder, environ=waits) as training:
        until((folder / "waiting").exists)
        with running("listen", "night", "--no-browser", folder=folder) as process:
            owner = visitor_at(first_line(process))
            until(lambda: owner.state["progress"] is not None and owner.state["progress"]["done"] == 2)
            assert owner.state["stage"] == "evaluating"
            assert len(owner.session["candidates"]) == 2
            (folder / "go").touch()
            until(lambda: owner.state["stage"] == "ranking")
            training.communicate(timeout=PATIENCE_S)
            assert training.returncode == 0
            owner.moved("top", letter="D")
            type_("rank", "night", "--order", "A > ...", folder=folder)
            until(lambda: owner.state["stage"] == "waiting")
            assert owner.state["go_on"] == "evolve resume night --judge page"
            assert owner.state["notices"] == ["generation 0 was ranked from elsewhere, by listener"]
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 130
            assert "evolve: the page is closed; every ballot is kept" in err
            assert "ssh -N -L" in err


def test_a_full_disk_is_told_with_each_move_that_it_refuses(tmp_path: Path, tunes: Path) -> None:
    """The ballot is as of the last move that was kept, and goes on when there is room."""
    with small_disk(tmp_path / "disk", 256) as disk:
        write_space(disk)
        type_(*begin("night", tunes), folder=disk)
        with running("listen", "night", "--no-browser", folder=disk) as process:
            owner = visitor_at(first_line(process))
            kept = owner.moved("top", letter="D")
            fill(disk)
            for refused in (owner.step("top", letter="A"), owner.posted("/api/heard", {"active_s": 3}), owner.cast()):
                assert refused.status_code == 507
                assert "is full; what was recorded is kept" in refused.json()["error"]
                assert "\n" not in refused.json()["error"]
            assert owner.ballot == kept
            make_room(disk)
            assert owner.moved("top", letter="A")["tiers"][:2] == [["A"], ["D"]]
            assert owner.cast().status_code == 200
        assert examine(disk / "runs" / "night").is_whole
        assert read(disk / "runs" / "night").generations[0].status.is_ranked


def test_the_terminal_offers_the_page_and_waits_for_its_ballot(folder: Path, tunes: Path) -> None:
    """As the way to hear, where no player is found; the ranking comes from there."""
    type_(*begin("night", tunes), folder=folder)
    environ = {"XDG_STATE_HOME": str(folder / "state"), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    terminal = at_a_terminal("rank", "night", folder=folder, environ=environ)
    terminal.until("In the browser, with sound (the way to hear", PATIENCE_S)
    terminal.type("jjj\r")
    terminal.until("/?token=", PATIENCE_S)
    terminal.until("ssh -N -L", PATIENCE_S)
    (address,) = {word for word in terminal.text.split() if word.startswith("http://127.0.0.1")}
    owner = visitor_at(address)
    owner.moved("best", letters=["C", "A"])
    owner.cast()
    terminal.until("generation 0 is ranked: C > A > B = D")
    assert terminal.end() == 0


def test_a_search_from_python_is_judged_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is told as a notice; the search runs to its end."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    told: list[str] = []

    def hear(event: Event) -> None:
        if event.kind is EventKind.NOTICE:
            told.append(event.text.rpartition(" ")[2])

    def judge() -> None:
        until(lambda: bool(told))
        owner = visitor_at(told[0])
        rank(owner, "A")
        until(lambda: owner.state["generation"] == 1)
        rank(owner, "B")

    judging = threading.Thread(target=judge)
    judging.start()
    with evolve.Search(tmp_path / "run", "pictures", engine="here", judge="page", on_event=hear, **SMALL) as search:
        search.run()
        assert search.is_complete
    judging.join()


def test_an_open_ballot_costs_a_run_no_reading_of_it(tmp_path: Path) -> None:
    """A move is one small transaction: the run is not read anew for it."""
    folder = begun_pictures(tmp_path / "run")
    with served(folder) as page:
        owner = page.owner()
        owner.moved("top", letter="A")
        run = page.page.room.run
        for letter in "BCDABCD":
            owner.moved("top", letter=letter)
        assert page.page.room.run is run


def test_the_port_and_the_host_are_chosen_and_refused_in_one_line(folder: Path, tunes: Path) -> None:
    """A port that is taken, an address of another machine, nobody named for others to judge."""
    type_(*begin("night", tunes), folder=folder)
    with running("listen", "night", "--no-browser", folder=folder) as process:
        port = first_line(process).split(":")[2].split("/")[0]
        taken = type_("listen", "night", "--port", port, folder=folder, expect=1)
        troubles.told("page-address", taken.err)
    for options, said in ((("--host", EVERYWHERE), "--listeners ann,bob"), (("--url", "x"), "must be an address")):
        refused = type_("listen", "night", *options, folder=folder, expect=1)
        assert said in refused.err
        assert len(refused.err.strip().splitlines()) == 1


def test_a_run_serves_its_page_where_it_is_told(folder: Path, tunes: Path) -> None:
    """With the options of `evolve listen`, refused before anything is begun where they cannot be."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    options = "--port", port, "--no-browser", "--listeners", "ann"
    with running(*start("night", tunes), *options, folder=folder) as process:
        line = first_line(process)
        assert line.startswith(f"http://127.0.0.1:{port}/?token=")
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"ann: http://127.0.0.1:{port}/?token=")
        assert [one["name"] for one in visitor_at(line).state["listeners"]] == ["ann"]
    refused = type_(*start("other", tunes), "--host", EVERYWHERE, folder=folder, expect=1)
    assert "--listeners ann,bob" in refused.err
    for judge in ("none", "mine.py:judge"):
        unserved = type_("resume", "night", "--judge", judge, "--port", port, folder=folder, expect=2)
        assert f"with --judge {judge} no page is served" in " ".join(unserved.err.replace("│", " ").split())
    assert not (folder / "runs" / "other").exists()
