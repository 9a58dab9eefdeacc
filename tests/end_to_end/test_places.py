"""Runs on read-only disks, without rights, copied and moved, also while a process works on them."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.errors import DamagedStoreError, RunError
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.disks import needs_rights_that_hold, read_only, small_disk, without_rights
from tests.end_to_end.commands import Typed, one_line
from tests.end_to_end.pretended_commands import begin, begun, evolve, finish, read, write_space
from tests.troubles import told

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Path:
    """A folder with a run whose first generation waits for its listener; to be copied from."""
    folder = tmp_path_factory.mktemp("heard")
    write_space(folder)
    evolve(*begin("night", tunes), folder=folder)
    return folder


@pytest.fixture
def at_work(tmp_path: Path, tunes: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that trains the second of four in the run `night`, until a file `go` lets it go on."""
    write_space(tmp_path)
    process = begun(*begin("night", tunes), folder=tmp_path, environ={"PRETENDED_WAITS": f"g0-2 {tmp_path}"})
    end = time.monotonic() + PATIENCE_S
    while not (tmp_path / "waiting").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)


def ended(process: "subprocess.Popen[str]", folder: Path, *, expect: int = 0) -> str:
    """Let the process go on to its end; what it said on stderr."""
    (folder / "go").touch()
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == expect, err
    assert "Traceback" not in err
    return err


def test_a_run_on_a_read_only_disk_can_be_looked_at(heard: Path, tmp_path: Path, tunes: Path) -> None:
    """Report, list and candidates; whoever would write is told in one line, before anything is trained."""
    with small_disk(tmp_path / "disk", 256) as disk:
        shutil.copytree(heard, disk, dirs_exist_ok=True)
        with read_only(disk):
            assert "night  begun" in evolve("report", "night", folder=disk).out
            assert evolve("list", "--json", folder=disk).json[0]["name"] == "night"
            assert evolve("rank", "night", "--json", folder=disk).json["generation"] == 0
            for command in (
                ("resume", "night"),
                ("rank", "night", "--order", "D > A > ..."),
                ("rank", "night", "--json", "--listener", "ann"),
            ):
                told("read-only", one_line(evolve(*command, folder=disk, expect=1)))
            told("start-refused", one_line(evolve(*begin("other", tunes), folder=disk, expect=1)))
            told("no-target", one_line(evolve("report", "night", "-o", "x.txt", folder=disk, expect=1)))
            told("no-target", one_line(evolve("compose", "night", "g0-1", folder=disk, expect=1)))
            told("no-target", one_line(evolve("export", "night", "g0-1", "out", folder=disk, expect=1)))
        finish("night", disk)


def test_a_run_without_rights_is_told_and_the_others_are_still_listed(heard: Path, tmp_path: Path) -> None:
    """Where nothing may be written it can be looked at; where nothing may be read, that is one line."""
    needs_rights_that_hold()
    shutil.copytree(heard, tmp_path, dirs_exist_ok=True)
    shutil.copytree(heard / "runs" / "night", tmp_path / "runs" / "closed")
    for path in (tmp_path / "runs" / "night").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tmp_path / "runs" / "night").chmod(0o555)
    (tmp_path / "runs" / "closed").chmod(0)

    def typed(*arguments: str, expect: int = 0) -> Typed:
        return evolve(*arguments, folder=tmp_path, expect=expect, before=without_rights())

    assert "night  begun" in typed("report", "night").out
    assert typed("rank", "night", "--json").json["generation"] == 0
    for command in (("resume", "night"), ("rank", "night", "--order", "D > A > ..."), ("report", "closed")):
        told("no-rights", one_line(typed(*command, expect=1)))
    listed = typed("list", "--json")
    assert [run["name"] for run in listed.json] == ["night"]
    told("no-rights", one_line(listed))
    assert "night  begun" in typed("report").out


def test_a_run_that_is_moved_while_a_process_works_on_it_goes_on_from_there(
    at_work: "subprocess.Popen[str]", tmp_path: Path, undisturbed: Callable[[Path], bool]
) -> None:
    """The process ends with one line, and nothing comes to be at the old place."""
    (tmp_path / "runs" / "night").rename(tmp_path / "runs" / "dusk")
    told("moved", ended(at_work, tmp_path, expect=1))
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["dusk"]
    assert examine(tmp_path / "runs" / "dusk").is_whole
    finish("dusk", tmp_path)
    assert undisturbed(tmp_path / "runs" / "dusk")


def test_a_run_that_is_at_work_is_left_to_its_process_and_can_be_copied(
    at_work: "subprocess.Popen[str]", tmp_path: Path, undisturbed: Callable[[Path], bool]
) -> None:
    """Another command that would advance it is refused; copy and original both go on to the same lineage."""
    told("locked", one_line(evolve("resume", "night", folder=tmp_path, expect=1)))
    assert "in training, 1 of 4 done" in evolve("report", "night", folder=tmp_path).out
    assert examine(tmp_path / "runs" / "night").is_worked_on
    shutil.copytree(tmp_path / "runs" / "night", tmp_path / "runs" / "copy")
    assert not examine(tmp_path / "runs" / "copy").is_worked_on
    finish("copy", tmp_path)
    ended(at_work, tmp_path)
    finish("night", tmp_path)
    assert undisturbed(tmp_path / "runs" / "copy")
    assert undisturbed(tmp_path / "runs" / "night")


