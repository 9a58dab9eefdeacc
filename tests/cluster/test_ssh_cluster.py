"""Training on hosts that are reached by ssh: nothing is lost when hosts are, and nobody else gets in."""

import shlex
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.profile import SshProfile
from evolve.clusters.session import ClusterRequest
from evolve.clusters.ssh import SshLauncher
from evolve.execution.run_material import RunMaterial
from evolve.records.individual import Individual
from tests.cluster.hosts import Hosts
from tests.cluster.hosts import hosts as hosts_up
from tests.cluster.scripted_runs import ScriptedRun, genomes_on_one_machine
from tests.cluster.ssh import Ssh, serve_ssh
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, found, strange

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

HERE = Path(__file__).parents[2]
"""On the hosts as well, so that their workers find these tests' trials."""


class Watching(Recorder):
    """An observer that has something happen once enough trials run at the same time."""

    def __init__(self, count: int, happen: Callable[[], None]) -> None:
        """Once so many run."""
        super().__init__()
        self._count, self._happen = count, happen
        self._has_happened = False

    def trial_started(self, individual_id: str) -> None:
        """One more."""
        super().trial_started(individual_id)
        if len(self.started) - len(self.results) - len(self.lost) == self._count and not self._has_happened:
            self._has_happened = True
            threading.Thread(target=self._happen).start()


def run(ssh: Ssh, individuals: list[Individual], material: RunMaterial, recorder: Recorder, shared: Path) -> None:
    """Run these trials on the hosts, two side by side on each; half-trained networks are kept in the shared folder.

    How many there are names the run: tests that share the folder must differ in it.
    """
    hosts = [{"host": name, "cpus": 2} for name in ("h1", "h2", "h3")]
    profile = SshProfile.model_validate(
        {
            "kind": "ssh",
            "hosts": hosts,
            "ssh": shlex.join(ssh.command),
            "setup": f"cd {shlex.quote(str(HERE))}",
            "shared": str(shared),
        }
    )
    request = ClusterRequest(f"run of {len(individuals)}", shared / "nobody", trial=RUN)
    execution = ClusterExecution(SshLauncher(profile), request)
    with execution, execution() as runner:
        runner.run(individuals, material, recorder)


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


def test_a_run_trains_on_three_hosts_that_share_no_disk(hosts: Hosts, ssh: Ssh, tunes: Path, tmp_path: Path) -> None:
    """Songs and networks come home, the genomes are those of any machine, and the hosts are left as they were."""
    profile = tmp_path / "hosts.yaml"
    profile.write_text("kind: ssh\nhosts: [h1, h2, h3]\n")
    run = ScriptedRun(tmp_path / "typed", tunes, profile, ssh.environment)
    before = [host.files() for host in hosts]
    told = run.begin().err
    assert "3 of 3 hosts train: h1, h2, h3" in told
    assert not any(host.run("ls", run.folder, check=False).stdout for host in hosts)
    run.rank_and_go_on()
    assert run.genomes == genomes_on_one_machine(tmp_path / "elsewhere", tunes)
    for one in run.report:
        (song,) = one["samples"]
        assert (run.folder / "runs" / "a" / song["files"]["midi"]).is_file()
    assert [host.files() for host in hosts] == before
    for host in hosts:
        assert [listener.process for listener in host.listening()] == ["sshd"]


def test_whoever_has_no_token_is_refused(hosts: Hosts, ssh: Ssh, material: RunMaterial, shared: Path) -> None:
    """Another user of the cluster's network cannot join, though the port is open to it."""
    answers = []

    def knock() -> None:
        (port,) = [one.port for one in hosts[0].listening() if one.process == "gcs_server"]
        join = (
            f"from evolve.execution.ray_cluster import connect; connect('{hosts[0].address}:{port}', None, threads=1)"
        )
        answers.append(hosts[1].run(sys.executable, "-c", join, check=False, timeout_s=120))

    recorder = Watching(2, knock)
    run(ssh, [strange(slot, "live 40") for slot in (1, 2)], material, recorder, shared)
    (answer,) = answers
    assert "cannot join the Ray cluster" in answer.stderr
    assert "token" in answer.stderr
    assert len(recorder.results) == 2


def test_hosts_that_die_and_are_cut_off_are_done_without(
    hosts: Hosts, ssh: Ssh, material: RunMaterial, shared: Path
) -> None:
    """What ran there goes on elsewhere, from what was kept; each ends once, whatever the cut-off host still does."""
    individuals = [strange(slot, "live 12") for slot in range(1, 9)]

    def two_hosts_go() -> None:
        hosts[1].cut()
        hosts[2].kill()

    recorder = Watching(6, two_hosts_go)
    run(ssh, individuals, material, recorder, shared)
    assert sorted(recorder.results) == sorted(one.id for one in individuals)
    assert all(result.failure is None for result in recorder.results.values())
    assert {name for name, _ in recorder.lost} < set(recorder.started[:6])
    assert [reason for _, reason in recorder.lost] == ["its host was lost"] * 4
    (kept,) = shared.glob("evolve-run-of-8-g0-*")
    for one in individuals:
        attempts = ["no", "yes"] if one.id in dict(recorder.lost) else ["no"]
        assert found(kept, one.id) == attempts


def test_the_leading_host_that_dies_is_followed_by_another(material: RunMaterial, tmp_path: Path) -> None:
    """The hosts that are left make another cluster, which trains what is missing; nobody waits for the dead one."""
    with hosts_up(shared=[tmp_path]) as bed:
        ssh = serve_ssh(bed, tmp_path)
        recorder = Watching(3, bed[0].kill)
        run(ssh, [strange(slot, "live 8") for slot in (1, 2, 3)], material, recorder, tmp_path)
    assert sorted(recorder.results) == ["g0-1", "g0-2", "g0-3"]
    assert all(result.failure is None for result in recorder.results.values())
    assert {reason.partition(":")[0] for _, reason in recorder.lost} == {"h1 was lost"}
    assert any("another cluster is asked for" in place for place in recorder.places)
    assert any("2 of 3 hosts train: h2, h3" in place for place in recorder.places)
