"""A disk that fills up, wherever that happens: one clear line, nothing harmed, and on to the same lineage."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.store.examination import examine
from tests.disks import fill, make_room, small_disk
from tests.end_to_end.commands import EVOLVE, ROOT, one_line
from tests.end_to_end.commands import evolve as really
from tests.end_to_end.pretended_commands import at_a_terminal, begin, evolve, finish, read, write_space
from tests.pseudo_terminal import Terminal, without_escapes
from tests.troubles import told

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of just enough room to begin a generation."""
    with small_disk(tmp_path / "disk", 256) as disk:
        write_space(disk)
        yield disk


@pytest.fixture
def waiting(disk: Path, tunes: Path) -> Path:
    """The disk with a run whose first generation waits for its listener."""
    evolve(*begin("night", tunes), folder=disk)
    return disk


@pytest.mark.parametrize(("who", "pages_left"), [("g0-1", 0), ("g0-3", 3), ("g0-3", 6), ("g0-2", 13)])
def test_a_disk_that_fills_up_in_a_trial_costs_that_trial_alone(
    disk: Path, tunes: Path, undisturbed: Callable[[Path], bool], who: str, pages_left: int
) -> None:
    """Whether there is no room for its first file, for its last, for its rows, or for the songs to be heard."""
    fills = {"PRETENDED_FILLS": f"{who} {disk} {pages_left * PAGE}"}
    stopped = evolve(*begin("night", tunes), folder=disk, expect=1, environ=fills)
    told("disk-full-training", stopped.err)
    assert examine(disk / "runs" / "night").is_whole
    assert "night" in evolve("report", "night", folder=disk).out
    again = evolve("resume", "night", folder=disk, expect=1)
    told("disk-nearly-full", again.err)
    make_room(disk)
    finish("night", disk)
    assert undisturbed(disk / "runs" / "night")


@pytest.mark.parametrize("pages_left", [0, 10, 30, 45])
def test_a_full_disk_at_the_start_is_told_with_the_way_on(disk: Path, tunes: Path, pages_left: int) -> None:
    """The same command under the same name where no run was left behind, else the one that goes on with it."""
    (disk / "runs").mkdir()
    fill(disk, leave=pages_left * PAGE)
    refused = evolve(*begin("night", tunes), folder=disk, expect=1)
    if list((disk / "runs").iterdir()):
        assert "evolve resume night" in refused.err
        make_room(disk)
        evolve("resume", "night", "--judge", "none", folder=disk)
    else:
        told("disk-full-start", one_line(refused))
        make_room(disk)
        evolve(*begin("night", tunes), folder=disk)
    assert read(disk / "runs" / "night").generations[0].status.waits_for_listener


@pytest.mark.parametrize("listener", ["listener", "ann"])
def test_a_ballot_that_cannot_be_kept_is_told_and_can_be_given_again(
    waiting: Path, undisturbed: Callable[[Path], bool], listener: str
) -> None:
    """Whether its songs are staged already or not; the run is as it was before."""
    before = read(waiting / "runs" / "night")
    fill(waiting)
    order = ("rank", "night", "--order", "D > A > ...", "--listener", listener)
    told("disk-full-ranking", one_line(evolve(*order, folder=waiting, expect=1)))
    assert read(waiting / "runs" / "night") == before
    assert examine(waiting / "runs" / "night").is_whole
    make_room(waiting)
    finish("night", waiting)
    assert undisturbed(waiting / "runs" / "night")


def test_a_half_made_ballot_is_kept_up_to_the_step_that_found_no_room(waiting: Path) -> None:
    """The terminal is given back, one line tells it, and the next session begins with the steps before."""
    first = at_a_terminal("rank", "night", folder=waiting)
    open_the_list(first)
    first.type("jK")
    order = letters(first.until("1 step kept"))
    fill(waiting)
    first.type("jjK")
    assert first.end() == 1
    assert "Traceback" not in first.raw
    assert "Unhandled exception" not in first.raw
    told("disk-full-ranking", without_escapes(first.raw))
    make_room(waiting)
    second = at_a_terminal("rank", "night", folder=waiting)
    second.until("go on after 1 step", PATIENCE_S)
    open_the_list(second)
    assert letters(second.text) == order
    second.type("\r")
    second.until("Is this your order?")
    second.type("y")
    assert second.end() == 0
    assert read(waiting / "runs" / "night").generations[0].status.is_ranked


def test_a_full_disk_does_not_keep_anyone_from_looking(waiting: Path) -> None:
    """Report, list and the candidates need no room; a report that is to be written is refused at once."""
    fill(waiting)
    evolve("report", "night", folder=waiting)
    assert "night" in evolve("list", folder=waiting).out
    assert evolve("rank", "night", "--json", folder=waiting).json["generation"] == 0
    refused = evolve("report", "night", "-o", "report.txt", folder=waiting, expect=1)
    told("no-target", one_line(refused))
    assert "No space left on device" in one_line(refused)


def open_the_list(terminal: Terminal) -> None:
    """Through the first question to the list of candidates."""
    terminal.until("candidates of generation 0", PATIENCE_S)
    terminal.type("\r")
    terminal.until("Rank generation 0")


def letters(screen: str) -> list[str]:
    """The blind letters in the order of the list."""
    return re.findall(r"(?:\d+|=) +([A-D]) +", screen)


def test_real_training_outlives_a_disk_that_fills_up(disk: Path, tunes: Path) -> None:
    """With real networks on real Ray: what had ended is kept, and only the others are trained again."""
    few = ("--population", "3", "--generations", "1", "--songs", "1", "--notes", "20", "--set", "epochs=1")
    space = str(ROOT / "tests" / "small_lstms.yaml")
    begin_it = ("start", "--space", space, "--corpus", str(tunes), "--name", "real", *few, "--judge", "none")
    process = subprocess.Popen(
        [EVOLVE, *begin_it], cwd=disk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    while not list((disk / "runs").glob("real/listening/generation-0/*/*.ogg")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    fill(disk)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    told("disk-full-training", err)
    ended = trained(disk)
    assert ended
    assert examine(disk / "runs" / "real").is_whole
    make_room(disk)
    really("resume", "real", "--judge", "none", folder=disk)
    assert len(trained(disk)) == 3
    assert {name: trained(disk)[name] for name in ended} == ended
    really("rank", "real", "--order", "A > ...", folder=disk)


def trained(disk: Path) -> dict[str, object]:
    """What is known of those that have songs."""
    individuals = read(disk / "runs" / "real").individuals
    return {name: (record.metrics, record.samples) for name, record in individuals.items() if record.status.is_heard}
