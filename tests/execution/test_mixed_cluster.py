"""Machines with GPUs and without: several of Ray's on one computer, whose GPUs are only said to be there."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from evolve.errors import ExecutionError
from evolve.execution.contract import TrialRunner
from evolve.execution.ray_execution import RayExecution
from evolve.execution.ray_variables import TOKEN_FILE
from evolve.execution.run_material import RunMaterial
from evolve.execution.slots import Demand, Node
from evolve.records.individual import Individual
from evolve.records.run import TrialResult
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, outcome, strange

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from: small networks are nothing to a processor within 20 seconds, large ones too much."""
    return small_material(small_settings(tunes, seconds=20, epochs=30))


def large(slot: int, does: str = "tell 1") -> Individual:
    """An individual that is better off with a GPU."""
    return strange(slot, does, width=2048)


def small(slot: int, does: str = "tell 1") -> Individual:
    """An individual that needs none."""
    return strange(slot, does, width=8)


@contextmanager
def cluster(monkeypatch: pytest.MonkeyPatch, **head: float) -> Iterator[Any]:
    """A cluster of one machine, which others may join and leave."""
    from evolve.execution import ray_cluster  # noqa: PLC0415 - says how Ray is to be imported

    monkeypatch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", True)
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - not before

    with tempfile.TemporaryDirectory() as folder:
        ray_cluster._write_token(Path(folder))
        for attempt in range(3):
            try:
                ours = Cluster(initialize_head=True, head_node_args=head)
                break
            except Exception:  # Ray gives a node half a minute to come up, which a busy machine does not always keep
                if attempt == 2:
                    raise
        try:
            yield ours
        finally:
            ours.shutdown()
            os.environ.pop(TOKEN_FILE, None)


class Acting(Recorder):
    """An observer that does something when the first trial has ended."""

    def __init__(self, act: Callable[[], object]) -> None:
        """It will do this."""
        super().__init__()
        self._act = act

    def trial_finished(self, result: TrialResult) -> None:
        """Remember it, and act."""
        super().trial_finished(result)
        if len(self.results) == 1:
            self._act()


def nodes_of(recorder: Recorder) -> dict[str, Any]:
    """On which machine each trial ran."""
    assert [result.failure for result in recorder.results.values()] == [None] * len(recorder.results)
    return {name: result.metrics["node"] for name, result in recorder.results.items()}


