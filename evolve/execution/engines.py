"""Where a search has its trials run: warm workers on Ray, Ray Tune, or this process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evolve.errors import SettingsError

if TYPE_CHECKING:
    from evolve.execution.contract import Execution
    from evolve.execution.run_material import DomainSource
    from evolve.execution.tune_options import TuneOptions
    from evolve.settings import CoreSettings

RAY: Final = "ray"
TUNE: Final = "tune"
HERE: Final = "here"
ENGINES: Final = (RAY, TUNE, HERE)


def check_engine_settings(options: "TuneOptions | None", core: "CoreSettings") -> None:
    """See that a user's scheduler and a run's settings go together.

    Raises:
        SettingsError: Both are to stop trials early.
    """
    if options is not None and options.scheduler is not None and core.halving > 1:
        raise SettingsError(
            f"halving={core.halving} and a scheduler of Ray Tune would both stop trials early; leave out either"
        )


@contextlib.contextmanager
def engine_execution(
    engine: str,
    core: "CoreSettings",
    *,
    address: str | None,
    checkpoints: Path,
    domain: "DomainSource",
    tune: "TuneOptions | None",
) -> "Iterator[Execution]":
    """The place where trials run, which is let go in the end.

    Args:
        engine: One of `ENGINES`.
        core: The run's settings.
        address: Of a Ray cluster that runs; None: on this machine. On a cluster nothing half-trained is kept: its hosts
            need not see the run folder.
        checkpoints: The folder of half-trained networks.
        domain: Whose trials will run.
        tune: How Ray Tune runs them, where it does.
    """
    if engine == HERE:
        from evolve.execution.in_process import InProcessExecution  # noqa: PLC0415 - what trains is imported late

        yield InProcessExecution(checkpoints)
        return
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - Ray

    with RayExecution(
        address,
        core.cpus_per_trial,
        core.gpus_per_trial,
        memory_gb=core.memory_per_trial,
        checkpoints=checkpoints if address is None else None,
        domain=domain,
        tune=tune,
    ) as execution:
        yield execution
