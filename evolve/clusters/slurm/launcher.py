"""SLURM: each generation is a job that is submitted, watched and, when it is lost, replaced by another.

Nothing but the job's folder connects the run with its job: the machine on which one types needs no open port, and Ray
not to be reachable from it. Inside an allocation (`salloc`) the job's programs are started there at once.
"""

import contextlib
import dataclasses
import os
import re
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import Message
from evolve.clusters.profile import SlurmProfile, memory_mb
from evolve.clusters.session import ClusterLostError, ClusterRequest, HostSpec, Role, Session
from evolve.clusters.slurm.job import AllocationStep, SlurmJob, SubmittedJob, submit
from evolve.clusters.slurm.job_folder import JobFolder
from evolve.errors import ExecutionError
from evolve.execution.ray_node import new_token
from evolve.execution.resources import ALL, Resources

_ALLOCATION = "SLURM_JOB_ID"

_END_LIMIT_S = 20.0
"""How long a job may take to end in order, before it is cancelled: all it made is home by then."""

_LOOK_S = 1.0
_LAST_WORDS_S = 10.0
"""How long is listened for what a job that has ended said: a shared disk may show it late."""


@dataclass(frozen=True, slots=True)
class SlurmLauncher:
    """A `Launcher` of jobs."""

    profile: SlurmProfile

    def launch(self, request: ClusterRequest) -> Session:
        """A job of this run that is not released yet is gone on with, so that nothing it made is lost."""
        names = [path.name.removeprefix("job-") for path in request.folder.glob("job-*")]
        known = sorted(int(name) for name in names if name.isdecimal())
        for number in reversed(known):
            job = JobFolder(request.folder / f"job-{number}")
            if job.number is not None:
                return SlurmSession(job, SubmittedJob(job.number))
            shutil.rmtree(job.folder)
        job = JobFolder(request.folder / f"job-{len(known) + 1}")
        if _ALLOCATION in os.environ:
            profile = of_allocation(self.profile, os.environ)
            job.make(dataclasses.replace(_host_spec(profile, request), resources=ALL))
            return SlurmSession(job, AllocationStep(_step_command(profile, job), job.log))
        job.make(_host_spec(self.profile, request))
        job.script.write_text(_script(self.profile, job, request.name), "utf-8")
        return SlurmSession(job, SubmittedJob(_submitted(job)))


class SlurmSession:
    """A `Session` with one job."""

    def __init__(self, folder: JobFolder, job: SlurmJob) -> None:
        """The job was submitted, now or before we came back."""
        self._folder, self._job = folder, job
        self._channel = FolderChannel(folder.to_cluster, folder.to_home)
        self.jobs_sent = folder.jobs_sent
        self._has_spoken = False
        self.status = f"{job} is asked for"

    def send(self, message: Message) -> None:
        """The message waits in the job's folder until the job has begun."""
        self._channel.send(message)
        if message.kind == "job":
            self.jobs_sent += 1
            self._folder.jobs_sent = self.jobs_sent

    def receive(self, timeout_s: float) -> Message | None:
        """The job's next message; of one that has ended, until nothing more comes."""
        had_ended = self._job.why_over
        message = self._channel.receive(timeout_s if had_ended is None else _LAST_WORDS_S)
        if message is None and had_ended is not None:
            raise ClusterLostError(self._why_lost(had_ended))
        self._has_spoken |= message is not None and message.kind != "hello"
        self.status = self._in_words()
        return message

    @property
    def missing(self) -> Mapping[str, str]:
        """No host was asked for by its name; these SLURM gave, and they cannot be used, and why."""
        return self._folder.refusals

    def close(self, *, in_order: bool = True) -> None:
        """A job that is not to end in order is cancelled."""
        try:
            if in_order and self._job.has_begun:
                self._channel.send(Message("end"))
                self._wait_for_its_end()
        finally:
            self._job.cancel()
            _clear(self._folder)

    def leave(self) -> None:
        """A job that was submitted goes on, and is found again; a step in an allocation ends."""
        if self._folder.number is None:
            self.close(in_order=False)

    def _wait_for_its_end(self) -> None:
        end = time.monotonic() + _END_LIMIT_S
        while self._job.why_over is None and time.monotonic() < end:
            time.sleep(_LOOK_S)
            self._job.look(every_s=_LOOK_S)

    def _in_words(self) -> str:
        says = self._job.look()
        is_starting = self._job.has_begun and self._job.why_over is None and not self._has_spoken
        missing = [f"{name} is missing: {problem}" for name, problem in self.missing.items()]
        return "; ".join([says, *(["Ray starts there"] if is_starting else []), *missing])

    def _why_lost(self, ended: str) -> str:
        """What became of the job; of one that never said a word, that the folder may be why."""
        if self._job.was_ended:
            return f"{self._job} {ended}"
        words = self._folder.last_words()
        unseen = f"; its nodes may not see {self._folder.folder}: give --runs a folder that they see"
        return f"{self._job} {ended}{words or ('' if self._has_spoken else unseen)}"


