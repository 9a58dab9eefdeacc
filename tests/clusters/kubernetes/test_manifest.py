"""What evolve reads in a manifest, what it insists on, and what becomes of it for a generation."""

import contextlib
import copy
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.kubernetes.manifest import LONGEST_NAME, cluster_name, is_manifest, parse_manifest, render
from evolve.errors import SettingsError
from evolve.records.run import Json
from evolve.store.names import name_from

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


def test_the_shipped_manifest_says_what_evolve_reads() -> None:
    """The manifest that comes along names Python, patience, the head's container and the kinds that are made."""
    manifest = parse_manifest(SHIPPED, "kubernetes.yaml")
    assert (manifest.python, manifest.wait_s, manifest.context, manifest.namespace) == ("python", 900, None, None)
    assert manifest.head_container == "ray-head"
    assert manifest.kinds == ("rayclusters.ray.io", "networkpolicies.networking.k8s.io")


def test_settings_are_annotations() -> None:
    """What evolve is to do stands among the annotations; those of others are none of its business."""
    settings = 'evolve/python: /opt/bin/python3, evolve/context: there, evolve/wait-s: "60", ray.io/ft-enabled: "false"'
    text = SMALL.replace("  name: evolve", f"  name: evolve\n  namespace: music\n  annotations: {{{settings}}}")
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
        (SMALL, SMALL + "---\n" + SMALL, "k.yaml: must have one RayCluster of ray.io/v1, and no second one"),
        (SMALL, "", "must have one RayCluster"),
        (SMALL, "just text", "line 1: must be a mapping"),
        ("  name: evolve\n", "  labels: {}\n", "metadata.name: is missing"),
        ("  name: evolve\n", "  name: evolve\n  labels: [a]\n", "metadata.labels: must be a mapping"),
        ("spec:\n  ray", "spec:\n  authOptions: {mode: disabled}\n  ray", "line 6, spec.authOptions.mode: must be t"),
        ("spec:\n  ray", "spec:\n  authOptions:\n  ray", "spec.authOptions: must be a mapping"),
        ("workerGroupSpecs:\n", "others:\n", "spec.workerGroupSpecs: is missing"),
        ("          - {name: head, image: evolve}", "          []", "containers: is an empty list"),
        ("{name: head, image: evolve}", "{image: evolve}", r"containers\[0\].name: is missing"),
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
        ("  name: evolve", "  name: evolve\n  annotations: {evolve/wait-s: 60}", "write it in quotes"),
        ("  name: evolve", '  name: evolve\n  annotations: {evolve/wait-s: "nan"}', "evolve/wait-s: must be a number"),
        ("  name: evolve", '  name: evolve\n  annotations: {evolve/wait-s: "0"}', "must be more than 0 seconds"),
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
    with pytest.raises(SettingsError, match=problem):
        parse_manifest(text, "k.yaml")


@pytest.mark.parametrize("selector", ["{}", "{matchLabels: {ray.io/cluster: other}}"])
def test_a_policy_must_hold_for_the_cluster_alone(selector: str) -> None:
    """A policy that comes and goes with a cluster may not shut off the other pods of its namespace."""
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
    policy += f"spec: {{podSelector: {selector}}}\n"
    with pytest.raises(SettingsError, match=r"spec\.podSelector\.matchLabels: (must have|is missing)"):
        parse_manifest(f"{SMALL}---\n{policy}", "k.yaml")


def test_a_manifest_is_known_by_its_kind() -> None:
    """What says that it is a RayCluster is a manifest for Kubernetes; other profiles are not."""
    assert is_manifest(SHIPPED)
    assert is_manifest("kind: 'RayCluster'")
    assert not is_manifest("# kind: RayCluster\nscheduler: slurm\n")


RUNS = st.one_of(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}", fullmatch=True),
    st.sampled_from(["Übung", "音楽家", "José " * 10 + "x", "שירה 2", "O'Brien"]),
    st.text(min_size=1, max_size=50).map(name_from),
)


LABELS = {"evolve/cluster": "evolve-my-run-abc-g1", "evolve/owner": "0a1b2c"}


def _render(text: str) -> list[Json]:
    items: list[Json] = json.loads(render(parse_manifest(text, "k.yaml"), "evolve-my-run-abc-g1", LABELS))["items"]
    return items


@given(RUNS, st.integers(0, 100_000))
def test_names_are_what_kubernetes_takes(run: str, generation: int) -> None:
    """A name is a label of DNS that leaves KubeRay room for its suffixes, and begins with a letter."""
    name = cluster_name(run, "0a1b2c", generation)
    assert re.fullmatch(r"evolve[a-z0-9-]*-0a1b2c-g\d+", name)
    assert len(name) <= LONGEST_NAME


