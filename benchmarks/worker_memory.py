"""Claim: a worker that runs 30 trials grows by less than 5 MB a trial, once the first five have warmed it up.

A fresh process runs real trials one after another (`evolve.domains.music.trial`): networks of one to three LSTM
or GRU layers of 64 to 256 units are built, trained for a second on the built-in fiddle tunes, and compose a song. What
its memory is after some of them is the resident set, as the system counts it. The peer is the same in another fresh
process, on the same genomes, without `evolve.network.process_memory.nothing_left_behind`, which lets go of what
libraries keep of a network.

Growth is what lies between the 5th and the last trial, divided by the trials between. Processes run by turns; with
more than one round, figures are medians. A round takes about four minutes.

    python -m benchmarks.worker_memory --trials 30 --rounds 1
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from unittest.mock import patch

from benchmarks.pairing import ONE_THREAD, table

_SHOWN = (1, 5, 10, 20, 30)
_WARM = 5
_BAR_MB = 5.0

_SPACE = """
genes:
  cell: {type: choice, values: [lstm, gru]}
  depth: {type: int, min_value: 1, max_value: 3}
  width: {type: int, min_value: 64, max_value: 256, step: 32}
"""


def resident_mb(trials: int) -> list[float]:
    """Memory of this process after each trial that it runs."""
    import psutil  # noqa: PLC0415 - --help can do without all of these

    from evolve.domains.music.material import prepare  # noqa: PLC0415
    from evolve.domains.music.settings import MusicSettings  # noqa: PLC0415
    from evolve.execution.run_material import DomainSource, RunMaterial  # noqa: PLC0415
    from evolve.execution.trial import run_trial  # noqa: PLC0415
    from evolve.genetics.space_file import parse_space  # noqa: PLC0415
    from evolve.network.genes import GENES  # noqa: PLC0415
    from evolve.randomness import derive_rng  # noqa: PLC0415
    from evolve.records.individual import Individual, Origin, individual_id  # noqa: PLC0415
    from evolve.settings import settings_from  # noqa: PLC0415

    few = {"corpus": ("fiddle-tunes",), "songs": 1, "notes": 20, "epochs": 1, "seconds": 1}
    settings = settings_from(few, MusicSettings)
    space = parse_space(_SPACE, "bench.yaml", GENES).space
    ready = prepare(settings.own, space, settings.core.seed)
    material = RunMaterial(DomainSource("music"), ready.data, ready.facts, space, settings.dump())
    memory = []
    for slot in range(1, trials + 1):
        genome = space.sample(derive_rng(0, "genome", slot))
        individual = Individual(individual_id(0, slot), 0, slot, genome, Origin.FOUNDER)
        failure = run_trial(individual, material, lambda _: None).failure
        assert failure is None, failure
        memory.append(psutil.Process().memory_info().rss / 1e6)
    return memory


def in_a_process(trials: int, *, leave_behind: bool) -> list[float]:
    """The same in a fresh process, as a worker is."""
    command = [sys.executable, "-m", "benchmarks.worker_memory", "--trials", str(trials), "--child"]
    command += ["--leave-behind"] * leave_behind
    ended = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:])
    memory: list[float] = json.loads(ended.stdout.splitlines()[-1])
    return memory


def row(name: str, runs: Sequence[Sequence[float]], shown: Sequence[int], *, is_ours: bool) -> tuple[str, ...]:
    """One side's line of the table."""
    growth = median((run[-1] - run[_WARM - 1]) / (len(run) - _WARM) for run in runs)
    after = (f"{median(run[trial - 1] for run in runs):,.0f}" for trial in shown)
    claim = f"less than {_BAR_MB:.0f}: {'yes' if growth < _BAR_MB else 'NO'}" if is_ours else ""
    return name, *after, f"{growth:.1f}", str(len(runs)), claim


def main() -> None:
    """Measure both and print the table; or, in a process that measuring has started, run the trials."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=30, help="in each process, more than 5 (default: 30)")
    parser.add_argument("--rounds", type=int, default=1, help="of two processes each (default: 1)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--leave-behind", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        forgotten = patch("evolve.domains.music.trial.nothing_left_behind", contextlib.nullcontext)
        with forgotten if options.leave_behind else contextlib.nullcontext():
            print(json.dumps(resident_mb(options.trials)))
        return
    if options.trials <= _WARM:
        parser.error(f"--trials must be more than {_WARM}: growth is counted from there")
    pairs = [
        [in_a_process(options.trials, leave_behind=leave) for leave in (False, True)] for _ in range(options.rounds)
    ]
    ours, peer = zip(*pairs, strict=True)
    shown = [trial for trial in _SHOWN if trial <= options.trials]
    heads = ("MB resident after trial", *map(str, shown), "growth a trial", "rounds", "claim")
    without = row("without nothing_left_behind", peer, shown, is_ours=False)
    print(table(heads, [row("a worker", ours, shown, is_ours=True), without]))


if __name__ == "__main__":
    main()
