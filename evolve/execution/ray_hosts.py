"""What a cluster sees where: its hosts, their resources, and the versions that they have."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from evolve import __version__

_ANSWER_LIMIT_S = 60.0


def hosts_of_cluster() -> list[dict[str, Any]]:
    """Each host of the cluster that this process is connected to, by address.

    Returns:
        For each: ``host``, ``address``, ``cpus``, ``gpus``, ``memory_gb`` as Ray shares them out; ``cards``, the names
        of the GPUs that its driver sees, ``cores``, how many there are, and ``versions``; or, when it does not answer,
        ``problem``.
    """
    look = ray.remote(num_cpus=0)(_look)
    asked = []
    for node in sorted((node for node in ray.nodes() if node["Alive"]), key=lambda node: node["NodeManagerAddress"]):
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        asked.append((node, look.options(scheduling_strategy=there).remote()))
    return [_facts(node) | _answer(answer) for node, answer in asked]


def _facts(node: Mapping[str, Any]) -> dict[str, Any]:
    given = node["Resources"]
    return {
        "host": node["NodeManagerHostname"],
        "address": node["NodeManagerAddress"],
        "cpus": given.get("CPU", 0.0),
        "gpus": given.get("GPU", 0.0),
        "memory_gb": round(given.get("memory", 0.0) / 1e9, 1),
    }


def _answer(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - Ray has no annotations
    try:
        found: dict[str, Any] = ray.get(answer, timeout=_ANSWER_LIMIT_S)
    except ray.exceptions.RayError as error:
        return {"problem": f"it does not answer: {type(error).__name__}"}
    return found


def _look() -> dict[str, Any]:
    """Run on a host: what only it knows."""
    versions = {name: importlib.metadata.version(name) for name in ("ray", "tensorflow", "keras")}
    return {
        "cards": _cards(),
        "cores": os.cpu_count(),
        "versions": {"evolve": __version__, "python": platform.python_version(), **versions},
    }


def _cards() -> list[str]:
    asked = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in said.stdout.splitlines() if line.strip()]
