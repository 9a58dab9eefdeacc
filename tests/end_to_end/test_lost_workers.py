"""A worker that is killed in the midst of a real training: the listener is told, and gets a full set all the same."""

import contextlib
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.commands import EVOLVE, evolve
from tests.end_to_end.conftest import SPACE
from tests.troubles import told

pytestmark = pytest.mark.slow

START_S = 120.0


def training_workers(program: psutil.Process) -> list[psutil.Process]:
    """Ray's processes beneath the program that run a trial just now; Ray names them after what they do."""
    found = []
    for process in program.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "Worker.run" in " ".join(process.cmdline()):
                found.append(process)
    return found


def test_a_worker_that_is_killed_is_told_and_made_good(tunes: Path, tmp_path: Path) -> None:
    """On stderr when it happens, in the report ever after; its trial is run again, the other one's is not."""
    long = (
        "--set",
        "epochs=100000",
        "--set",
        "patience=100000",
        "--set",
        "seconds=12",
        "--songs",
        "1",
        "--notes",
        "20",
    )
    few = ("--population", "2", "--corpus", str(tunes), "--name", "night", "--judge", "none")
    with subprocess.Popen(
        [EVOLVE, "start", "--space", SPACE, *few, *long], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as program:
        limit = time.monotonic() + START_S
        while not (workers := training_workers(psutil.Process(program.pid))):
            assert time.monotonic() < limit
            time.sleep(0.2)
        time.sleep(1)
        workers[0].kill()
        _, said = program.communicate(timeout=240)
    assert program.returncode == 0, said
    told("worker-killed", said)
    report = evolve("report", "night", "--format", "json", folder=tmp_path).json
    individuals = report["generations"][0]["individuals"]
    assert [one["status"] for one in individuals] == ["evaluated", "evaluated"]
    assert sorted(one["lost"] for one in individuals) == [[], ["its process died or was killed"]]