def _clear(job: JobFolder) -> None:
    shutil.rmtree(job.folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # another job of the run may have its folder there
        job.folder.parent.rmdir()


def _submitted(job: JobFolder) -> str:
    """Submit a job and keep its number; one that is submitted while the user stops the run is cancelled."""
    with ThreadPoolExecutor(1) as elsewhere:  # where no signal interrupts it midway
        number = elsewhere.submit(submit, job.script, job.log)
        try:
            job.number = number.result()
        except KeyboardInterrupt:
            SubmittedJob(number.result()).cancel()
            raise
        except ExecutionError:
            _clear(job)  # a token lies there
            raise
    return number.result()


def _host_spec(profile: SlurmProfile, request: ClusterRequest) -> HostSpec:
    return dataclasses.replace(
        request.host_spec(Role.HEAD),
        token=new_token(),
        nodes=profile.nodes,
        checkpoints=None if request.checkpoints is None else str(request.checkpoints.absolute()),
        resources=Resources(profile.cpus_per_node, profile.gpus_per_node, memory_mb(profile.memory_per_node)),
    )


def _script(profile: SlurmProfile, job: JobFolder, name: str) -> str:
    """The batch script of a job, which SLURM does not put back into the queue: the run asks for another itself."""
    accounting = ((key, getattr(profile, key)) for key in ("time", "partition", "account", "qos"))
    options = [
        f"--job-name={name}",
        "--no-requeue",
        "--no-kill",
        *_share(profile),
        *(f"--{key}={value}" for key, value in accounting if value is not None),
        *profile.options,
    ]
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {option}" for option in options),
        "# Written by evolve for one generation; nothing of it is needed afterwards.",
        *(["set -e", profile.setup.rstrip()] if profile.setup.strip() else []),
        f"exec {shlex.join(_step_command(profile, job))}",
    ]
    return "\n".join(lines) + "\n"


def of_allocation(profile: SlurmProfile, environ: Mapping[str, str]) -> SlurmProfile:
    """The profile for a step that takes all of the allocation whose shell has this environment (salloc(1))."""
    nodes = environ.get("SLURM_JOB_NUM_NODES", "")
    counts = re.findall(r"(\d+)(?:\(x\d+\))?(?:,|$)", environ.get("SLURM_JOB_CPUS_PER_NODE", ""))
    granted = {"nodes": int(nodes) if nodes.isdecimal() else profile.nodes, "gpus_per_node": 0, "memory_per_node": None}
    return profile.model_copy(update={**granted, "cpus_per_node": min(map(int, counts), default=None)})


def _step_command(profile: SlurmProfile, job: JobFolder) -> list[str]:
    """Starts a host's side on each node of a job, or of the allocation in which it is typed."""
    python = profile.python or sys.executable
    program = [python, "-u", "-m", "evolve.clusters.agent", "--folder", str(job.folder.absolute())]
    return ["srun", *_share(profile), "--no-kill", "--kill-on-bad-exit=0", *program]


def _share(profile: SlurmProfile) -> Iterator[str]:
    """The options by which sbatch and srun know the share of the cluster."""
    yield from (f"--nodes={profile.nodes}", f"--ntasks={profile.nodes}", "--ntasks-per-node=1")
    if profile.cpus_per_node is not None:
        yield f"--cpus-per-task={profile.cpus_per_node}"
    if profile.gpus_per_node:
        yield f"--gres=gpu:{profile.gpus_per_node}"
    if profile.memory_per_node is not None:
        yield f"--mem={profile.memory_per_node}"
