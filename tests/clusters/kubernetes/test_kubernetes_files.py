"""The files for Kubernetes are what Kubernetes and KubeRay take, to the last field."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from evolve.clusters.kubernetes.manifest import ANNOTATIONS, parse_manifest, render
from evolve.records.run import Json
from tests.clusters.kubernetes.kubernetes_schemas import crd_schema, kubernetes_versions, mistakes, ray_cluster_schema

ROOT = Path(__file__).parents[3]
MANIFEST = (ROOT / "cluster" / "kubernetes.yaml").read_text()
ROLE = yaml.safe_load((ROOT / "cluster" / "kubernetes" / "role.yaml").read_text())
CRD = os.environ.get("EVOLVE_KUBERAY_CRD")

needs_crd = pytest.mark.skipif(
    CRD is None,
    reason="EVOLVE_KUBERAY_CRD names no definition of KubeRay's; tests/clusters/kubernetes/kubernetes_schemas.py tells",
)


def _rendered() -> list[Json]:
    manifest = parse_manifest(MANIFEST, "kubernetes.yaml")
    items: list[Json] = json.loads(render(manifest, "evolve-my-run-0a1b2c-g12", {"evolve/owner": "0a1b2c3d"}))["items"]
    return items


DOCUMENTS = [*yaml.safe_load_all(MANIFEST), *_rendered(), ROLE]


@pytest.mark.parametrize("version", kubernetes_versions())
def test_every_kubernetes_knows_every_field(version: str) -> None:
    """The manifest, what is made of it for a generation, and the Role have no field that Kubernetes does not know."""
    for document in DOCUMENTS:
        assert mistakes(document, version) == [], document["kind"]


@needs_crd
@pytest.mark.parametrize("version", kubernetes_versions()[-1:])
def test_the_published_definition_knows_every_field(version: str) -> None:
    """The manifest, and what is made of it, fit the definition of a RayCluster that KubeRay publishes."""
    for document in DOCUMENTS:
        assert mistakes(document, version, Path(CRD or "")) == [], document["kind"]


TYPOS: dict[str, Callable[[Json], object]] = {
    "top": lambda it: it.update(specc={}),
    "metadata": lambda it: it["metadata"].update(label={}),
    "spec": lambda it: it["spec"].update(rayversion="2.60.0"),
    "auth": lambda it: it["spec"]["authOptions"].update(mode="tokens"),
    "auth field": lambda it: it["spec"]["authOptions"].update(modes="token"),
    "start parameter": lambda it: it["spec"]["headGroupSpec"]["rayStartParams"].update({"num-cpus": 0}),
    "service": lambda it: it["spec"]["headGroupSpec"].update(serviceTypes="ClusterIP"),
    "group": lambda it: it["spec"]["workerGroupSpecs"][0].update(minReplica=1),
    "replicas": lambda it: it["spec"]["workerGroupSpecs"][0].update(replicas="2"),
    "template": lambda it: it["spec"]["workerGroupSpecs"][0]["template"].update(specs={}),
    "pod": lambda it: _pod(it).update(toleration=[]),
    "container": lambda it: _container(it).update(imagePullPolice="Always"),
    "variable": lambda it: _container(it)["env"].append({"name": "A", "val": "1"}),
    "number": lambda it: _container(it)["env"].append({"name": "A", "value": 1}),
    "amount": lambda it: _container(it)["resources"]["limits"].update(memory="16GB"),
    "nothing": lambda it: _container(it).update(resources=None),
    "right": lambda it: _container(it)["securityContext"].update(capability={}),
}


@pytest.mark.parametrize("typo", TYPOS)
@pytest.mark.parametrize("crd", [None, pytest.param(CRD, marks=needs_crd)], ids=["own", "published"])
def test_a_typo_is_refused(typo: str, crd: str | None) -> None:
    """The same check finds a mistyped field or value, wherever it stands in a RayCluster."""
    cluster = next(yaml.safe_load_all(MANIFEST))
    TYPOS[typo](cluster)
    assert mistakes(cluster, kubernetes_versions()[-1], Path(crd) if crd else None)


def test_a_typo_in_the_policy_is_refused() -> None:
    """The check of a NetworkPolicy is as strict."""
    _, policy = yaml.safe_load_all(MANIFEST)
    policy["spec"]["ingress"][0]["from"][0]["podSelektor"] = {}
    assert mistakes(policy, kubernetes_versions()[-1])


def test_a_definition_becomes_strict() -> None:
    """Of a published definition all objects are closed but for those that shall keep what they do not know."""
    kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    amount = {"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+$"}
    spec = {"type": "object", "properties": {"a": {"type": "string"}, "kept": kept, "amount": amount}}
    definition = {
        "spec": {
            "versions": [
                {"name": "v1alpha1"},
                {
                    "name": "v1",
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": spec, "metadata": {"type": "object"}},
                        }
                    },
                },
            ]
        }
    }
    strict = crd_schema(definition)["properties"]["spec"]
    assert strict["additionalProperties"] is False
    assert strict["properties"]["kept"] == {"type": "object"}
    assert strict["properties"]["amount"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]


def test_our_schema_of_a_ray_cluster_is_closed() -> None:
    """No object among the fields that stand in the tests takes fields that it does not name."""

    def check(part: Json) -> None:
        if isinstance(part, dict):
            assert "properties" not in part or part.get("additionalProperties") is False or "type" not in part
            for child in part.values():
                check(child)

    check(ray_cluster_schema())


def test_kuberays_own_rules_hold() -> None:
    """What the operator checks beyond the schema: counts in order, resources said once, a Ray that asks for a token."""
    spec = _rendered()[0]["spec"]
    assert spec["authOptions"] == {"mode": "token"}
    assert tuple(map(int, spec["rayVersion"].split("."))) >= (2, 52, 0)
    for group in spec["workerGroupSpecs"]:
        assert 0 <= group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        assert not group.get("resources")


def test_image_and_manifest_have_the_ray_that_was_tested() -> None:
    """The Dockerfile and the manifest name the version of Ray in constraints.txt."""
    (pinned,) = re.findall(r"^ray==(.+)$", (ROOT / "constraints.txt").read_text(), flags=re.MULTILINE)
    assert re.findall(r"^ARG RAY=(.+)$", (ROOT / "cluster" / "Dockerfile").read_text(), flags=re.MULTILINE) == [pinned]
    assert next(yaml.safe_load_all(MANIFEST))["spec"]["rayVersion"] == pinned


def test_the_role_allows_what_is_asked_of_kubectl() -> None:
    """Each kind that evolve's commands name is in the Role, with the verbs that the commands need."""
    verbs = {kind: set(rule["verbs"]) for rule in ROLE["rules"] for kind in rule["resources"]}
    for kind in parse_manifest(MANIFEST, "kubernetes.yaml").kinds:
        assert {"get", "list", "create", "patch", "delete"} <= verbs[kind.split(".")[0]]
    assert "list" in verbs["pods"] & verbs["events"]
    assert {"get", "create"} <= verbs["pods/exec"]


def test_the_pages_name_what_there_is() -> None:
    """The pages beside the files name each annotation that evolve reads, and files that are there."""
    pages = "".join(page.read_text() for page in (ROOT / "cluster").glob("*.md"))
    assert set(re.findall(r"^\| `(evolve/[a-z-]+)` \|", pages, flags=re.MULTILINE)) == set(ANNOTATIONS)
    linked = re.findall(r"\]\(([A-Za-z/-]+(?:\.yaml)?)\)", pages)
    assert {"kubernetes.yaml", "kubernetes/role.yaml", "Dockerfile"} <= set(linked)
    assert all((ROOT / "cluster" / name).exists() for name in linked)


def _pod(cluster: Json) -> Json:
    return cluster["spec"]["workerGroupSpecs"][0]["template"]["spec"]


def _container(cluster: Json) -> Json:
    return _pod(cluster)["containers"][0]