def test_small_networks_go_where_there_is_no_gpu_and_large_ones_wait(
    material: RunMaterial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One place has the GPU; beside it two on the other machine take what is no worse off there, all three at once."""
    does = f"meet 3 {tmp_path}"
    with cluster(monkeypatch, num_cpus=1, num_gpus=1) as machines:
        plain = machines.add_node(num_cpus=2).node_id
        with RayExecution(machines.address, trial=RUN) as execution:
            individuals = [*(large(slot, does) for slot in (1, 2, 3)), *(small(slot, does) for slot in (4, 5, 6, 7))]
            recorder = outcome(execution, individuals, material)
    where = nodes_of(recorder)
    assert plain not in {where[name] for name in ("g0-1", "g0-2", "g0-3")}
    assert len([name for name in where if where[name] == plain]) >= 2
    assert {result.metrics["gpus"] for name, result in recorder.results.items() if where[name] == plain} == {"-1"}
    assert {result.metrics["gpus"] for name, result in recorder.results.items() if where[name] != plain} == {"0"}


def test_a_gpu_that_joins_is_used_and_one_that_leaves_is_not_waited_for(
    material: RunMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any, processors train everything; what waits when one comes waits for it, until it is gone again."""
    with cluster(monkeypatch, num_cpus=1) as machines, RayExecution(machines.address, trial=RUN) as execution:
        joined: list[Any] = []
        coming = Acting(lambda: joined.append(machines.add_node(num_cpus=1, num_gpus=1)))
        going = Acting(lambda: machines.remove_node(joined[0], allow_graceful=False))
        with execution() as runner:
            runner.run([large(slot) for slot in range(1, 15)], material, coming)
            runner.run([large(slot) for slot in range(1, 5)], material, going)
        (gpu,) = joined
    where = nodes_of(coming)
    first, *_, last = where.values()
    assert first != gpu.node_id == last
    *_, last = nodes_of(going).values()
    assert last != gpu.node_id


def test_trials_share_a_gpu_by_its_memory(material: RunMaterial, nvidia: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two large networks, or four small ones, fit on a GPU of 8 GB; each worker is held to its share of it."""
    nvidia.write_text("#!/bin/sh\necho 7680\n")
    folders = [nvidia.parent / name for name in ("first", "second", "third")]
    for folder in folders:
        folder.mkdir()
    first, second, third = folders
    generations = (
        [large(slot, f"meet 2 {first}") for slot in range(1, 5)],
        [small(slot, f"meet 2 {second}") for slot in (1, 2)],
        [small(slot, f"meet 4 {third}") for slot in range(1, 9)],
    )
    with (
        cluster(monkeypatch, num_cpus=4, num_gpus=1) as machines,
        RayExecution(machines.address, gpus="fit", trial=RUN) as execution,
        execution() as runner,
    ):
        ran = [told_by(runner, individuals, material) for individuals in generations]
        assert str(runner.sharing) == "4 trials share a GPU: the largest trial takes 1.9 of 8.1 GB"
    processes, shares = zip(*ran, strict=True)
    assert (len(processes[0]), len(processes[2])) == (2, 4)
    assert shares == ({"2.1 GB of 8.1 GB"}, {"2.1 GB of 8.1 GB"}, {"1.0 GB of 8.1 GB"})
    assert processes[1] == processes[0]  # a larger share than needed keeps its warm workers while all have a place
    assert not processes[2] & processes[0]


def test_gpus_whose_memory_nobody_can_tell_are_not_shared(
    material: RunMaterial, nvidia: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One trial each, as if nothing had been asked for; and the user can be told."""
    nvidia.write_text("#!/bin/sh\nexit 9\n")
    with (
        cluster(monkeypatch, num_cpus=2, num_gpus=1) as machines,
        RayExecution(machines.address, gpus="fit", trial=RUN) as execution,
        execution() as runner,
    ):
        assert runner.sharing is None
        processes, shares = told_by(runner, [small(1), small(2)], material)
    assert (len(processes), shares) == (1, {None})


@pytest.fixture
def nvidia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of NVIDIA's, which is yet to be written."""
    program = tmp_path / "nvidia-smi"
    program.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return program


def told_by(runner: TrialRunner, individuals: Sequence[Individual], material: RunMaterial) -> tuple[set[Any], set[Any]]:
    """The processes that ran these trials, and the shares of a GPU that they were held to."""
    recorder = Recorder()
    runner.run(individuals, material, recorder)
    assert len(nodes_of(recorder)) == len(individuals)
    results = recorder.results.values()
    return {result.metrics["process"] for result in results}, {result.metrics["share"] for result in results}


@pytest.mark.parametrize(("machine", "is_there"), [("gone", False), ("here", True)])
def test_a_worker_whose_machine_left_while_it_started_is_no_failed_start(
    machine: str, *, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often that happens; three that fail on a machine that is there are told."""
    from ray.exceptions import RayActorError  # noqa: PLC0415 - seconds

    from evolve.execution import ray_workers  # noqa: PLC0415 - imports Ray

    monkeypatch.setattr("ray.kill", lambda _: None)
    monkeypatch.setattr(ray_workers, "nodes", lambda: (Node("here", 2.0),))
    runner: Any = ray_workers.RayRunner(Demand(1.0))
    slots = [ray_workers.WorkerSlot(None, None, node_id=machine) for _ in range(4)]
    runner._slots = list(slots)
    with pytest.raises(ExecutionError, match="no worker can start") if is_there else nullcontext():
        for slot in slots:
            runner._lost(slot, RayActorError(), None)
    assert len(runner._slots) == (1 if is_there else 0)
