"""How a cluster stands, read from what kubectl answers."""

import json

import pytest

from evolve.clusters.kubernetes.pod_status import read_pod_status, read_warnings
from evolve.errors import ExecutionError
from evolve.records.run import Json


def _cluster(replicas: int = 2, **status: Json) -> Json:
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": "evolve-a-g0"},
        "spec": {"workerGroupSpecs": [{"groupName": "gpu", "replicas": replicas, "minReplicas": 1, "numOfHosts": 1}]},
        "status": status,
    }


def _pod(name: str, role: str, status: Json, **metadata: Json) -> Json:
    labels = {"ray.io/cluster": "evolve-a-g0", "ray.io/node-type": role, "ray.io/is-ray-node": "yes"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels, **metadata},
        "status": status,
    }


READY = {
    "phase": "Running",
    "conditions": [
        {"type": "PodScheduled", "status": "True"},
        {"type": "Initialized", "status": "True"},
        {"type": "Ready", "status": "True"},
    ],
    "containerStatuses": [{"name": "ray", "ready": True, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}],
}
UNSCHEDULABLE = {
    "phase": "Pending",
    "conditions": [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        }
    ],
}


def _starting(state: Json, *, key: str = "containerStatuses", last: Json = None) -> Json:
    return {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}],
        key: [{"name": "ray", "state": state, "lastState": last or {}}],
    }


def _list(*items: Json) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(items), "metadata": {"resourceVersion": ""}})


def test_a_cluster_is_ready_with_its_head_and_all_workers() -> None:
    """Once the head and as many workers as asked for are ready, the head's pod is named and nothing is waited for."""
    pods = read_pod_status(
        _list(_cluster(), _pod("h", "head", READY), _pod("w1", "worker", READY), _pod("w2", "worker", READY))
    )
    assert pods.is_ready
    assert (pods.head, pods.workers, pods.wanted) == ("h", 2, 2)
    assert pods.waits == pods.in_vain == ()


def test_what_is_waited_for_is_told_and_counted() -> None:
    """Pods that wait for the same are told together, in Kubernetes' own words; pods that are not there yet too."""
    pods = read_pod_status(
        _list(
            _cluster(4),
            _pod("h", "head", _starting({"running": {}})),
            _pod("w1", "worker", UNSCHEDULABLE),
            _pod("w2", "worker", UNSCHEDULABLE),
            _pod("w3", "worker", _starting({"waiting": {"reason": "ContainerCreating"}})),
        )
    )
    assert not pods.is_ready
    assert pods.head is None
    assert pods.waits == (
        "the head: Ray is starting",
        "2 workers: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        "1 worker: its image is being fetched",
        "1 worker: KubeRay has not made it yet",
    )
    assert pods.in_vain == ()


@pytest.mark.parametrize(
    ("status", "told", "in_vain"),
    [
        (
            _starting({"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "evolve:0.1.0"'}}),
            'ImagePullBackOff: Back-off pulling image "evolve:0.1.0"',
            True,
        ),
        (_starting({"waiting": {"reason": "ErrImagePull"}}), "ErrImagePull", False),
        (
            _starting(
                {"waiting": {"reason": "InvalidImageName", "message": "could not parse"}}, key="initContainerStatuses"
            ),
            "InvalidImageName: could not parse",
            True,
        ),
        (
            _starting(
                {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s\nrestarting"}},
                last={"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            ),
            "CrashLoopBackOff after OOMKilled: back-off 40s restarting",
            True,
        ),
        ({"phase": "Failed", "reason": "Evicted", "message": "low on memory"}, "failed: Evicted low on memory", False),
        ({"phase": "Pending"}, "no node has taken it yet", False),
        ({}, "no node has taken it yet", False),
    ],
)
def test_troubles_of_a_pod_are_told(status: Json, told: str, *, in_vain: bool) -> None:
    """What is wrong with a pod is told; what waiting cannot mend is set apart."""
    pods = read_pod_status(_list(_cluster(0), _pod("h", "head", status)))
    assert pods.waits == (f"the head: {told}",)
    assert len(pods.in_vain) == in_vain
    assert all(line.startswith(f"the head: {told}; ") for line in pods.in_vain)  # and what to do


def test_pods_that_are_being_deleted_do_not_count() -> None:
    """A head on its way out is no head."""
    pods = read_pod_status(_list(_cluster(0), _pod("h", "head", READY, deletionTimestamp="2026-01-01T00:00:00Z")))
    assert pods.head is None
    assert pods.waits == ("the head: KubeRay has not made it yet",)


def test_failures_that_kuberay_reports_are_told() -> None:
    """When KubeRay cannot make pods, such as for a quota, its own words are told."""
    message = "FailedCreateWorkerPod pods is forbidden: exceeded quota: gpus"
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreateWorkerPod", "message": message}
    for status in ({"conditions": [condition], "reason": "something else"}, {"reason": message}):
        pods = read_pod_status(_list(_cluster(0, **status), _pod("h", "head", READY)))
        assert pods.waits == (f"KubeRay: {message}",)


def test_workers_are_counted_over_groups_and_hosts() -> None:
    """Groups add up, hosts of a replica count each; with Ray's autoscaler those count that are there from the start."""
    cluster = _cluster()
    cluster["spec"]["workerGroupSpecs"] = [
        {"replicas": 2, "minReplicas": 1, "numOfHosts": 3},
        {"replicas": 4, "minReplicas": 0},
        {"replicas": 9, "suspend": True},
    ]
    assert read_pod_status(_list(cluster)).wanted == 10
    cluster["spec"]["enableInTreeAutoscaling"] = True
    assert read_pod_status(_list(cluster)).wanted == 3


@pytest.mark.parametrize("text", ["", "No resources found", "[]", '{"items": [1]}', '{"kind": "List"}'])
def test_an_answer_that_is_none_is_told(text: str) -> None:
    """What is no list of Kubernetes' is told as kubectl's answer."""
    with pytest.raises(ExecutionError, match="kubectl answered no list"):
        read_pod_status(text)


def test_a_cluster_that_is_gone_is_told() -> None:
    """Somebody else may delete it; pods without their cluster are told as that."""
    with pytest.raises(ExecutionError, match="the cluster is gone"):
        read_pod_status(_list(_pod("h", "head", READY)))


def test_warnings_of_the_operator_come_once_and_in_order() -> None:
    """KubeRay repeats what it complains of; it is told once, the latest last."""
    events = [
        {"metadata": {}, "lastTimestamp": "2026-01-01T00:00:02Z", "message": "second"},
        {"metadata": {}, "lastTimestamp": "2026-01-01T00:00:01Z", "message": "The RayCluster spec is invalid"},
        {"metadata": {}, "lastTimestamp": "2026-01-01T00:00:03Z", "message": "second"},
        {"metadata": {}},
    ]
    assert read_warnings(_list(*events)) == ("The RayCluster spec is invalid", "second")
