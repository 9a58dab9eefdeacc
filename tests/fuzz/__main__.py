"""`make fuzz`: many inputs, and the table; or a kept one again: `python -m tests.fuzz --replay FILE`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Tally, replayed, run_campaign, table
from tests.fuzz.kinds import Kind
from tests.fuzz.sandbox import Sandbox


def main() -> int:
    """Exit code 1 when an input failed."""
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="how many in all [20000]")
    parser.add_argument("--seed", type=int, default=0, help="all chance derives from it [0]")
    parser.add_argument("--kept", type=Path, default=Path("fuzz-failures"), help="where failing inputs are written")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="try this kept input alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.replay:
            return _replay(options.replay, Path(folder) / "sandbox")
        tallies = run_campaign(options.inputs, options.seed, Path(folder) / "sandbox", options.kept, _tell)
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    sys.stdout.write("\n".join([*failures, table(tallies, options.seed)]))
    return int(bool(failures))


def _tell(kind: Kind, tally: Tally) -> None:
    sys.stderr.write(f"{kind}: {tally.inputs:,} tried, {tally.failed:,} failed\n")


def _replay(path: Path, folder: Path) -> int:
    sandbox = Sandbox(folder)
    try:
        outcome = sandbox.try_out(replayed(path))
    finally:
        sandbox.close()
    sys.stdout.write(f"{outcome.verdict}: {outcome.text}\n{outcome.seconds:.1f} s, {outcome.memory_mb:.0f} MB\n")
    return int(outcome.verdict == "failed")


if __name__ == "__main__":
    sys.exit(main())
