"""SLURM: each generation is a job that is submitted, watched and, when it is lost, made good by another.

Nothing but the job's folder connects the run with its job: the machine on which one types needs no open port, and Ray
not to be reachable from it. Inside an allocation (`salloc`) the job's programs are started there at once.
"""

import contextlib
import dataclasses
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import Message
from evolve.clusters.profile import SlurmProfile, memory_mb
from evolve.clusters.session import ClusterLostError, Session, Wish
from evolve.clusters.setup import Role, Setup
from evolve.clusters.slurm.job import Job, Step, Submitted, submit
from evolve.clusters.slurm.job_folder import JobFolder
from evolve.clusters.slurm.script import of_allocation, script, step_command
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

    def launch(self, wish: Wish) -> Session:
        """See `Launcher`; a job of this run that is not let go yet is gone on with, so that nothing it made is lost."""
        known = sorted(_job_folders(wish.folder), key=lambda folder: int(folder.name.removeprefix("job-")))
        for folder in reversed(known):
            job = JobFolder(folder)
            if (number := job.read_number()) is not None:
                return SlurmSession(job, Submitted(number))
            shutil.rmtree(folder)
        job = JobFolder(wish.folder / f"job-{len(known) + 1}")
        if _ALLOCATION in os.environ:
            profile = of_allocation(self.profile, os.environ)
            job.make(dataclasses.replace(_setup(profile, wish), resources=ALL))
            return SlurmSession(job, Step(step_command(profile, job), job.log))
        job.make(_setup(self.profile, wish))
        job.script.write_text(script(self.profile, job, wish.name), "utf-8")
        return SlurmSession(job, Submitted(_submitted(job)))


class SlurmSession:
    """A `Session` with one job.

    Attributes:
        place: What the job does now.
        orders: How many orders lie in its folder.
    """

    def __init__(self, folder: JobFolder, job: Job) -> None:
        """The job was submitted, now or before we came back."""
        self._folder, self._job = folder, job
        self._channel = FolderChannel(folder.to_cluster, folder.to_home)
        self.orders = folder.orders
        self._has_spoken = False
        self.place = f"{job} is asked for"

    def send(self, message: Message) -> None:
        """See `Session`."""
        self._channel.send(message)
        if message.kind == "order":
            self.orders += 1
            self._folder.write_orders(self.orders)

    def receive(self, timeout_s: float) -> Message | None:
        """See `Session`."""
        had_ended = self._job.why_over
        message = self._channel.receive(timeout_s if had_ended is None else _LAST_WORDS_S)
        if message is None and had_ended is not None:
            raise ClusterLostError(self._why_lost(had_ended))
        self._has_spoken |= message is not None and message.kind != "hello"
        self.place = self._told()
        return message

    @property
    def missing(self) -> Mapping[str, str]:
        """See `Session`: no host was asked for by its name; those that SLURM gave and that cannot be used."""
        return self._folder.read_refusals()

    def close(self, *, in_order: bool = True) -> None:
        """See `Session`; a job that is not to end in order is cancelled."""
        try:
            if in_order and self._job.has_begun:
                self._channel.send(Message("end"))
                self._wait_for_its_end()
        finally:
            self._job.cancel()
            _clear(self._folder)

    def leave(self) -> None:
        """See `Session`: a job that was submitted goes on, and is found again; a step in an allocation ends."""
        if self._folder.read_number() is None:
            self.close(in_order=False)

    def _wait_for_its_end(self) -> None:
        end = time.monotonic() + _END_LIMIT_S
        while self._job.why_over is None and time.monotonic() < end:
            time.sleep(_LOOK_S)
            self._job.look(every_s=_LOOK_S)

    def _told(self) -> str:
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


def _job_folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("job-*") if path.name.removeprefix("job-").isdecimal())


def _clear(job: JobFolder) -> None:
    shutil.rmtree(job.folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # another job of the run may have its folder there
        job.folder.parent.rmdir()


def _submitted(job: JobFolder) -> str:
    """Submit a job and keep its number; one that is submitted while the user stops the run is cancelled."""
    with ThreadPoolExecutor(1) as elsewhere:  # where no signal interrupts it midway
        number = elsewhere.submit(submit, job.script, job.log)
        try:
            job.write_number(number.result())
        except KeyboardInterrupt:
            Submitted(number.result()).cancel()
            raise
        except ExecutionError:
            _clear(job)  # a token lies there
            raise
    return number.result()


def _setup(profile: SlurmProfile, wish: Wish) -> Setup:
    return dataclasses.replace(
        wish.setup(Role.HEAD),
        token=new_token(),
        nodes=profile.nodes,
        checkpoints=None if wish.checkpoints is None else str(wish.checkpoints.absolute()),
        resources=Resources(profile.cpus_per_node, profile.gpus_per_node, memory_mb(profile.memory_per_node)),
    )
