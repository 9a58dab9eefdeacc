"""A manifest for Kubernetes: what evolve reads in it, insists on and fills in; all else is Kubernetes' to check.

It is an ordinary RayCluster of the KubeRay operator, as ``kubectl apply`` takes it, with evolve's own settings among
its annotations. NetworkPolicies may stand beside it.
"""

import contextlib
import copy
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from evolve.errors import SettingsError, nearest_spelling, shortened
from evolve.inputs.yaml_files import Part, Source, read_documents
from evolve.records.run import Json
from evolve.store.names import ascii_word

ANNOTATIONS: Final = ("evolve/python", "evolve/context", "evolve/wait-s")
"""Those of a RayCluster that are meant for evolve."""

LONGEST_NAME: Final = 53
"""Of a cluster: KubeRay takes the rest of the 63 characters that a service may have for its suffixes."""

_CLUSTER, _POLICY = "ray.io/v1 RayCluster", "networking.k8s.io/v1 NetworkPolicy"
_KINDS: Final = {_CLUSTER: "rayclusters.ray.io", _POLICY: "networkpolicies.networking.k8s.io"}
"""What may stand in a manifest, and what kubectl calls it."""

_NAME_ON_PODS: Final = "ray.io/cluster"
"""KubeRay's label on every pod of a cluster."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says.

    Attributes:
        documents: The RayCluster, then what stands beside it.
        kinds: What kubectl calls the things that are made, each once.
        python: The Python of the image that has evolve.
        wait_s: How long to wait until the cluster is ready.
        context: The entry of the user's kubeconfig to use; None: the current one.
        namespace: Where the cluster shall be; None: the context's own.
        head_container: In which of the head's containers Ray runs.
    """

    documents: tuple[Mapping[str, Json], ...]
    kinds: tuple[str, ...]
    python: str
    wait_s: float
    context: str | None
    namespace: str | None
    head_container: str


def is_manifest(text: str) -> bool:
    """Whether a profile's text is meant for Kubernetes: some line says that it is a RayCluster."""
    return re.search(r"^kind:[ \t]*[\"']?RayCluster\b", text, flags=re.MULTILINE) is not None


def parse_manifest(text: str, source: str) -> Manifest:
    """What a YAML text says, whose file's name is needed for messages.

    Raises:
        SettingsError: Naming file, line and key, what came, and what is allowed.
    """
    documents = read_documents(text, Source(source, "a manifest", SettingsError))
    parts = sorted((part for part in documents if part.value is not None), key=lambda part: _kind(part) == _POLICY)
    if [_kind(part) for part in parts].count(_CLUSTER) != 1:
        raise SettingsError(f"{source}: must have one RayCluster of ray.io/v1, and no second one")
    cluster, *policies = parts
    name, namespace = _needed(cluster, "metadata", "name").text(), _found(cluster, "metadata", "namespace")
    container = _check_cluster(cluster)
    for policy in policies:
        _check_policy(policy, name)
    own = _annotations(cluster)
    if (wait := own.get("evolve/wait-s")) is not None and wait.number() <= 0:
        wait.fail(f"must be more than 0 seconds, not {wait.text()}")
    return Manifest(
        documents=tuple(part.plain(_typed) for part in parts),
        kinds=tuple(dict.fromkeys(_KINDS[_kind(part)] for part in parts)),
        python=own["evolve/python"].text() if "evolve/python" in own else "python",
        wait_s=900.0 if wait is None else float(wait.number()),
        context=own["evolve/context"].text() if "evolve/context" in own else None,
        namespace=None if namespace is None else namespace.text(),
        head_container=container,
    )


def cluster_name(run: str, digits: str, generation: int) -> str:
    """The name of a generation's cluster: ``evolve-RUN-DIGITS-gN``.

    The digits are drawn at random, so that no two clusters share a name: pods of one that was deleted may still be
    there, and the next would count them.
    """
    end = f"-{digits}-g{generation}"
    return f"evolve-{ascii_word(run).lower()}"[: LONGEST_NAME - len(end)].rstrip("-") + end


