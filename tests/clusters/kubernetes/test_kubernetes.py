"""A cluster on Kubernetes is made, waited for and deleted, and the user is told what only they can mend."""

import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evolve.cli.app import run
from evolve.clusters.kubernetes import cluster_resource, kubectl
from evolve.clusters.kubernetes.cluster_resource import CleanupRecord
from evolve.clusters.kubernetes.launcher import KubernetesLauncher
from evolve.clusters.kubernetes.manifest import parse_manifest
from evolve.clusters.session import ClusterLostError, ClusterRequest, Session
from evolve.errors import ExecutionError
from tests.clusters.kubernetes.pretended_kubernetes import ROOT, PretendedKubernetes

SHIPPED = (ROOT / "cluster" / "kubernetes.yaml").read_text()
LIMIT_S = 90.0
"""For what takes a second or two where nothing else runs."""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendedKubernetes:
    """A Kubernetes that this process finds."""
    pretended = PretendedKubernetes(tmp_path / "kubernetes")
    for name, value in pretended.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cluster_resource, "POLL_S", 0.2)
    return pretended


Launch = Callable[..., Session]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Ask for a cluster of the shipped manifest, in which texts may be replaced; it is released in the end."""
    sessions: list[Session] = []

    def asked(*changes: tuple[str, str]) -> Session:
        text = SHIPPED
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        launcher = KubernetesLauncher(parse_manifest(text, "kubernetes.yaml"))
        sessions.append(launcher.launch(ClusterRequest("my run", tmp_path / "clusters")))
        return sessions[-1]

    yield asked
    for session in sessions:
        session.close()


def listen(session: Session, until: str) -> None:
    """Until this is told as its status."""
    end = time.monotonic() + LIMIT_S
    while not re.search(until, session.status):
        assert session.receive(0.1) is None
        assert time.monotonic() < end, session.status


def refusal(session: Session) -> str:
    """What the user is told who waits for this cluster."""
    with pytest.raises(ExecutionError) as told:
        listen(session, "for ever")
    return str(told.value)


def test_what_is_waited_for_is_told(there: PretendedKubernetes, launch: Launch, tmp_path: Path) -> None:
    """A cluster that comes up tells so in Kubernetes' words; when it is released nothing of it stays."""
    there.be("pending")
    session = launch()
    assert re.fullmatch(r"cluster evolve-my-run-[0-9a-f]{6}-g0 is asked for", session.status)
    assert session.missing == {}
    listen(session, r"^cluster evolve-my-run-\w+-g0: 0 of 2 workers; the head: Ray is starting; 2 workers: 0/3 nodes")
    assert session.missing == {
        "the head": "Ray is starting",
        "2 workers": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
    }
    assert len(there.there) == 1
    assert CleanupRecord(tmp_path / "clusters").was_kept
    session.close()
    assert there.there == set()
    assert not CleanupRecord(tmp_path / "clusters").was_kept


