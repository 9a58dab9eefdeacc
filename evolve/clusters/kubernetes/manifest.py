"""A manifest for Kubernetes: what evolve reads in it, and what it insists on.

It is an ordinary RayCluster of the KubeRay operator, as ``kubectl apply`` takes it, with evolve's own wishes among its
annotations. A NetworkPolicy may stand beside it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evolve.clusters.kubernetes.plain_yaml import Document, ManifestError, parse_documents
from evolve.errors import nearest_spelling, shortened
from evolve.store.records import Json

WISHES: Final = ("evolve/python", "evolve/context", "evolve/wait-s")
"""Annotations of a RayCluster that are meant for evolve."""

NAME_ON_PODS: Final = "ray.io/cluster"
"""KubeRay's label on every pod of a cluster: the cluster's name."""

KINDS: Final = {"RayCluster": "rayclusters.ray.io", "NetworkPolicy": "networkpolicies.networking.k8s.io"}
"""What may stand in a manifest, and what kubectl calls it."""

_KIND = ("ray.io/v1", "RayCluster")
_BESIDE_IT = ("networking.k8s.io/v1", "NetworkPolicy")
_LEAST_RAY: Final = (2, 52)
"""From then on Ray asks for a token, and KubeRay refuses older ones that should."""

_LONGEST_WAIT_S: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says.

    Attributes:
        documents: The RayCluster, then what stands beside it.
        python: The Python of the image that has evolve.
        wait_s: How long to wait until the cluster is ready.
        context: The entry of the user's kubeconfig to use; None: the current one.
        namespace: Where the cluster shall be; None: the context's own.
        head_container: In which of the head's containers Ray runs.
    """

    documents: tuple[Mapping[str, Json], ...]
    python: str
    wait_s: float
    context: str | None
    namespace: str | None
    head_container: str

    @property
    def placeholder(self) -> str:
        """The name that stands for that of a generation's cluster."""
        return str(self.documents[0]["metadata"]["name"])

    @property
    def kinds(self) -> tuple[str, ...]:
        """What kubectl calls the things that are made, each once."""
        return tuple(dict.fromkeys(KINDS[document["kind"]] for document in self.documents))


def is_manifest(text: str) -> bool:
    """Whether a profile's text is meant for Kubernetes: some line says that it is a RayCluster."""
    return re.search(r"^kind:[ \t]*[\"']?RayCluster\b", text, flags=re.MULTILINE) is not None


def parse_manifest(text: str, source: str) -> Manifest:
    """What a manifest says.

    Args:
        text: YAML: a RayCluster, and NetworkPolicies if there shall be some.
        source: The file's name, for messages.

    Raises:
        ManifestError: Naming file, line and key, what came, and what is allowed. What belongs to Kubernetes or KubeRay
            and is none of evolve's business is left to them.
    """
    documents = parse_documents(text, source)
    clusters = [document for document in documents if _kind_of(document) == _KIND]
    beside = [document for document in documents if _kind_of(document) != _KIND]
    for document in beside:
        if _kind_of(document) != _BESIDE_IT:
            allowed = f"{' '.join(_KIND)}, {' '.join(_BESIDE_IT)}"
            document.fail("kind", f'is "{shortened(" ".join(_kind_of(document)))}"; allowed: {allowed}')
    if len(clusters) != 1:
        raise ManifestError(f"{source}: has {len(clusters)} RayClusters of ray.io/v1; it needs just one")
    cluster = clusters[0]
    name = _text(cluster, "metadata", "name")
    _check_labels(cluster, "metadata")
    _check_cluster(cluster)
    for document in beside:
        _check_policy(document, name)
    wishes = _wishes(cluster)
    return Manifest(
        documents=(cluster.data, *(document.data for document in beside)),
        python=wishes.get("evolve/python", "python"),
        wait_s=_seconds(cluster, wishes.get("evolve/wait-s", "900")),
        context=wishes.get("evolve/context"),
        namespace=_text(cluster, "metadata", "namespace") if "namespace" in cluster.data["metadata"] else None,
        head_container=_containers(cluster, "spec.headGroupSpec")[0]["name"],
    )


def _kind_of(document: Document) -> tuple[str, str]:
    return str(document.data.get("apiVersion", "")), str(document.data.get("kind", ""))


