"""The remote agent: `python -m evolve.clusters.agent` on a host of a cluster, started by ssh, in a SLURM job or a pod.

It learns its part through its standard input, or in a folder that all hosts of a job see, and ends, with all that it
has started, when the run does not need it any more or is gone.
"""

import argparse
import contextlib
import dataclasses
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from evolve import __version__
from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import ChannelClosedError, Message
from evolve.clusters.channels.pipe_channel import HOME_SILENT_S, PipeChannel
from evolve.clusters.session import HostSpec, Role
from evolve.clusters.slurm.job_folder import JobFolder
from evolve.clusters.speech import forwarding, read_job
from evolve.environment import BACKEND, backend, isolate
from evolve.errors import ExecutionError, SettingsError
from evolve.execution.ray_node import address_towards, ray_node
from evolve.execution.resources import Resources
from evolve.interrupts import stop_on_request
from evolve.records.events import Event, EventKind
from evolve.words import counted, worded

if TYPE_CHECKING:
    from evolve.execution.contract import TrialRunner

Channel = PipeChannel | FolderChannel

_LOOK_S = 0.5
_HEAD_LIMIT_S = 600.0
"""How long a host of a job waits for the first one to lead."""

_IDLE_LIMIT_S = 300.0
"""For so long a cluster is kept that is given nothing to do: the run may have ended without a word."""

_RAY_HERE = "127.0.0.1:6379"
"""Where a Ray listens that was started with no other port; KubeRay says the same in RAY_ADDRESS, on the head."""


def main() -> None:
    """The whole life of a host in a cluster."""
    parser = argparse.ArgumentParser(description="A host's own side of a cluster; evolve starts it.")
    parser.add_argument("--folder", type=Path, help="the job's folder, which all its hosts see; else standard input")
    folder = parser.parse_args().folder
    stop_on_request()
    isolate()
    with contextlib.suppress(KeyboardInterrupt, ChannelClosedError):
        if folder is None:
            _by_pipe()
        else:
            _in_job(JobFolder(folder), rank=int(os.environ.get("SLURM_PROCID", "0")))


def _by_pipe() -> None:
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the messages
    channel = PipeChannel(
        sys.stdin.buffer,
        outgoing,
        silent_s=HOME_SILENT_S,
        on_closed=lambda: os.kill(os.getpid(), signal.SIGTERM),  # wherever it is, and whatever it waits for
    )
    channel.send(_hello())
    message = channel.receive(HOME_SILENT_S)
    if message is None or message.kind != "host":
        return
    spec = HostSpec.from_message(message)
    spec = dataclasses.replace(spec, own_address=spec.own_address or _address_for_ssh())

    def has_to_end() -> bool:
        message = channel.receive(_LOOK_S)
        return message is not None and message.kind == "end"

    with _refusals_told(channel):
        _compute_with(spec.backend)
        if spec.role is Role.MEMBER:
            _join(spec, spec.head or "", has_to_end, lambda: channel.send(Message("joined")))
        else:
            _lead(spec, channel, lambda address: channel.send(Message("head", {"address": address})))
    channel.close()


def _in_job(job: JobFolder, *, rank: int) -> None:
    spec = job.read_spec()
    spec = dataclasses.replace(spec, resources=_granted(spec.resources))
    if rank:
        try:
            _compute_with(spec.backend)
        except SettingsError as error:
            job.refuse(platform.node(), str(error))
        else:
            _join_in_job(spec, job)
        return
    channel = FolderChannel(job.to_home, job.to_cluster)
    channel.send(_hello())
    try:
        with _refusals_told(channel):
            _compute_with(spec.backend)
            _lead(spec, channel, job.write_head)
    finally:
        job.mark_over()


def _join_in_job(spec: HostSpec, job: JobFolder) -> None:
    def has_to_end() -> bool:
        time.sleep(_LOOK_S)
        return job.is_over

    end = time.monotonic() + _HEAD_LIMIT_S
    while (head := job.head) is None:
        if has_to_end() or time.monotonic() > end:
            return
    _join(spec, head, has_to_end)


