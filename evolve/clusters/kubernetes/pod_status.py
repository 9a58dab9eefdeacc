"""The status of a cluster's pods: which one is the head, how many workers are ready, and what is waited for."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Final

from evolve.errors import ExecutionError, shortened
from evolve.records.run import Json
from evolve.words import counted

_IMAGE = "push it where the nodes can fetch it, and give the manifest its name there (cluster/README.md, step 3)"
_CONTAINER = "mend the container in the manifest"
_IN_VAIN: Final = {
    "CrashLoopBackOff": "see to the memory in the manifest, and whether rayVersion is that of the image",
    **dict.fromkeys(("CreateContainerConfigError", "CreateContainerError"), _CONTAINER),
    **dict.fromkeys(("ErrImageNeverPull", "ImagePullBackOff", "InvalidImageName"), _IMAGE),
}
"""Why a container waits that was tried more than once, or never can be, and what to do: waiting longer mends none."""


@dataclass(frozen=True, slots=True)
class PodStatus:
    """The status of a cluster's pods.

    Attributes:
        head: The head's pod, once it is ready.
        workers: How many workers are ready.
        wanted: How many there shall be.
        waits: What the others wait for, in words: ``2 workers: 0/3 nodes are available: …``.
        in_vain: Those of them that waiting does not mend, such as an image that is not there, each with what to do.
    """

    head: str | None
    workers: int
    wanted: int
    waits: tuple[str, ...]
    in_vain: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the head and all workers are ready."""
        return self.head is not None and self.workers >= self.wanted


def read_pod_status(text: str) -> PodStatus:
    """The status of a cluster's pods, from what `status_arguments` brings.

    Raises:
        ExecutionError: That is no list of Kubernetes', or the cluster is not in it.
    """
    items = _items(text)
    cluster = next((item for item in items if item.get("kind") == "RayCluster"), None)
    if cluster is None:
        raise ExecutionError("the cluster is gone from Kubernetes: somebody else deleted it")
    pods = [item for item in items if item.get("kind") == "Pod" and "deletionTimestamp" not in item["metadata"]]
    wanted = {"head": 1, "worker": _workers_wanted(cluster)}
    ready: dict[str, list[str]] = {"head": [], "worker": []}
    reasons: Counter[tuple[str, str, str]] = Counter()
    for role, count in wanted.items():
        found = [pod for pod in pods if pod["metadata"].get("labels", {}).get("ray.io/node-type") == role]
        ready[role] = [pod["metadata"]["name"] for pod in found if _is(pod, "Ready", "True")]
        reasons.update((role, *_reason(pod)) for pod in found if not _is(pod, "Ready", "True"))
        if len(found) < count:
            reasons[role, "KubeRay has not made it yet", ""] += count - len(found)
    lines = [
        (f"{'the head' if role == 'head' else counted(count, 'worker')}: {reason}", advice)
        for (role, reason, advice), count in reasons.items()
    ]
    return PodStatus(
        head=next(iter(ready["head"]), None),
        workers=len(ready["worker"]),
        wanted=wanted["worker"],
        waits=(*(line for line, _ in lines), *_failure(cluster)),
        in_vain=tuple(f"{line}; {advice}" for line, advice in lines if advice),
    )


def read_warnings(text: str) -> tuple[str, ...]:
    """What the operator complained of, each once, the latest last: KubeRay tells of a manifest's mistakes only so.

    Raises:
        ExecutionError: The text is no list of Kubernetes'.
    """
    items = sorted(_items(text), key=lambda item: str(item.get("lastTimestamp") or item.get("eventTime") or ""))
    return tuple(dict.fromkeys(_line(item["message"]) for item in items if item.get("message")))


def _items(text: str) -> list[Json]:
    try:
        items = json.loads(text)["items"]
    except (ValueError, TypeError, KeyError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "metadata" in item for item in items):
        raise ExecutionError(f'kubectl answered no list: "{_line(text)}"')
    return items


def _workers_wanted(cluster: Json) -> int:
    """How many workers there shall be: with Ray's autoscaler, those that are there from the start."""
    spec = cluster["spec"]
    count = "minReplicas" if spec.get("enableInTreeAutoscaling") else "replicas"
    groups = [group for group in spec.get("workerGroupSpecs", []) if not group.get("suspend")]
    return sum(int(group.get(count) or 0) * int(group.get("numOfHosts") or 1) for group in groups)


def _condition(item: Json, kind: str) -> Json:
    conditions = item.get("status", {}).get("conditions") or []
    return next((condition for condition in conditions if condition.get("type") == kind), {})


def _is(item: Json, kind: str, status: str) -> bool:
    return bool(_condition(item, kind).get("status") == status)


def _reason(pod: Json) -> tuple[str, str]:
    """Why a pod is not ready, and what to do about what waiting does not mend."""
    status = pod.get("status", {})
    if _is(pod, "PodScheduled", "False"):
        scheduled = _condition(pod, "PodScheduled")
        return _line(scheduled.get("message") or scheduled.get("reason") or "no node has taken it"), ""
    if status.get("phase") == "Failed":
        return _line(f"failed: {status.get('reason', '')} {status.get('message', '')}"), ""
    containers = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    for container in containers:
        waiting = container.get("state", {}).get("waiting", {})
        reason = waiting.get("reason", "")
        if reason not in ("", "ContainerCreating", "PodInitializing"):
            ended = container.get("lastState", {}).get("terminated", {}).get("reason")
            after = f" after {ended}" if ended else ""
            return _line(f"{reason}{after}: {waiting.get('message', '')}"), _IN_VAIN.get(reason, "")
    if any("running" in container.get("state", {}) for container in containers):
        return "Ray is starting", ""
    return "its image is being fetched" if containers else "no node has taken it yet", ""


def _failure(cluster: Json) -> tuple[str, ...]:
    """What keeps KubeRay from making pods, in its own words."""
    failure = _condition(cluster, "ReplicaFailure") if _is(cluster, "ReplicaFailure", "True") else {}
    said = failure.get("message") or failure.get("reason") or cluster.get("status", {}).get("reason")
    return (_line(f"KubeRay: {said}"),) if said else ()


def _line(text: str) -> str:
    return shortened(" ".join(str(text).split()), 300).rstrip(": ")
