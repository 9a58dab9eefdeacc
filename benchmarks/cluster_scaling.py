"""Claim: three hosts train a generation three times as fast as one, but for what a generation's end leaves idle.

24 equal networks learn the built-in fiddle tunes for so many epochs and compose, on 1, 2 and 3 hosts, through evolve's
own ssh profile. The hosts are made on this machine: namespaces with a network, processes and files of their own, each
held to the same share of one core, so that three take no more than the machine has, and one has no more when it is
alone. A host trains one network at a time, with one thread.

* `starts`: from the order until the first trial begins: ssh, Ray, TensorFlow's import, all at that share of a core;
* `24 trials`: from the first one's begin until the last one is home;
* `ideal`: what one host took, divided by the hosts;
* `efficiency`: ideal / measured;
* `busy`: the share of the places' time in which a trial ran;
* `a trial`: middle length of one by its own clock, which tells whether hosts disturb each other.

Linux, root, ssh and version 1 of control groups are needed. Hosts take turns; figures are medians over the rounds.

    python -m benchmarks.cluster_scaling --rounds 1 --share 0.5
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

from benchmarks.pairing import table
from benchmarks.several_hosts import hosts_by_ssh, limited, profile_of, why_not
from evolve.clusters.cluster_execution import ClusterExecution
from evolve.clusters.session import ClusterRequest
from evolve.clusters.ssh import SshLauncher
from evolve.domains.music.material import prepare
from evolve.domains.music.settings import MusicSettings
from evolve.execution.run_material import DomainSource, RunMaterial
from evolve.genetics.space_file import parse_space
from evolve.interrupts import stop_on_request
from evolve.network.genes import GENES
from evolve.records.events import Event, EventKind
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from evolve.settings import settings_from

_SPACE = """
genes:
  cell: lstm
  width: {type: int, min_value: 8, max_value: 256}
"""
_WIDTH = 64
_BAR = 0.85


@dataclass(frozen=True, slots=True)
class Figures:
    """What one generation took, in seconds but for `busy`."""

    starts_s: float
    trials_s: float
    busy: float
    trial_s: float


class Watching:
    """A listener with a clock."""

    def __init__(self) -> None:
        """Nothing ran yet."""
        self.began_at: dict[str, float] = {}
        self.ended_at: dict[str, float] = {}
        self.results: list[TrialResult] = []

    def __call__(self, event: Event) -> None:
        """Take the time; trials that are lost or fail end the measurement."""
        if event.kind is EventKind.STARTED:
            self.began_at[event.individual_id] = time.monotonic()
        elif event.kind is EventKind.LOST:
            raise SystemExit(f"{event.individual_id} was lost: {event.text}")
        elif event.result is not None:
            if event.result.failure is not None:
                raise SystemExit(f"{event.individual_id} failed: {event.result.failure}")
            self.ended_at[event.individual_id] = time.monotonic()
            self.results.append(event.result)


def material_of(count: int, epochs: int) -> RunMaterial:
    """What the trials work from: the same number of steps and notes for all."""
    space = parse_space(_SPACE, "bench.yaml", GENES).space
    settings = settings_from(
        {
            "corpus": ("fiddle-tunes",),
            "population": count,
            "parents": 1,
            "epochs": epochs,
            "patience": epochs,
            "seconds": 100_000,
            "notes": 100,
            "endings": False,
        },
        MusicSettings,
    )
    prepared = prepare(settings.own, space, settings.core.seed)
    return RunMaterial(DomainSource("music"), prepared.data, prepared.facts, space, settings.dump())


def individuals(count: int) -> list[Individual]:
    """Equal networks; each has its own seed."""
    genome = Genome.from_dict({"cell": "lstm", "width": _WIDTH})
    return [Individual(f"g0-{slot}", 0, slot, genome, Origin.FOUNDER) for slot in range(1, count + 1)]


def measured(hosts: int, count: int, share: float, material: RunMaterial) -> Figures:
    """Run a generation on so many hosts."""
    watcher = Watching()
    with (
        tempfile.TemporaryDirectory(prefix="evolve-bench-") as folder,
        hosts_by_ssh(hosts) as (bed, ssh),
        limited(bed, share),
    ):
        launcher = SshLauncher(profile_of(bed, ssh, cpus=1))
        request = ClusterRequest("bench", Path(folder), gpus=0)
        with ClusterExecution(launcher, request) as execution, execution() as runner:
            ordered_at = time.monotonic()
            runner.run(individuals(count), material, watcher)
    begins, ends = watcher.began_at, watcher.ended_at
    trials_s = max(ends.values()) - min(begins.values())
    ran_s = sum(ends[name] - begins[name] for name in ends)
    own_s = [float(str(result.metrics["trial_s"])) for result in watcher.results]
    return Figures(min(begins.values()) - ordered_at, trials_s, ran_s / (hosts * trials_s), median(own_s))


def medians(rounds: Sequence[Figures]) -> Figures:
    """Each figure's median over the rounds."""
    return Figures(**{one.name: median(getattr(each, one.name) for each in rounds) for one in fields(Figures)})


def main() -> None:
    """Run the generations by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, nargs="+", default=[1, 2, 3], help="how many; the first is compared with")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=2, help="of each trial: some 4 CPU-s with two")
    parser.add_argument("--share", type=float, default=0.5, help="of one core that a host may use")
    parser.add_argument("--rounds", type=int, default=1, help="about ten minutes each")
    options = parser.parse_args()
    stop_on_request()
    if reason := why_not(limited=True):
        print(reason)
        return
    material, turns = material_of(options.trials, options.epochs), list[dict[int, Figures]]()
    for _ in range(options.rounds):
        turn = {}
        for hosts in options.hosts:
            turn[hosts] = measured(hosts, options.trials, options.share, material)
            print(f"{hosts} host(s): {turn[hosts]}", file=sys.stderr)
        turns.append(turn)
    heads = (
        "hosts", "starts", f"{options.trials} trials", "ideal", "efficiency", "busy", "a trial", "rounds", "claim",
    )  # fmt: skip
    print(table(heads, [_row(hosts, options.hosts[0], turns) for hosts in options.hosts]))


def _row(hosts: int, first: int, turns: Sequence[dict[int, Figures]]) -> tuple[str, ...]:
    figures = medians([turn[hosts] for turn in turns])
    ideal_s = median(turn[first].trials_s * first / hosts for turn in turns)
    efficiency = median(turn[first].trials_s * first / (hosts * turn[hosts].trials_s) for turn in turns)
    return (
        str(hosts),
        f"{figures.starts_s:.0f} s",
        f"{figures.trials_s:.1f} s",
        f"{ideal_s:.1f} s",
        f"{efficiency:.2f}",
        f"{figures.busy:.0%}",
        f"{figures.trial_s:.1f} s",
        str(len(turns)),
        "" if hosts == first else f"at least {_BAR}: {'yes' if efficiency >= _BAR else 'NO'}",
    )


if __name__ == "__main__":
    main()