def test_a_cluster_is_begun_with_when_some_of_it_is_late(
    there: PretendedKubernetes, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while the head and one worker are enough; before, they are not."""
    there.be("one worker")
    session = launch()
    listen(session, "1 of 2 workers")
    for _ in range(10):
        session.receive(0.1)
    assert not any(call.startswith("exec") for call in there.calls)
    monkeypatch.setattr(cluster_resource, "ENOUGH_S", 0.0)
    with contextlib.suppress(ClusterLostError):  # no Ray is there
        for _ in range(100):
            session.receive(0.1)
            if any(call.startswith("exec") for call in there.calls):
                return
    assert any(call.startswith("exec") for call in there.calls)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("no image", r'the head: ImagePullBackOff: Back-off pulling image "evolve:0.1.0"; push it where the nodes can'),
        ("invalid", r"KubeRay refuses the manifest; mend it: The RayCluster spec is invalid .* at least one container"),
        ("forbidden", r"your account may not do this there; cluster/README.md has the Role"),
        ("away", r"Kubernetes cannot be reached; see what kubectl get pods says"),
    ],
)
def test_what_waiting_does_not_mend_is_refused(
    there: PretendedKubernetes, launch: Launch, state: str, told: str
) -> None:
    """The user is told in a line what to do, and nothing stays behind."""
    there.be(state)
    session = launch()
    text = refusal(session)
    assert re.search(told, text)
    assert "\n" not in text
    session.close()
    assert there.there == set()


def test_a_manifest_that_kubernetes_does_not_know_is_refused(there: PretendedKubernetes, launch: Launch) -> None:
    """The stand-in is as strict as the real thing: a field with a typo ends it."""
    text = refusal(launch(("tolerations:\n            -", "toleration:\n            -")))
    assert "Kubernetes does not take the manifest; mend it" in text
    assert there.there == set()


def test_an_image_without_evolve_is_refused(there: PretendedKubernetes, launch: Launch) -> None:
    """Another cluster of the same image would not have it either."""
    text = refusal(launch(("evolve/python: python", "evolve/python: /nowhere/python")))
    assert "the image has no evolve where evolve/python says" in text
    assert len(there.made) == 1


def test_a_cluster_is_not_waited_for_without_end(there: PretendedKubernetes, launch: Launch) -> None:
    """After the manifest's own limit the user is told what was lacking, and which annotation to change."""
    there.be("pending")
    text = refusal(launch(('evolve/wait-s: "900"', 'evolve/wait-s: "1"')))
    assert re.search(r"2 workers: 0/3 nodes are available: .* waited for 1 s: .* evolve/wait-s", text)


def test_what_was_left_behind_is_deleted_first(there: PretendedKubernetes, launch: Launch, tmp_path: Path) -> None:
    """A run that was killed has its cluster deleted by the next launch, and no name is used twice."""
    there.be("pending")
    listen(launch(), "0 of 2 workers")  # and never closed
    (left,) = there.there
    session = launch()
    listen(session, "left behind is deleted")
    listen(session, "0 of 2 workers")
    assert left not in there.there
    assert len(there.there) == 1
    assert len(there.made) == 2
    assert CleanupRecord(tmp_path / "clusters").was_kept


def test_a_file_that_tells_of_no_cluster_deletes_nothing(tmp_path: Path) -> None:
    """A copy of a run has no clusters, and whatever else lies there is not taken for what a run has left."""
    record = CleanupRecord(tmp_path)
    record.keep()
    assert CleanupRecord(tmp_path).owner == record.owner
    file = tmp_path / "kubernetes.txt"
    for text in (file.read_bytes() + b" copy", b"all,tier=web\n" + str(tmp_path).encode(), b"", b"\xff"):
        file.write_bytes(text)
        assert not CleanupRecord(tmp_path).was_kept
        assert CleanupRecord(tmp_path).owner != record.owner
    record.forget()
    assert not file.exists()


def test_a_cluster_that_cannot_be_deleted_is_told_of(
    there: PretendedKubernetes,
    launch: Launch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody is kept waiting for a Kubernetes that does not answer; the command that deletes the cluster is told."""
    there.be("pending")
    session = launch()
    listen(session, "0 of 2 workers")
    there.be("stuck")
    monkeypatch.setattr(cluster_resource, "_DELETING_S", 1.0)
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        session.close()
    assert time.monotonic() - began < 30
    (name,) = there.there
    assert f"cluster {name} may still be on Kubernetes" in caplog.text
    record = CleanupRecord(tmp_path / "clusters")
    assert record.was_kept
    kinds = "rayclusters.ray.io,networkpolicies.networking.k8s.io"
    assert f"kubectl delete {kinds} --selector evolve/owner={record.owner}" in caplog.text


@pytest.mark.parametrize("state", ["away", "stuck"])
def test_kubernetes_may_be_away_while_a_cluster_comes_up(
    there: PretendedKubernetes, launch: Launch, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """It is told, whether it refuses or is silent, and the cluster is waited for as before."""
    monkeypatch.setattr(kubectl, "ANSWER_LIMIT_S", 4.0)
    there.be("pending")
    session = launch()
    listen(session, "0 of 2 workers")
    there.be(state)
    listen(session, "Kubernetes cannot be reached")
    there.be("starting")
    listen(session, "2 workers: Ray is starting$")


def test_another_cluster_is_asked_for_until_kubernetes_is_back(
    there: PretendedKubernetes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once there was a cluster, Kubernetes that is away does not end the run, as the first time."""
    monkeypatch.setattr(kubectl, "_PAUSE_S", 0.1)
    launcher = KubernetesLauncher(parse_manifest(SHIPPED, "kubernetes.yaml"))
    there.be("pending")
    for _ in range(2):
        session = launcher.launch(ClusterRequest("my run", tmp_path))
        listen(session, "0 of 2 workers|is asked for again: Kubernetes cannot be reached")
        if "again" in session.status:
            there.be("pending")
            listen(session, "0 of 2 workers")
        session.close()
        there.be("away")
    assert len(there.made) == 2


def test_context_and_namespace_of_the_manifest_are_used_everywhere(there: PretendedKubernetes, launch: Launch) -> None:
    """Every command goes where the manifest says."""
    there.be("pending")
    far = ("# evolve/context: my-context", "evolve/context: far")
    session = launch(("# namespace: music", "namespace: music"), far)
    listen(session, "0 of 2 workers")
    session.close()
    assert {call.split()[4] for call in there.calls} == {"apply", "get", "delete"}
    assert all(call.startswith("--context far --namespace music ") for call in there.calls)


def test_no_kubectl_is_told(monkeypatch: pytest.MonkeyPatch, launch: Launch) -> None:
    """Where there is no kubectl the user is told how to get it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ExecutionError, match="there is no kubectl here; install it"):
        launch()


def test_a_manifest_is_checked_before_a_run_is_begun(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`evolve start --cluster` takes a manifest, and tells what is wrong with it, with its line."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(SHIPPED.replace("mode: token", "mode: disabled"))
    assert run(["start", "--space", "quick.yaml", "--cluster", "mine.yaml"]) == 1
    assert re.search(r"mine.yaml, line \d+, spec.authOptions.mode: must be token", capsys.readouterr().err)
    assert not Path("runs").exists()
