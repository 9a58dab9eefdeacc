"""A job is submitted as its user would, watched, and told of in SLURM's own words; it is released in any case."""

import dataclasses
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import Message
from evolve.clusters.profile import SlurmProfile
from evolve.clusters.session import ClusterLostError, ClusterRequest, Session
from evolve.clusters.slurm import job as slurm_job
from evolve.clusters.slurm import launcher as slurm_module
from evolve.clusters.slurm.launcher import SlurmLauncher, of_allocation
from evolve.errors import ExecutionError
from tests import troubles
from tests.clusters.slurm.stand_in_slurm import StandInSlurm, settings_in

FULL = SlurmProfile(
    kind="slurm", nodes=2, gpus_per_node=4, cpus_per_node=8, memory_per_node="32G", time="04:00:00", partition="gpu",
    account="lab", qos="high", setup="module load cuda", options=("--constraint=a100",),
    python="/opt/evolve/bin/python",
)  # fmt: skip


@pytest.fixture(autouse=True)
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandInSlurm:
    """SLURM, which is asked at every look."""
    monkeypatch.setattr(slurm_job, "WATCH_S", 0.0)
    monkeypatch.setattr(slurm_job.SubmittedJob.look, "__kwdefaults__", {"every_s": 0.0})
    monkeypatch.setattr(slurm_module, "_LAST_WORDS_S", 0.0)
    monkeypatch.setattr(slurm_module, "_LOOK_S", 0.01)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    bed = StandInSlurm(tmp_path / "programs")
    monkeypatch.setenv("PATH", bed.path)
    bed.is_in("PENDING", "Resources")
    return bed


@pytest.fixture
def wanted(tmp_path: Path) -> ClusterRequest:
    """What the run a wants."""
    return ClusterRequest("my run!", tmp_path / "100 % clusters", cpus=2, generation=3)


def launch(wanted: ClusterRequest, profile: SlurmProfile = FULL) -> Session:
    """A job for the run."""
    return SlurmLauncher(profile).launch(wanted)


def test_a_job_asks_for_what_the_profile_says(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """Its script can be read and run by a shell, and its folder is its user's alone, since the token lies there."""
    launch(wanted)
    folder = wanted.folder / "job-1"
    script = (folder / "job.sh").read_text()
    subprocess.run(["bash", "-n", str(folder / "job.sh")], check=True)
    options = [line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH ")]
    assert options[0] == "--job-name=evolve-my-run-g3"
    asked = f"sbatch --parsable --output={folder}/job.log --open-mode=append {folder}/job.sh"
    assert slurm.asked[0] == asked.replace("%", "%%", 1)
    assert set(options) >= {
        "--no-requeue", "--no-kill", "--nodes=2", "--ntasks=2", "--ntasks-per-node=1", "--cpus-per-task=8", "--mem=32G",
        "--gres=gpu:4", "--time=04:00:00", "--partition=gpu", "--account=lab", "--qos=high", "--constraint=a100",
    }  # fmt: skip
    assert "\nmodule load cuda\nexec srun --nodes=2 " in script
    assert script.rstrip().endswith(f"/opt/evolve/bin/python -u -m evolve.clusters.agent --folder '{folder}'")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "host.json").stat().st_mode) == 0o600
    assert len(str(settings_in(folder)["token"])) == 64
    assert str(settings_in(folder)["token"]) not in script


