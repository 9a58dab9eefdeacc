"""What becomes of a manifest for a generation: a cluster with a name of its own, which asks for a token."""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final

from evolve.clusters.kubernetes.manifest import NAME_ON_PODS, Manifest
from evolve.store.names import ascii_word
from evolve.store.records import Json

CLUSTER_LABEL: Final = "evolve/cluster"
"""On everything of a cluster, its pods too: the cluster's name."""

LONGEST_NAME: Final = 53
"""Of a cluster, in characters: KubeRay takes the rest of the 63 that a service may have for its suffixes."""

_LONGEST_VALUE: Final = 63
"""Of a label, in characters."""


def cluster_name(run: str, identity: str, generation: int) -> str:
    """The name of a generation's cluster: ``evolve-RUN-DIGEST-gN``.

    No two clusters share one: pods of a cluster that was let go may still be there, and the next would count them.

    Args:
        run: The run's name.
        identity: What tells the cluster from all others of runs of this name, such as something drawn at random.
        generation: Which.
    """
    digest = hashlib.sha256(f"{run}\n{identity}".encode()).hexdigest()[:6]
    end = f"-{digest}-g{generation}"
    word = ascii_word(run).lower()
    return f"evolve-{word}"[: LONGEST_NAME - len(end)].rstrip("-") + end


def render(manifest: Manifest, run: str, name: str, generation: int) -> str:
    """What ``kubectl apply`` is given for a generation, as JSON.

    Names and labels are the generation's, Ray asks for a token, and tells nobody that it was used unless the manifest
    says so. All else is as it stands in the manifest, which is not changed.

    Args:
        manifest: The manifest.
        run: The run's name.
        name: The cluster's, from `cluster_name`.
        generation: Which.
    """
    labels = {
        "app.kubernetes.io/managed-by": "evolve",
        CLUSTER_LABEL: name,
        "evolve/run": _label_value(run),
        "evolve/generation": str(generation),
    }
    cluster, *beside = (copy.deepcopy(dict(document)) for document in manifest.documents)
    cluster["metadata"]["name"] = name
    cluster["spec"].setdefault("authOptions", {})["mode"] = "token"
    for group in (cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]):
        template = group["template"]
        _add_labels(template.setdefault("metadata", {}), labels)
        variables = template["spec"]["containers"][0].setdefault("env", [])
        if all(variable["name"] != "RAY_USAGE_STATS_ENABLED" for variable in variables):
            variables.append({"name": "RAY_USAGE_STATS_ENABLED", "value": "0"})
    for number, policy in enumerate(beside):
        policy["metadata"]["name"] = f"{name}-{number}" if number else name
        if manifest.namespace is not None:
            policy["metadata"]["namespace"] = manifest.namespace
        _rename(policy["spec"], manifest.placeholder, name)
    for document in (cluster, *beside):
        _add_labels(document["metadata"], labels)
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [cluster, *beside]}, indent=1)


def _add_labels(metadata: dict[str, Json], labels: Mapping[str, str]) -> None:
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}


def _rename(part: Json, placeholder: str, name: str) -> None:
    """Put the cluster's name in place of the placeholder, wherever a policy selects the cluster's pods."""
    for found in _mappings_in(part):
        if found.get(NAME_ON_PODS) == placeholder:
            found[NAME_ON_PODS] = name


def _mappings_in(part: Json) -> Iterator[dict[str, Json]]:
    if isinstance(part, dict):
        yield part
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _mappings_in(child)


def _label_value(text: str) -> str:
    """The text as a label may say it: letters, digits and ``-_.``, of which none is first or last; ``run`` for none."""
    return ascii_word(text, kept="._")[:_LONGEST_VALUE].rstrip("-_.") or "run"