def render(manifest: Manifest, name: str, labels: Mapping[str, str]) -> str:
    """What ``kubectl apply`` is given for a cluster of this name, as JSON; the manifest itself is not changed.

    Name and labels are the cluster's, Ray asks for a token, and tells nobody that it was used unless the manifest says
    so. All else is as it stands in the manifest.
    """
    cluster, *policies = (copy.deepcopy(dict(document)) for document in manifest.documents)
    for policy in policies:
        if manifest.namespace is not None:
            policy["metadata"]["namespace"] = manifest.namespace
        for found in _mappings_in(policy["spec"]):
            if found.get(_NAME_ON_PODS) == cluster["metadata"]["name"]:
                found[_NAME_ON_PODS] = name
    cluster["spec"].setdefault("authOptions", {})["mode"] = "token"
    for group in (cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]):
        group["template"].setdefault("metadata", {}).setdefault("labels", {}).update(labels)
        variables = group["template"]["spec"]["containers"][0].setdefault("env", [])
        if all(variable["name"] != "RAY_USAGE_STATS_ENABLED" for variable in variables):
            variables.append({"name": "RAY_USAGE_STATS_ENABLED", "value": "0"})
    for number, document in enumerate((cluster, *policies)):
        document["metadata"]["name"] = f"{name}-{number - 1}" if number > 1 else name
        document["metadata"].setdefault("labels", {}).update(labels)
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [cluster, *policies]}, indent=1)


def _mappings_in(part: Json) -> Iterator[dict[str, Json]]:
    if isinstance(part, dict):
        yield part
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _mappings_in(child)


def _kind(document: Part) -> str:
    kind = " ".join(part.text() for key in ("apiVersion", "kind") if (part := _found(document, key)) is not None)
    if kind not in _KINDS:
        document.fail(f'is "{shortened(kind)}"; allowed: {", ".join(_KINDS)}', "kind")
    return kind


def _check_cluster(cluster: Part) -> str:
    """Make sure that a cluster can be rendered, and lets nobody in without its token; the name of Ray's container."""
    mode = _found(cluster, "spec", "authOptions", "mode")
    if mode is not None and mode.text() != "token":
        mode.fail("must be token, since who reaches a Ray without can run code on it")
    _check_labels(cluster)
    head, workers = _needed(cluster, "spec", "headGroupSpec"), _needed(cluster, "spec", "workerGroupSpecs").items()
    container, *_ = [_check_group(group) for group in (head, *workers)]
    return container


def _check_group(group: Part) -> str:
    """KubeRay runs Ray in the first container of a group; a variable of it could undo what `authOptions` asks for."""
    _check_labels(_needed(group, "template"))
    container = _needed(group, "template", "spec", "containers").items()[0]
    variables = _found(container, "env")
    for variable in () if variables is None else variables.items():
        value = _found(variable, "value")
        if _needed(variable, "name").text() == "RAY_AUTH_MODE" and (value is None or value.text() != "token"):
            variable.fail("would let anybody in; take it out, authOptions sets it")
    return _needed(container, "name").text()


def _check_policy(policy: Part, cluster: str) -> None:
    """A policy comes and goes with a cluster, so it must hold for that cluster's pods alone."""
    _needed(policy, "metadata").entries()
    _check_labels(policy)
    place = ("spec", "podSelector", "matchLabels")
    selected = _found(policy, *place, _NAME_ON_PODS)
    if selected is None or selected.text() != cluster:
        policy.fail(f"must have {_NAME_ON_PODS}: {cluster}, the RayCluster's name, to hold for its pods alone", *place)


def _check_labels(document: Part) -> None:
    if (labels := _found(document, "metadata", "labels")) is not None:
        labels.entries()


def _annotations(cluster: Part) -> Mapping[str, Part]:
    """Those that are meant for evolve."""
    annotations = _found(cluster, "metadata", "annotations")
    own = {key: one for key, one in annotations.entries().items() if key.startswith("evolve/")} if annotations else {}
    for key, one in own.items():
        if key not in ANNOTATIONS:
            one.fail(f"is unknown; allowed: {', '.join(ANNOTATIONS)}{nearest_spelling(key, ANNOTATIONS)}")
        if not isinstance(_typed(one), str):
            one.fail("must be text, as all annotations; write it in quotes")
    return own


def _found(part: Part, *keys: str) -> Part | None:
    """The part at a place; None where it, or what it would be in, is not there."""
    for key in keys:
        if key not in part.entries():
            return None
        part = part.entries()[key]
    return part


def _needed(part: Part, *keys: str) -> Part:
    return _found(part, *keys) or part.fail("is missing", *keys)


def _typed(part: Part) -> Json:
    """A scalar as Kubernetes takes it, whose YAML knows no sixties: 12:30 is a text."""
    text = part.value
    if isinstance(text, str) and not part.is_quoted and part.kind in ("int", "float", "bool") and ":" not in text:
        with contextlib.suppress(ValueError, OverflowError):  # of numbers with more digits than Python reads
            if math.isfinite(value := yaml.safe_load(text)):
                return value
    return text