def test_a_run_at_work_is_told_as_such_until_its_process_is_gone(
    at_work: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """Nobody is sent to a command that is refused; when the process is killed, the run waits for one at once."""
    (listed,) = evolve("list", "--json", folder=tmp_path).json
    assert (listed["at_work"], listed["status"]) == (True, "in training, 1 of 4 done")
    assert (listed["waits_for"], listed["command"]) == ("the process that works on it now", "evolve report night")
    stands = evolve("report", "night", "--format", "json", folder=tmp_path).json["stands"]
    assert (stands["at_work"], stands["waits_for"]) == (True, listed["waits_for"])
    told_at_work = [
        evolve("list", folder=tmp_path, environ={"COLUMNS": "200"}).out,
        evolve("report", "night", folder=tmp_path).out,
        one_line(evolve("rank", "night", "--json", folder=tmp_path, expect=1)),
        one_line(evolve("rank", "night", "--order", "A > ...", folder=tmp_path, expect=1)),
    ]
    assert all("works on it now" in text and "resume" not in text for text in told_at_work), told_at_work
    at_work.kill()
    at_work.wait()
    (listed,) = evolve("list", "--json", folder=tmp_path).json
    assert (listed["at_work"], listed["waits_for"]) == (False, "evolve resume night")
    assert "evolve resume night" in one_line(evolve("rank", "night", "--json", folder=tmp_path, expect=1))


def test_a_copy_made_in_the_midst_of_work_is_whole_or_told(tmp_path: Path, tunes: Path) -> None:
    """Copied file by file while rows are written, it may be torn: then that is found, and never a traceback."""
    write_space(tmp_path)
    process = begun(*begin("night", tunes), folder=tmp_path)
    copies = 0
    while process.poll() is None:
        copy = tmp_path / f"copy-{copies}"
        try:
            shutil.copytree(tmp_path / "runs" / "night", copy)
        except (OSError, shutil.Error):  # it was not there yet, or a file aside came to its name meanwhile
            shutil.rmtree(copy, ignore_errors=True)
            continue
        copies += 1
        findings = examine(copy).findings
        try:
            with RunStore(copy) as store:
                store.read()
        except DamagedStoreError:
            assert findings
        except RunError:
            assert not (copy / "run.sqlite").exists()
    assert process.communicate()[1].count("Traceback") == 0
    assert copies


def test_a_moved_and_renamed_run_is_the_same_run(
    heard: Path, tmp_path: Path, undisturbed: Callable[[Path], bool]
) -> None:
    """While no process works on it; the ballot is handed in by its path."""
    shutil.copytree(heard, tmp_path, dirs_exist_ok=True)
    moved = tmp_path / "another place" / "day"
    moved.parent.mkdir()
    (tmp_path / "runs" / "night").rename(moved)
    evolve("rank", str(moved), "--order", "A > B = C ! D", folder=tmp_path)
    evolve("resume", str(moved), "--judge", "none", folder=tmp_path)
    moved.rename(tmp_path / "runs" / "day")
    finish("day", tmp_path)
    assert undisturbed(tmp_path / "runs" / "day")
    assert read(tmp_path / "runs" / "day").name == "day"


def test_a_run_whose_files_are_lost_or_changed_is_told(heard: Path, tmp_path: Path) -> None:
    """With the file, and what to do; the other commands go on."""
    shutil.copytree(heard, tmp_path, dirs_exist_ok=True)
    run = tmp_path / "runs" / "night"
    song = run / "individuals" / "g0-1" / "song-1.mid"
    data = song.read_bytes()
    song.unlink()
    lost = evolve("rank", "night", "--order", "D > A > ...", "--listener", "ann", folder=tmp_path, expect=1)
    told("file-lost", one_line(lost))
    song.write_bytes(data + b"1")
    changed = evolve("rank", "night", "--order", "D > A > ...", "--listener", "ann", folder=tmp_path, expect=1)
    told("file-damaged", one_line(changed))
    song.write_bytes(data)
    (run / "individuals").rename(run.parent.parent / "individuals")
    (run / "individuals").symlink_to(run.parent.parent / "individuals")
    out = evolve("rank", "night", "--order", "D > A > ...", "--listener", "ann", folder=tmp_path, expect=1)
    told("leads-out", one_line(out))
    evolve("report", "night", folder=tmp_path)


def test_runs_that_are_begun_at_once_each_have_their_own_folder(tmp_path: Path, tunes: Path) -> None:
    """When nobody names them: the second is not the first, and both can be ranked."""
    write_space(tmp_path)
    few = ("--corpus", str(tunes), "--generations", "2", "--judge", "none")
    processes = [begun("start", "--space", "words.yaml", "--seed", str(seed), *few, folder=tmp_path) for seed in (1, 2)]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
    runs = [read(tmp_path / "runs" / name) for name in ("words-1", "words-2")]
    assert {run.settings["seed"] for run in runs} == {1, 2}
    assert all(examine(tmp_path / "runs" / run.name).is_whole for run in runs)
