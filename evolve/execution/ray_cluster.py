"""Joining a Ray cluster, or starting one on this machine; with `ray_workers` the only place that knows Ray."""

import contextlib
import math
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from evolve.errors import ExecutionError

# Read when Ray is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told that it was used
os.environ.setdefault("RAY_worker_niceness", "0")  # +15 by default: a laptop's other programs would starve the trials
os.environ.setdefault(
    "RAY_DEDUP_LOGS_SKIP_REGEX", ".*"
)  # it would print on stdout that a worker died; we tell it ourselves
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else a trial without a GPU is told to hide them all

import ray
from ray._private import ray_constants
from ray.exceptions import RayError

_ATTEMPTS_TO_START = 3

_SHARE = 0.8
"""Of a machine's memory, what its workers may hold together; the rest is the system's and the user's."""

_LEAST_MB = 2_000.0
"""Whatever the share, a worker may hold so much."""


def connect(address: str | None, home: Path | None, *, threads: int) -> None:
    """Join the cluster, or start one on this machine; a loaded machine may need more than one try.

    A Ray of our own listens on the loopback interface alone, and has whoever connects show its token.

    Args:
        address: Of a running cluster, such as ``10.0.0.1:6379``; None starts one here.
        home: Where a Ray that is started here writes; once the folder's parent is gone it is not tried again.
        threads: How many a worker computes with.

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
        os.environ.update(_variables(threads))
        options |= {"include_dashboard": False, "_temp_dir": str(home)}
        _write_token()
    else:
        options["runtime_env"] = {"env_vars": _variables(threads)}
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


def _variables(threads: int) -> dict[str, str]:
    count = str(threads)
    return {
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        **{name: os.environ[name] for name in ("KERAS_BACKEND",) if name in os.environ},
    }


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
