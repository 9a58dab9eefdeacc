"""What is asked of kubectl, and what its complaints mean."""

import re

import pytest

from evolve.clusters.kubernetes.kubectl import (
    Outlook,
    apply_arguments,
    delete_arguments,
    exec_arguments,
    look_arguments,
    meaning_of,
    outlook_of,
    warnings_arguments,
)
from evolve.clusters.kubernetes.manifest import parse_manifest
from evolve.clusters.kubernetes.trace import Trace
from tests.clusters.kubernetes.test_manifest import SHIPPED, SMALL

HERE = parse_manifest(SHIPPED, "k.yaml")
THERE = parse_manifest(
    SMALL.replace("  name: evolve", "  name: evolve\n  namespace: music\n  annotations: {evolve/context: far}"),
    "k.yaml",
)


def test_the_commands_are_those_that_a_person_would_type() -> None:
    """A cluster is applied, looked at, worked through and deleted by its label, in the namespace of the context."""
    assert " ".join(apply_arguments(HERE)) == "kubectl apply --validate=strict --filename -"
    assert " ".join(look_arguments(HERE, "evolve-a-g0")) == (
        "kubectl get rayclusters.ray.io,pods --selector evolve/cluster=evolve-a-g0 --output json"
    )
    assert " ".join(exec_arguments(HERE, "evolve-a-g0-head-x", "-m", "evolve")) == (
        "kubectl exec --stdin --quiet evolve-a-g0-head-x --container ray-head -- python -m evolve"
    )
    assert " ".join(delete_arguments(Trace.of(HERE, "evolve-a-g0"))) == (
        "kubectl delete rayclusters.ray.io,networkpolicies.networking.k8s.io --selector evolve/cluster=evolve-a-g0 "
        "--ignore-not-found --wait=false"
    )
    assert " ".join(warnings_arguments(HERE, "evolve-a-g0")) == (
        "kubectl get events --field-selector "
        "involvedObject.kind=RayCluster,involvedObject.name=evolve-a-g0,type=Warning --output json"
    )


def test_context_and_namespace_of_the_manifest_are_used_everywhere() -> None:
    """Every command goes where the manifest says."""
    for arguments in (
        apply_arguments(THERE),
        look_arguments(THERE, "a"),
        warnings_arguments(THERE, "a"),
        exec_arguments(THERE, "a"),
        delete_arguments(Trace.of(THERE, "a")),
    ):
        assert arguments[:5] == ("kubectl", "--context", "far", "--namespace", "music")
    assert "networkpolicies" not in " ".join(delete_arguments(Trace.of(THERE, "a")))


@pytest.mark.parametrize(
    ("complaint", "meaning"),
    [
        (
            'error: resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for kind '
            '"RayCluster" in version "ray.io/v1"\nensure CRDs are installed first\n',
            "the KubeRay operator is not installed there",
        ),
        ('error: the server doesn\'t have a resource type "rayclusters"\n', "operator is not installed there"),
        (
            'Error from server (BadRequest): error when creating "STDIN": RayCluster in version "v1" cannot be handled '
            'as a RayCluster: strict decoding error: unknown field "spec.authOptions"\n',
            "older than 1.5.1",
        ),
        (
            'Error from server (BadRequest): error when creating "STDIN": RayCluster in version "v1" cannot be handled '
            'as a RayCluster: strict decoding error: unknown field "spec.headGroupSpec.template.spec.hostNam"\n',
            r"does not take the manifest; mend it \(it says: .*hostNam",
        ),
        (
            'Error from server (Forbidden): rayclusters.ray.io is forbidden: User "ann" cannot list resource '
            '"rayclusters" in API group "ray.io" in the namespace "music"\n',
            r"your account may not do this there.*User \"ann\" cannot list",
        ),
        ('error: context "far" does not exist\n', "no such context"),
        (
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n",
            "reached",
        ),
        ("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout\n", "cannot be reached"),
        ("error: You must be logged in to the server (Unauthorized)\n", "does not know you"),
        (
            'error: error validating "STDIN": error validating data: Get "http://localhost:8080/openapi/v2": dial tcp '
            "127.0.0.1:8080: connect: connection refused; if you choose to ignore these errors, turn validation off\n",
            "cannot be reached",
        ),
        ('Error from server (NotFound): pods "evolve-a-g0-head-x" not found\n', "the head is gone"),
        ("Warning: something old\nerror: something new\n", "^something new$"),
        ("", "kubectl said nothing"),
    ],
)
def test_complaints_are_told_in_words(complaint: str, meaning: str) -> None:
    """What kubectl says on stderr becomes one line that says what to do, and keeps kubectl's own words."""
    told = meaning_of(complaint)
    assert re.search(meaning, told)
    assert "\n" not in told


@pytest.mark.parametrize(
    ("complaint", "outlook"),
    [
        ("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout\n", Outlook.PASSES),
        ("kubectl gave no answer in 30 s", Outlook.PASSES),
        ('Error from server (NotFound): pods "evolve-a-g0-head-x" not found\n', Outlook.PASSES),
        ('Error from server (NotFound): namespaces "music" not found\n', Outlook.LASTS),
        ("error: unable to upgrade connection: Forbidden (user=ann, verb=create, resource=pods)\n", Outlook.LASTS),
        ("/usr/bin/python: No module named evolve\ncommand terminated with exit code 1\n", Outlook.LASTS),
        ("command terminated with exit code 137\n", Outlook.UNKNOWN),
        ("", Outlook.UNKNOWN),
    ],
)
def test_it_is_known_what_waiting_mends(complaint: str, outlook: Outlook) -> None:
    """A Kubernetes that is away comes back; what the user has to mend lasts."""
    assert outlook_of(complaint) is outlook
