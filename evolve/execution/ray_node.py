"""This host as a node of a Ray cluster that asks for a token: the first one, or one that joins it.

It starts `ray start` in a private folder (`ray_home`) and ends with it. What Ray's workers need in their environment
they inherit from here, so that none of them pays for a runtime environment of its own.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from evolve.errors import ExecutionError, last_line
from evolve.execution.ray_home import RayHome
from evolve.execution.ray_variables import TOKEN_FILE, without_rays_own, worker_variables
from evolve.execution.resources import Resources

ATTEMPTS = 5
"""How often a node is started that does not come up: Ray gives it 15 s, and a busy machine may need more."""

_START_LIMIT_S = 120.0
_STOP_LIMIT_S = 5.0
"""How long Ray may take to end in order. It does not where the cluster's first node is gone, and somebody waits."""

_IS_UP = "Ray runtime started."

_HEALTH = {
    "RAY_health_check_initial_delay_ms": "10000",
    "RAY_health_check_period_ms": "2000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "4",
}
"""A node that is cut off is given up after some 20 seconds; Ray's own figures make it more than a minute."""


class RayNode:
    """A node that runs.

    Attributes:
        address: Of the cluster, ``IP:PORT``.
    """

    def __init__(self, address: str, process: "subprocess.Popen[bytes]") -> None:
        """It is up."""
        self.address, self._process = address, process

    @property
    def has_ended(self) -> bool:
        """Whether Ray has ended by itself, as it does some time after the cluster's first node is gone."""
        return self._process.poll() is not None


def new_token() -> str:
    """A token for one cluster."""
    return secrets.token_hex(32)


def address_towards(host: str | None) -> str:
    """This host's own address on the way to another, which is on the cluster's network; no packet is sent.

    Args:
        host: Name or address; None: whatever way leads out of here.
    """
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host or "192.0.2.1", 9))  # an address that RFC 5737 keeps free
        return str(probe.getsockname()[0])
    with contextlib.suppress(OSError):  # no way leads out, as on the nodes of some clusters: then the name tells
        return socket.gethostbyname(socket.gethostname())
    return "127.0.0.1"


@contextlib.contextmanager
def ray_node(
    own_address: str, token: str, resources: Resources, *, threads: int, head: str | None = None
) -> Iterator[RayNode]:
    """This host as a node, for as long as the context lasts; afterwards nothing of Ray is left here.

    The environment of this process says how to join from then on: whoever connects from it shows the token.

    Args:
        own_address: Where others reach this host.
        token: The cluster's.
        resources: What this host gives.
        threads: How many a worker computes with.
        head: Address of the cluster to join, ``IP:PORT``; None makes this the first node of one.

    Raises:
        ExecutionError: Ray does not start here.
    """
    said = ""
    for _ in range(ATTEMPTS):
        home = RayHome()
        try:
            variables = _variables(home.folder.parent, token, threads, resources)
            os.environ.pop("RAY_AUTH_TOKEN", None)  # Ray would take it for this cluster's, whatever the file says
            address = head or f"{own_address}:{_free_port(own_address)}"
            command = _command(own_address, address, home.folder, resources, is_head=head is None)
            log = home.folder.parent / "start.log"
            with log.open("wb") as file:
                process = subprocess.Popen(  # noqa: S603 -- our own interpreter, and Ray's own program
                    command,
                    env={**without_rays_own(os.environ), **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=file,
                )
            try:
                if _comes_up(process, log):
                    os.environ.update(variables)
                    yield RayNode(address, process)
                    return
                said = last_line(log.read_text(errors="replace")) or "it said nothing"
            finally:
                _end(process)
        finally:
            home.clear()
    raise ExecutionError(f"Ray does not start on {socket.gethostname()}: {said}")


def _command(own: str, address: str, folder: Path, resources: Resources, *, is_head: bool) -> list[str]:
    port = address.rpartition(":")[2]
    # Ray's client server has a fixed port otherwise, and its workers a fixed range, in which two clusters would meet.
    alone = f"--ray-client-server-port={_free_port(own)}"
    head = ["--head", f"--port={port}", alone, "--include-dashboard=false"]
    role = [*(head if is_head else [f"--address={address}"]), "--min-worker-port=0", "--max-worker-port=0"]
    where = [f"--node-ip-address={own}", f"--temp-dir={folder}"]
    return [
        *(sys.executable, "-P", "-m", "ray.scripts.scripts", "start", *role, *where, *resources.options),
        *("--disable-usage-stats", "--block"),
    ]


def _variables(folder: Path, token: str, threads: int, resources: Resources) -> Mapping[str, str]:
    path = folder / "token"
    path.touch(mode=0o600)
    path.write_text(token, encoding="ascii")
    asked_for = {"RAY_AUTH_MODE": "token", TOKEN_FILE: str(path)}
    return {**worker_variables(threads, hide_gpus=resources.gpus == 0), **_HEALTH, **asked_for}


def _free_port(address: str) -> int:
    try:
        with socket.socket() as probe:
            probe.bind((address, 0))
            return int(probe.getsockname()[1])
    except OSError as error:
        host = socket.gethostname()
        raise ExecutionError(f"{address} is no address of {host} at which Ray can listen: {error}") from error


def _comes_up(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    end = time.monotonic() + _START_LIMIT_S
    while process.poll() is None and time.monotonic() < end:
        if _IS_UP in log.read_text(errors="replace"):
            return True
        time.sleep(0.2)
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
