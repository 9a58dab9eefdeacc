"""Hosts that are reached by ssh; here by a program that takes ssh's place and stays on this machine."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.profile import SshProfile
from evolve.clusters.session import ClusterRequest, inspect_cluster
from evolve.clusters.ssh import SshLauncher
from evolve.errors import ExecutionError
from evolve.execution.run_material import RunMaterial
from tests import troubles
from tests.end_to_end.commands import ROOT
from tests.execution.settings import Recorder, small_material, small_settings
from tests.execution.strange_trials import RUN, strange

pytestmark = pytest.mark.slow

_NODE = "evolve.clusters.agent"

_SSH = """\
    #!/bin/sh
    # ssh [options] HOST COMMAND: only the hosts here and old can be reached.
    while case "$1" in -*) ;; *) false ;; esac; do shift; done
    echo "Welcome to $1, where everything is fine!"
    case "$1" in
        here) exec sh -c "$2" ;;
        old) exec {python} -c '{old}' ;;
        *) echo "ssh: Could not resolve hostname $1: Name or service not known" >&2; exit 255 ;;
    esac
"""

_OLD = """\
import os, sys
from evolve.clusters.channels.message import PREAMBLE, Message, to_frame
os.write(1, PREAMBLE + to_frame(Message("hello", {"evolve": "0.0.1", "host": "old"})))
sys.stdin.read()
"""


@pytest.fixture
def ssh(tmp_path: Path) -> str:
    """The command that takes ssh's place."""
    program = tmp_path / "ssh"
    program.write_text(textwrap.dedent(_SSH).format(python=sys.executable, old=_OLD))
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def wanted(tmp_path: Path) -> Iterator[ClusterRequest]:
    """What a run wants; nothing of it is left over."""
    yield ClusterRequest("a", tmp_path / "clusters", trial=RUN)
    assert not (tmp_path / "clusters").exists()


@pytest.fixture(scope="module")
def material(tunes: Path) -> RunMaterial:
    """What the trials work from."""
    return small_material(small_settings(tunes))


def hosts(ssh: str, *names: str) -> SshLauncher:
    """A cluster of these hosts."""
    setup = f"cd {ROOT}; echo 'module cuda is loaded'"
    return SshLauncher(SshProfile.model_validate({"kind": "ssh", "hosts": list(names), "ssh": ssh, "setup": setup}))


def test_trials_run_on_the_host_that_answers(ssh: str, wanted: ClusterRequest, material: RunMaterial) -> None:
    """Whatever its shell greets with, and though another host cannot be found; which is told, and why."""
    recorder = Recorder()
    with ClusterExecution(hosts(ssh, "gone", "here"), wanted) as execution, execution() as runner:
        runner.run([strange(1), strange(2, "raise")], material, recorder)
        runner.run([strange(3)], material, recorder)  # the cluster is kept meanwhile
    assert recorder.results["g0-1"].failure is recorder.results["g0-3"].failure is None
    assert "a library that ends the process" in (recorder.results["g0-2"].failure or "")
    assert any("1 of 2 hosts train: here" in place for place in recorder.places)
    troubles.told("host-missing", "\n".join(recorder.places))


def test_a_look_at_the_hosts(ssh: str, wanted: ClusterRequest) -> None:
    """What they give, and who is missing."""
    told: list[str] = []
    inspection = inspect_cluster(hosts(ssh, "here", "gone"), wanted, told.append)
    (host,) = inspection.hosts
    assert host["cpus"] >= 1
    assert host["versions"]["evolve"]
    assert list(inspection.missing) == ["gone"]
    assert told


def test_no_host_at_all_is_told_with_the_reason(ssh: str, wanted: ClusterRequest) -> None:
    """As ssh has it."""
    with pytest.raises(ExecutionError, match="gone is missing: ssh: Could not") as refusal:
        inspect_cluster(hosts(ssh, "gone"), wanted, lambda _: None)
    troubles.told("no-host", str(refusal.value))


def test_an_ssh_that_is_not_there_is_told(tmp_path: Path) -> None:
    """It is a program like any other."""
    with pytest.raises(
        ExecutionError, match="cannot run nosuchssh: No such file or directory; install it, or mend the"
    ):
        inspect_cluster(hosts("nosuchssh", "here"), ClusterRequest("a", tmp_path), lambda _: None)


def test_a_host_with_another_evolve_is_refused(ssh: str, wanted: ClusterRequest) -> None:
    """What one writes the other must understand."""
    with pytest.raises(ExecutionError, match=r"old has evolve 0\.0\.1") as refusal:
        inspect_cluster(hosts(ssh, "old"), wanted, lambda _: None)
    troubles.told("other-evolve", str(refusal.value))


def test_what_cannot_be_done_there_is_told_here(ssh: str, tmp_path: Path, material: RunMaterial) -> None:
    """Such as a trial that asks for more than the host has."""
    greedy = ClusterRequest("a", tmp_path / "clusters", cpus=9_999, trial=RUN)
    with (
        ClusterExecution(hosts(ssh, "here"), greedy) as execution,
        execution() as runner,
        pytest.raises(ExecutionError, match="a trial asks for"),
    ):
        runner.run([strange(1)], material, Recorder())


def test_ctrl_c_ends_the_host_s_side_at_once(ssh: str, wanted: ClusterRequest, material: RunMaterial) -> None:
    """Nothing of it goes on for a run that does not wait for it."""

    class Stopping(Recorder):
        def trial_started(self, individual_id: str) -> None:
            super().trial_started(individual_id)
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        ClusterExecution(hosts(ssh, "here"), wanted) as execution,
        execution() as runner,
    ):
        runner.run([strange(1, "live 300")], material, Stopping())
    left = [process for process in psutil.Process().children(recursive=True) if _NODE in " ".join(process.cmdline())]
    assert not left
