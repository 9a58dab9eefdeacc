"""What is particular to trials on Ray: warm workers that are lost, renewed, kept and let go."""

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.execution.ray_execution import RayExecution
from evolve.execution.run_material import RunMaterial
from evolve.records.events import Progress
from evolve.records.run import TrialResult
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, outcome, strange
from tests.troubles import told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


@pytest.fixture(scope="module")
def execution() -> Iterator[RayExecution]:
    """One Ray for all tests: what one leaves behind, the next must bear."""
    with RayExecution(trial=RUN) as execution:
        yield execution


def test_workers_stay_warm_from_trial_to_trial_and_from_generation_to_generation(
    execution: RayExecution, material: RunMaterial
) -> None:
    """Twice six trials, in as many processes as there are places."""
    first = outcome(execution, [strange(slot, "sleep 0.2") for slot in range(1, 7)], material)
    second = outcome(execution, [strange(slot, "sleep 0.2") for slot in range(1, 7)], material)
    processes = {result.metrics["process"] for result in [*first.results.values(), *second.results.values()]}
    assert len(first.results) == len(second.results) == 6
    assert len(processes) < 6
    assert [progress.epoch for progress in second.progress] == [1] * 6


def test_the_largest_networks_begin_first(execution: RayExecution, material: RunMaterial) -> None:
    """So that none of them is left running alone at the end; equals keep the order of their slots."""
    widths = [8, 64, 16, 64, 32]
    recorder = outcome(execution, [strange(slot, width=width) for slot, width in enumerate(widths, 1)], material)
    assert recorder.started == ["g0-2", "g0-4", "g0-5", "g0-3", "g0-1"]


def test_a_worker_that_dies_harms_no_other_trial(
    execution: RayExecution, material: RunMaterial, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whose trial dies once is tried again in a fresh process; whose trial always does is given up and told."""
    individuals = [strange(1, f"die once {tmp_path}"), strange(2, "die"), *(strange(slot) for slot in range(3, 7))]
    recorder = outcome(execution, individuals, material)
    assert set(recorder.results) == {f"g0-{slot}" for slot in range(1, 7)}
    failures = {name: result.failure for name, result in recorder.results.items() if result.failure}
    assert list(failures) == ["g0-2"]
    told("worker-killed", str(failures["g0-2"]))
    assert recorder.lost[0][1] == "its process died or was killed"
    assert recorder.started.count("g0-1") == 2
    assert recorder.started.count("g0-2") == 3
    assert "".join(capfd.readouterr()) == ""  # Ray's own words would stand in the midst of ours


def test_a_worker_that_died_while_nobody_looked_costs_no_trial(execution: RayExecution, material: RunMaterial) -> None:
    """Idle workers that were killed while people listened are replaced before anything is handed out."""
    first = outcome(execution, [strange(slot, "sleep 0.5") for slot in (1, 2)], material)
    for process in {result.metrics["process"] for result in first.results.values()}:
        os.kill(process, signal.SIGKILL)
    time.sleep(1.0)
    second = outcome(execution, [strange(slot) for slot in (1, 2, 3)], material)
    assert sorted(second.started) == ["g0-1", "g0-2", "g0-3"]
    assert [result.failure for result in second.results.values()] == [None] * 3


def test_a_trial_that_ends_its_thread_is_a_failure(execution: RayExecution, material: RunMaterial) -> None:
    """Even what no `except Exception` catches comes back as a result, and the worker goes on."""
    recorder = outcome(execution, [strange(1, "raise"), strange(2)], material)
    assert recorder.results["g0-1"].failure == "SystemExit: a library that ends the process"
    assert recorder.results["g0-2"].failure is None


def test_a_result_that_cannot_be_sent_home_is_a_failure(execution: RayExecution, material: RunMaterial) -> None:
    """It is not the genome's fault, and would not be better the next time."""
    recorder = outcome(execution, [strange(1, "unsendable"), strange(2)], material)
    assert "its worker failed" in str(recorder.results["g0-1"].failure)
    assert "pickle" in str(recorder.results["g0-1"].failure)
    assert recorder.results["g0-2"].failure is None
    assert recorder.started.count("g0-1") == 1


def test_a_trial_that_hangs_is_ended_and_tried_once_more(execution: RayExecution, tunes: Path, tmp_path: Path) -> None:
    """Whether its thread waits for ever or its process was stopped; a slow one that gives signs of life is let be."""
    patient = small_material(small_settings(tunes, hang_limit=10.0))
    individuals = [strange(1, f"hang once {tmp_path}"), strange(2, "stop"), strange(3, "live 14")]
    recorder = outcome(execution, individuals, patient)
    failures = {name: result.failure for name, result in recorder.results.items() if result.failure}
    assert list(failures) == ["g0-2"]
    told("worker-hung", str(failures["g0-2"]))
    assert dict(recorder.lost) == dict.fromkeys(("g0-1", "g0-2"), "its process gave no heartbeat for 10 s")
    assert Counter(recorder.started) == {"g0-1": 2, "g0-2": 2, "g0-3": 1}


class PressingCtrlC(Recorder):
    """An observer whose user has seen enough after the first result."""

    def trial_finished(self, result: TrialResult) -> None:
        """Remember it, and stop."""
        super().trial_finished(result)
        raise KeyboardInterrupt


class SwallowingCtrlC(Recorder):
    """An observer in whose code Ctrl-C is lost, as in a library's destructor."""

    def trial_progressed(self, progress: Progress) -> None:
        """Be interrupted, and go on as if nothing had been."""
        super().trial_progressed(progress)
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_is_heard_even_where_it_is_swallowed(execution: RayExecution, material: RunMaterial) -> None:
    """Python forgets an interrupt that meets a destructor; the trials stop all the same, and once only."""
    recorder = SwallowingCtrlC()
    with pytest.raises(KeyboardInterrupt), execution() as runner:
        runner.run([strange(1, "sleep 300"), strange(2, "sleep 300")], material, recorder)
    assert recorder.results == {}
    assert set(outcome(execution, [strange(1)], material).results) == {"g0-1"}


def test_what_was_stopped_is_not_waited_for(execution: RayExecution, material: RunMaterial) -> None:
    """A trial that would take minutes is ended with its process, and the next call finds free places."""
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), execution() as runner:
        runner.run([strange(1, "sleep 300"), strange(2, "sleep 0.5")], material, PressingCtrlC())
    assert set(outcome(execution, [strange(1), strange(2)], material).results) == {"g0-1", "g0-2"}
    assert time.monotonic() - began < 150
