"""Claim: 8 short trials on 2 cores take at most 1.25 times half their training and composing time, cold start included.

Types ``evolve start --space quick.yaml --judge none`` with 8 networks in a fresh process, and compares the time of the
whole command on the clock, from its first import to its last line, with what the trials say they spent on training
(building and tracing included in neither) and on composing (with sound and pictures), shared by two cores. What is
over is what a population costs besides: Ray's start, TensorFlow's import in two workers, building, handing out,
recording, and the cores that are idle at the end. Where there are more than two cores, it keeps to two.

    python -m benchmarks.eight_trials --rounds 5 --seconds 30
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

from benchmarks.pairing import table

_CORES = 2
_BAR = 1.25


def round_s(seconds: float, trials: int) -> tuple[float, float]:
    """Seconds on the clock of the whole command, and half the sum of training and composing."""
    folder = tempfile.mkdtemp(prefix="evolve-bench-")
    given = ["--space", "quick.yaml", "--population", str(trials), "--generations", "1", "--name", "run"]
    began = time.monotonic()
    _evolve(folder, "start", *given, "--set", f"seconds={seconds}", "--judge", "none")
    wall_s = time.monotonic() - began
    report = json.loads(_evolve(folder, "report", "run", "--format", "json"))
    metrics = [one["metrics"] for one in report["generations"][0]["individuals"] if one["status"] == "evaluated"]
    assert len(metrics) == trials
    return wall_s, sum(one["training_s"] + one["composing_s"] for one in metrics) / _CORES


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
    rounds = [round_s(options.seconds, options.trials) for _ in range(options.rounds)]
    ratio = median(wall / shared for wall, shared in rounds)
    row = (
        f"{median(wall for wall, _ in rounds):.0f} s",
        f"{median(shared for _, shared in rounds):.0f} s",
        f"{ratio:.2f}",
        str(len(rounds)),
        f"at most {_BAR}: {'yes' if ratio <= _BAR else 'NO'}",
    )
    print(table(("the command", "(training + composing) / 2", "ratio", "rounds", "claim"), [row]))


if __name__ == "__main__":
    main()
