"""Joining or starting Ray: what is tried, how often, and what is said when it cannot be."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.errors import ExecutionError
from evolve.execution import ray_cluster
from evolve.execution.ray_cluster import connect, resources_of_a_trial
from evolve.execution.slots import Demand, Node
from tests.troubles import told

pytestmark = pytest.mark.slow

Refusing = Callable[..., None]


class Busy:
    """A Ray that does not start the first few times, as on a busy machine."""

    def __init__(self, failures: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """It takes the place of the real one."""
        self.given: list[dict[str, object]] = []
        self._failures = failures
        monkeypatch.setattr("ray.init", self._init)
        monkeypatch.setattr("ray.shutdown", lambda: None)

    def _init(self, **options: object) -> None:
        self.given.append(options)
        if len(self.given) <= self._failures:
            raise RuntimeError("The current node timed out during startup.\nThis could happen because …")


@pytest.mark.parametrize("name", ["_runtime_env_has_working_dir", "_py_driver_sys_path"])
def test_ray_still_has_the_private_names_that_keep_a_folder_off_its_workers_path(name: str) -> None:
    """If one is gone: find out how this Ray fills `py_driver_sys_path`, and have `ray_cluster._Job` prevent that."""
    from ray.job_config import JobConfig  # noqa: PLC0415 - not before evolve has said how Ray is to be imported

    assert hasattr(JobConfig(), name), f"Ray's JobConfig has no {name} any more"
    asked = inspect.getsource(sys.modules["ray._private.worker"])
    assert f"job_config.{name}" in asked, f"ray.init does not use JobConfig.{name} any more"


def test_a_start_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice more; each in the same private folder, without a dashboard."""
    busy = Busy(2, monkeypatch)
    connect(None, tmp_path / "ray", threads=1)
    assert [given["address"] for given in busy.given] == ["local"] * 3
    assert all(given["_temp_dir"] == str(tmp_path / "ray") and not given["include_dashboard"] for given in busy.given)


def test_a_start_that_always_fails_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what Ray said first."""
    busy = Busy(9, monkeypatch)
    with pytest.raises(ExecutionError) as raised:
        connect(None, tmp_path / "ray", threads=1)
    told("ray-start", f"evolve: {raised.value}")
    assert len(busy.given) == 3


def test_a_start_whose_folder_is_cleared_away_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cleared it wants it to end."""
    busy = Busy(9, monkeypatch)
    with pytest.raises(ExecutionError):
        connect(None, tmp_path / "gone" / "ray", threads=1)
    assert len(busy.given) == 1


def test_a_cluster_that_does_not_answer_is_told_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried once: Ray itself has tried for long. Its nodes may lie anywhere on the network."""
    busy = Busy(9, monkeypatch)
    with pytest.raises(ExecutionError) as raised:
        connect("10.0.0.1:6379", None, threads=2)
    told("no-cluster", f"evolve: {raised.value}")
    (given,) = busy.given
    assert given["address"] == "10.0.0.1:6379"
    assert "TF_NUM_INTRAOP_THREADS" in str(given["runtime_env"])
    from ray._private import ray_constants  # noqa: PLC0415 - not before evolve has said how it is to be imported

    assert ray_constants.ENABLE_RAY_CLUSTER


def test_a_machine_that_holds_no_trial_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the largest has, and the setting to lower; machines that are gone do not count."""
    known: list[dict[str, object]] = [
        {"NodeID": "a", "Alive": True, "Resources": {"CPU": 4.0, "memory": 12e9, "object_store_memory": 4e9}},
        {"NodeID": "b", "Alive": False, "Resources": {"CPU": 4.0, "GPU": 4.0}},
        {"NodeID": "c", "Alive": True, "Resources": {"memory": 1e9}},
    ]
    monkeypatch.setattr("ray.nodes", lambda: known)
    assert ray_cluster.nodes() == (Node("a", 4.0, memory_mb=16_000.0), Node("c", 0.0, memory_mb=1_000.0))
    assert resources_of_a_trial(2.0, None) == Demand(2.0, None)
    with pytest.raises(ExecutionError) as raised:
        resources_of_a_trial(2.0, 1.0)
    told("too-few-resources", f"evolve: {raised.value}")