def test_what_a_job_does_is_told_in_words(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """Pending and why, running and where; and that Ray still starts, until it is heard of."""
    session = launch(wanted)
    assert session.receive(0) is None
    assert session.status == "job 4711 is pending: Resources"
    slurm.is_in("RUNNING", nodes="n[1-2]")
    assert session.receive(0) is None
    assert session.status == "job 4711 is running on n[1-2]; Ray starts there"
    FolderChannel(wanted.folder / "job-1" / "to-home", wanted.folder / "job-1" / "to-cluster").send(Message("ready"))
    assert session.receive(0) == Message("ready")
    assert session.status == "job 4711 is running on n[1-2]"


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_node_that_lacks_what_networks_are_computed_with_is_told(
    rank: str, wanted: ClusterRequest, slurm: StandInSlurm
) -> None:
    """The first ends the job's work in a line; another is missing, and the run is told why in a line."""
    session = launch(wanted)
    settings = wanted.folder / "job-1" / "host.json"
    settings.write_text(json.dumps({**settings_in(settings.parent), "backend": "nothing"}))
    slurm.is_in("RUNNING", nodes="n[1-2]")
    command = [sys.executable, "-m", "evolve.clusters.agent", "--folder", str(wanted.folder / "job-1")]
    ended = subprocess.run(
        command, env={**os.environ, "SLURM_PROCID": rank}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    why = "KERAS_BACKEND must be tensorflow or jax, or not be set; it is nothing"
    said = [session.receive(0) for _ in range(2)]
    if rank == "0":
        assert said[-1] == Message("refused", {"why": f"{platform.node()}: {why}"})
        return
    assert said == [None, None]
    assert session.missing == {platform.node(): why}
    assert session.status.endswith(f"; {platform.node()} is missing: {why}")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("CANCELLED", "job 4711 was cancelled"),
        ("TIMEOUT", "job 4711 hit its time limit"),
        ("PREEMPTED", "job 4711 was preempted"),
        ("NODE_FAIL", "job 4711 lost a node"),
        ("OUT_OF_MEMORY", "job 4711 ran out of memory"),
    ],
)
def test_a_job_that_ends_early_is_lost_for_a_reason(
    wanted: ClusterRequest, slurm: StandInSlurm, state: str, told: str
) -> None:
    """After all that it has said is heard."""
    session = launch(wanted)
    FolderChannel(wanted.folder / "job-1" / "to-home", wanted.folder / "job-1" / "to-cluster").send(Message("ready"))
    slurm.is_in(state)
    assert session.receive(0) == Message("ready")
    with pytest.raises(ClusterLostError, match=told):
        session.receive(0)


