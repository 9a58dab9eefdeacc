"""A host's own side of a cluster: `python -m evolve.clusters.node`, started there by ssh, in a SLURM job or in a pod.

It hears what it is to be through its standard input, or in a folder that all hosts of a job see, and ends, with all
that it has started, when the run does not want it any more or is gone.
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

from evolve import __version__
from evolve.clusters.channels.channel import Channel, ChannelClosedError
from evolve.clusters.channels.folder_channel import FolderChannel
from evolve.clusters.channels.message import Message
from evolve.clusters.channels.pipe_channel import HOME_SILENT_S, PipeChannel
from evolve.clusters.setup import Role, Setup
from evolve.clusters.slurm.job_folder import JobFolder
from evolve.environment import BACKEND, backend, isolate
from evolve.errors import ExecutionError, SettingsError
from evolve.execution.resources import Resources
from evolve.interrupts import stop_on_request

_LOOK_S = 0.5
_HEAD_LIMIT_S = 600.0
"""How long a host of a job waits for the first one to lead."""

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
    if message is None or message.kind != "setup":
        return
    setup = Setup.from_message(message)
    setup = dataclasses.replace(setup, own_address=setup.own_address or _address_for_ssh())
    with _refusals_told(channel):
        _compute_with(setup.backend)
        if setup.role is Role.MEMBER:
            _follow(setup, channel, setup.head or "")
        else:
            _lead(setup, channel)
    channel.close()


def _in_job(job: JobFolder, *, rank: int) -> None:
    setup = job.read_setup()
    setup = dataclasses.replace(setup, resources=_granted(setup.resources))
    if rank:
        try:
            _compute_with(setup.backend)
        except SettingsError as error:
            job.write_refusal(platform.node(), str(error))
        else:
            _follow_in_job(setup, job)
        return
    channel = FolderChannel(job.to_home, job.to_cluster)
    channel.send(_hello())
    try:
        with _refusals_told(channel):
            _compute_with(setup.backend)
            _lead(setup, channel, on_head=job.write_head)
    finally:
        job.mark_over()


def _lead(setup: Setup, channel: Channel, on_head: Callable[[str], None] | None = None) -> None:
    """Start the cluster, or be a guest on one, and carry out orders there."""
    if setup.role is Role.GUEST:
        _carry_out(setup, channel, setup.head or os.environ.get("RAY_ADDRESS") or _RAY_HERE, nodes=setup.nodes)
        return
    if setup.checkpoint_folder is not None and not setup.checkpoint_folder.parent.is_dir():
        raise ExecutionError(f"{platform.node()} does not see the folder {setup.checkpoint_folder.parent} (shared)")
    if setup.nodes == 1:
        _carry_out(setup, channel, None)  # our own Ray makes a token of its own
    else:
        from evolve.execution.ray_node import address_towards, ray_node  # noqa: PLC0415 - Ray's side alone needs it

        own = setup.own_address or address_towards(None)
        with ray_node(own, setup.token, setup.resources, threads=setup.threads) as node:
            (on_head or (lambda address: channel.send(Message("head", {"address": address}))))(node.address)
            _carry_out(setup, channel, node.address, nodes=setup.nodes, is_prepared=True)


def _carry_out(
    setup: Setup, channel: Channel, address: str | None, *, nodes: int = 1, is_prepared: bool = False
) -> None:
    from evolve.clusters.foreman import serve  # noqa: PLC0415 - brings the music libraries: a member does without
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - as above

    with RayExecution(
        address,
        setup.cpus,
        setup.gpus,
        memory_gb=setup.memory_gb,
        trial=setup.trial,
        nodes=nodes,
        is_prepared=is_prepared,
        machine=setup.resources,
        checkpoints=setup.checkpoint_folder,
    ) as execution:
        serve(channel, execution, nodes)


def _follow(setup: Setup, channel: Channel, head: str) -> None:
    """Join the cluster, and stay until it ends or the run does not want this host any more."""
    from evolve.execution.ray_node import address_towards, ray_node  # noqa: PLC0415 - Ray's side alone needs it

    own = setup.own_address or address_towards(head.rpartition(":")[0])
    with ray_node(own, setup.token, setup.resources, threads=setup.threads, head=head) as node:
        channel.send(Message("joined"))
        while not node.has_ended:
            message = channel.receive(_LOOK_S)
            if message is not None and message.kind == "end":
                return


def _follow_in_job(setup: Setup, job: JobFolder) -> None:
    from evolve.execution.ray_node import address_towards, ray_node  # noqa: PLC0415 - Ray's side alone needs it

    end = time.monotonic() + _HEAD_LIMIT_S
    while (head := job.read_head()) is None:
        if job.is_over or time.monotonic() > end:
            return
        time.sleep(_LOOK_S)
    own = setup.own_address or address_towards(head.rpartition(":")[0])
    with ray_node(own, setup.token, setup.resources, threads=setup.threads, head=head) as node:
        while not (node.has_ended or job.is_over):
            time.sleep(_LOOK_S)


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