def _check_cluster(cluster: Document) -> None:
    spec = _mapping(cluster, "spec")
    version = _text(cluster, "spec", "rayVersion")
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is None or tuple(map(int, numbers.groups())) < _LEAST_RAY:
        cluster.fail("spec.rayVersion", f'is "{shortened(version)}"; it must be that of the image, and 2.52 or newer')
    options = spec.get("authOptions", {})
    if not isinstance(options, dict) or options.get("mode", "token") != "token":
        cluster.fail("spec.authOptions", "must have mode: token, since who reaches a Ray without can run code on it")
    if spec.get("suspend"):
        cluster.fail("spec.suspend", "is true: such a cluster never starts; take the line out")
    groups = spec.get("workerGroupSpecs")
    if not isinstance(groups, list) or not groups:
        cluster.fail("spec.workerGroupSpecs", "must list at least one group of workers")
    for path in ("spec.headGroupSpec", *(f"spec.workerGroupSpecs[{index}]" for index in range(len(groups)))):
        _check_ray_container(cluster, path)


def _check_ray_container(cluster: Document, path: str) -> None:
    """KubeRay runs Ray in the first container of a group; a variable of it could undo what `authOptions` asks for."""
    container = _containers(cluster, path)[0]
    if "metadata" in _mapping(cluster, f"{path}.template"):
        _check_labels(cluster, f"{path}.template.metadata")
    where = f"{path}.template.spec.containers[0]"
    variables = container.get("env", [])
    if not isinstance(variables, list) or not all(isinstance(one, dict) and "name" in one for one in variables):
        cluster.fail(f"{where}.env", "must be a list of variables, each with a name")
    for index, variable in enumerate(variables):
        if variable["name"] == "RAY_AUTH_MODE" and variable.get("value") != "token":
            cluster.fail(f"{where}.env[{index}]", "would let anybody in; take it out, authOptions sets it")


def _check_policy(policy: Document, placeholder: str) -> None:
    """A policy comes and goes with a cluster, so it must hold for that cluster's pods alone."""
    _text(policy, "metadata", "name")
    _check_labels(policy, "metadata")
    path = "spec.podSelector.matchLabels"
    if _mapping(policy, path).get(NAME_ON_PODS) != placeholder:
        policy.fail(
            path, f"must have {NAME_ON_PODS}: {placeholder}, the name of the RayCluster, to hold for its pods alone"
        )


def _check_labels(document: Document, path: str) -> None:
    if "labels" in _mapping(document, path):
        _mapping(document, f"{path}.labels")


def _wishes(cluster: Document) -> dict[str, str]:
    annotations = _mapping(cluster, "metadata").get("annotations") or {}
    if not isinstance(annotations, dict):
        cluster.fail("metadata.annotations", "must be a mapping (key: value)")
    wishes = {key: value for key, value in annotations.items() if key.startswith("evolve/")}
    for key, value in wishes.items():
        path = f"metadata.annotations.{key}"
        if key not in WISHES:
            cluster.fail(path, f"is unknown; allowed: {', '.join(WISHES)}{nearest_spelling(key, WISHES)}")
        if not isinstance(value, str) or not value.strip():
            cluster.fail(path, f'must be text, as all annotations; write it in quotes: "{shortened(str(value))}"')
    return wishes


def _seconds(cluster: Document, text: str) -> float:
    path = "metadata.annotations.evolve/wait-s"
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_WAIT_S:
        cluster.fail(path, f'must be seconds, more than 0 and a week at most; it is "{shortened(text)}"')
    return seconds


def _containers(cluster: Document, path: str) -> list[Json]:
    """The containers of a group, of which Ray's is the first."""
    pod = _mapping(cluster, f"{path}.template.spec")
    containers = pod.get("containers")
    where = f"{path}.template.spec.containers"
    if not isinstance(containers, list) or not containers:
        cluster.fail(where, "must list at least one container, in which Ray runs")
    if not isinstance(containers[0], dict) or not isinstance(containers[0].get("name"), str):
        cluster.fail(f"{where}[0]", "must have a name")
    return containers


def _mapping(document: Document, path: str) -> dict[str, Json]:
    """The mapping at a path whose every step must be one."""
    found: Json = document.data
    walked = ""
    for step, index in re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", path):
        walked = f"{walked}.{step}" if walked else step
        found = found.get(step)
        if index and isinstance(found, list):
            found, walked = found[int(index)], f"{walked}[{index}]"
        if not isinstance(found, dict):
            document.fail(walked, "must be a mapping (key: value)" if found is not None else "is missing")
    return dict(found)


def _text(document: Document, path: str, key: str) -> str:
    value = _mapping(document, path).get(key)
    if not isinstance(value, str) or not value:
        document.fail(f"{path}.{key}", f'must be text, in quotes where it is a number; it is "{shortened(str(value))}"')
    return value