def _lead(spec: HostSpec, channel: Channel, tell_head: Callable[[str], None]) -> None:
    """Start the cluster, or be a guest on one, and be its job server."""
    if spec.role is Role.GUEST:
        _serve_jobs(spec, channel, spec.head or os.environ.get("RAY_ADDRESS") or _RAY_HERE)
        return
    if spec.checkpoint_folder is not None and not spec.checkpoint_folder.parent.is_dir():
        raise ExecutionError(f"{platform.node()} does not see the folder {spec.checkpoint_folder.parent} (shared)")
    if spec.nodes == 1:
        _serve_jobs(spec, channel, None)  # our own Ray makes a token of its own
        return
    own = spec.own_address or address_towards(None)
    with ray_node(own, spec.token, spec.resources, threads=spec.threads) as node:
        tell_head(node.address)
        _serve_jobs(spec, channel, node.address, is_prepared=True)


def _serve_jobs(spec: HostSpec, channel: Channel, address: str | None, *, is_prepared: bool = False) -> None:
    """Run the jobs that the run sends, and forward the events of their trials, until there are no more."""
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - a member does without

    execution = RayExecution(
        address, spec.cpus, spec.gpus, memory_gb=spec.memory_gb, trial=spec.trial, nodes=spec.nodes,
        is_prepared=is_prepared, machine=spec.resources, checkpoints=spec.checkpoint_folder,
    )  # fmt: skip
    with execution, execution() as runner:
        channel.send(Message("ready"))
        _tell_of_missing(channel, spec.nodes)
        while (message := channel.receive(_IDLE_LIMIT_S)) is not None and message.kind != "end":
            _answer(message, runner, channel)


def _tell_of_missing(channel: Channel, nodes: int) -> None:
    from evolve.execution.ray_cluster import nodes as joined  # noqa: PLC0415 - imports Ray

    if (count := len(joined())) < nodes:
        joining = f"{count:,} of {counted(nodes, 'host has', 'hosts have')} joined"
        others = worded(nodes - count, "the other is", "the others are")
        forwarding(channel.send)(Event(EventKind.CAPACITY, text=f"{joining}; {others} done without"))


def _answer(message: Message, runner: "TrialRunner", channel: Channel) -> None:
    if message.kind == "job":
        individuals, material = read_job(message)
        runner.run(individuals, material, forwarding(channel.send))
        channel.send(Message("done", {"number": message.facts["number"]}))
    elif message.kind == "inspect":
        from evolve.execution.ray_hosts import hosts_of_cluster  # noqa: PLC0415 - imports Ray

        channel.send(Message("hosts", {"hosts": hosts_of_cluster()}))


def _join(
    spec: HostSpec, head: str, has_to_end: Callable[[], bool], tell_joined: Callable[[], None] = lambda: None
) -> None:
    """Join the cluster, and stay until it ends or the run does not want this host any more."""
    own = spec.own_address or address_towards(head.rpartition(":")[0])
    with ray_node(own, spec.token, spec.resources, threads=spec.threads, head=head) as node:
        tell_joined()
        while not (node.has_ended or has_to_end()):
            pass


def _compute_with(name: str) -> None:
    """Have networks be computed with what the run was begun with, whatever is set on this host.

    Raises:
        SettingsError: This host lacks it.
    """
    os.environ[BACKEND] = name
    backend(os.environ)


@contextlib.contextmanager
def _refusals_told(channel: Channel) -> Iterator[None]:
    """What only the user can mend is told to the run, in its words."""
    try:
        yield
    except SettingsError as error:
        channel.send(Message("refused", {"why": f"{platform.node()}: {error}"}))
    except ExecutionError as error:
        channel.send(Message("refused", {"why": str(error)}))


def _granted(asked: Resources) -> Resources:
    """What SLURM has given of this host, where nothing was asked for: Ray itself would take all of it."""
    cpus, memory_mb = (os.environ.get(f"SLURM_{name}", "") for name in ("CPUS_ON_NODE", "MEM_PER_NODE"))
    return Resources(
        asked.cpus or (int(cpus) if cpus.isdecimal() else None),
        asked.gpus,
        asked.memory_mb or (int(memory_mb) if memory_mb.isdecimal() else None) or None,
    )


def _hello() -> Message:
    """Who this is."""
    facts = {"evolve": __version__, "python": platform.python_version(), "ray": version("ray"), "host": platform.node()}
    return Message("hello", facts)


def _address_for_ssh() -> str | None:
    """The address by which this host was reached over ssh: ``CLIENT PORT SERVER PORT``; Ray wants one of version 4."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    is_usable = len(words) == 4 and "." in words[2] and ":" not in words[2]  # noqa: PLR2004 - as sshd(8) has it
    return words[2] if is_usable else None


if __name__ == "__main__":
    main()
