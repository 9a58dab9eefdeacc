"""Hosts for benchmarks of clusters, made on this one machine as the tests make theirs, and their share of it."""

import contextlib
import os
import shlex
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from evolve.clusters.profile import SshProfile
from tests.cluster import requirements
from tests.cluster.host import Host
from tests.cluster.hosts import Hosts, hosts
from tests.cluster.ssh import Ssh, serve_ssh

HERE = Path(__file__).parents[1]
"""On the hosts as well, so that their workers find trials that are the benchmarks' and the tests' own."""

_GROUPS = Path("/sys/fs/cgroup/cpu")
_PERIOD_US = 50_000
_WEIGHT = 8 * 1024
"""Of a host where cores are fought for, when that of any other process is 1024: it is to have its share."""


def why_not(programs: tuple[str, ...] = requirements.SSH, *, limited: bool = False) -> str | None:
    """Why there can be no such hosts here, in a line; None when there can.

    Args:
        programs: What has to be installed, besides what makes hosts.
        limited: Whether their share of the processor is to be limited.
    """
    if reason := requirements.missing((*requirements.HOSTS, *programs)):
        return f"not measured: {reason}"
    if limited and not (_GROUPS / "cgroup.procs").exists():
        return f"not measured: a host's share is limited by version 1 of Linux's control groups, at {_GROUPS}"
    return None


@contextlib.contextmanager
def hosts_by_ssh(count: int) -> Iterator[tuple[Hosts, Ssh]]:
    """Hosts that can be reached by ssh meanwhile, and that share no disk."""
    with tempfile.TemporaryDirectory(prefix="evolve-bench-ssh-") as folder, hosts(count) as bed:
        yield bed, serve_ssh(bed, Path(folder))


def profile_of(bed: Hosts, ssh: Ssh, *, cpus: int, python: Path | None = None) -> SshProfile:
    """The cluster profile of these hosts.

    Args:
        bed: The first leads.
        ssh: How they are reached.
        cpus: Of each host.
        python: Another Python there than the one that runs here.
    """
    return SshProfile.model_validate(
        {
            "kind": "ssh",
            "hosts": [{"host": one.name, "cpus": cpus, "gpus": 0} for one in bed],
            "ssh": shlex.join(ssh.command),
            "python": None if python is None else str(python),
            "setup": f"cd {shlex.quote(str(HERE))}",
        }
    )


def processes(host: Host) -> list[psutil.Process]:
    """All that runs on a host, as this machine sees it."""
    space, found = _process_space(host.pid), []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if space is not None and _process_space(process.pid) == space:
                found.append(process)
    return found


@contextlib.contextmanager
def limited(bed: Hosts, share: float) -> Iterator[None]:
    """Each host may use so much of one core, and has it on a busy machine too, as nearly as can be.

    Call it when their ssh servers run, and nothing else does.
    """
    groups = {host: _GROUPS / f"evolve-bench-{os.getpid()}-{host.name}" for host in bed}
    try:
        for host, group in groups.items():
            group.mkdir()
            (group / "cpu.shares").write_text(str(_WEIGHT))
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(round(share * _PERIOD_US)))
            for process in processes(host):  # what they start is in the group too
                (group / "cgroup.procs").write_text(str(process.pid))
        yield
    finally:
        for host, group in groups.items():
            host.kill()
            _remove(group)


def _process_space(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}/ns/pid").stat().st_ino
    except OSError:
        return None


def _remove(group: Path, within_s: float = 10.0) -> None:
    """Take a control group away, once the system has seen its last process end."""
    end = time.monotonic() + within_s
    while group.exists():
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
