"""The SLURM of a test bed is a real one: it shares nodes out, cancels, takes away, and ends what takes too long."""

from pathlib import Path

import psutil
import pytest

from tests.cluster.hosts import Hosts
from tests.cluster.hosts import hosts as hosts_up
from tests.cluster.slurm import Slurm
from tests.cluster.slurm import slurm as slurm_up
from tests.cluster.waiting import wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

BOTH = ("--nodes=2", "--ntasks-per-node=1", "--gres=gpu:1")
DAEMONS = {"munged", "slurmctld", "slurmd"}


def test_a_job_runs_on_two_nodes_with_a_gpu_each(slurm: Slurm) -> None:
    """Its batch script on the first, its steps on both; what they write is seen here."""
    job = slurm.submit("hostname; srun bash -c 'echo $(hostname) has GPU $CUDA_VISIBLE_DEVICES'", *BOTH)
    assert slurm.wait_for(job, "COMPLETED", "FAILED") == "COMPLETED"
    first, *steps = (slurm.folder / f"slurm-{job}.out").read_text().splitlines()
    assert first == "h1"
    assert sorted(steps) == ["h1 has GPU 0", "h2 has GPU 0"]


def test_srun_runs_a_command_from_the_login_node(slurm: Slurm) -> None:
    """And brings back what it says."""
    assert sorted(slurm.run("srun", *BOTH, "hostname").split()) == ["h1", "h2"]


def test_a_job_waits_for_a_gpu(slurm: Slurm) -> None:
    """Until another one gives it back."""
    holding = slurm.submit("sleep 100", *BOTH)
    slurm.wait_for(holding, "RUNNING")
    waiting = slurm.submit("true", "--gres=gpu:1")
    assert slurm.squeue() == {holding: "RUNNING", waiting: "PENDING"}
    slurm.scancel(holding)
    slurm.wait_for(waiting, "COMPLETED")


def test_a_job_that_is_cancelled_is_told_so(slurm: Slurm) -> None:
    """Its processes get a SIGTERM, and SLURM knows how it ended."""
    job = slurm.submit("trap 'echo goodbye; exit' TERM; touch started; sleep 100 & wait", "--open-mode=append")
    wait_until((slurm.folder / "started").exists, "the job to start")
    slurm.run("scancel", "--full", str(job))
    assert slurm.wait_for(job, "CANCELLED", "COMPLETED", "FAILED") == "CANCELLED"
    wait_until(lambda: "goodbye" in (slurm.folder / f"slurm-{job}.out").read_text(), "the job to say goodbye")


def test_a_job_that_is_preempted_waits_for_its_turn_again(slurm: Slurm) -> None:
    """Unless it was not to be run twice; then it has ended."""
    again = slurm.submit("echo begun; sleep 100", *BOTH, "--open-mode=append")
    slurm.wait_for(again, "RUNNING")
    urgent = slurm.preempt()
    slurm.wait_for(again, "PENDING")
    slurm.wait_for(urgent, "COMPLETED")
    slurm.start_soon(again)
    slurm.wait_for(again, "RUNNING")
    slurm.scancel(again)

    once = slurm.submit("sleep 100", *BOTH, "--no-requeue")
    slurm.wait_for(once, "RUNNING")
    slurm.preempt()
    assert slurm.wait_for(once, "PREEMPTED", "PENDING") == "PREEMPTED"


def test_no_job_starts_on_a_node_that_is_drained(slurm: Slurm) -> None:
    """Until it may be used again."""
    wait_until(slurm.are_idle, "the nodes to be idle")
    slurm.drain(slurm.nodes[0])
    assert slurm.run("srun", "hostname") == "h2\n"
    slurm.resume(slurm.nodes[0])
    wait_until(slurm.are_idle, "the node to be used again")
    assert slurm.run("srun", "hostname") == "h1\n"


def test_nothing_is_left_of_a_slurm(slurm: Slurm, hosts: Hosts, tmp_path: Path) -> None:
    """Another one beside the first comes and goes with all its daemons, and the first one stays."""
    del hosts
    before = _daemons()
    with hosts_up(1, shared=[tmp_path]) as bed, slurm_up(bed, tmp_path, nodes=1) as second:
        assert second.run("srun", "hostname") == "h1\n"
        daemons = _daemons() - before
        assert {daemon.name() for daemon in daemons} == DAEMONS
    assert not any(daemon.is_running() for daemon in daemons)
    assert slurm.are_idle()


def test_a_job_that_takes_too_long_is_ended(slurm: Slurm) -> None:
    """With a limit of a minute, which is the least there is; the test makes it come sooner."""
    job = slurm.submit("sleep 100", *BOTH, "--time=1")
    slurm.wait_for(job, "RUNNING")
    slurm.run_out_of_time(job)
    assert slurm.wait_for(job, "TIMEOUT", "CANCELLED") == "TIMEOUT"


def _daemons() -> set[psutil.Process]:
    return {process for process in psutil.Process().children(recursive=True) if process.name() in DAEMONS}
