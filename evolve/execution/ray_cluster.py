"""Joining a Ray cluster, or starting one on this machine; with `ray_workers` the only place that knows Ray."""

import contextlib
import math
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from evolve.errors import ExecutionError
from evolve.execution.ray_variables import FOR_RAY, worker_variables
from evolve.execution.resources import ALL, Resources

os.environ.update({**FOR_RAY, **os.environ})  # read when Ray is imported

import ray
from ray._private import ray_constants
from ray.exceptions import RayError

_ATTEMPTS_TO_START = 3

_JOINING_LIMIT_S = 60.0
"""How long is waited for a cluster's nodes; whoever joins later is used from then on."""

_LOOK_S = 0.5

_SHARE = 0.8
"""Of a machine's memory, what its workers may hold together; the rest is the system's and the user's."""

_LEAST_MB = 2_000.0
"""Whatever the share, a worker may hold so much."""


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
        os.environ.update(worker_variables(threads))
        options |= {"include_dashboard": False, "_temp_dir": str(home), **machine.arguments}
        _write_token()
    elif not is_prepared:
        options["runtime_env"] = {"env_vars": dict(worker_variables(threads))}
    problem: Exception | None = None
    for _ in range(_ATTEMPTS_TO_START if address is None else 1):
        try:
            ray.init(address=address or "local", **options)
        except (RuntimeError, ConnectionError, OSError, ValueError, RayError) as error:
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
    while len(_nodes()) < count and time.monotonic() < end:
        time.sleep(_LOOK_S)


def disconnect() -> None:
    """Leave the cluster; a Ray of our own ends with all its processes."""
    ray.shutdown()


def resources_of_a_trial(cpus: float, gpus: float | None) -> dict[str, float]:
    """What a trial asks of the cluster.

    Args:
        cpus: Cores of one trial.
        gpus: GPUs of one trial; None: one where there are GPUs.

    Raises:
        ExecutionError: No machine of the cluster has as much.
    """
    wanted = {"CPU": cpus, "GPU": gpus if gpus is not None else float(_largest("GPU") > 0)}
    for name, amount in wanted.items():
        if amount > _largest(name):
            raise ExecutionError(
                f"a trial asks for {amount:g} {name.lower()}(s) but the machine has {_largest(name):g}; "
                f"lower {name.lower()}s_per_trial"
            )
    return wanted


def places(resources: dict[str, float]) -> int:
    """How many trials with these resources the cluster holds side by side, node by node, at least 1."""
    return max(1, sum(_fitting(node, resources) for node in _nodes()))


def most_memory_mb(resources: dict[str, float], wanted_gb: float | None) -> float:
    """The most memory that a worker may hold.

    Args:
        resources: What a trial asks of the cluster.
        wanted_gb: What the user allows; None: its share of the machine that has least, but never less than
            `_LEAST_MB`, since TensorFlow alone takes a third of that.
    """
    if wanted_gb is not None:
        return wanted_gb * 1000
    shares = [
        (node.get("memory", 0.0) + node.get("object_store_memory", 0.0)) / 1e6 / fitting
        for node in _nodes()
        if (fitting := _fitting(node, resources))
    ]
    return max(_LEAST_MB, _SHARE * min(shares, default=0.0))


def _largest(resource: str) -> float:
    """How much of it the machine has that has most."""
    return max((node.get(resource, 0.0) for node in _nodes()), default=0.0)


def _fitting(node: dict[str, float], resources: dict[str, float]) -> int:
    """How many trials with these resources a node holds."""
    wanted = {name: amount for name, amount in resources.items() if amount > 0}
    # A little more than the quotient: five trials of 0.2 fit, which as floats they just do not.
    return min(math.floor(node.get(name, 0) / amount + 1e-9) for name, amount in wanted.items())


def _nodes() -> list[dict[str, float]]:
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def _write_token() -> None:
    """Give our own Ray its token in a file that only its user can read; Ray would use the rights of any file."""
    if os.environ.keys() & {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}:
        return
    path = Path.home() / ".ray" / "auth_token"
    if path.exists():
        if path.read_text().strip():
            path.chmod(0o600)
            return
        path.unlink()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".auth_token-")  # for its user alone
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    with contextlib.suppress(FileExistsError):  # another start was first: its token is as good
        os.link(aside, path)  # whole, or not there
    Path(aside).unlink()
