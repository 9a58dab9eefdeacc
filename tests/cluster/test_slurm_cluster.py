"""A run whose generations are jobs of SLURM's: watched, made good when they are lost, let go while people listen."""

import threading
from pathlib import Path

import pytest

from tests import troubles
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
    wait_until(lambda: not slurm.squeue(), "the job to be let go")
    second = run.rank_and_go_on()
    assert "generation 1 can be heard" in second.err
    assert "was cancelled" not in second.err
    assert run.genomes == genomes_on_one_machine(tmp_path / "elsewhere", tunes)
    assert all(one["songs"] for one in run.report)
    wait_until(lambda: not slurm.squeue(), "the job to be let go")
    assert not (run.folder / "runs" / "a" / "clusters").exists()
