"""Several hosts on this one machine: each with its own name, address, processes, and files that no other one sees."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.cluster.disks import boot_script
from tests.cluster.host import Host
from tests.cluster.network import Network


class Hosts(tuple[Host, ...]):
    """The hosts h1, h2, …, in that order; this machine is the listener's, at `listener`.

    Attributes:
        listener: This machine's address as the hosts see it.
        addresses: Of all hosts, by name.
    """

    listener: str
    addresses: dict[str, str]


@contextlib.contextmanager
def hosts(
    count: int = 3, *, shared: Sequence[Path] = (), hidden: Sequence[Path] = (), cores: Sequence[str] | None = None
) -> Iterator[Hosts]:
    """Hosts that are up meanwhile, and gone afterwards with all that was started on them.

    Each has folders of its own for ``/tmp``, ``/dev/shm``, ``/run`` and the user's own files; the rest of the disk can
    be read, not written. Tests that run side by side have networks of their own.

    Args:
        count: How many.
        shared: Folders that are the same for all hosts and this machine.
        hidden: Folders of this machine that are empty on every host.
        cores: For each host the processor's cores that it has, such as ``("0", "1", "1")``; None: all have all.

    Raises:
        NoNetworkError: This machine does not let us make a network.
    """
    with contextlib.ExitStack() as down:
        network = down.enter_context(Network())
        addresses = {f"h{number}": network.address_of(number) for number in range(1, count + 1)}
        boot = boot_script(addresses, shared, hidden)
        bed = []
        for number in range(1, count + 1):
            bed.append(Host(number, network, boot, cores[number - 1] if cores else None))
            down.callback(bed[-1].kill)
        made = Hosts(bed)
        made.listener, made.addresses = network.address, addresses
        yield made
