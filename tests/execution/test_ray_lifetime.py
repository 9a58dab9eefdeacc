"""How a place on Ray begins and ends: one Ray after the other, each with a life of its own."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.errors import ExecutionError
from evolve.execution import ray_execution
from evolve.execution.ray_execution import RayExecution
from evolve.execution.run_material import RunMaterial
from tests.execution.processes import writers
from tests.execution.settings import small_material, small_settings
from tests.execution.strange_trials import RUN, outcome, strange
from tests.troubles import told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


def test_a_worker_that_keeps_memory_gives_its_place_to_a_fresh_one(material: RunMaterial) -> None:
    """With one place at work: after the first trial and one that leaks more than a worker may, a new process."""
    with RayExecution(trial=RUN, cpus=_all_cpus()) as execution:
        recorder = outcome(execution, [strange(1, width=99), strange(2, "leak 1100"), strange(3, width=1)], material)
    processes = [recorder.results[name].metrics["process"] for name in ("g0-1", "g0-2", "g0-3")]
    assert processes[0] == processes[1] != processes[2]


def test_a_trial_that_takes_too_much_memory_fails_before_others_suffer(material: RunMaterial) -> None:
    """It is not tried again; the one beside it ends as if nothing had been, and the next has a fresh process."""
    with RayExecution(trial=RUN, memory_gb=0.6) as small:
        recorder = outcome(small, [strange(1, "hoard"), strange(2, "live 6"), strange(3), strange(4)], material)
    failures = {name: result.failure for name, result in recorder.results.items() if result.failure}
    assert list(failures) == ["g0-1"]
    told("worker-memory", str(failures["g0-1"]))
    assert Counter(recorder.started) == {"g0-1": 1, "g0-2": 1, "g0-3": 1, "g0-4": 1}
    assert recorder.lost == []


def test_a_place_that_is_not_used_is_let_go(material: RunMaterial) -> None:
    """Ray that got ready for nothing, or waits too long, ends; the next generation starts it anew."""
    import ray  # noqa: PLC0415 - importing Ray costs seconds in every process that collects these tests

    with RayExecution(trial=RUN, linger_s=2.0) as execution:
        assert set(outcome(execution, [strange(1)], material).results) == {"g0-1"}
        assert ray.is_initialized()
        until(lambda: not ray.is_initialized())
        for _ in range(20):
            execution.get_ready(1)
        until(lambda: sum(isinstance(thread, threading.Timer) for thread in threading.enumerate()) == 1)
        assert set(outcome(execution, [strange(1)], material).results) == {"g0-1"}
    assert not ray.is_initialized()


def test_a_start_that_failed_is_tried_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray that could not start while somebody ranked, on a loaded machine, may when the ranking is done."""
    tried: list[object] = []

    def start(*wanted: object) -> str:
        tried.append(wanted)
        if len(tried) == 1:
            raise ExecutionError("cannot start Ray on this machine")
        return "a runner"

    monkeypatch.setattr(ray_execution, "_start", start)
    with RayExecution() as execution:
        execution.get_ready(2)
        until(lambda: not execution.is_starting)
        with execution() as runner:
            assert str(runner) == "a runner"
    assert len(tried) == 2


def test_a_trial_that_cannot_be_imported_is_told(material: RunMaterial) -> None:
    """A cluster whose machines lack evolve, or have another one, is not tried forever."""
    with RayExecution(trial="evolve.no_such:trial") as execution, pytest.raises(ExecutionError, match="no_such"):
        outcome(execution, [strange(1)], material)


def test_workers_that_never_become_ready_are_told(material: RunMaterial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as on a disk that does not answer: their imports hang, and nobody waits for ever."""
    from evolve.execution import ray_workers  # noqa: PLC0415 - imports Ray

    monkeypatch.setattr(ray_workers, "START_LIMIT_S", 3.0)
    with RayExecution(trial="tests.execution.never_imported:run") as execution:
        with pytest.raises(ExecutionError) as raised:
            outcome(execution, [strange(1)], material)
        assert str(raised.value) == "no worker can start: none was ready within 3 s"


@pytest.mark.parametrize("delay_s", [0.0, 3.0])
def test_an_abandoned_start_leaves_nothing(delay_s: float) -> None:
    """A program that ends while Ray starts does not wait for it; what was started ends with it, whenever that is."""
    program = (
        "import os, sys, time\n"
        "from evolve.execution.ray_execution import RayExecution\n"
        "execution = RayExecution()\n"
        "execution.get_ready(1)\n"
        "time.sleep(float(sys.argv[1]))\n"
        "execution.abandon()\n"
        "os._exit(7)\n"
    )
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="a-") as place:
        began = time.monotonic()
        command = [sys.executable, "-c", program, str(delay_s)]
        assert subprocess.run(command, env=os.environ | {"TMPDIR": place}, check=False).returncode == 7
        assert time.monotonic() - began < 60
        until(lambda: not list(Path(place).iterdir()) and not writers(Path(place)), seconds=15)


def test_the_address_of_a_ray_client_is_refused() -> None:
    """Results would be told to a copy of the observer on the cluster, and nothing would be recorded here."""
    with RayExecution("ray://10.0.0.1:10001") as execution, pytest.raises(ExecutionError, match="must be HOST:PORT"):
        outcome(execution, [], None)  # type: ignore[arg-type]  # it does not come to that


@pytest.mark.usefixtures("ctrl_c")
def test_a_cluster_is_neither_joined_early_nor_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may wait for it; and whoever stops while it is being joined has stopped."""
    joining = threading.Event()
    monkeypatch.setattr(ray_execution, "_start", lambda *_: joining.wait(60))
    execution = RayExecution("10.0.0.1:6379")
    execution.get_ready(4)
    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), execution():
        pass
    assert execution.is_starting  # it was not before, since nothing was to be run yet
    execution.abandon()
    assert time.monotonic() - began < 10
    joining.set()


def test_more_than_the_machine_has_is_refused(material: RunMaterial) -> None:
    """With the setting to lower."""
    with RayExecution(trial=RUN, cpus=999) as execution, pytest.raises(ExecutionError, match="lower cpus_per_trial"):
        outcome(execution, [strange(1)], material)


def until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def _all_cpus() -> float:
    return float(os.cpu_count() or 1)
