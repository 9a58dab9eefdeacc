"""A network of its own for a test bed: a bridge on this machine, to which hosts are plugged."""

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

_NUMBERS = range(1, 100)


class NoNetworkError(Exception):
    """This machine does not let us make a network, and why."""


class Network:
    """The network 10.77.N.0/24, where this machine is .1, the listener's; N is one that no other bed has just now.

    Attributes:
        address: This machine's own address in it.
    """

    def __enter__(self) -> Self:
        """Build the bridge.

        Raises:
            NoNetworkError: Not on this machine.
        """
        self._number, self._lock = _free_number()
        self._bridge = f"evolve-{self._number}"
        self.address = f"10.77.{self._number}.1"
        self.close_down()  # a bridge of this name was left by a bed that was killed
        try:
            _ip(
                f"link add {self._bridge} type bridge",
                f"address add {self.address}/24 dev {self._bridge}",
                f"link set {self._bridge} up",
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bridge away; everything that was plugged to it must be unplugged before."""
        self.close_down()
        self._lock.release()

    def close_down(self) -> None:
        """Take the bridge away, if it is there."""
        with contextlib.suppress(NoNetworkError):
            _ip(f"link delete {self._bridge}")

    def address_of(self, host: int) -> str:
        """Where the host of this number, from 1 on, is found."""
        return f"10.77.{self._number}.{10 + host}"

    def plug(self, host: int, pid: int) -> None:
        """Connect the network namespace of a process, as the host of this number."""
        cable = self._cable(host)
        _ip(f"link add {cable} type veth peer name eth0 netns {pid}", f"link set {cable} master {self._bridge} up")
        _ip(
            "link set lo up",
            f"address add {self.address_of(host)}/24 dev eth0",
            "link set eth0 up",
            f"route add default via {self.address}",  # Ray asks which way the world is to learn its own address
            within=pid,
        )

    def unplug(self, host: int) -> None:
        """Take a host's cable away, if it is there."""
        with contextlib.suppress(NoNetworkError):
            _ip(f"link delete {self._cable(host)}")

    def cut(self, host: int) -> None:
        """Nothing goes through a host's cable any more: it is silent, and hears nothing."""
        _ip(f"link set {self._cable(host)} down")

    def mend(self, host: int) -> None:
        """A host's cable is whole again."""
        _ip(f"link set {self._cable(host)} up")

    def _cable(self, host: int) -> str:
        return f"{self._bridge}-h{host}"


def _free_number() -> tuple[int, FileLock]:
    """A number that no other bed has; the system lets go of its lock when we die."""
    for number in _NUMBERS:
        lock = FileLock(Path(tempfile.gettempdir()) / f"evolve-test-bed-{number}.lock")
        with contextlib.suppress(Timeout):
            lock.acquire(blocking=False)
            return number, lock
    raise NoNetworkError(f"all {len(_NUMBERS)} networks are in use")


def _ip(*commands: str, within: int | None = None) -> None:
    enter = () if within is None else ("nsenter", "--target", str(within), "--net", "--")
    done = subprocess.run(
        [*enter, "ip", "-batch", "-"], input="\n".join(commands), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoNetworkError(f"ip: {done.stderr.strip()}")
