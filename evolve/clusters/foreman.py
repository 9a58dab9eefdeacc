"""The foreman: runs on a cluster what a run orders, and tells it what becomes of it."""

from evolve.clusters.channels.channel import Channel
from evolve.clusters.channels.message import Message
from evolve.clusters.speech import Telling, understand_order
from evolve.execution.contract import TrialRunner
from evolve.execution.ray_execution import RayExecution
from evolve.words import counted, worded

IDLE_LIMIT_S = 300.0
"""For so long a cluster is kept that is given nothing to do: the run may have ended without a word."""


def serve(channel: Channel, execution: RayExecution, nodes: int = 1) -> None:
    """Carry out orders until there are no more.

    Args:
        channel: To the run.
        execution: The cluster, entered here and left in the end.
        nodes: How many hosts it was to have.

    Raises:
        ExecutionError: The cluster cannot run trials at all.
        ChannelClosedError: The run has gone.
    """
    with execution() as runner:
        channel.send(Message("ready"))
        _tell_of_missing(channel, nodes)
        while (message := channel.receive(IDLE_LIMIT_S)) is not None and message.kind != "end":
            _carry_out(message, runner, channel)


def _tell_of_missing(channel: Channel, nodes: int) -> None:
    from evolve.execution.ray_cluster import nodes as joined  # noqa: PLC0415 - imports Ray

    if (count := len(joined())) < nodes:
        joining = f"{count:,} of {counted(nodes, 'host has', 'hosts have')} joined"
        others = worded(nodes - count, "the other is", "the others are")
        channel.send(Message("place", {"text": f"{joining}; {others} done without"}))


def _carry_out(message: Message, runner: TrialRunner, channel: Channel) -> None:
    if message.kind == "order":
        individuals, material = understand_order(message)
        runner.run(individuals, material, Telling(channel.send))
        channel.send(Message("done", {"order": message.facts["order"]}))
    elif message.kind == "look":
        from evolve.execution.ray_hosts import hosts_of_cluster  # noqa: PLC0415 - imports Ray

        channel.send(Message("hosts", {"hosts": hosts_of_cluster()}))
