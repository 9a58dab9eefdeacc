"""How soon a corpus is there: read for the first time, against read again from the cache.

Each reading is a process of its own, as `evolve start` is: cold with an empty cache folder, then warm with what the
cold one left there. Counted are the seconds until the process has ended and the processor seconds of it and of all
that it started; neither may import music21, whose import alone takes longer than all the rest: only its files are read.

    python -m benchmarks.corpus_start
    python -m benchmarks.corpus_start --corpus bach-chorales --rounds 5
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.pairing import Paired, table

READ = """
import sys
from evolve.domains.music.corpus import read_corpus
print(len(read_corpus([sys.argv[1]]).pieces), "music21" in sys.modules)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One process that read the corpus.

    Attributes:
        wall_s: Seconds from its start to its end.
        cpu_s: Processor seconds, of its own reading processes too.
        pieces: How many pieces it found.
        has_music21: Whether it imported music21.
    """

    wall_s: float
    cpu_s: float
    pieces: int
    has_music21: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a warm start imported music21 or found other pieces than a cold one."""
    options = _parser().parse_args(arguments)
    rounds = [_cold_and_warm(options.corpus) for _ in range(options.rounds)]
    print(_table(options.corpus, rounds))
    cold, warm = zip(*rounds, strict=True)
    return int(any(one.has_music21 for one in warm) or len({one.pieces for one in (*cold, *warm)}) > 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "benchmarks.corpus_start", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", default="fiddle-tunes", help="a built-in corpus or a folder (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of one cold and one warm start (default: 3)")
    return parser


def _cold_and_warm(corpus: str) -> tuple[Start, Start]:
    with tempfile.TemporaryDirectory() as cache:
        return _start(corpus, cache), _start(corpus, cache)


def _start(corpus: str, cache: str) -> Start:
    began, cpu_before = time.perf_counter(), _cpu_of_children_s()
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own program
        [sys.executable, "-c", READ, corpus],
        env=os.environ | {"EVOLVE_CACHE": cache}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wall_s, cpu_s = time.perf_counter() - began, _cpu_of_children_s() - cpu_before
    pieces, has_music21 = done.stdout.split()
    return Start(wall_s, cpu_s, int(pieces), has_music21 == "True")


def _cpu_of_children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _table(corpus: str, rounds: Sequence[tuple[Start, Start]]) -> str:
    rows = []
    for word, starts in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
        imported = "yes" if any(one.has_music21 for one in starts) else "no"
        seconds = (f"{median(one.wall_s for one in starts):.2f}", f"{median(one.cpu_s for one in starts):.2f}")
        rows.append((f"{corpus}, {word}", str(starts[0].pieces), *seconds, imported, str(len(rounds))))
    warm_cpu_s, cold_cpu_s = (tuple(pair[place].cpu_s for pair in rounds) for place in (1, 0))
    faster = Paired(warm_cpu_s, cold_cpu_s).ratio
    shown = table(("start", "pieces", "wall s", "CPU s", "imports music21", "rounds"), rows)
    return f"{shown}\n\nA warm start takes 1/{faster:.0f} of the processor time of a cold one."


if __name__ == "__main__":
    sys.exit(main())
