"""The test beds as fixtures: one for all tests of a file, which are skipped where it cannot be made, saying why."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import requirements
from tests.cluster.hosts import Hosts
from tests.cluster.hosts import hosts as hosts_up
from tests.cluster.network import NoNetworkError
from tests.cluster.slurm import Slurm
from tests.cluster.slurm import slurm as slurm_up
from tests.cluster.ssh import Ssh, serve_ssh


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is the same for all hosts and this machine."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def hosts(shared: Path) -> Iterator[Hosts]:
    """Three hosts that share one folder."""
    _skip_without(requirements.HOSTS)
    with contextlib.ExitStack() as down:
        try:
            bed = down.enter_context(hosts_up(shared=[shared]))
        except NoNetworkError as refusal:
            pytest.skip(f"no network can be made here: {refusal}")
        yield bed


@pytest.fixture(scope="module")
def ssh(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Ssh:
    """The way from this machine to the hosts."""
    _skip_without(requirements.SSH)
    return serve_ssh(hosts, tmp_path_factory.mktemp("ssh"))


@pytest.fixture(scope="module")
def slurm(hosts: Hosts, shared: Path) -> Iterator[Slurm]:
    """A SLURM whose nodes are h1 and h2."""
    _skip_without(requirements.SLURM)
    with slurm_up(hosts, shared) as bed:
        yield bed


def _skip_without(programs: tuple[str, ...]) -> None:
    if reason := requirements.missing(programs):
        pytest.skip(reason)
