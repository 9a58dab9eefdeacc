"""ssh to the hosts of a test bed, as a user has it who put their key on every machine of a cluster."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.host import Host
from tests.cluster.hosts import Hosts
from tests.cluster.waiting import wait_until

_SERVER = """\
ListenAddress {address}
HostKey /run/sshd/host_key
AuthorizedKeysFile /run/sshd/authorized_keys
PidFile /run/sshd/pid
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
Subsystem sftp internal-sftp
"""

_CLIENT = """\
{aliases}
Host *
  User root
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 5
"""


@dataclass(frozen=True, slots=True)
class Ssh:
    """How one gets to the hosts by ``ssh h1``, from this machine or from one of theirs that sees the folder.

    Attributes:
        config: The client's configuration: for ``ssh -F``. Every host is in it by its name, and known.
        programs: A folder for the beginning of PATH, where plain ``ssh`` reads that configuration.
    """

    config: Path
    programs: Path

    @property
    def command(self) -> tuple[str, ...]:
        """``ssh`` with this configuration: put a host's name and a command behind it."""
        return ("ssh", "-F", str(self.config))

    @property
    def environment(self) -> dict[str, str]:
        """Our environment, but plain ``ssh`` gets to the hosts."""
        return {**os.environ, "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"}


def serve_ssh(hosts: Hosts, folder: Path) -> Ssh:
    """Start an ssh server on every host, on its own address only; it ends with the host.

    Args:
        hosts: All are opened by one key.
        folder: Where the key, the configuration and the servers' logs are put.
    """
    key, known = _new_key(folder / "key"), ""
    for host in hosts:
        host_key = _new_key(folder / f"{host.name}.key")
        known += f"{host.name},{host.address} {host_key}"
        _serve(host, key, folder)
    (folder / "known_hosts").write_text(known)
    aliases = "".join(f"Host {host.name}\n  HostName {host.address}\n" for host in hosts)
    config, programs = folder / "config", folder / "programs"
    config.write_text(_CLIENT.format(aliases=aliases, folder=folder))
    programs.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F "{config}" "$@"\n')
    (programs / "ssh").chmod(0o755)
    return Ssh(config, programs)


def _new_key(file: Path) -> str:
    """Make a key; what comes back is its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.stem, "-f", str(file)], check=True)
    return file.with_name(f"{file.name}.pub").read_text()


def _serve(host: Host, key: str, folder: Path) -> None:
    host.put("/run/sshd/host_key", (folder / f"{host.name}.key").read_text())
    host.put("/run/sshd/authorized_keys", key)
    host.put("/run/sshd/config", _SERVER.format(address=host.address))
    log = folder / f"{host.name}.log"
    host.start("/usr/sbin/sshd", "-D", "-e", "-f", "/run/sshd/config", log=log)
    wait_until(lambda: any(listener.process == "sshd" for listener in host.listening()), f"sshd, see {log}")
