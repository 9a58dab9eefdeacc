"""What evolve reads in a manifest, and what it insists on."""

from pathlib import Path

import pytest

from evolve.clusters.kubernetes.manifest import is_manifest, parse_manifest
from evolve.clusters.kubernetes.plain_yaml import ManifestError

SHIPPED = (Path(__file__).parents[3] / "cluster" / "kubernetes.yaml").read_text()
SMALL = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: evolve
spec:
  rayVersion: "2.60.0"
  headGroupSpec:
    rayStartParams: {}
    template:
      spec:
        containers:
          - {name: head, image: evolve}
  workerGroupSpecs:
    - groupName: cpu
      replicas: 1
      minReplicas: 1
      maxReplicas: 1
      rayStartParams: {}
      template:
        spec:
          containers:
            - {name: worker, image: evolve}
"""


def test_the_shipped_manifest_says_what_evolve_wishes() -> None:
    """The manifest that comes along names Python, patience, the head's container and the kinds that are made."""
    manifest = parse_manifest(SHIPPED, "kubernetes.yaml")
    assert (manifest.python, manifest.wait_s, manifest.context, manifest.namespace) == ("python", 900, None, None)
    assert (manifest.head_container, manifest.placeholder) == ("ray-head", "evolve")
    assert manifest.kinds == ("rayclusters.ray.io", "networkpolicies.networking.k8s.io")


def test_wishes_are_annotations() -> None:
    """What evolve is to do stands among the annotations; those of others are none of its business."""
    wishes = 'evolve/python: /opt/bin/python3, evolve/context: there, evolve/wait-s: "60", ray.io/ft-enabled: "false"'
    text = SMALL.replace("  name: evolve", f"  name: evolve\n  namespace: music\n  annotations: {{{wishes}}}")
    manifest = parse_manifest(text, "k.yaml")
    assert (manifest.python, manifest.wait_s) == ("/opt/bin/python3", 60)
    assert (manifest.context, manifest.namespace) == ("there", "music")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "kind: RayCluster",
            "kind: RayJob",
            'k.yaml, line 2, kind: is "ray.io/v1 RayJob"; allowed: ray.io/v1 RayCluster',
        ),
        ("ray.io/v1", "ray.io/v1alpha1", "allowed: ray.io/v1 RayCluster"),
        ("apiVersion: ray.io/v1", "---\napiVersion: ray.io/v1", None),
        (SMALL, SMALL + "---\n" + SMALL, "has 2 RayClusters of ray.io/v1; it needs just one"),
        (SMALL, "", "has 0 RayClusters"),
        ("  name: evolve\n", "  labels: {}\n", "metadata.name: must be text"),
        ("  name: evolve\n", "  name: evolve\n  labels: [a]\n", "metadata.labels: must be a mapping"),
        ('"2.60.0"', "2.60", "line 6, spec.rayVersion: must be text, in quotes"),
        ('"2.60.0"', '"2.51.9"', 'spec.rayVersion: is "2.51.9"; it must be that of the image, and 2.52 or newer'),
        ('"2.60.0"', '"latest"', "2.52 or newer"),
        ("spec:\n  ray", "spec:\n  authOptions: {mode: disabled}\n  ray", "spec.authOptions: must have mode: token"),
        ("spec:\n  ray", "spec:\n  authOptions:\n  ray", "spec.authOptions: must have mode: token"),
        ("spec:\n  ray", "spec:\n  suspend: true\n  ray", "spec.suspend: is true: such a cluster never starts"),
        ("workerGroupSpecs:\n", "others:\n", "spec.workerGroupSpecs: must list at least one group"),
        ("          - {name: head, image: evolve}", "          []", "containers: must list at least one container"),
        ("{name: head, image: evolve}", "{image: evolve}", r"containers\[0\]: must have a name"),
        ("{name: head, image: evolve}", "{name: head, env: {A: b}}", r"containers\[0\].env: must be a list"),
        (
            "{name: worker, image: evolve}",
            "{name: worker, env: [{name: RAY_AUTH_MODE, value: disabled}]}",
            r"line 22, spec.workerGroupSpecs\[0\].template.spec.containers\[0\].env\[0\]: would let anybody in",
        ),
        (
            "    template:\n      spec:\n        containers",
            "    template:\n      metadata: 1\n      spec:\n        containers",
            "spec.headGroupSpec.template.metadata: must be a mapping",
        ),
        ("  headGroupSpec:", "  headGroup:", "spec.headGroupSpec: is missing"),
        (
            "  name: evolve",
            "  name: evolve\n  annotations: {evolve/pyton: a}",
            'is unknown; .*did you mean "evolve/python"',
        ),
        ("  name: evolve", "  name: evolve\n  annotations: {evolve/wait-s: 60}", 'write it in quotes: "60"'),
        ("  name: evolve", '  name: evolve\n  annotations: {evolve/wait-s: "nan"}', "must be seconds, more than 0"),
        ("  name: evolve", "  name: evolve\n  annotations: [a]", "metadata.annotations: must be a mapping"),
    ],
)
def test_what_evolve_insists_on_is_told_with_its_place(old: str, new: str, problem: str | None) -> None:
    """A manifest that could not work, or would let strangers in, is refused by file, line and key."""
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if problem is None:
        parse_manifest(text, "k.yaml")
        return
    with pytest.raises(ManifestError, match=problem):
        parse_manifest(text, "k.yaml")


@pytest.mark.parametrize("selector", ["{}", "{matchLabels: {ray.io/cluster: other}}"])
def test_a_policy_must_hold_for_the_cluster_alone(selector: str) -> None:
    """A policy that comes and goes with a cluster may not shut off the other pods of its namespace."""
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
    policy += f"spec: {{podSelector: {selector}}}\n"
    with pytest.raises(ManifestError, match=r"spec\.podSelector\.matchLabels: (must have|is missing)"):
        parse_manifest(f"{SMALL}---\n{policy}", "k.yaml")


def test_a_manifest_is_known_by_its_kind() -> None:
    """What says that it is a RayCluster is a manifest for Kubernetes; other profiles are not."""
    assert is_manifest(SHIPPED)
    assert is_manifest("kind: 'RayCluster'")
    assert not is_manifest("# kind: RayCluster\nscheduler: slurm\n")
