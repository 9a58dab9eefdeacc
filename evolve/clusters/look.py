"""A look at a cluster: it is got, asked what it sees, and let go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evolve.clusters.channels.message import Message
from evolve.clusters.session import ClusterLostError, Launcher, Wish
from evolve.errors import ExecutionError
from evolve.interrupts import interrupts_remembered
from evolve.store.records import Json

_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a cluster.

    Attributes:
        hosts: What each has; see `evolve.execution.ray_hosts.hosts_of_cluster`.
        missing: Hosts that were asked for and did not come, and why.
    """

    hosts: Sequence[Mapping[str, Json]]
    missing: Mapping[str, str]


def look_at(launcher: Launcher, wish: Wish, on_place: Callable[[str], None]) -> Sight:
    """What each host of a cluster has.

    Args:
        launcher: Gets the cluster.
        wish: What is wanted of it; nothing is trained.
        on_place: Told what the cluster does meanwhile.

    Raises:
        ExecutionError: There is no such cluster, or it was lost before it answered.
    """
    session = launcher.launch(wish)
    try:
        session.send(Message("look"))
        with interrupts_remembered() as stop_if_asked:
            while True:
                message = session.receive(_WAIT_S)
                stop_if_asked()
                on_place(session.place)
                if message is not None and message.kind == "refused":
                    raise ExecutionError(message.facts["why"])
                if message is not None and message.kind == "hosts":
                    return Sight(message.facts["hosts"], session.missing)
    except ClusterLostError as error:
        raise ExecutionError(str(error)) from error
    finally:
        session.close()
