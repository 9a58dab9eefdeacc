"""A run whose generations are jobs of SLURM's: watched, replaced when they are lost, released while people listen."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import troubles
from tests.cluster import interrupted_run
from tests.cluster.scripted_runs import ScriptedRun, genomes_on_one_machine
from tests.cluster.slurm import Slurm
from tests.cluster.waiting import wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

_PROFILE = """\
kind: slurm
partition: normal
nodes: 2
gpus_per_node: 1
cpus_per_node: 2
time: "30"
options: [--exclusive]
"""


def test_two_generations_with_a_ranking_between_and_a_job_lost(slurm: Slurm, tunes: Path, tmp_path: Path) -> None:
    """A job that is cancelled from outside is followed by another, for what is missing; all comes out as elsewhere."""
    profile = tmp_path / "slurm.yaml"
    profile.write_text(_PROFILE)
    run = ScriptedRun(slurm.folder / "typed", tunes, profile, slurm.environment)
    individuals = run.folder / "runs" / "a" / "individuals"

    def cancel_the_first() -> None:
        wait_until(lambda: list(individuals.glob("*/network.keras")), "a first network", within_s=240)
        (job,) = slurm.squeue()
        slurm.scancel(job)

    canceller = threading.Thread(target=cancel_the_first)
    canceller.start()
    first = run.begin()
    canceller.join()
    assert "is running on h[1-2]" in first.err
    troubles.told("job-lost", first.err)
    assert first.err.count("6 of 6") == 1
    wait_until(lambda: not slurm.squeue(), "the job to end")
    second = run.rank_and_go_on()
    assert "generation 1 can be heard" in second.err
    assert "was cancelled" not in second.err
    assert run.genomes == genomes_on_one_machine(tmp_path / "elsewhere", tunes)
    assert all(one["samples"] for one in run.report)
    wait_until(lambda: not slurm.squeue(), "the job to end")
    assert not (run.folder / "runs" / "a" / "clusters").exists()


def test_a_run_that_was_killed_finds_its_job_again(slurm: Slurm, tunes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job goes on meanwhile; what it has made is taken in, and no second one is asked for."""
    folder = slurm.folder / "clusters"
    killed = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.interrupted_run", str(folder), str(tunes)],
        cwd=interrupted_run.ROOT,
        env=slurm.environment,
    )
    wait_until(lambda: "started" in _told_home(folder), "a first trial", within_s=240)
    killed.kill()
    killed.wait()
    (job,) = slurm.squeue()
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    recorder = interrupted_run.run(folder, tunes)
    assert sorted(recorder.results) == [f"g0-{slot}" for slot in range(1, 7)]
    assert recorder.lost == []
    assert slurm.state(job) in ("COMPLETED", "COMPLETING", "CANCELLED")
    assert slurm.submit("true") == job + 1  # nobody had submitted another


def _told_home(folder: Path) -> str:
    """All that a cluster has told its run so far."""
    return "".join(path.read_text(errors="replace") for path in folder.glob("job-1/to-home/*"))
