"""What Ray and its workers find in their environment; imports nothing, so that it can be set before Ray is."""

import os
from collections.abc import Mapping

from evolve.environment import BACKEND

FOR_RAY: Mapping[str, str] = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nobody is told that it was used
    "RAY_worker_niceness": "0",  # +15 by default: a laptop's other programs would starve the trials
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",  # it would print on stdout that a worker died; we tell it ourselves
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a trial without a GPU is told to hide them all
}

TOKEN_FILE = "RAY_AUTH_TOKEN_PATH"  # noqa: S105 - a name, no secret


def worker_variables(threads: int, *, hide_gpus: bool = False) -> Mapping[str, str]:
    """For a worker that computes with so many threads, and for the Ray that starts it.

    Args:
        threads: How many.
        hide_gpus: Whether GPUs that are there are not to be used: TensorFlow looks for them by itself.
    """
    return {
        **FOR_RAY,
        **_for_libraries(threads),
        **({"CUDA_VISIBLE_DEVICES": "-1"} if hide_gpus else {}),
        **{name: os.environ[name] for name in (BACKEND,) if name in os.environ},
    }


def _for_libraries(threads: int) -> Mapping[str, str]:
    count = str(threads)
    return {
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }


OF_WORKERS = frozenset(_for_libraries(1))
"""Names of what libraries find in a worker's environment that evolve has put there."""


def without_rays_own(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for a Ray of our own: what was meant for another, such as its address and token, is none of it."""
    return {name: value for name, value in environ.items() if not name.startswith("RAY_")}


def forget_other_rays() -> None:
    """Have this process start a Ray of our own as if no other had ever been spoken of; call it before Ray's import."""
    for name in os.environ.keys() - without_rays_own(os.environ).keys():
        del os.environ[name]
