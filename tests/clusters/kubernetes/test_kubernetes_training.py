"""Training through `kubectl exec`, on a Ray in a pod of a pretended Kubernetes: nothing is lost or done twice."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.kubernetes.launcher import KubernetesLauncher
from evolve.clusters.kubernetes.manifest import parse_manifest
from evolve.clusters.session import ClusterRequest
from evolve.execution.ray_node import address_towards, new_token, ray_node
from evolve.execution.resources import Resources
from tests.clusters.kubernetes.pretended_kubernetes import ROOT, PretendedKubernetes
from tests.end_to_end.commands import EVOLVE, evolve
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, strange
from tests.pseudo_terminal import as_a_shell_does

pytestmark = pytest.mark.slow

LIMIT_S = 120.0

ALONE = (
    (ROOT / "cluster" / "kubernetes.yaml")
    .read_text()
    .replace("eplicas: 1", "eplicas: 0")
    .replace("replicas: 2", "replicas: 0")
)
"""The shipped manifest, but for a head that trains by itself: all pods of these tests are on this machine."""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendedKubernetes:
    """A Kubernetes that this process finds."""
    pretended = PretendedKubernetes(tmp_path / "kubernetes")
    for name, value in pretended.variables.items():
        monkeypatch.setenv(name, value)
    return pretended


@pytest.fixture(scope="module")
def ray() -> Iterator[dict[str, str]]:
    """The environment in which a Ray is found as KubeRay has it: by a loopback address and a token."""
    before, token = dict(os.environ), new_token()
    os.environ["PYTHONPATH"] = str(ROOT)  # its workers find these tests' trials
    try:
        with ray_node(address_towards(None), token, Resources(cpus=2, gpus=0), threads=1) as node:
            port = node.address.rpartition(":")[2]
            yield {"RAY_ADDRESS": f"127.0.0.1:{port}", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def ray_there(ray: dict[str, str], there: PretendedKubernetes) -> None:
    """That Ray in the pods of the pretended Kubernetes."""
    there.give(ray)


class Watching(Recorder):
    """An observer that has something happen once enough trials run at the same time."""

    def __init__(self, count: int, happen: Callable[[], None]) -> None:
        """Once so many run."""
        super().__init__()
        self._count, self._happen, self._has_happened = count, happen, False

    def trial_started(self, individual_id: str) -> None:
        """One more."""
        super().trial_started(individual_id)
        if len(self.started) - len(self.results) - len(self.lost) == self._count and not self._has_happened:
            self._has_happened = True
            threading.Thread(target=self._happen).start()


def test_ctrl_c_deletes_a_cluster_that_is_waited_for(there: PretendedKubernetes, tunes: Path, tmp_path: Path) -> None:
    """`evolve start --cluster kubernetes.yaml` tells what is waited for; stopped, it leaves nothing on Kubernetes."""
    there.be("pending")
    command = [EVOLVE, "start", "--space", "quick.yaml", "--corpus", str(tunes), "--name", "night", "--judge", "none"]
    with subprocess.Popen(
        [*command, "--cluster", "kubernetes.yaml"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_a_shell_does,  # noqa: PLW1509 - no other thread runs here
    ) as program:
        assert program.stderr is not None
        while "Insufficient nvidia.com/gpu" not in program.stderr.readline():
            assert program.poll() is None
        assert len(there.there) == 1
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=LIMIT_S)
    assert program.returncode == 130
    assert "evolve resume night --cluster kubernetes.yaml" in said
    assert there.there == set()


@pytest.mark.usefixtures("ray_there")
def test_a_lost_connection_costs_what_ran_and_nothing_else(
    there: PretendedKubernetes, tunes: Path, tmp_path: Path
) -> None:
    """When `kubectl exec` ends in the midst of training, another cluster does what is missing, and each trial once."""
    individuals = [strange(1, "live 1"), *(strange(slot, "live 5") for slot in range(2, 6))]

    def cut() -> None:
        time.sleep(1.0)
        there.cut()

    recorder = Watching(2, cut)
    launcher = KubernetesLauncher(parse_manifest(ALONE, "kubernetes.yaml"))
    execution = ClusterExecution(launcher, ClusterRequest("test", tmp_path / "clusters", trial=RUN))
    with execution, execution() as runner:
        runner.run(individuals, small_material(small_settings(tunes)), recorder)
    assert sorted(recorder.results) == [one.id for one in individuals]
    assert all(result.failure is None for result in recorder.results.values())
    assert 1 <= len(recorder.lost) <= 2
    assert all("was lost" in reason for _, reason in recorder.lost)
    assert len(recorder.started) == len(individuals) + len(recorder.lost)
    assert len(there.made) == 2
    assert there.there == set()
    assert list((tmp_path / "clusters").iterdir()) == []


@pytest.mark.usefixtures("ray_there")
def test_what_a_cluster_gives_can_be_asked(there: PretendedKubernetes, tmp_path: Path) -> None:
    """`evolve doctor --cluster` gets a cluster, tells what its hosts have, and deletes it again."""
    (tmp_path / "alone.yaml").write_text(ALONE)
    told = evolve("doctor", "--cluster", "alone.yaml", "--json", folder=tmp_path)
    found = {check["name"]: check["found"] for check in told.json["checks"]}
    assert found["cluster"] == "1 host, 2 cores and 0 GPUs for training"
    assert len(there.made) == 1
    assert there.there == set()
