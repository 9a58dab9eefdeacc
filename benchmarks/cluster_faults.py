"""How long a cluster that loses something stands still: until it is noticed, and until a lost trial is begun again.

Trials that only give signs of life run on hosts that are made on this machine, by evolve's own ssh and SLURM profiles;
then something is taken from them:

* a worker is killed, by `kill -9`;
* a host is cut off from the network: it lives on, silent and deaf;
* a host is powered off;
* the host that leads is powered off, so that another cluster is got of those that are left;
* a job is cancelled from outside, or runs out of its time, so that another is submitted;
* the run itself is killed, by `kill -9`: how long until nothing of it is left on the hosts.

`noticed` is when the run is told that a trial was lost, or asks for another cluster; `begun again` when such a trial
begins anew, in a place that was free: a fresh worker has to start there, and for another cluster ssh or SLURM, Ray and
all. The peer is the same cluster with the figures of Ray's own by which it watches its nodes: how long until it
notices.

Linux, root, ssh and for the jobs SLURM are needed. Figures are medians over the rounds.

    python -m benchmarks.cluster_faults --rounds 3
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from benchmarks.pairing import table
from benchmarks.several_hosts import HERE, hosts_by_ssh, processes, profile_of, why_not
from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.profile import SlurmProfile, SshProfile, parse_profile
from evolve.clusters.session import ClusterRequest
from evolve.clusters.slurm.launcher import SlurmLauncher
from evolve.clusters.ssh import SshLauncher
from evolve.interrupts import stop_on_request
from evolve.records.events import Event, EventKind
from tests.cluster import requirements
from tests.cluster.host import Host
from tests.cluster.hosts import Hosts, hosts
from tests.cluster.slurm import slurm
from tests.conftest import write_tunes
from tests.execution.settings import small_material, small_settings
from tests.execution.strange_trials import RUN, strange

TRIALS = 2
_LONG = "live 3000"
_PATIENCE_S = 300.0

_PEERS_PYTHON = """\
#!/bin/sh
exec {python} -u -c 'from evolve.execution import ray_node; ray_node._HEALTH.clear()
from evolve.clusters.agent import main; main()'
"""
"""Stands for Python on a host, and starts evolve's side there without its figures of a node's health."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What came of one.

    Attributes:
        noticed_s: Seconds until the run knew, or, when it was itself that went, until the hosts were as before.
        again_s: Seconds until a trial was begun again.
    """

    noticed_s: float
    again_s: float | None = None


class Run:
    """A run in a process of its own that tells when trials begin and are lost.

    Attributes:
        process: The run's.
    """

    def __init__(self, profile: SshProfile | SlurmProfile, folder: Path, environment: Mapping[str, str]) -> None:
        """Begin it."""
        file = folder / "profile.yaml"
        file.write_text(profile.model_dump_json())
        command = [sys.executable, "-m", "benchmarks.cluster_faults", "--drive", str(file)]
        self.process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        self._told: list[tuple[str, float]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def lose(self, fault: Callable[[], object], *, another_cluster: bool = False) -> Fault:
        """Have something happen, and wait until a trial that is lost by that is begun again, and then all of them.

        Args:
            fault: What happens.
            another_cluster: Whether it is begun on another cluster; this one may begin it first, and lose it again.
        """
        began = time.monotonic()
        fault()
        noticed = self._after("asked" if another_cluster else "lost", began)
        again = self._after("started", noticed)
        self.settle()
        return Fault(noticed - began, again - began)

    def settle(self) -> None:
        """Wait until all its trials run."""
        self._wait(lambda: self._count("started") - self._count("lost") == TRIALS)

    def kill(self) -> None:
        """Kill it, harmless when it has ended."""
        self.process.kill()
        self.process.wait()

    def _count(self, kind: str) -> int:
        return sum(what == kind for what, _ in self._told)

    def _after(self, kind: str, moment: float) -> float:
        """When something was first told after a moment."""

        def later() -> list[float]:
            return [at for what, at in self._told if what == kind and at >= moment]

        self._wait(later)
        return later()[0]

    def _wait(self, happened: Callable[[], object]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not happened():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the run has ended, or stands still: {self._told}")
            time.sleep(0.05)

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            kind, at = line.split()
            self._told.append((kind, float(at)))


def print_event(event: Event) -> None:
    """Print when trials begin and are lost, by the clock that all processes share."""
    if event.kind in (EventKind.STARTED, EventKind.LOST):
        print(event.kind, time.monotonic(), flush=True)
    elif event.kind is EventKind.CAPACITY and "another cluster is asked for" in event.text:
        print("asked", time.monotonic(), flush=True)
    elif event.kind is EventKind.FINISHED:
        raise SystemExit(f"a trial has ended: {event.result}")
    if event.text:
        print(event.individual_id, event.text, file=sys.stderr)


def drive(profile: Path) -> None:
    """Run long trials on the cluster of this profile, in the folder where it lies, and tell of them."""
    folder = profile.parent
    (folder / "tunes").mkdir()
    material = small_material(small_settings(write_tunes(folder / "tunes")))
    cluster = parse_profile(profile.read_text(), profile.name)
    request = ClusterRequest("faults", folder, gpus=0, trial=RUN)
    launcher = SlurmLauncher(cluster) if isinstance(cluster, SlurmProfile) else _by_ssh(cluster)
    with ClusterExecution(launcher, request) as execution, execution() as runner:
        runner.run([strange(slot, _LONG) for slot in range(1, TRIALS + 1)], material, print_event)


def hosts_lost(*, as_ray_does: bool = False) -> Iterator[tuple[str, Fault]]:
    """What happens to hosts that do not lead, of four with one place each; a trial is given up when lost thrice."""
    with _folder() as folder, hosts_by_ssh(4) as (bed, ssh):
        profile = profile_of(bed, ssh, cpus=1, python=_put_peers_python(bed) if as_ray_does else None)
        with _running(profile, folder) as run:
            yield "a host is cut off", run.lose(_one_that_trains(bed[1:]).cut)
            yield "a host is powered off", run.lose(_one_that_trains(bed[1:]).kill)


def head_and_run_lost() -> Iterator[tuple[str, Fault]]:
    """What happens when a worker goes, then the host that leads, of three, and then the run."""
    with _folder() as folder, hosts_by_ssh(3) as (bed, ssh):
        before = {process.pid for host in bed for process in processes(host)}
        with _running(profile_of(bed, ssh, cpus=1), folder) as run:
            yield "a worker is killed", run.lose(_workers(_one_that_trains(bed))[0].kill)
            yield "the leading host is powered off", run.lose(bed[0].kill, another_cluster=True)
            began = time.monotonic()
            run.kill()
            while left := {process.pid for host in bed[1:] for process in processes(host)} - before:
                if time.monotonic() > began + _PATIENCE_S:
                    raise SystemExit(f"still on the hosts: {left}")
                time.sleep(0.1)
            yield "the run is killed", Fault(time.monotonic() - began)


def jobs_lost() -> Iterator[tuple[str, Fault]]:
    """What happens when SLURM takes the job away."""
    with _folder() as folder, hosts(2, shared=[folder]) as bed, slurm(bed, folder) as queue:
        asked: dict[str, Any] = {"kind": "slurm", "partition": "normal", "nodes": 2, "cpus_per_node": 2, "time": "30"}
        profile = SlurmProfile.model_validate(asked | {"setup": f"cd {HERE}"})
        with _running(profile, folder, queue.environment) as run:
            yield "a job is cancelled", run.lose(lambda: queue.scancel(max(queue.squeue())), another_cluster=True)
            out_of_time = run.lose(lambda: queue.run_out_of_time(max(queue.squeue())), another_cluster=True)
            yield "a job's time is up", out_of_time


def main() -> None:
    """Take away one thing after the other and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="about nine minutes each")
    kinds = ("hosts", "head", "jobs", "peer")
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, help="what is lost, and the peer")
    parser.add_argument("--drive", type=Path, metavar="PROFILE", help="be the run that this benchmark watches")
    options = parser.parse_args()
    stop_on_request()
    if options.drive:
        drive(options.drive)
        return
    if reason := why_not((*requirements.SSH, *(requirements.SLURM if "jobs" in options.kinds else ()))):
        print(reason)
        return
    ours: dict[str, list[Fault]] = {}
    peers: dict[str, list[Fault]] = {}
    for _ in range(options.rounds):
        if "hosts" in options.kinds:
            _keep(hosts_lost(), ours)
        if "head" in options.kinds:
            _keep(head_and_run_lost(), ours)
        if "jobs" in options.kinds:
            _keep(jobs_lost(), ours)
        if "peer" in options.kinds:
            _keep(hosts_lost(as_ray_does=True), peers)
    heads = ("what happens", "noticed", "begun again", "noticed with Ray's own figures", "rounds")
    print(table(heads, [_row(name, ours.get(name, []), peers.get(name, [])) for name in {**ours, **peers}]))


