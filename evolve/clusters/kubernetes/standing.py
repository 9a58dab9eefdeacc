"""How a cluster on Kubernetes stands: which pod is the head, how many workers are ready, and what is waited for."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evolve.errors import ExecutionError, shortened
from evolve.store.records import Json
from evolve.words import counted

_IMAGE = "push it where the nodes can fetch it, and give the manifest its name there (cluster/README.md, step 3)"
_CONTAINER = "mend the container in the manifest"

_IN_VAIN: Final = {
    "CrashLoopBackOff": "see to the memory in the manifest, and whether rayVersion is that of the image",
    "CreateContainerConfigError": _CONTAINER,
    "CreateContainerError": _CONTAINER,
    "ErrImageNeverPull": _IMAGE,
    "ImagePullBackOff": _IMAGE,
    "InvalidImageName": _IMAGE,
}
"""Why a container waits that was tried more than once, or never can be, and what to do: waiting longer mends none."""

_ON_THE_WAY: Final = frozenset({"ContainerCreating", "PodInitializing"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cluster stands.

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


@dataclass(frozen=True, slots=True)
class _Reason:
    text: str
    advice: str = ""


def read_standing(text: str) -> Standing:
    """How the cluster stands, from what `evolve.clusters.kubernetes.kubectl.look_arguments` brings.

    Raises:
        ExecutionError: That is no list of Kubernetes', or the cluster is not in it.
    """
    items = _items(text)
    cluster = next((item for item in items if item.get("kind") == "RayCluster"), None)
    if cluster is None:
        raise ExecutionError("the cluster is gone from Kubernetes: somebody else deleted it")
    pods = [item for item in items if item.get("kind") == "Pod" and "deletionTimestamp" not in item["metadata"]]
    heads, workers = ([pod for pod in pods if _role(pod) == role] for role in ("head", "worker"))
    ready_workers = sum(map(_is_ready, workers))
    wanted = _wanted(cluster)
    reasons: Counter[tuple[str, _Reason]] = Counter()
    for role, found, count in (("head", heads, 1), ("worker", workers, wanted)):
        reasons.update((role, _reason(pod)) for pod in found if not _is_ready(pod))
        if len(found) < count:
            reasons[role, _Reason("KubeRay has not made it yet")] += count - len(found)
    waits = [(f"{_counted(role, count)}: {reason.text}", reason) for (role, reason), count in reasons.items()]
    return Standing(
        head=next((pod["metadata"]["name"] for pod in heads if _is_ready(pod)), None),
        workers=ready_workers,
        wanted=wanted,
        waits=(*(line for line, _ in waits), *_failures(cluster)),
        in_vain=tuple(f"{line}; {reason.advice}" for line, reason in waits if reason.advice),
    )


def read_warnings(text: str) -> tuple[str, ...]:
    """What the operator complained of, each once, the latest last: KubeRay tells of a manifest's mistakes only so.

    Raises:
        ExecutionError: The text is no list of Kubernetes'.
    """
    items = sorted(_items(text), key=lambda item: str(item.get("lastTimestamp") or item.get("eventTime") or ""))
    return tuple(dict.fromkeys(_line(item.get("message", "")) for item in items if item.get("message")))


def _items(text: str) -> list[Json]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "metadata" in item for item in items):
        raise ExecutionError(f'kubectl answered no list: "{_line(text)}"')
    return items


def _role(pod: Json) -> str:
    return str(pod["metadata"].get("labels", {}).get("ray.io/node-type", ""))


def _is_ready(pod: Json) -> bool:
    return bool(_condition(pod, "Ready").get("status") == "True")


def _condition(item: Json, kind: str) -> Json:
    conditions = item.get("status", {}).get("conditions") or []
    return next((condition for condition in conditions if condition.get("type") == kind), {})


def _wanted(cluster: Json) -> int:
    """How many workers there shall be: with Ray's autoscaler, those that are there from the start."""
    spec = cluster["spec"]
    count = "minReplicas" if spec.get("enableInTreeAutoscaling") else "replicas"
    groups = [group for group in spec.get("workerGroupSpecs", []) if not group.get("suspend")]
    return sum(int(group.get(count) or 0) * int(group.get("numOfHosts") or 1) for group in groups)


def _reason(pod: Json) -> _Reason:
    """Why a pod is not ready."""
    status = pod.get("status", {})
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return _Reason(_line(scheduled.get("message") or scheduled.get("reason") or "no node has taken it"))
    if status.get("phase") == "Failed":
        return _Reason(_line(f"failed: {status.get('reason', '')} {status.get('message', '')}"))
    for container in _containers(status):
        waiting = container.get("state", {}).get("waiting", {})
        reason = waiting.get("reason", "")
        if reason and reason not in _ON_THE_WAY:
            return _Reason(
                _line(f"{reason}{_last_end(container)}: {waiting.get('message', '')}"), _IN_VAIN.get(reason, "")
            )
    states = [container.get("state", {}) for container in _containers(status)]
    if any("running" in state for state in states):
        return _Reason("Ray is starting")
    return _Reason("its image is being fetched" if states else "no node has taken it yet")


def _containers(status: Json) -> Iterator[Json]:
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _last_end(container: Json) -> str:
    ended = container.get("lastState", {}).get("terminated", {})
    return f" after {ended['reason']}" if ended.get("reason") else ""


def _failures(cluster: Json) -> Iterator[str]:
    """What keeps KubeRay from making pods, in its own words."""
    failure = _condition(cluster, "ReplicaFailure")
    if failure.get("status") == "True":
        yield _line(f"KubeRay: {failure.get('message') or failure.get('reason')}")
    elif reason := cluster.get("status", {}).get("reason"):
        yield _line(f"KubeRay: {reason}")


def _counted(role: str, count: int) -> str:
    return "the head" if role == "head" else counted(count, "worker")


def _line(text: str) -> str:
    return shortened(" ".join(str(text).split()), 300).rstrip(": ")
