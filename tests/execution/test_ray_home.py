"""Our own Ray is closed to others, and nothing of it outlives whoever started it."""

import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from evolve.errors import ExecutionError
from evolve.execution import ray_home
from evolve.execution.ray_home import RayHome, clear
from tests.execution.processes import writers
from tests.troubles import told

pytestmark = pytest.mark.slow

WAITING_S = 15.0

STARTING = """
import sys, time
from evolve.execution.ray_execution import RayExecution
execution = RayExecution(trial="tests.execution.strange_trials:run")
execution.get_ready(2)
print("starting", flush=True)
with execution() as runner:
    print("started", flush=True)
    time.sleep(600)
"""

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Without it Ray looks for 127.0.0.1 at this machine's address in the network, where ours does not listen."""

WRITING = "import sys, time; file = open(sys.argv[1], 'w'); print('open', flush=True); time.sleep(600)"
READING = "import sys, time; file = open(sys.argv[1]); print('open', flush=True); time.sleep(600)"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this test alone, with a short name since sockets lie in it."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="h-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


def begin(program: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a program, and wait for its first word."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def end(*processes: "subprocess.Popen[str]") -> None:
    """Kill them, and wait for it."""
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def until_empty(place: Path) -> None:
    """Wait until no process writes there any more, and nothing lies there."""
    limit = time.monotonic() + WAITING_S
    while writers(place) or any(place.glob("evolve-ray-*")):
        assert time.monotonic() < limit, writers(place)
        time.sleep(0.1)


@pytest.mark.parametrize("delay_s", [0.0, 2.5, 5.0, None], ids=lambda delay: f"{delay} s")
def test_nothing_of_ray_outlives_a_killed_driver(place: Path, delay_s: float | None) -> None:
    """Killed while Ray starts, or when it has: all its processes and files are gone within seconds, not minutes."""
    driver = begin(STARTING)
    assert driver.stdout is not None
    if delay_s is None:
        assert driver.stdout.readline() == "started\n"
        time.sleep(2)  # its workers are being started now
        assert len(writers(place)) > 5
    else:
        time.sleep(delay_s)
    end(driver)
    until_empty(place)


def test_our_own_ray_listens_on_the_loopback_interface_alone(place: Path) -> None:
    """With a token that nobody else can read, in a folder that nobody else can enter."""
    driver = begin(STARTING)
    assert driver.stdout is not None
    assert driver.stdout.readline() == "started\n"
    time.sleep(3)
    (home,) = place.glob("evolve-ray-*")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    family = [psutil.Process(driver.pid), *psutil.Process(driver.pid).children(recursive=True)]
    listening = [one.laddr for each in family for one in each.net_connections("inet") if one.status == "LISTEN"]
    assert len(listening) >= 5
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert stat.S_IMODE((home / "token").stat().st_mode) == 0o600
    gcs = next(each for each in family if each.name() == "gcs_server")
    (port, *_) = [one.laddr.port for one in gcs.net_connections("inet") if one.status == "LISTEN"]
    told("ray-token", _joining_without_token(port, place))
    end(driver)
    until_empty(place)


def _joining_without_token(port: int, home: Path) -> str:
    """What Ray says to a stranger, who would try again for minutes."""
    joining = f"import ray; ray.init('127.0.0.1:{port}'); print('joined')"
    stranger = os.environ | {"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "", "HOME": str(home)} | LOOPBACK
    with subprocess.Popen(
        [sys.executable, "-c", joining], env=stranger, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "joined" in line or "Token" in line)
        process.kill()
    return said.partition("RPC error: ")[2]


def test_a_home_is_made_where_files_can_be_or_is_refused_by_the_places_that_were_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder for temporary files that is not there, or is named too long for Ray's sockets, is passed over."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "not-there"))
    made = ray_home.new_folder()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.rmdir()
    monkeypatch.setattr(ray_home, "_USUAL_PLACES", ("/dev/null", "/proc"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "far-too-long-a-name"))
    with pytest.raises(ExecutionError) as raised:
        ray_home.new_folder()
    told("ray-folder", f"evolve: {raised.value}")


def test_what_an_owner_without_a_watcher_left_is_cleared_by_the_next(place: Path) -> None:
    """After a power cut, or when both were killed; a home whose owner lives is let be."""
    living, left = RayHome(), RayHome()
    precious = place / "precious"
    precious.mkdir()
    (precious / "kept").touch()
    (place / f"{ray_home._PREFIX}link").symlink_to(precious)
    left._watcher.kill()
    left._watcher.wait()
    left._lock.release()  # as the system does when its owner dies
    (left.folder).mkdir()
    process = begin(WRITING, left.folder / "raylet.out")
    RayHome().clear()
    assert not psutil.pid_exists(process.pid)
    end(process)
    assert not left.folder.parent.exists()
    assert (precious / "kept").exists()
    assert living.folder.parent.exists()
    (place / f"{ray_home._PREFIX}link").unlink()
    living.clear()
    until_empty(place)


def test_two_starts_at_once_leave_each_others_homes_alone(place: Path) -> None:
    """None is seen before it is locked; each is for its user alone."""
    program = (
        "from evolve.execution.ray_home import RayHome\n"
        "for _ in range(8):\n"
        "    home = RayHome()\n"
        "    assert home.folder.parent.stat().st_mode & 0o777 == 0o700\n"
        "    home.clear()\n"
    )
    starts = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [start.wait(120) for start in starts] == [0, 0, 0]
    until_empty(place)


def test_a_person_who_reads_a_log_is_let_be(place: Path) -> None:
    """Only those who write are Ray's."""
    home = place / "home"
    (home / "r").mkdir(parents=True)
    (home / "r" / "raylet.out").write_text("a line")
    reader, writer = begin(READING, home / "r" / "raylet.out"), begin(WRITING, home / "r" / "gcs.out")
    clear(home)
    assert not psutil.pid_exists(writer.pid)
    assert reader.poll() is None
    end(reader, writer)
    assert not home.exists()


def test_a_long_path_to_temporary_files_is_not_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets could not be named there."""
    deep = place / ("x" * ray_home._LONGEST_PLACE)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    home = RayHome()
    assert home.folder.is_relative_to("/tmp")  # noqa: S108
    assert not home.folder.is_relative_to(deep)
    home.clear()
