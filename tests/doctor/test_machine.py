"""What is looked at on a machine, and what is advised where something is missing."""

import shutil
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from evolve.doctor import machine
from evolve.doctor.machine import machine_checks
from evolve.errors import ExecutionError
from evolve.execution.ray_execution import RayExecution
from evolve.terminal.checks import Check, State, looked_at
from tests.troubles import told

Usage = namedtuple("Usage", "total used free")


def look(name: str, runs: Path = Path("runs")) -> Check:
    """One check alone."""
    return dict(machine_checks(runs))[name]()


def test_every_check_stands_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a program that reads the JSON finds it; none of the quick ones is bad here."""
    monkeypatch.chdir(tmp_path)
    for name, check in machine_checks(Path("runs")):
        if name not in ("TensorFlow", "Ray"):
            found = check()
            assert found.name == name
            assert not found.state.is_bad, found
            assert bool(found.advice) is (found.state is not State.GOOD)


@pytest.mark.parametrize(("free_gb", "state"), [(1.2, State.BAD), (3.0, State.WARNING), (8.0, State.GOOD)])
def test_too_little_memory_is_told(free_gb: float, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training alone takes a gigabyte."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16e9, available=free_gb * 1e9))
    check = look("memory")
    assert check.state is state
    assert f"16.0 GB, {free_gb:.1f} GB of it free" in check.found
    if state is State.WARNING:
        assert "--set cpus_per_trial=" in check.advice


@pytest.mark.parametrize(("free_mb", "state"), [(150, State.BAD), (900, State.WARNING), (50_000, State.GOOD)])
def test_a_disk_that_is_nearly_full_is_told(
    free_mb: int, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the folder of runs is not there yet: its parent's disk counts."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free_mb * 10**6))
    check = look("disk", tmp_path / "not" / "there")
    assert check.state is state
    assert ("--runs" in check.advice) is (state is not State.GOOD)
    assert ("TMPDIR" in look("temporary files").advice) is (state is not State.GOOD)


def test_a_folder_that_cannot_be_written_to_is_told() -> None:
    """With the two ways out."""
    check = look("disk", Path("/proc/runs"))
    assert check.state is State.BAD
    assert check.found == "/proc cannot be written to"
    assert "--runs" in check.advice


@pytest.mark.parametrize(("total_mb", "state"), [(64, State.WARNING), (12_000, State.GOOD)])
def test_a_containers_little_shared_memory_is_told(
    total_mb: int, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the option that gives more."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total_mb * 10**6, 0, 10**12))
    assert look("shared memory").state is state


def test_a_machine_without_a_player_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A warning only: samples can be heard elsewhere. A player of one's own is found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("EVOLVE_PLAYER", raising=False)
    check = look("audio player")
    assert (check.state, check.found) == (State.WARNING, "none for OGG files")
    assert "mpv" in check.advice
    monkeypatch.setenv("EVOLVE_PLAYER", "")
    assert look("audio player").found == "none: EVOLVE_PLAYER is empty"
    monkeypatch.setenv("EVOLVE_PLAYER", "my-player --loud")
    assert look("audio player") == Check("audio player", State.GOOD, "my-player")


def test_the_token_needs_a_folder_and_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a start would meet: where none can be made for Ray's files, that is told; a home is not needed."""
    monkeypatch.setenv("HOME", "/dev/null")
    assert look("token").state is State.GOOD
    monkeypatch.setattr("evolve.execution.ray_home._places", lambda: ("/proc",))
    check = look("token")
    assert check.state is State.BAD
    assert "/proc: " in check.found
    assert "set TMPDIR" in check.found


def test_a_backend_that_no_run_can_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that chooses it."""
    monkeypatch.setenv("KERAS_BACKEND", "tensorflw")
    check = look("environment")
    assert check.state is State.BAD
    assert check.found == "KERAS_BACKEND must be tensorflow or jax, or not be set; it is tensorflw"


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import os; os.kill(os.getpid(), 4)", "crashes when it is imported (signal 4)"),
        ("import no_such_library", "cannot be imported: ModuleNotFoundError: No module named 'no_such_library'"),
        ("import time; time.sleep(60)", "takes longer than 0.5 s to import"),
    ],
)
def test_a_tensorflow_that_fails_crashes_or_hangs_is_told(
    program: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does on processors that it was not built for, without taking this program along."""
    monkeypatch.setattr(machine, "_LOOK_AT_TENSORFLOW", program)
    monkeypatch.setattr(machine, "LIBRARY_LIMIT_S", 0.5 if "sleep" in program else 60.0)
    check = look("TensorFlow")
    assert (check.state, check.found) == (State.BAD, found)


@pytest.mark.parametrize(("gpus", "driver", "state"), [(0, False, "good"), (0, True, "warning"), (2, True, "good")])
def test_gpus_that_tensorflow_does_not_see_are_told(
    gpus: int, *, driver: bool, state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where there is a driver and no GPU is seen, the extra is missing."""
    monkeypatch.setattr(
        machine, "_LOOK_AT_TENSORFLOW", f'print(\'{{"version": "2", "gpus": {["a"] * gpus}}}\')'.replace("'a'", '"a"')
    )
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / name) if driver else None)
    check = look("TensorFlow")
    assert check.state == state
    assert ("[gpu]" in check.advice) is (state == "warning")


def test_a_look_that_goes_wrong_is_a_finding_and_takes_no_other_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is broken about a machine: this is where one comes to be told."""

    def fail() -> None:
        raise PermissionError(13, "Permission denied", "/home/anna/.ray")

    monkeypatch.setattr(psutil, "virtual_memory", fail)
    check = looked_at("memory", dict(machine_checks(Path("runs")))["memory"])
    assert check.state is State.BAD
    assert "PermissionError" in check.found
    assert "/home/anna/.ray" in check.found


def test_a_ray_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it said, in one line, and what to look at."""

    def refuse(_: RayExecution) -> None:
        raise ExecutionError("cannot start Ray on this machine: The current node\ntimed out during startup")

    monkeypatch.setattr(RayExecution, "__call__", refuse)
    check = look("Ray")
    assert check.state is State.BAD
    told("ray-start", check.found)