def _keep(faults: Iterator[tuple[str, Fault]], kept: dict[str, list[Fault]]) -> None:
    for name, fault in faults:
        print(f"{name}: {fault}", file=sys.stderr)
        kept.setdefault(name, []).append(fault)


def _row(name: str, ours: Sequence[Fault], peers: Sequence[Fault]) -> tuple[str, ...]:
    again = [fault.again_s for fault in ours if fault.again_s is not None]
    noticed, peer = ([fault.noticed_s for fault in faults] for faults in (ours, peers))
    return name, *map(_told, (noticed, again, peer)), str(max(len(ours), len(peers)))


def _told(seconds: Sequence[float]) -> str:
    """The median, with the least and the most."""
    return f"{median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})" if seconds else ""


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="evolve-bench-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _running(
    profile: SshProfile | SlurmProfile, folder: Path, environment: Mapping[str, str] = os.environ
) -> Iterator[Run]:
    run = Run(profile, folder, environment)
    try:
        run.settle()
        yield run
    finally:
        run.kill()


def _by_ssh(profile: object) -> SshLauncher:
    assert isinstance(profile, SshProfile)
    return SshLauncher(profile)


def _put_peers_python(bed: Hosts) -> Path:
    place = Path("/run/bench/python")
    for host in bed:
        host.put(str(place), _PEERS_PYTHON.format(python=sys.executable), mode="755")
    return place


def _one_that_trains(among: Sequence[Host]) -> Host:
    """A host that can be reached and has a trial."""
    return next(host for host in among if host.answers() and _workers(host))


def _workers(host: Host) -> list[psutil.Process]:
    """Ray names a worker's process after what it runs."""
    found = []
    for process in processes(host):
        with contextlib.suppress(psutil.Error):  # it has just ended
            if "ray::Worker" in " ".join(process.cmdline()[:1]):
                found.append(process)
    return found


if __name__ == "__main__":
    main()