def test_scalars_are_those_of_kubernetes() -> None:
    """Whose YAML knows no sixties, and no numbers in quotes."""
    values = "[12:30, '1', 0644, 2.5, on, ~, 2026-01-01, 1e999, .inf]"
    (cluster,) = _render(SMALL.replace("spec:\n  ray", f"spec:\n  unheard: {values}\n  ray"))
    assert cluster["spec"]["unheard"] == ["12:30", "1", 420, 2.5, True, None, "2026-01-01", "1e999", ".inf"]


def test_a_generation_has_its_own_name_and_labels_everywhere() -> None:
    """Cluster, pods and policy carry the generation's labels, and the policy selects the generation's pods."""
    cluster, policy = _render(SHIPPED)
    groups = [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]]
    for metadata in (cluster["metadata"], policy["metadata"], *(group["template"]["metadata"] for group in groups)):
        assert metadata["labels"] == LABELS
    assert cluster["metadata"]["name"] == policy["metadata"]["name"] == "evolve-my-run-abc-g1"
    assert json.dumps(policy["spec"]).count('"ray.io/cluster": "evolve-my-run-abc-g1"') == 3
    assert '"ray.io/cluster": "evolve"' not in json.dumps(policy)


def test_a_token_is_asked_for_and_nobody_told() -> None:
    """Where a manifest says nothing of them, Ray asks for a token and its usage is not told to its makers."""
    (cluster,) = _render(SMALL)
    assert cluster["spec"]["authOptions"] == {"mode": "token"}
    for group in (cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]):
        assert group["template"]["spec"]["containers"][0]["env"] == [{"name": "RAY_USAGE_STATS_ENABLED", "value": "0"}]


def test_nothing_else_is_changed() -> None:
    """Labels, variables and options of the user's own stay, and so does all that evolve does not know."""
    text = SMALL.replace("  name: evolve", "  name: evolve\n  labels: {queue: night}").replace(
        "spec:\n  ray", "spec:\n  authOptions: {secretName: mine}\n  unheard: {of: [1]}\n  ray"
    )
    text = text.replace(
        "{name: head, image: evolve}", '{name: head, env: [{name: RAY_USAGE_STATS_ENABLED, value: "1"}]}'
    )
    (cluster,) = _render(text)
    assert cluster["metadata"]["labels"]["queue"] == "night"
    assert cluster["spec"]["authOptions"] == {"secretName": "mine", "mode": "token"}
    assert cluster["spec"]["unheard"] == {"of": [1]}
    (container,) = cluster["spec"]["headGroupSpec"]["template"]["spec"]["containers"]
    assert container == {"name": "head", "env": [{"name": "RAY_USAGE_STATS_ENABLED", "value": "1"}]}


@given(st.data())
def test_whatever_stands_in_a_manifest_is_rendered_or_refused(data: st.DataObject) -> None:
    """With anything in the place of anything, a manifest is a cluster or a user's mistake, never a bug of ours."""
    documents = list(yaml.safe_load_all(SHIPPED))
    part: Json = documents
    while True:
        key = data.draw(st.sampled_from(list(part) if isinstance(part, dict) else list(range(len(part)))))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.booleans()):
            break
        part = part[key]
    part[key] = data.draw(
        st.sampled_from([None, 1, "", "x", [], {}, [1], [None], {"x": 1}, [{}], [{"name": None}], True])
    )
    with contextlib.suppress(SettingsError):
        _render(yaml.safe_dump_all(documents))


def test_policies_go_where_the_cluster_goes() -> None:
    """Policies lie in the cluster's namespace, each with a name of its own."""
    text = SHIPPED.replace("# namespace: music", "namespace: music")
    text += "---\n" + SHIPPED.split("\n---\n")[1]
    cluster, first, second = _render(text)
    assert [item["metadata"]["namespace"] for item in (cluster, first, second)] == ["music"] * 3
    assert (first["metadata"]["name"], second["metadata"]["name"]) == ("evolve-my-run-abc-g1", "evolve-my-run-abc-g1-1")


def test_the_manifest_itself_is_left_as_it_is() -> None:
    """Rendering a generation changes nothing for the next one."""
    manifest = parse_manifest(SHIPPED, "k.yaml")
    before = copy.deepcopy(manifest.documents)
    render(manifest, "evolve-a-g0", LABELS)
    assert manifest.documents == before
