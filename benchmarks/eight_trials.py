"""Claim: 8 short trials on 2 cores take at most 1.25 times half their training and composing time, cold start included.

Types ``evolve start --space quick.yaml --judge none`` with 8 networks in a fresh process, and compares the time of the
whole command on the clock, from its first import to its last line, with what the trials say they spent on training
and on composing (with sound and pictures), shared by two cores. What is over is what a population costs besides: Ray's
start, TensorFlow's import in two workers, building, handing out, recording, and the cores that are idle at the end.
The budget of a training begins when its network is built, so tracing is part of it; a second row leaves out all that
comes before a trial's first training step is done. Where there are more than two cores, it keeps to two.

    python -m benchmarks.eight_trials --rounds 5 --seconds 30
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.pairing import table

_CORES = 2
_BAR = 1.25


@dataclass(frozen=True, slots=True)
class Round:
    """One command.

    Attributes:
        wall_s: Seconds on the clock, all in all.
        shared_s: The trials' training and composing, shared by the cores.
        traced_s: The same without what comes before each trial's first training step is done.
    """

    wall_s: float
    shared_s: float
    traced_s: float


def one_round(seconds: float, trials: int) -> Round:
    """Time the command."""
    with tempfile.TemporaryDirectory(prefix="evolve-bench-") as folder:
        given = ["--space", "quick.yaml", "--population", str(trials), "--generations", "1", "--name", "run"]
        began = time.monotonic()
        _evolve(folder, "start", *given, "--set", f"seconds={seconds}", "--judge", "none")
        wall_s = time.monotonic() - began
        report = json.loads(_evolve(folder, "report", "run", "--format", "json"))
    metrics = [one["metrics"] for one in report["generations"][0]["individuals"] if one["status"] == "evaluated"]
    assert len(metrics) == trials
    shared_s = sum(one["training_s"] + one["composing_s"] for one in metrics) / _CORES
    return Round(wall_s, shared_s, sum(one["trial_s"] - one["first_step_s"] for one in metrics) / _CORES)


def _evolve(folder: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "evolve", *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:])
    return ended.stdout


def main() -> None:
    """Run the searches and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0, help="training budget of each; quick.yaml's is 30")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:_CORES]))
    rounds = [one_round(options.seconds, options.trials) for _ in range(options.rounds)]
    ratio = median(one.wall_s / one.shared_s for one in rounds)
    traced = median(one.wall_s / one.traced_s for one in rounds)
    command, count = f"{median(one.wall_s for one in rounds):.0f} s", str(len(rounds))
    held = f"at most {_BAR}: {'yes' if ratio <= _BAR else 'NO'}"
    rows = [
        (
            command,
            f"training and composing, {median(one.shared_s for one in rounds):.0f} s",
            f"{ratio:.2f}",
            count,
            held,
        ),
        (
            command,
            f"from the first step on, {median(one.traced_s for one in rounds):.0f} s",
            f"{traced:.2f}",
            count,
            "",
        ),
    ]
    print(table(("the command", f"of the trials, / {_CORES}", "ratio", "rounds", "claim"), rows))


if __name__ == "__main__":
    main()
