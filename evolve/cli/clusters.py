"""Where a run trains: this machine, a Ray cluster that runs, or one that is got for each generation."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import typer

from evolve.cli.options import find_profile_text
from evolve.errors import ExecutionError

if TYPE_CHECKING:
    from evolve.clusters.cluster_execution import ClusterExecution
    from evolve.clusters.kubernetes.manifest import Manifest
    from evolve.clusters.look import Sight
    from evolve.clusters.profile import Profile, SlurmProfile, SshProfile
    from evolve.clusters.session import Launcher
    from evolve.config import RunConfig
    from evolve.execution.ray_execution import RayExecution
    from evolve.execution.resources import Resources
    from evolve.store.paths import RunPaths


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run was told to train; neither is this machine.

    Attributes:
        address: Of a Ray cluster that runs.
        cluster: The name of a cluster profile, or of a manifest for Kubernetes.
    """

    address: str | None
    cluster: str | None

    def check(self) -> None:
        """Make sure that it is one place, and that its profile is right, before anything is begun."""
        if self.address is not None and self.cluster is not None:
            raise typer.BadParameter("give --address for a cluster that runs, or --cluster for one to be got, not both")
        if self.cluster is not None:
            find_profile(self.cluster)


def find_profile(name: str) -> "Profile | Manifest":
    """The cluster profile, or manifest for Kubernetes, of a file, or of one of this name that ships with evolve.

    Raises:
        SettingsError: There is none, or a profile is not right.
        ManifestError: A manifest is not right.
    """
    from evolve.clusters.kubernetes.manifest import is_manifest, parse_manifest
    from evolve.clusters.profile import parse_profile

    shown, text = find_profile_text(name)
    return parse_manifest(text, shown) if is_manifest(text) else parse_profile(text, shown)


@contextlib.contextmanager
def place_to_train(paths: "RunPaths", config: "RunConfig", place: Place) -> "Iterator[RayExecution | ClusterExecution]":
    """Where the run's trials run; what is still starting in the end is left to itself."""
    if place.cluster is None:
        execution: RayExecution | ClusterExecution = _ray(paths, config, place.address)
    else:
        execution = _of_profile(paths, config, find_profile(place.cluster))
    try:
        yield execution
    finally:
        if execution.is_starting:
            execution.abandon()
        else:
            execution.close()


def _ray(
    paths: "RunPaths", config: "RunConfig", address: str | None, machine: "Resources | None" = None
) -> "RayExecution":
    """On a cluster of somebody's own no half-trained networks are kept: its hosts need not see the run folder."""
    from evolve.execution.ray_execution import RayExecution
    from evolve.execution.resources import ALL

    return RayExecution(
        address,
        config.cpus_per_trial,
        config.gpus_per_trial,
        memory_gb=config.memory_per_trial,
        checkpoints=_checkpoints(paths) if address is None else None,
        machine=machine or ALL,
    )


def _checkpoints(paths: "RunPaths") -> Path:
    """Where half-trained networks of a run wait.

    Raises:
        RunError: The folder leads out of the run folder.
    """
    from evolve.store.files import inside

    return inside(paths, paths.relative(paths.checkpoints))


def _of_profile(
    paths: "RunPaths", config: "RunConfig", profile: "Profile | Manifest"
) -> "RayExecution | ClusterExecution":
    from evolve.clusters.cluster_execution import ClusterExecution
    from evolve.clusters.profile import LocalProfile
    from evolve.clusters.session import Wish
    from evolve.execution.resources import Resources

    if isinstance(profile, LocalProfile):
        return _ray(paths, config, None, Resources(profile.cpus, profile.gpus))
    wish = Wish(
        run=paths.name,
        folder=paths.clusters,
        cpus=config.cpus_per_trial,
        gpus=config.gpus_per_trial,
        memory_gb=config.memory_per_trial,
        checkpoints=_checkpoints(paths),
    )
    return ClusterExecution(_launcher(profile), wish)


def _launcher(profile: "SshProfile | SlurmProfile | Manifest") -> "Launcher":
    from evolve.clusters.kubernetes.launcher import KubernetesLauncher
    from evolve.clusters.kubernetes.manifest import Manifest
    from evolve.clusters.profile import SlurmProfile, SshProfile
    from evolve.clusters.slurm.launcher import SlurmLauncher
    from evolve.clusters.ssh.launcher import SshLauncher

    match profile:
        case SshProfile():
            return SshLauncher(profile)
        case SlurmProfile():
            return SlurmLauncher(profile)
        case Manifest():
            return KubernetesLauncher(profile)
        case _:
            assert_never(profile)


def is_this_machine(name: str) -> bool:
    """Whether the profile of this name is of this machine alone.

    Raises:
        SettingsError: There is no such profile, or it is not right.
    """
    from evolve.clusters.profile import LocalProfile

    return isinstance(find_profile(name), LocalProfile)


def look_at_cluster(name: str, runs: Path, on_place: Callable[[str], None]) -> "Sight":
    """What each host of the cluster of this profile has.

    Args:
        name: Of the profile.
        runs: Where runs lie: what is on the way to the cluster lies there too, as it would for a run.
        on_place: Told what the cluster does meanwhile.

    Raises:
        SettingsError: The profile is not right.
        ExecutionError: There is no such cluster to be had.
    """
    from evolve.clusters.look import look_at
    from evolve.clusters.profile import LocalProfile
    from evolve.clusters.session import Wish

    profile = find_profile(name)
    if isinstance(profile, LocalProfile):
        raise ExecutionError("this machine is no cluster; evolve doctor without --cluster looks at it")
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".look-", dir=runs) as folder:
        return look_at(_launcher(profile), Wish("look", Path(folder)), on_place)
