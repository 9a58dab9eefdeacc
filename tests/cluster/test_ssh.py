"""To reach the hosts of a test bed by ssh works as on a cluster of one's own."""

import subprocess
from pathlib import Path

import pytest

from tests.cluster.hosts import Hosts
from tests.cluster.ssh import Ssh

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


def test_every_host_answers_by_its_name(hosts: Hosts, ssh: Ssh) -> None:
    """A command runs there, and what it says comes back."""
    for host in hosts:
        assert _said(*ssh.command, host.name, "hostname") == f"{host.name}\n"


def test_plain_ssh_finds_the_hosts(ssh: Ssh) -> None:
    """A program that calls nothing but `ssh h2` gets there when it is given the environment."""
    assert _said("ssh", "h2", "hostname", environment=ssh.environment) == "h2\n"


def test_the_servers_listen_on_their_hosts_own_address_only(hosts: Hosts, ssh: Ssh) -> None:
    """So that a test can tell what else listens."""
    del ssh
    for host in hosts:
        assert [(listener.address, listener.port, listener.process) for listener in host.listening()] == [
            (host.address, 22, "sshd")
        ]


def test_a_host_that_nobody_knows_is_refused(hosts: Hosts, ssh: Ssh, tmp_path: Path) -> None:
    """As ssh is set up for whoever takes care: no key is taken on trust."""
    (tmp_path / "known_hosts").touch()
    stranger = ("-o", f"UserKnownHostsFile={tmp_path}/known_hosts", hosts[0].name, "true")
    refused = subprocess.run([*ssh.command, *stranger], capture_output=True, text=True, check=False)
    assert refused.returncode == 255
    assert "Host key verification failed" in refused.stderr


def test_a_host_that_is_cut_off_is_told(hosts: Hosts, ssh: Ssh) -> None:
    """After a few seconds, instead of waiting for it."""
    hosts[1].cut()
    gone = subprocess.run(
        [*ssh.command, "-o", "ConnectTimeout=1", "h2", "true"], capture_output=True, text=True, check=False
    )
    hosts[1].mend()
    assert gone.returncode == 255
    assert "h2" in gone.stderr or hosts[1].address in gone.stderr


def _said(*command: str, environment: dict[str, str] | None = None) -> str:
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=60
    ).stdout
