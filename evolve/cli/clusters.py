"""Where a run trains: this machine, a Ray cluster that runs, or one that is acquired for each generation."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evolve.errors import ExecutionError
from evolve.execution.engines import RAY, TUNE
from evolve.shipped import find_profile_text

if TYPE_CHECKING:
    from evolve.clusters.cluster_execution import ClusterExecution
    from evolve.clusters.kubernetes.manifest import Manifest
    from evolve.clusters.profile import Profile
    from evolve.clusters.session import ClusterInspection, Launcher
    from evolve.execution.ray_execution import RayExecution
    from evolve.execution.run_material import DomainSource
    from evolve.settings import CoreSettings
    from evolve.store.paths import RunPaths


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """Where a run was told to train; neither is this machine.

    Attributes:
        address: Of a Ray cluster that runs.
        cluster: The name of a cluster profile, or of a manifest for Kubernetes.
        engine: What runs the trials there: `RAY` or `TUNE`.
    """

    address: str | None
    cluster: str | None
    engine: str = RAY

    def check(self) -> None:
        """Make sure that it is one of them, and that its profile is right, before anything is begun."""
        if self.address is not None and self.cluster is not None:
            raise typer.BadParameter("give --address for a running cluster or --cluster for one to be acquired")
        if self.engine not in (RAY, TUNE):
            raise typer.BadParameter(f"must be {RAY} or {TUNE}", param_hint="--engine")
        if self.cluster is not None:
            if self.engine == TUNE:
                raise typer.BadParameter("Ray Tune runs here or at an --address, not with --cluster")
            find_profile(self.cluster)

    @property
    def as_typed(self) -> dict[str, str | None]:
        """The options with which the same is chosen again, by name."""
        return {"address": self.address, "cluster": self.cluster, "engine": None if self.engine == RAY else self.engine}


def find_profile(name: str) -> "Profile | Manifest":
    """The cluster profile, or manifest for Kubernetes, of a file, or of one of this name that ships with evolve.

    Raises:
        SettingsError: There is none, or it is not right.
    """
    from evolve.clusters.kubernetes.manifest import is_manifest, parse_manifest
    from evolve.clusters.profile import parse_profile

    shown, text = find_profile_text(name)
    return parse_manifest(text, shown) if is_manifest(text) else parse_profile(text, shown)


@contextlib.contextmanager
def training_execution(
    paths: "RunPaths", core: "CoreSettings", choice: ClusterChoice, domain: "DomainSource"
) -> "Iterator[RayExecution | ClusterExecution]":
    """Where the run's trials run; what is still starting in the end is left to itself."""
    execution = _execution(paths, core, choice, domain)
    try:
        yield execution
    finally:
        if execution.is_starting:
            execution.abandon()
        else:
            execution.close()


def _execution(
    paths: "RunPaths", core: "CoreSettings", choice: ClusterChoice, domain: "DomainSource"
) -> "RayExecution | ClusterExecution":
    """On a cluster of somebody's own nothing half-trained is kept: its hosts need not see the run folder."""
    from evolve.clusters.cluster_execution import ClusterExecution
    from evolve.clusters.profile import LocalProfile
    from evolve.clusters.session import ClusterRequest
    from evolve.execution.ray_execution import RayExecution
    from evolve.execution.resources import ALL, Resources
    from evolve.execution.tune_options import TuneOptions
    from evolve.store.files import inside

    profile = None if choice.cluster is None else find_profile(choice.cluster)
    checkpoints = None if choice.address else inside(paths, paths.relative(paths.checkpoints))
    cpus, gpus, memory_gb = core.cpus_per_trial, core.gpus_per_trial, core.memory_per_trial
    if profile is None or isinstance(profile, LocalProfile):
        machine = ALL if profile is None else Resources(profile.cpus, profile.gpus)
        return RayExecution(
            choice.address, cpus, gpus,
            memory_gb=memory_gb, checkpoints=checkpoints, machine=machine, domain=domain,
            tune=TuneOptions() if choice.engine == TUNE else None,
        )  # fmt: skip
    request = ClusterRequest(
        run=paths.name, folder=paths.clusters, cpus=cpus, gpus=gpus, memory_gb=memory_gb, checkpoints=checkpoints
    )
    return ClusterExecution(_launcher(profile), request)


def _launcher(profile: "Profile | Manifest") -> "Launcher":
    from evolve.clusters.kubernetes.launcher import KubernetesLauncher
    from evolve.clusters.kubernetes.manifest import Manifest
    from evolve.clusters.profile import SlurmProfile, SshProfile, other_kinds
    from evolve.clusters.slurm.launcher import SlurmLauncher
    from evolve.clusters.ssh import SshLauncher

    match profile:
        case SshProfile():
            return SshLauncher(profile)
        case SlurmProfile():
            return SlurmLauncher(profile)
        case Manifest():
            return KubernetesLauncher(profile)
        case _:
            return next(kind for kind in other_kinds().values() if isinstance(profile, kind.profile)).launcher(profile)


def is_this_machine(name: str) -> bool:
    """Whether the profile of this name is of this machine alone.

    Raises:
        SettingsError: There is no such profile, or it is not right.
    """
    from evolve.clusters.profile import LocalProfile

    return isinstance(find_profile(name), LocalProfile)


def inspect_profile(name: str, runs: Path, on_status: Callable[[str], None]) -> "ClusterInspection":
    """What each host of the cluster of this profile has.

    Args:
        name: Of the profile.
        runs: Where runs lie: what is on the way to the cluster lies there too, as it would for a run.
        on_status: Told what the cluster does meanwhile.

    Raises:
        SettingsError: The profile is not right.
        ExecutionError: There is no such cluster to be had.
    """
    from evolve.clusters.profile import LocalProfile
    from evolve.clusters.session import ClusterRequest, inspect_cluster

    profile = find_profile(name)
    if isinstance(profile, LocalProfile):
        raise ExecutionError("this machine is no cluster; evolve doctor without --cluster looks at it")
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".inspection-", dir=runs) as folder:
        return inspect_cluster(_launcher(profile), ClusterRequest("inspection", Path(folder)), on_status)
