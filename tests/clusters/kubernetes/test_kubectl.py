"""What kubectl's complaints mean."""

import re

import pytest

from evolve.clusters.kubernetes.kubectl import lasts, meaning_of, passes


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
    ("complaint", "passes_by", "is_lasting"),
    [
        ("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout\n", True, False),
        ("kubectl gave no answer in 30 s", True, False),
        ('Error from server (NotFound): pods "evolve-a-g0-head-x" not found\n', True, False),
        ('Error from server (NotFound): namespaces "music" not found\n', False, True),
        ("error: unable to upgrade connection: Forbidden (user=ann, verb=create, resource=pods)\n", False, True),
        ("/usr/bin/python: No module named evolve\ncommand terminated with exit code 1\n", False, True),
        ("command terminated with exit code 137\n", False, False),
        ("", False, False),
    ],
)
def test_it_is_known_what_waiting_mends(complaint: str, *, passes_by: bool, is_lasting: bool) -> None:
    """A Kubernetes that is away comes back; what the user has to mend lasts."""
    assert (passes(complaint), lasts(complaint)) == (passes_by, is_lasting)
