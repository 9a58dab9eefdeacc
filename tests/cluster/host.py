"""One host of a test bed: namespaces of its own for network, files, processes and name, on this machine's kernel."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.cluster.disks import TEMPORARY
from tests.cluster.network import Network
from tests.cluster.waiting import wait_until

_ENTER = ("--net", "--mount", "--pid", "--uts", "--ipc")


class Listener(NamedTuple):
    """A TCP socket that waits for somebody to connect.

    Attributes:
        address: Where it listens; ``0.0.0.0``, ``*`` and ``[::]`` stand for everywhere.
        port: The port.
        process: The name of the program, as far as the system knows it.
    """

    address: str
    port: int
    process: str


class Host:
    """A host that is up from its making until it is killed.

    Its first process is a shell that reads from a pipe that we hold: when we die, however that happens, so does it.

    Attributes:
        name: Its hostname: h1, h2, …
        address: Its address in the bed's network.
    """

    def __init__(self, number: int, network: Network, boot: str, cores: str | None) -> None:
        """Boot it.

        Args:
            number: Which one it is, from 1 on.
            network: What it is plugged to.
            boot: The first process's shell script, from `boot_script`.
            cores: The processor's cores that it has, as ``taskset`` writes them, such as ``0-1``; None: all.
        """
        self.name = f"h{number}"
        self.address = network.address_of(number)
        self._number, self._network = number, network
        self._cores = () if cores is None else ("taskset", "--cpu-list", cores)
        self._commands: list[subprocess.Popen[str]] = []
        spaces = ("--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child")
        self._unshare = subprocess.Popen(
            ["unshare", *spaces, "--", "bash", "-s", self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is not for it
        )
        try:
            self._wait_until_up(boot)
            network.plug(number, self._init)
            self._wait_until_reached()
        except BaseException:
            self.kill()
            raise

    def run(
        self,
        *command: str | Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        given: str | None = None,
        check: bool = True,
        timeout_s: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """What a command on this host answered.

        Args:
            command: The program and its arguments.
            folder: Where it runs; None: in ``/``.
            environment: Its whole environment; None: ours.
            given: Its standard input.
            check: Raise `CalledProcessError` when it fails.
            timeout_s: Raise `TimeoutExpired` after so long.
        """
        line = self._line(command, folder)
        return subprocess.run(
            line, env=environment, input=given or "", capture_output=True, text=True, check=check, timeout=timeout_s
        )

    def start(
        self,
        *command: str | Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> "subprocess.Popen[str]":
        """Start a command on this host and go on; it is ended with the host.

        What comes back is the command's keeper: when the keeper is killed, the command gets a SIGTERM.

        Args:
            command: The program and its arguments.
            folder: Where it runs; None: in ``/``.
            environment: Its whole environment; None: ours.
            log: Where what it says is written; None: nowhere.
        """
        with (log or Path(os.devnull)).open("ab") as said:
            started = subprocess.Popen(
                self._line(command, folder),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self._commands.append(started)
        return started

    def put(self, path: str, text: str, *, mode: str = "600") -> None:
        """Write a file on this host, with its folder."""
        self.run("install", "-D", f"--mode={mode}", "/dev/stdin", path, given=text)

    def cut(self) -> None:
        """Cut it off from the network: it lives on, silent and deaf."""
        self._network.cut(self._number)

    def mend(self) -> None:
        """Let it back into the network, and wait until it answers."""
        self._network.mend(self._number)
        self._wait_until_reached()

    def kill(self) -> None:
        """Take its power away: everything on it ends at once, and no peer hears a goodbye; harmless when it is down."""
        self._network.unplug(self._number)
        with contextlib.suppress(psutil.Error):
            # Not its keeper, who waits until the last process on it has ended.
            for process in psutil.Process(self._unshare.pid).children():
                process.kill()
        self._unshare.communicate()
        for command in self._commands:
            command.wait()

    def answers(self, port: int = 1, *, within_s: float = 1.0) -> bool:
        """Whether it can be reached: it takes, or refuses, a connection to the port."""
        try:
            socket.create_connection((self.address, port), timeout=within_s).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return True

    def listening(self) -> list[Listener]:
        """All TCP sockets on it that wait for somebody to connect."""
        lines = self.run("ss", "--no-header", "--listening", "--tcp", "--numeric", "--processes").stdout.splitlines()
        return sorted(_listener(line) for line in lines)

    def files(self) -> set[str]:
        """All temporary files on it, by path: not those of folders that it shares with others."""
        return set(self.run("find", *TEMPORARY, "-xdev", "-mindepth", "1").stdout.splitlines())

    @property
    def pid(self) -> int:
        """The pid of its first process, as this machine counts."""
        return self._init

    def _line(self, command: tuple[str | Path, ...], folder: Path | None) -> list[str]:
        enter = ("nsenter", "--target", str(self._init), *_ENTER, "--")
        place = ("env", f"--chdir={folder or '/'}")
        return [*enter, "setpriv", "--pdeathsig", "TERM", *self._cores, *place, *map(str, command)]

    def _wait_until_up(self, boot: str) -> None:
        assert self._unshare.stdin is not None
        assert self._unshare.stdout is not None
        assert self._unshare.stderr is not None
        self._unshare.stdin.write(boot)
        self._unshare.stdin.flush()  # and not closed
        if self._unshare.stdout.readline().strip() != "up":
            raise RuntimeError(f"{self.name} does not boot: {self._unshare.stderr.read().strip()}")
        self._init = psutil.Process(self._unshare.pid).children()[0].pid

    def _wait_until_reached(self) -> None:
        # The kernel may take a second to see that a cable is whole.
        wait_until(lambda: self.answers(within_s=0.1), f"{self.name} to answer at {self.address}")


def _listener(line: str) -> Listener:
    _, _, _, where, _, *processes = line.split()
    address, port = where.rsplit(":", 1)
    name = processes[0].split('"')[1] if processes else "?"
    return Listener(address, int(port), name)
