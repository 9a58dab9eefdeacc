"""A real SLURM on the hosts of a test bed, with this machine as the node where one logs in and submits."""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.cluster.host import Host
from tests.cluster.hosts import Hosts
from tests.cluster.slurm_files import configuration, gpus
from tests.cluster.waiting import PATIENCE_S, wait_until


class Slurm:
    """What a user types at a login node.

    Attributes:
        environment: Ours, with what SLURM's commands need in order to find this one.
        nodes: The hosts that jobs run on. Each has one GPU, as far as SLURM knows.
        folder: Where jobs are submitted, and write: the same on all nodes.
    """

    def __init__(self, nodes: tuple[Host, ...], folder: Path, file: Path) -> None:
        self.nodes, self.folder = nodes, folder
        self.environment = {**os.environ, "SLURM_CONF": str(file)}

    def run(self, *command: str) -> str:
        """What one of SLURM's commands says; raises `RuntimeError` with the reason when it fails."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def submit(self, script: str, *options: str) -> int:
        """Hand in a batch script with options of ``sbatch``; what comes back is the job's number."""
        file = self.folder / f"{secrets.token_hex(4)}.sh"
        file.write_text(f"#!/bin/bash\n{script}\n")
        return int(self.run("sbatch", "--parsable", *options, str(file)))

    def squeue(self) -> dict[int, str]:
        """The jobs that wait or run or come to an end, with their states, such as ``RUNNING``."""
        lines = self.run("squeue", "--noheader", "--format=%i %T").splitlines()
        return {int(job): state for job, state in map(str.split, lines)}

    def state(self, job: int) -> str:
        """A job's state, such as ``RUNNING`` or ``PREEMPTED``; SLURM knows it for some minutes after the job's end."""
        facts = self.run("scontrol", "--oneliner", "show", "job", str(job))
        return next(fact.removeprefix("JobState=") for fact in facts.split() if fact.startswith("JobState="))

    def wait_for(self, job: int, *states: str, within_s: float = PATIENCE_S) -> str:
        """Wait until a job is in one of these states, and say in which."""
        wait_until(lambda: self.state(job) in states, f"job {job} to be {' or '.join(states)}", within_s=within_s)
        return self.state(job)

    def scancel(self, job: int) -> None:
        """Cancel a job, as its owner does."""
        self.run("scancel", str(job))

    def preempt(self, duration_s: int = 1) -> int:
        """Hand in a job that takes all nodes away from whoever has them, for a while; what comes back is its number.

        Those that ran there are PENDING again, or PREEMPTED when they were submitted with ``--no-requeue``.
        """
        every = (f"--nodes={len(self.nodes)}", "--exclusive", "--partition=urgent", "--output=/dev/null")
        return self.submit(f"sleep {duration_s}", *every)

    def start_soon(self, job: int) -> None:
        """Spare a job that was put back the two minutes that SLURM lets it wait."""
        self.run("scontrol", "update", f"JobId={job}", "StartTime=now")

    def run_out_of_time(self, job: int, in_s: int = 1) -> None:
        """Let a running job's time end soon, by whatever limit it has; SLURM looks at that twice a minute."""
        self.run("scontrol", "update", f"JobId={job}", f"EndTime=now+{in_s}")

    def drain(self, host: Host) -> None:
        """Let no job start on a node any more; what runs there goes on."""
        self.run("scontrol", "update", f"NodeName={host.name}", "State=DRAIN", "Reason=maintenance")

    def resume(self, host: Host) -> None:
        """Let jobs start on a node again."""
        self.run("scontrol", "update", f"NodeName={host.name}", "State=RESUME")

    def answers(self) -> bool:
        """Whether its controller is up."""
        try:
            return " is UP" in self.run("scontrol", "ping")
        except RuntimeError:
            return False

    def are_idle(self) -> bool:
        """Whether every node is up and has nothing to do."""
        states = self.run("sinfo", "--noheader", "--Node", "--partition=normal", "--format=%T").split()
        return states == ["idle"] * len(self.nodes)


@contextlib.contextmanager
def slurm(hosts: Hosts, folder: Path, *, nodes: int = 2) -> Iterator[Slurm]:
    """A SLURM that takes jobs meanwhile.

    Args:
        hosts: The first of them become the nodes.
        folder: One that all of them share: for SLURM's own files, and for the jobs'.
        nodes: How many hosts jobs may run on.
    """
    own, jobs = folder / "slurm", folder / "jobs"
    for made in (own, own / "state", jobs):
        made.mkdir()
    file = own / "slurm.conf"
    file.write_text(configuration(hosts, hosts[:nodes], own))
    (own / "gres.conf").write_text(gpus())
    bed = Slurm(hosts[:nodes], jobs, file)
    with _daemon(_munge(own), bed.environment, own / "munge.log"):
        wait_until((own / "munge.socket").exists, "munged")
        with _daemon(("slurmctld", "-D", "-c"), bed.environment, own / "slurmctld.log"):
            wait_until(bed.answers, f"slurmctld, see {own}")
            for host in bed.nodes:
                _start_node(host, bed.environment, own / f"{host.name}.log")
            wait_until(bed.are_idle, f"the nodes, see {own}")
            yield bed


@contextlib.contextmanager
def _daemon(command: tuple[str, ...], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A daemon on this machine, which ends with us, however we end."""
    with log.open("ab") as said:
        daemon = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


def _munge(folder: Path) -> tuple[str, ...]:
    (folder / "munge.key").touch(mode=0o600)
    (folder / "munge.key").write_bytes(secrets.token_bytes(128))
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    return ("munged", "--foreground", "--force", *(f"--{what}={folder}/munge.{end}" for what, end in files.items()))


def _start_node(host: Host, environment: dict[str, str], log: Path) -> None:
    host.run("bash", "-c", "mkdir -p /run/slurmd && ln -sf /dev/null /run/gpu0")
    host.start("slurmd", "-D", "-N", host.name, environment=environment, log=log)
