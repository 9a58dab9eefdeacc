"""What Kubernetes and KubeRay take, as JSON schemas in which an unknown field is an error.

Kubernetes' own schemas come with the package kubernetes-validate. No package has KubeRay's, so its published
CustomResourceDefinition is read where the environment variable EVOLVE_KUBERAY_CRD names it:

    git clone --depth 1 --branch v1.6.2 https://github.com/ray-project/kuberay
    EVOLVE_KUBERAY_CRD=kuberay/helm-chart/kuberay-operator/crds/ray.io_rayclusters.yaml python -m pytest tests/clusters

Without it a RayCluster is held to the fields that KubeRay 1.5.1 has of its own, which are few and stand below as its
API reference names them, and to Kubernetes' schema of the pods in it, which are nearly all of a RayCluster.
"""

import functools
import importlib.resources
import json
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from evolve.records.run import Json

_FILES = importlib.resources.files("kubernetes_validate") / "kubernetes-json-schema"
_DEFINITIONS = "/api/_definitions.json#/$defs/"

QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
"""How Kubernetes writes amounts."""


def kubernetes_versions() -> list[str]:
    """The versions of Kubernetes whose schemas there are, such as 1.37.0."""
    names = [folder.name for folder in _FILES.iterdir() if folder.name.endswith("-local-strict")]
    return sorted(name.removeprefix("v").removesuffix("-local-strict") for name in names)


def mistakes(document: Json, kubernetes: str, crd: Path | None = None) -> list[str]:
    """What is wrong with a document, each with its place; none if Kubernetes and KubeRay take all of it.

    Args:
        document: A RayCluster, or a thing of Kubernetes' own.
        kubernetes: One of `kubernetes_versions`.
        crd: KubeRay's definition of a RayCluster; None: what stands here.
    """
    if document["kind"] == "RayCluster":
        schema = ray_cluster_schema() if crd is None else crd_schema(yaml.safe_load(crd.read_text()))
    else:
        group = document["apiVersion"].split("/")[0].split(".")[0]
        name = f"{document['kind'].lower()}-{group}-{document['apiVersion'].split('/')[-1]}.json"
        schema = _without_nulls(json.loads((_FILES / f"v{kubernetes}-local-strict" / name).read_text()))
    schema = {**schema, "$id": "https://kubernetes.io/api/document"}
    validator = Draft202012Validator(schema, registry=_registry(kubernetes))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def crd_schema(definition: Json) -> Json:
    """The schema in a CustomResourceDefinition for ray.io/v1, as strict as ``--validate=strict``."""
    version = next(version for version in definition["spec"]["versions"] if version["name"] == "v1")
    schema = _strict(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = _of_kubernetes("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
    return schema


def ray_cluster_schema() -> Json:
    """A RayCluster of KubeRay 1.5.1, the first that can ask for a token."""
    words = {"type": "object", "additionalProperties": {"type": "string"}}
    names = {"type": "array", "items": {"type": "string"}}
    count = {"type": "integer", "minimum": 0}
    flag, word = {"type": "boolean"}, {"type": "string"}
    metadata = _closed({"annotations": words, "finalizers": names, "labels": words, "name": word, "namespace": word})
    template = _closed({"metadata": metadata, "spec": _of_kubernetes("io.k8s.api.core.v1.PodSpec")})
    group = {"rayStartParams": words, "template": template, "resources": words, "labels": words}
    head = _closed(
        group
        | {
            "enableIngress": flag,
            "headService": _of_kubernetes("io.k8s.api.core.v1.Service"),
            "serviceType": {"enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]},
        },
        "rayStartParams",
        "template",
    )
    workers = _closed(
        group
        | dict.fromkeys(("replicas", "minReplicas", "maxReplicas", "numOfHosts", "idleTimeoutSeconds"), count)
        | {"groupName": word, "suspend": flag, "scaleStrategy": _closed({"workersToDelete": names})},
        *("groupName", "minReplicas", "maxReplicas", "rayStartParams", "template"),
    )
    spec = _closed(
        {
            "authOptions": _closed({"mode": {"enum": ["disabled", "token"]}}),
            "enableInTreeAutoscaling": flag,
            "headGroupSpec": head,
            "headServiceAnnotations": words,
            "managedBy": word,
            "rayVersion": word,
            "suspend": flag,
            "workerGroupSpecs": {"type": "array", "items": workers},
        },
        "headGroupSpec",
    )
    return _closed(
        {
            "apiVersion": {"const": "ray.io/v1"},
            "kind": {"const": "RayCluster"},
            "metadata": _of_kubernetes("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
            "spec": spec,
        },
        *("apiVersion", "kind", "metadata", "spec"),
    )


def _closed(properties: Json, *required: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _of_kubernetes(name: str) -> Json:
    return {"$ref": _DEFINITIONS + name}


def _strict(schema: Json) -> Json:
    """A structural schema of Kubernetes as JSON schema: what it does not name is an error."""
    strict = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        strict.pop("type", None)
        strict.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if "properties" in schema:
        strict["properties"] = {name: _strict(one) for name, one in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            strict[key] = _strict(schema[key])
    if schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        strict.setdefault("additionalProperties", False)
    return strict


@functools.cache
def _registry(kubernetes: str) -> Registry[Json]:
    folder = _FILES / f"v{kubernetes}-local-strict"
    definitions = _without_nulls(json.loads((folder / "_definitions.json").read_text()))
    quantity = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": QUANTITY}]}
    definitions["$defs"]["io.k8s.apimachinery.pkg.api.resource.Quantity"] = quantity
    return Resource.from_contents(definitions) @ Registry()


def _without_nulls(part: Json) -> Json:
    """A schema that takes no null where it takes something else too: Kubernetes would drop such a field unseen."""
    if isinstance(part, list):
        return [_without_nulls(child) for child in part]
    if not isinstance(part, dict):
        return part
    cleaned = {key: _without_nulls(value) for key, value in part.items()}
    kinds = cleaned.get("type")
    if isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
        cleaned["type"] = [kind for kind in kinds if kind != "null"]
    return cleaned
