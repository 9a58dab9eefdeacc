"""The hosts of a test bed are what they claim to be: machines apart, of which nothing is left afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cluster.hosts import Hosts
from tests.cluster.hosts import hosts as hosts_up
from tests.cluster.waiting import wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def test_hosts_have_names_and_addresses(hosts: Hosts) -> None:
    """Each knows its own, and the others'."""
    first, second, _ = hosts
    assert [host.run("hostname").stdout.strip() for host in hosts] == ["h1", "h2", "h3"]
    assert first.run("getent", "hosts", second.name).stdout.split() == [second.address, "h2"]
    assert second.address in second.run("ip", "-brief", "address").stdout


def test_hosts_do_not_see_each_others_files(hosts: Hosts) -> None:
    """What one writes is on no other one and not on this machine, and what they have in common they cannot write to."""
    first, second, _ = hosts
    for place in ("/tmp", "/dev/shm", "/run", str(Path.home())):  # noqa: S108
        first.put(f"{place}/written-by-h1", "words")
        assert first.run("cat", f"{place}/written-by-h1").stdout == "words"
        assert second.run("test", "-e", f"{place}/written-by-h1", check=False).returncode == 1
        assert not Path(place, "written-by-h1").exists()
    assert "Read-only" in first.run("touch", ROOT / "written-by-h1", check=False).stderr


def test_what_is_shared_is_the_same_for_all(hosts: Hosts, shared: Path) -> None:
    """For the hosts and for this machine."""
    first, second, _ = hosts
    first.run("touch", shared / "here")
    assert second.run("ls", shared).stdout == "here\n"
    assert (shared / "here").exists()


def test_what_is_hidden_is_empty_there(hosts: Hosts, tmp_path: Path) -> None:
    """A folder of this machine that the host could see otherwise."""
    del hosts  # skips where there can be none
    (tmp_path / "shown").touch()
    with hosts_up(1, shared=[tmp_path], hidden=[ROOT / "docs"]) as (host,):
        assert host.run("ls", ROOT / "docs").stdout == ""
        assert host.run("ls", tmp_path).stdout == "shown\n"


def test_evolve_runs_on_a_host(hosts: Hosts) -> None:
    """The very one that is tested, wherever it is installed."""
    assert "Usage" in hosts[0].run(Path(sys.executable).with_name("evolve"), "--help").stdout


def test_a_host_sees_its_own_processes_only(hosts: Hosts) -> None:
    """Ray's and ssh's on one host are nobody else's."""
    first, second, _ = hosts
    first.run("bash", "-c", "sleep 1000 >/dev/null 2>&1 &")
    assert "sleep" in first.run("ps", "-e").stdout
    assert "sleep" not in second.run("ps", "-e").stdout


def test_a_host_that_is_cut_off_answers_again_when_mended(hosts: Hosts) -> None:
    """Its processes live on meanwhile."""
    first, second, _ = hosts
    assert first.answers()
    first.cut()
    assert not first.answers()
    assert second.answers()
    assert first.run("hostname").stdout == "h1\n"
    first.mend()
    assert first.answers()


def test_a_host_tells_what_listens_on_it(hosts: Hosts) -> None:
    """With address, port and program."""
    host = hosts[2]
    command = "import socket, sys, time; server = socket.create_server((sys.argv[1], 7777)); time.sleep(1000)"
    host.start(sys.executable, "-c", command, host.address)
    wait_until(host.listening, "the program to listen")
    assert [listener[:2] for listener in host.listening()] == [(host.address, 7777)]
    assert host.listening()[0].process.startswith("python")


def test_a_host_has_the_cores_it_is_given(hosts: Hosts) -> None:
    """A share of this machine, for measurements."""
    del hosts
    with hosts_up(1, cores=["0"]) as (host,):
        # A test before may have left OMP_NUM_THREADS behind, by which nproc goes as well.
        assert host.run("nproc", environment={"PATH": os.environ["PATH"]}).stdout == "1\n"


def test_nothing_is_left_of_a_bed(hosts: Hosts) -> None:
    """No process, no network; and one of its hosts may be dead already."""
    del hosts
    with hosts_up(2) as bed:
        for host in bed:
            host.run("bash", "-c", "sleep 1000 >/dev/null 2>&1 &")
        keeper = bed[1].start("sleep", "1000")
        processes = [process for host in bed for process in _processes(host.pid)]
        bed[0].kill()
        assert not bed[0].answers()
    assert len(processes) >= 4
    assert not any(process.is_running() for process in processes)
    assert keeper.poll() is not None
    assert f"{bed.listener}/" not in _addresses()


def test_nothing_is_left_of_a_bed_whose_maker_is_killed(hosts: Hosts) -> None:
    """Its hosts go down at once, and the next bed takes its network away."""
    del hosts
    script = (
        "from tests.cluster.hosts import hosts\n"
        "with hosts(1) as bed: print(bed.listener, bed[0].pid, flush=True); bed[0].run('sleep', '1000')"
    )
    maker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert maker.stdout is not None
    listener, pid = maker.stdout.readline().split()
    init = psutil.Process(int(pid))
    maker.kill()
    maker.wait()
    init.wait(timeout=10)
    with hosts_up(1) as bed:
        assert bed.listener == listener or f"{listener}/" not in _addresses()
    assert f"{listener}/" not in _addresses()


def _processes(init: int) -> list[psutil.Process]:
    """All processes of a host: those that live in the same space of pids as its first one."""
    space = Path(f"/proc/{init}/ns/pid").readlink()
    found = []
    for process in psutil.process_iter():
        try:
            if Path(f"/proc/{process.pid}/ns/pid").readlink() == space:
                found.append(process)
        except OSError:  # it has just ended
            continue
    return found


def _addresses() -> str:
    return subprocess.run(["ip", "-brief", "address"], capture_output=True, text=True, check=True).stdout
