"""What becomes of a manifest for a generation."""

import contextlib
import copy
import json
import re

import yaml
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.kubernetes.manifest import parse_manifest
from evolve.clusters.kubernetes.plain_yaml import ManifestError
from evolve.clusters.kubernetes.rendering import LONGEST_NAME, cluster_name, render
from evolve.store.names import name_from
from evolve.store.records import Json
from tests.clusters.kubernetes.test_manifest import SHIPPED, SMALL

RUNS = st.one_of(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}", fullmatch=True),
    st.sampled_from(["Übung", "音楽家", "José " * 10 + "x", "שירה 2", "O'Brien"]),
    st.text(min_size=1, max_size=50).map(name_from),
)


def _render(text: str, run: str = "my run", name: str = "evolve-my-run-abc-g1") -> list[Json]:
    items: list[Json] = json.loads(render(parse_manifest(text, "k.yaml"), run, name, 1))["items"]
    return items


@given(RUNS, st.text(max_size=20), st.integers(0, 100_000))
def test_names_are_what_kubernetes_takes(run: str, identity: str, generation: int) -> None:
    """A name is a label of DNS that leaves KubeRay room for its suffixes, and begins with a letter."""
    name = cluster_name(run, identity, generation)
    assert re.fullmatch(r"evolve[a-z0-9-]*-[0-9a-f]{6}-g\d+", name)
    assert len(name) <= LONGEST_NAME


def test_names_tell_runs_and_generations_apart() -> None:
    """Runs of the same name on other machines, and generations, have names of their own that stay."""
    names = {cluster_name(*facts) for facts in (("a", "x", 0), ("a", "y", 0), ("a", "x", 1), ("A", "x", 0))}
    assert len(names) == 4
    assert cluster_name("a", "x", 0) == cluster_name("a", "x", 0)


@given(RUNS)
def test_labels_are_what_kubernetes_takes(run: str) -> None:
    """Whatever the run is called, its label has only what labels may have."""
    label = _render(SMALL, run)[0]["metadata"]["labels"]["evolve/run"]
    assert re.fullmatch(r"(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", label)


def test_a_generation_has_its_own_name_and_labels_everywhere() -> None:
    """Cluster, pods and policy carry the generation's labels, and the policy selects the generation's pods."""
    cluster, policy = _render(SHIPPED)
    groups = [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]]
    for metadata in (cluster["metadata"], policy["metadata"], *(group["template"]["metadata"] for group in groups)):
        assert metadata["labels"] == {
            "app.kubernetes.io/managed-by": "evolve",
            "evolve/cluster": "evolve-my-run-abc-g1",
            "evolve/generation": "1",
            "evolve/run": "my-run",
        }
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
    with contextlib.suppress(ManifestError):
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
    render(manifest, "run", "evolve-a-g0", 0)
    assert manifest.documents == before
