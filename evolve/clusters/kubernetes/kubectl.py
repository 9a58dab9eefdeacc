"""What is asked of ``kubectl``: its arguments, and what its complaints mean; starting it is left to others."""

import re
from enum import Enum, auto
from typing import Final

from evolve.clusters.kubernetes.manifest import Manifest
from evolve.clusters.kubernetes.rendering import CLUSTER_LABEL
from evolve.clusters.kubernetes.trace import Trace
from evolve.errors import shortened


class Outlook(Enum):
    """What becomes of a complaint when the same is asked again later."""

    PASSES = auto()
    LASTS = auto()
    UNKNOWN = auto()


_MEANINGS: Final = (
    (
        Outlook.LASTS,
        r"no matches for kind \"RayCluster\"|doesn't have a resource type \"rayclusters\"",
        "Kubernetes knows no RayCluster: the KubeRay operator is not installed there; cluster/README.md tells how",
    ),
    (
        Outlook.LASTS,
        r"unknown field \"spec\.authOptions",
        "the KubeRay operator there is older than 1.5.1 and could not have Ray ask for a token; have it upgraded",
    ),
    (Outlook.LASTS, r"unknown field|strict decoding error", "Kubernetes does not take the manifest; mend it"),
    (
        Outlook.LASTS,
        r"[Ff]orbidden",
        "your account may not do this there; cluster/README.md has the Role that it needs",
    ),
    (
        Outlook.LASTS,
        r"context .*does not exist|context was not found",
        "your kubeconfig has no such context; kubectl config get-contexts",
    ),
    (Outlook.LASTS, r"namespaces \".*\" not found", "there is no such namespace; kubectl create namespace makes one"),
    (
        Outlook.PASSES,
        r"Unable to connect to the server|(was|connection) refused|no configuration has been provided|i/o timeout"
        r"|gave no answer|TLS handshake timeout|etcdserver|ServiceUnavailable|TooManyRequests|unexpected EOF",
        "Kubernetes cannot be reached; see what kubectl get pods says",
    ),
    (
        Outlook.LASTS,
        r"must be logged in|Unauthorized",
        "Kubernetes does not know you; log in as you do for kubectl get pods",
    ),
    (
        Outlook.PASSES,
        r"pods? \".*\" not found|container not found|unable to upgrade connection",
        "the head is gone",
    ),
    (
        Outlook.LASTS,
        r"No module named '?evolve|executable file not found|exec: .*no such file or directory",
        "the image has no evolve where evolve/python says; build it with cluster/Dockerfile",
    ),
)
"""What kubectl and the API server say, as patterns, and what it means to somebody who trains networks."""


def apply_arguments(manifest: Manifest) -> tuple[str, ...]:
    """Make the cluster that comes on stdin; what Kubernetes does not know is an error, not left out in silence."""
    return (*_kubectl(manifest), "apply", "--validate=strict", "--filename", "-")


def look_arguments(manifest: Manifest, name: str) -> tuple[str, ...]:
    """Tell how the cluster and its pods stand, as JSON for `evolve.clusters.kubernetes.standing.read_standing`."""
    return (*_kubectl(manifest), "get", "rayclusters.ray.io,pods", *_all_of(name), "--output", "json")


def warnings_arguments(manifest: Manifest, name: str) -> tuple[str, ...]:
    """Tell what the operator complained of, as JSON for `evolve.clusters.kubernetes.standing.read_warnings`."""
    about = f"involvedObject.kind=RayCluster,involvedObject.name={name},type=Warning"
    return (*_kubectl(manifest), "get", "events", "--field-selector", about, "--output", "json")


def exec_arguments(manifest: Manifest, head: str, *arguments: str) -> tuple[str, ...]:
    """Run the image's Python on the head, with stdin and stdout of our own: no port is opened for it."""
    container = ("--container", manifest.head_container)
    return (*_kubectl(manifest), "exec", "--stdin", "--quiet", head, *container, "--", manifest.python, *arguments)


def delete_arguments(trace: Trace) -> tuple[str, ...]:
    """Let the cluster go; it is no mistake if it is gone."""
    kinds = ",".join(trace.kinds)
    return (*_kubectl(trace), "delete", kinds, *_all_of(trace.name), "--ignore-not-found", "--wait=false")


def meaning_of(complaint: str) -> str:
    """What kubectl said on stderr, and what it means where that is known, as one line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip() and not line.startswith("Warning:")]
    last = lines[-1].partition("; if you choose to ignore")[0] if lines else "kubectl said nothing"
    said = shortened(re.sub(r"^(error|Error from server.*?): ", "", last), 300)
    known = next((meaning for _, pattern, meaning in _MEANINGS if re.search(pattern, complaint)), None)
    return said if known is None else f"{known} (it says: {said})"


def outlook_of(complaint: str) -> Outlook:
    """Whether what kubectl complains of passes by itself, or lasts until somebody mends it."""
    return next((outlook for outlook, pattern, _ in _MEANINGS if re.search(pattern, complaint)), Outlook.UNKNOWN)


def _kubectl(where: Manifest | Trace) -> tuple[str, ...]:
    context = () if where.context is None else ("--context", where.context)
    namespace = () if where.namespace is None else ("--namespace", where.namespace)
    return ("kubectl", *context, *namespace)


def _all_of(name: str) -> tuple[str, str]:
    return ("--selector", f"{CLUSTER_LABEL}={name}")
