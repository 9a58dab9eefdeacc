"""``python -m tests.torture``: kill a run at many instants, and print how it went."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import write_grouped_tunes, write_tunes
from tests.torture.evening import Kill
from tests.torture.torture import disturbed, table, undisturbed

CORPORA = {"groups": write_grouped_tunes, "no groups": write_tunes}
"""Of the first, networks have a diet; half of the kills meet runs of each."""


def main() -> None:
    """Kill, compare, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=48, help="commands that are killed [48]")
    parser.add_argument("--seed", type=int, default=1, help="where and by what derives from it [1]")
    arguments = parser.parse_args()
    began = time.monotonic()

    def told(kill: Kill) -> None:
        sys.stdout.write(f"{time.monotonic() - began:6.0f} s  {kill.number.name} in {kill.step} at {kill.at:.1f}\n")
        sys.stdout.flush()

    kills: list[Kill] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in CORPORA.items():
            corpus, quiet, loud = (Path(folder, name, place) for place in ("tunes", "undisturbed", "disturbed"))
            corpus.mkdir(parents=True)
            model = undisturbed(quiet, write(corpus), generations=3)
            more = (arguments.kills + 1) // 2 if not kills else arguments.kills - len(kills)
            kills += disturbed(loud, model, kills=more, seed=arguments.seed, on_kill=told)
        runs = len(list(Path(folder).glob("*/disturbed/*")))
    sys.stdout.write(f"\n{table(kills)}\n\n{len(kills)} kills (seed {arguments.seed}) in {runs} runs, ")
    sys.stdout.write("each of which ended like the undisturbed one; no process outlived its command.\n")


if __name__ == "__main__":
    main()
