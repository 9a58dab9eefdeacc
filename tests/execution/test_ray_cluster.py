"""Joining or starting Ray: what is tried, how often, and what is said when it cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.errors import ExecutionError
from evolve.execution import ray_cluster
from evolve.execution.ray_cluster import connect, most_memory_mb, resources_of_a_trial
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


NODES = [
    {"CPU": 4.0, "memory": 12e9, "object_store_memory": 4e9},
    {"CPU": 8.0, "memory": 60e9, "object_store_memory": 4e9},
    {"memory": 1e9},
]


@pytest.mark.parametrize(
    ("cpus", "wanted_gb", "most_mb"),
    [(1.0, None, 3200.0), (4.0, None, 12_800.0), (0.1, None, 2000.0), (1.0, 0.5, 500.0)],
)
def test_a_trial_may_have_its_share_of_the_smallest_machine(
    cpus: float, wanted_gb: float | None, most_mb: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four fifths of a sixteen gigabyte machine between its four; never less than TensorFlow needs; or as one says."""
    monkeypatch.setattr(ray_cluster, "_nodes", lambda: NODES)
    assert most_memory_mb({"CPU": cpus, "GPU": 0.0}, wanted_gb) == pytest.approx(most_mb)


def test_a_machine_that_holds_no_trial_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the setting to lower; a GPU is asked for where there is one."""
    monkeypatch.setattr(ray_cluster, "_nodes", lambda: NODES)
    assert resources_of_a_trial(2.0, None) == {"CPU": 2.0, "GPU": 0.0}
    with pytest.raises(ExecutionError) as raised:
        resources_of_a_trial(2.0, 1.0)
    told("too-few-resources", f"evolve: {raised.value}")