def test_a_job_that_never_spoke_may_not_see_its_folder(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """The commonest mistake on a new cluster; and what its programs printed last is told."""
    session = launch(wanted)
    slurm.is_in("FAILED")
    with pytest.raises(ClusterLostError, match=r"job 4711 failed; its nodes may not see .*job-1: give --runs"):
        [session.receive(0) for _ in range(2)]
    (wanted.folder / "job-1" / "job.log").write_text("Loading cuda\nNo module named evolve\n")
    with pytest.raises(ClusterLostError, match=r"job 4711 failed: No module named evolve$"):
        session.receive(0)


def test_a_job_that_can_never_start_is_not_waited_for(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """It asks for what no node or no partition has; the user is told, and the job is cancelled."""
    slurm.is_in("PENDING", "PartitionTimeLimit")
    session = launch(wanted)
    with pytest.raises(
        ExecutionError, match=r"job 4711 can never start \(PartitionTimeLimit\); ask for less .*sinfo -o"
    ):
        session.receive(0)
    session.close(in_order=False)
    assert slurm.asked[-1] == "scancel 4711"


@pytest.mark.parametrize(
    ("told", "granted"), [("8(x2)", (2, 8)), ("16,8(x2)", (3, 8)), ("4", (1, 4)), ("", (2, None)), ("2(x3),12", (4, 2))]
)
def test_a_step_takes_all_of_its_allocation(told: str, granted: tuple[int, int | None]) -> None:
    """Whatever the profile asks for: a step that asks for more than there is never starts."""
    nodes = {"8(x2)": "2", "16,8(x2)": "3", "4": "1", "2(x3),12": "4"}.get(told, "")
    profile = of_allocation(FULL, {"SLURM_JOB_NUM_NODES": nodes, "SLURM_JOB_CPUS_PER_NODE": told})
    assert (profile.nodes, profile.cpus_per_node) == granted
    assert (profile.gpus_per_node, profile.memory_per_node) == (0, None)


def test_slurm_that_does_not_answer_is_no_end_of_a_job(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """Its controller may restart; a job that it does not know any more has ended."""
    session = launch(wanted)
    (slurm.folder / "squeue").write_text("#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n")
    assert [session.receive(0) for _ in range(3)] == [None] * 3
    (slurm.folder / "squeue").write_text("#!/bin/sh\necho 'error: Invalid job id specified' >&2\nexit 1\n")
    with pytest.raises(ClusterLostError, match="ended before its work was done"):
        [session.receive(0) for _ in range(2)]


def test_a_refused_job_is_told_with_the_reason(
    wanted: ClusterRequest, slurm: StandInSlurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In SLURM's words; and where there is no SLURM, that too."""
    slurm.refuses("sbatch: error: invalid partition specified: gpu")
    with pytest.raises(ExecutionError, match="the job: invalid partition specified: gpu; mend the cluster") as refusal:
        launch(wanted)
    troubles.told("slurm-refuses", str(refusal.value))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExecutionError, match="there is no sbatch here; type evolve on a login node"):
        launch(wanted)


def test_an_interrupted_job_is_cancelled_at_once(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """And nothing of it is left in the run folder."""
    session = launch(wanted)
    slurm.is_in("RUNNING", nodes="n1")
    session.receive(0)
    session.close(in_order=False)
    assert slurm.asked[-1] == "scancel 4711"
    assert not wanted.folder.exists()


def test_a_job_that_has_done_its_work_ends_by_itself(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """It is told so, and not cancelled."""
    session = launch(wanted)
    slurm.is_in("RUNNING", nodes="n1")
    session.receive(0)
    slurm.is_in("COMPLETED")
    session.close()
    assert not any(line.startswith("scancel") for line in slurm.asked)
    assert not wanted.folder.exists()


def test_a_run_that_comes_back_goes_on_with_its_job(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """Even with one that has ended meanwhile: what it has made lies there still."""
    first = launch(wanted)
    first.send(Message("job", {"number": 1}))
    FolderChannel(wanted.folder / "job-1" / "to-home", wanted.folder / "job-1" / "to-cluster").send(Message("ready"))
    slurm.is_in("COMPLETED")
    again = launch(wanted)
    assert again.jobs_sent == 1
    assert again.receive(0) == Message("ready")
    assert sum(line.startswith("sbatch") for line in slurm.asked) == 1


def test_what_was_never_submitted_is_cleared_away(wanted: ClusterRequest) -> None:
    """Such as when the power failed between making the folder and submitting the job."""
    launch(wanted)
    (wanted.folder / "job-1" / "job.txt").unlink()
    launch(wanted)
    assert [path.name for path in wanted.folder.iterdir()] == ["job-2"]


def test_the_job_of_another_folder_is_let_be(wanted: ClusterRequest, slurm: StandInSlurm, tmp_path: Path) -> None:
    """A copy of a run has no job: the original's goes on."""
    launch(wanted)
    shutil.copytree(wanted.folder, tmp_path / "copy")
    copied = dataclasses.replace(wanted, folder=tmp_path / "copy")
    launch(copied).close(in_order=False)
    assert sum(line.startswith("sbatch") for line in slurm.asked) == 2
    assert (wanted.folder / "job-1").is_dir()


def test_a_run_that_is_left_alone_leaves_its_job(wanted: ClusterRequest, slurm: StandInSlurm) -> None:
    """When the connection to the login node breaks, the job goes on, and is found again."""
    launch(wanted).leave()
    assert not any(line.startswith("scancel") for line in slurm.asked)
    assert (wanted.folder / "job-1").is_dir()


def test_a_step_in_an_allocation_is_no_job(
    wanted: ClusterRequest, slurm: StandInSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is started at once; its end is noticed, with what it said, and it ends with its run."""
    monkeypatch.setenv("SLURM_JOB_ID", "12")
    monkeypatch.setattr(slurm_module, "_LAST_WORDS_S", 0.0)
    (slurm.folder / "srun").write_text(
        "#!/bin/sh\necho 'srun: error: Only allocated 1 nodes asked for 2' >&2\nexit 1\n"
    )
    (slurm.folder / "srun").chmod(0o755)
    session = launch(wanted)
    assert session.status == "the step in this allocation is asked for"
    assert slurm.asked == []
    while session.receive(0.1) is None and "error" not in (wanted.folder / "job-1" / "job.log").read_text():
        time.sleep(0.1)
    time.sleep(0.5)
    with pytest.raises(
        ClusterLostError, match=r"step in this allocation ended .*: srun: error: Only allocated 1 nodes"
    ):
        [session.receive(0.0) for _ in range(50)]
    (slurm.folder / "srun").write_text("#!/bin/sh\nexec sleep 600\n")
    step = SlurmLauncher(FULL).launch(dataclasses.replace(wanted, folder=wanted.folder / "other"))
    began = time.monotonic()
    step.leave()
    assert time.monotonic() - began < 60
    assert not (wanted.folder / "other").exists()
