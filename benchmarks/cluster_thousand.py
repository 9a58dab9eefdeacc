"""Claim: 1,000 individuals that train for a second each on three hosts take what the second takes, and little more.

A real search runs one generation through evolve's own ssh profile, into a real store: each trial sleeps its second and
gives back what a trained network of 1 MB and its five songs are, 1.9 MB in all; 12 of them are put before a listener.
The three hosts are made on this machine, with two places each; nothing limits them, but they, the search, and ssh's
ciphers between them share its cores. Measured in a process of its own for each population and round:

* `all trials`: from the first one's begin until the generation can be heard, and `over` what sleeping takes on six
  places, an individual;
* `the run` and `the leading host`: processor time an individual and peak memory of the process that searches, and peak
  memory of the one that it talks to there;
* bytes of the run folder, and seconds until the listener sits.

Linux, root and ssh are needed. Populations take turns; figures are medians over the rounds.

    python -m benchmarks.cluster_thousand --populations 300 1000 --rounds 1
"""

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

import psutil

from benchmarks.big_population import measured
from benchmarks.pairing import table
from benchmarks.pretended import LIFELIKE_TRIAL, new_run
from benchmarks.several_hosts import hosts_by_ssh, processes, profile_of, why_not
from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.session import Wish
from evolve.clusters.ssh.launcher import SshLauncher
from evolve.interrupts import stop_on_request
from tests.cluster.host import Host

_HOSTS = 3
_PLACES = 2
"""Of each host."""

_HEARD = 12
_BAR_MS = 100.0
"""What an individual may cost on the clock beyond its share of the second: with six places, six tenths of it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one population cost."""

    trials_s: float
    over_ms: float
    cpu_ms: float
    memory_mb: float
    leading_mb: float
    disk_mb: float
    seating_s: float


class Leading:
    """Watches the process on the leading host that a run talks to.

    Attributes:
        peak_mb: The most memory that it held so far.
    """

    def __init__(self, host: Host) -> None:
        """Watch until the host is down, or the program ends."""
        self.peak_mb, self._host = 0.0, host
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            for process in processes(self._host):
                with contextlib.suppress(OSError, psutil.Error, StopIteration):
                    if "evolve.clusters.node" in process.cmdline():
                        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                        peak = next(line for line in lines if line.startswith("VmHWM:"))
                        self.peak_mb = max(self.peak_mb, int(peak.split()[1]) / 1000)
            time.sleep(1)


def once(population: int, seconds: float) -> Figures:
    """Measure one population in this process."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evolve-bench-")))
        bed, ssh = stack.enter_context(hosts_by_ssh(_HOSTS))
        leading = Leading(bed[0])
        launcher = SshLauncher(profile_of(bed, ssh, cpus=_PLACES))
        wish = Wish("thousand", folder, gpus=0, trial=LIFELIKE_TRIAL)
        execution = stack.enter_context(ClusterExecution(launcher, wish))
        settings = {"songs": 5, "generations": 2, "parents": 8, "heard": _HEARD, "seconds": seconds}
        store = stack.enter_context(new_run(population, **settings))
        stack.callback(shutil.rmtree, store.paths.folder.parent)
        cost = measured(store, population, execution)
    return Figures(
        trials_s=cost.clock_ms * population / 1000,
        over_ms=cost.clock_ms - 1000 * seconds / (_HOSTS * _PLACES),
        cpu_ms=cost.cpu_ms,
        memory_mb=cost.memory_mb,
        leading_mb=leading.peak_mb,
        disk_mb=cost.disk_mb,
        seating_s=cost.seating_s,
    )


def in_a_fresh_process(population: int) -> Figures:
    """Measure one population in a process of its own, with the options of this one."""
    command = [sys.executable, "-m", "benchmarks.cluster_thousand", *sys.argv[1:], "--once", str(population)]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    print(f"{population}: {shown.stdout.splitlines()[-1]}", file=sys.stderr)
    return Figures(**json.loads(shown.stdout.splitlines()[-1]))


def medians(rounds: Sequence[Figures]) -> Figures:
    """Each figure's median over the rounds."""
    return Figures(**{one.name: median(getattr(each, one.name) for each in rounds) for one in fields(Figures)})


def main() -> None:
    """Measure the populations by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--populations", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--seconds", type=float, default=1.0, help="that each trial sleeps")
    parser.add_argument("--rounds", type=int, default=1, help="of each population")
    parser.add_argument("--once", type=int, metavar="POPULATION", help="measure this one here, and print JSON")
    options = parser.parse_args()
    stop_on_request()
    if reason := why_not():
        print(reason)
        return
    if options.once:
        print(json.dumps(asdict(once(options.once, options.seconds))))
        return
    turns = [{one: in_a_fresh_process(one) for one in options.populations} for _ in range(options.rounds)]
    heads = (
        "individuals", "all trials", "over", "the run, CPU-ms each", "its memory", "the leading host's", "on disk",
        "listener sits", "rounds", "claim",
    )  # fmt: skip
    print(table(heads, [_row(one, turns) for one in options.populations]))


def _row(population: int, turns: Sequence[dict[int, Figures]]) -> tuple[str, ...]:
    figures = medians([turn[population] for turn in turns])
    return (
        f"{population:,}",
        f"{figures.trials_s:.0f} s",
        f"{figures.over_ms:.0f} ms each",
        f"{figures.cpu_ms:.1f}",
        f"{figures.memory_mb:.0f} MB",
        f"{figures.leading_mb:.0f} MB",
        f"{figures.disk_mb:,.0f} MB",
        f"{figures.seating_s:.2f} s",
        str(len(turns)),
        f"at most {_BAR_MS:.0f} ms over: {'yes' if figures.over_ms <= _BAR_MS else 'NO'}",
    )


if __name__ == "__main__":
    main()
