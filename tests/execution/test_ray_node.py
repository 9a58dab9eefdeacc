"""Hosts that become one Ray cluster; here two of them on this machine."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.errors import ExecutionError
from evolve.execution import ray_node as ray_node_module
from evolve.execution.ray_node import address_towards, ray_node
from evolve.execution.ray_variables import worker_variables
from evolve.execution.resources import ALL, Resources
from tests.end_to_end.commands import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node says in the environment how to join it; the tests after these need not know."""
    before = dict(os.environ)
    yield
    monkeypatch.undo()
    os.environ.clear()
    os.environ.update(before)


def test_two_hosts_are_one_cluster(tunes: Path) -> None:
    """Each gives what it was told to; what they see of themselves is told; nothing of either is left.

    Ray Tune runs trials on both as well.
    """
    program = [sys.executable, "-m", "tests.execution.two_hosts", str(tunes)]
    seen = json.loads(subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert sorted(host["cpus"] for host in seen["hosts"]) == [1, 2]
    assert all(host["gpus"] == 0 for host in seen["hosts"])
    assert all(host["versions"]["ray"] and "problem" not in host for host in seen["hosts"])
    assert seen["ended"] == ["g0-1", "g0-2", "g0-3"]
    assert (seen["tuned"], seen["places"]) == (["g0-4", "g0-5", "g0-6"], 2)
    assert (seen["is_up"], seen["is_secret"], seen["is_left"]) == (True, True, False)


def test_a_host_that_cannot_start_ray_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Ray's last words, after more than one try."""
    monkeypatch.setattr(ray_node_module, "ATTEMPTS", 2)
    monkeypatch.setenv("RAY_health_check_period_ms", "rubbish")
    with (
        pytest.raises(ExecutionError, match=r"Ray does not start on .*: "),
        ray_node("127.0.0.1", "x", ALL, threads=1, head="no address at all"),
    ):
        pass


def test_what_a_host_gives_is_told_to_ray() -> None:
    """Of its memory a fifth is for sending things about, at most 2 GB; what is not said Ray finds out."""
    assert ALL.options == ()
    assert ALL.arguments == {}
    half = Resources(cpus=4, gpus=1, memory_mb=40_000)
    assert half.options == (
        "--num-cpus=4", "--num-gpus=1", "--memory=38000000000", "--object-store-memory=2000000000",
    )  # fmt: skip
    assert half.arguments == {
        "num_cpus": 4, "num_gpus": 1, "_memory": 38_000_000_000, "object_store_memory": 2_000_000_000,
    }  # fmt: skip
    assert Resources(memory_mb=1_000).store_mb == 200


def test_gpus_that_are_not_given_are_hidden() -> None:
    """TensorFlow looks for them by itself, whatever Ray says."""
    assert worker_variables(1, hide_gpus=True)["CUDA_VISIBLE_DEVICES"] == "-1"
    assert "CUDA_VISIBLE_DEVICES" not in worker_variables(1)


def test_an_address_of_another_host_is_told() -> None:
    """As it may stand in a profile by mistake."""
    with (
        pytest.raises(ExecutionError, match=r"192\.0\.2\.77 is no address of .* at which Ray can listen"),
        ray_node("192.0.2.77", "x", ALL, threads=1),
    ):
        pass


def test_the_way_to_nowhere_leads_over_the_loopback_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the host's name tells where it is; one whose name says nothing is a cluster of its own."""
    monkeypatch.setattr(socket, "gethostname", lambda: "no such host . at all")
    assert address_towards("no such host . at all") == "127.0.0.1"
    monkeypatch.setattr(socket, "gethostname", lambda: "10.5.5.5")
    assert address_towards("no such host . at all") == "10.5.5.5"
    assert address_towards("127.0.0.1") == "127.0.0.1"
