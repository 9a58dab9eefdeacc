"""Joining a Ray cluster, or starting one on this machine; with `ray_workers` the only place that knows Ray."""

import functools
import os
import secrets
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evolve.errors import ExecutionError
from evolve.execution.gpu_card import card_mb
from evolve.execution.ray_variables import FOR_RAY, TOKEN_FILE, worker_variables
from evolve.execution.resources import ALL, Resources
from evolve.execution.slots import Demand, Node, check_that_one_fits
from evolve.settings import GpusPerTrial

os.environ.update({**FOR_RAY, **os.environ})  # read when Ray is imported

import ray
from ray._private import ray_constants
from ray.exceptions import RayError
from ray.job_config import JobConfig
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

_ATTEMPTS_TO_START = 3

_JOINING_LIMIT_S = 60.0
"""How long is waited for a cluster's nodes; whoever joins later is used from then on."""

_LOOK_S = 0.5

_CARD_PATIENCE_S = 60.0
"""How long a machine may take to tell what GPUs it has; it may have to start a process for that."""


def connect(
    address: str | None, home: Path | None, *, threads: int, is_prepared: bool = False, machine: Resources = ALL
) -> None:
    """Join the cluster, or start one on this machine; a loaded machine may need more than one try.

    A Ray of our own listens on the loopback interface alone, and has whoever connects show its token.

    Args:
        address: Of a running cluster, such as ``10.0.0.1:6379``; None starts one here.
        home: Where a Ray that is started here writes; once the folder's parent is gone it is not tried again.
        threads: How many a worker computes with.
        is_prepared: Whether the cluster's nodes were started with what workers need in their environment.
        machine: What a Ray that is started here may use.

    Raises:
        ExecutionError: There is no such cluster, or Ray cannot start here.
    """
    if address is not None and "://" in address:
        # Ray's client would run the callbacks on the cluster, far from the run folder that they write to.
        raise ExecutionError(f"--address must be HOST:PORT, such as 10.0.0.1:6379; it is {address}")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    # Without clusters Ray stays on the loopback interface: so it does by itself on systems other than Linux.
    ray_constants.ENABLE_RAY_CLUSTER = address is not None
    if address is None:
        # Workers of our own Ray inherit them; a runtime environment would cost each a start of its own.
        os.environ.update(worker_variables(threads, hide_gpus=machine.gpus == 0))
        options |= {"include_dashboard": False, "_temp_dir": str(home), "job_config": _job(), **machine.arguments}
        if home is not None and home.parent.is_dir():
            _write_token(home.parent)
    elif not is_prepared:
        options["runtime_env"] = {"env_vars": dict(worker_variables(threads))}
    problem: Exception | None = None
    for _ in range(_ATTEMPTS_TO_START if address is None else 1):
        try:
            ray.init(address=address or "local", **options)
        except Exception as error:  # a node that does not come up in time is told by just that class
            problem = error
            ray.shutdown()
            if home is not None and not home.parent.is_dir():
                break
        else:
            return
    where = f"join the Ray cluster at {address}" if address else "start Ray on this machine"
    said = str(problem).strip().splitlines() or [type(problem).__name__]
    raise ExecutionError(f"cannot {where}: {said[0]}") from problem


def wait_for_nodes(count: int) -> None:
    """Give so many nodes a while to join, so that all that they have is known; those that do not are done without."""
    end = time.monotonic() + _JOINING_LIMIT_S
    while len(nodes()) < count and time.monotonic() < end:
        time.sleep(_LOOK_S)


def disconnect(*, is_our_own: bool = False) -> None:
    """Leave the cluster; a Ray of our own ends with all its processes, and its token with it."""
    ray.shutdown()
    if is_our_own:
        os.environ.pop(TOKEN_FILE, None)


def resources_of_a_trial(cpus: float, gpus: GpusPerTrial | None) -> Demand:
    """What a trial asks of the cluster.

    Args:
        cpus: Cores of one trial.
        gpus: GPUs of one trial, or the share of one; `FIT`: the share that the largest network needs; None: one where
            there are GPUs.

    Raises:
        ExecutionError: No machine of the cluster has as much.
    """
    demand = Demand(cpus, gpus)
    check_that_one_fits(nodes(), demand)
    return demand


def nodes() -> tuple[Node, ...]:
    """The machines that are alive now."""
    return tuple(_node(one["NodeID"], one["Resources"]) for one in ray.nodes() if one["Alive"])


def cards_mb(nodes: Sequence[Node]) -> dict[str, float | None]:
    """The memory of the smallest GPU of each machine that has any, by the machine's id; None where nobody can tell."""
    asked = {node.id: _ask_for_card(node.id) for node in nodes if node.gpus > 0}
    if asked:
        ray.wait(list(asked.values()), num_returns=len(asked), timeout=_CARD_PATIENCE_S)
    return {name: _answered(answer) for name, answer in asked.items()}


def _ask_for_card(node_id: str) -> Any:  # noqa: ANN401 - Ray has no types
    """A question that takes no place from anybody: it goes to that machine, and asks for none of its resources."""
    return ray.remote(num_cpus=0, max_retries=0, **on_node(node_id))(card_mb).remote()


def _answered(answer: Any) -> float | None:  # noqa: ANN401 - Ray has no types
    try:
        told: float | None = ray.get(answer, timeout=0)
    except RayError:  # too late, or the machine is gone
        return None
    return told


def on_node(node_id: str | None) -> dict[str, Any]:
    """Ray's options for what must run on this machine; None: wherever there is room."""
    if node_id is None:
        return {}
    return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node_id, soft=False)}


def _node(node_id: str, resources: Mapping[str, float]) -> Node:
    memory_mb = (resources.get("memory", 0.0) + resources.get("object_store_memory", 0.0)) / 1e6
    return Node(node_id, resources.get("CPU", 0.0), resources.get("GPU", 0.0), memory_mb)


@functools.cache
def _token() -> str:
    """The token of our own Ray: one for this process, since Ray's side here reads it once."""
    return secrets.token_hex(32)


def _write_token(folder: Path) -> None:
    """Have our own Ray, and nobody else, find its token: in its private folder, so that no home is needed for it."""
    path = folder / "token"
    path.touch(mode=0o600)
    path.write_text(_token(), encoding="ascii")
    os.environ[TOKEN_FILE] = str(path)


class _Job(JobConfig):  # type: ignore[misc]  # Ray has no types
    """Keeps the current folder off the workers' module path, where a file `random.py` would hide Python's own.

    Ray has no public way to say so: `ray.init` adds that folder unless this private method says that there is a
    working directory already.
    """

    def _runtime_env_has_working_dir(self) -> bool:
        """Whether Ray is to add no folder by itself."""
        return True


def _job() -> JobConfig:
    root = Path(__file__).parents[2]
    is_installed = root in {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    return _Job(_py_driver_sys_path=[] if is_installed else [str(root)])
