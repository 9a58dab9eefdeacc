"""`evolve doctor` as its user types it: this machine as it is, and runs that are whole and that are not."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from evolve.doctor.machine import machine_checks
from evolve.domains.music.commands.checks import checks
from evolve.terminal.checks import Look
from tests.end_to_end.commands import evolve
from tests.pretended_trials import copy_of, go, prepare_run, small_settings
from tests.pseudo_terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a run waits to be heard."""
    folder = tmp_path_factory.mktemp("doctor")
    prepared = prepare_run(folder / "prepared" / "night", small_settings(tunes))
    with copy_of(prepared, folder / "runs") as store:
        go(store, judge=None)
    return folder


@pytest.fixture
def night(folder: Path) -> Path:
    """A fresh copy of the run, called ``copy``."""
    copy = folder / "runs" / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    return Path(shutil.copytree(folder / "runs" / "night", copy))


def looks(*, thoroughly: bool) -> list[Look]:
    """All that is looked at, what music needs too."""
    return list(machine_checks(Path("runs"), checks(), thoroughly=thoroughly))


def bad(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    """What was found that will not work."""
    return [check["found"] for check in document["checks"] if check["state"] == "bad"]


def test_this_machine_is_well(tmp_path: Path) -> None:
    """The tests run here, so TensorFlow and Ray do too."""
    document = evolve("doctor", "--json", folder=tmp_path).json
    assert bad(document) == []
    assert document["run"] is None
    assert [check["name"] for check in document["checks"]] == [name for name, _ in looks(thoroughly=True)]
    ray = next(check for check in document["checks"] if check["name"] == "Ray")
    assert "listens on this machine alone" in ray["found"]


def test_a_whole_run_is_well(folder: Path) -> None:
    """Its store and its files, and of the machine what takes no time."""
    text = evolve("doctor", "night", folder=folder).out
    assert "intact; the newest of 3 copies is of " in text
    quick = [name for name, _ in looks(thoroughly=False)]
    assert all(name in text for name in ("store", "files", "at work", *quick))
    assert "TensorFlow" not in text


def test_files_that_are_lost_or_not_what_was_written_are_named(folder: Path, night: Path) -> None:
    """Exit code 1, with what to do; nothing of it is changed."""
    (night / "individuals" / "g0-2" / "network.keras").unlink()
    (night / "individuals" / "g0-1" / "song-1.ogg").write_bytes(b"other")
    (night / "individuals" / "g0-3" / ".song-1.ogg.0a1b2c3d").write_bytes(b"half")
    before = sorted(path for path in night.rglob("*"))
    told = evolve("doctor", "copy", "--json", folder=folder, expect=1).json
    assert sorted(bad(told)) == [
        "individuals/g0-1/song-1.ogg is not what was written (5 bytes)",
        "individuals/g0-2/network.keras is lost",
    ]
    assert any(".song-1.ogg.0a1b2c3d" in check["found"] for check in told["checks"] if check["state"] == "warning")
    assert sorted(path for path in night.rglob("*")) == before


def test_a_damaged_store_is_restored_and_gone_on_with(folder: Path, night: Path) -> None:
    """From its newest copy; the damaged one stays."""
    store = night / "run.sqlite"
    data = bytearray(store.read_bytes())
    data[-4096:] = b"\xff" * 4096
    store.write_bytes(data)
    assert bad(evolve("doctor", "copy", "--json", folder=folder, expect=1).json)
    restored = evolve("doctor", "copy", "--restore", folder=folder)
    assert "evolve resume copy" in restored.err
    assert (night / "run.sqlite.damaged-1").read_bytes() == data
    assert bad(evolve("doctor", "copy", "--json", folder=folder).json) == []
    assert evolve("rank", "copy", "--json", folder=folder).json["generation"] == 0


def test_at_a_terminal_a_damaged_store_is_restored_when_one_says_so(folder: Path, night: Path) -> None:
    """And left as it is when one does not."""
    (night / "run.sqlite").write_bytes(b"")
    for answer, is_restored in (("n", False), ("y", True)):
        terminal = Terminal("evolve", "doctor", "copy", folder=folder, columns=120)
        terminal.until("restore the copy of ", seconds=60)
        terminal.type(f"{answer}\r")
        assert terminal.end() == (0 if is_restored else 1)
        assert bool((night / "run.sqlite").stat().st_size) == is_restored
    assert evolve("rank", "copy", "--json", folder=folder).json["generation"] == 0


def test_a_run_that_there_is_not_is_a_mistake(folder: Path) -> None:
    """As is restoring without saying what."""
    assert 'no run folder "nobody"' in evolve("doctor", "nobody", folder=folder, expect=1).err
    evolve("doctor", "--restore", folder=folder, expect=2)
