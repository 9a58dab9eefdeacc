"""Claim: no way to a listener's taste needs fewer candidates to be heard than breeding by taste.

Simulated listeners with a hidden taste rank eight candidates at a time, with noise of 0.3 of the standard deviation
over random genomes, in a space of three numbers and three choices among four. Each search meets the same listeners:

* taste, plain: our breeding, with the model of taste and without, everything else as it comes;
* random: seven random genomes and the best of the last ranking;
* truncation: a quarter of the population gives way to perturbed copies of the best quarter, as in population based
  training (Jaderberg et al., 2017). It hears each candidate four times, where the others hear one of eight again: so it
  stands there twice, by candidates and by hearings;
* optuna: `PreferentialGPSampler` as optuna-dashboard asks: who is the worst of four, who then gives way to a new one;
* optuna, all pairs: the same sampler, told all pairs of our rankings of seven new ones and the last one's first;
* botorch: `PairwiseGP` and qEUBO, told the same.

The gap is what is missing to the best genome that there is, in percent of what the mean random genome misses, by the
true taste without noise: that of the best candidate heard so far, and that of the one that the search names. With taste
that is the one expected to be liked most, otherwise the first of the last ranking. Means with bootstrapped 95 %
intervals, medians, and Wilcoxon's signed-rank test against taste on the same listeners. Settings were chosen on
listeners of other seeds, from 10,000 on.

Libraries run in an environment of their own, which has optuna-dashboard, botorch and torch:

    python -m benchmarks.taste --judges 30 --jobs 2 --keep taste.jsonl
    python -m benchmarks.taste --peers ~/venvs/peers --searches taste "optuna, all pairs" botorch --kinds additive
    python -m benchmarks.taste --until-found 100 --kinds additive       # how many are heard until one is near the best
    python -m benchmarks.taste --cost                                   # what choosing takes with 200 individuals
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pairing import use_one_thread

if TYPE_CHECKING:
    from benchmarks.taste_runs import Case, Outcome

_KINDS = ("additive", "interacting", "conditional", "peaks", "drifting", "lazy", "contrary", "features")
_SEARCHES = ("taste", "plain", "random", "truncation")
_LIBRARIES = ("optuna", "optuna, all pairs", "botorch")
_HEARD = 50
"""New candidates, those of seven generations: enough to tell what there is after 48."""


@dataclass(frozen=True, slots=True)
class Task:
    """Searches that meet the same judge.

    Attributes:
        kind: Of the judge.
        seed: Of the judge, and of each search.
        searches: Names.
        options: Those of the command.
    """

    kind: str
    seed: int
    searches: tuple[str, ...]
    options: argparse.Namespace


def main() -> None:
    """Let searches meet judges, and print the tables."""
    options = _parser().parse_args()
    use_one_thread()
    if options.cost:
        from benchmarks.taste_cost import cost_table  # noqa: PLC0415 - once the threads are set

        print(cost_table())
        return
    options.searches = options.searches or (*_SEARCHES, *(_LIBRARIES if options.peers else ()))
    if not options.peers and set(options.searches) & set(_LIBRARIES):
        print("not measured: name an environment that has optuna-dashboard, botorch and torch by --peers")
        return
    outcomes = measured(options)

    from benchmarks import taste_tables  # noqa: PLC0415 - once the threads are set

    if options.until_found:
        print(taste_tables.found_table(outcomes, options.until_found))
        return
    print(taste_tables.gap_tables(outcomes, of_whole_range=options.of_whole_range))
    if options.picture:
        taste_tables.draw(outcomes, options.picture)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=_KINDS, default=_KINDS, help="of judges (default: all)")
    parser.add_argument("--judges", type=int, default=30, help="of each kind (default: 30)")
    parser.add_argument("--first", type=int, default=0, help="the first judge's seed (default: 0)")
    parser.add_argument("--searches", nargs="+", choices=(*_SEARCHES, *_LIBRARIES), help="(default: all there are)")
    parser.add_argument("--peers", type=Path, metavar="VENV", help="one with optuna-dashboard, botorch and torch")
    parser.add_argument("--whole", action="store_true", help="numbers are whole ones from small ranges")
    parser.add_argument("--until-found", type=int, metavar="MOST", help="go on until one heard is within 1 percent")
    parser.add_argument("--of-whole-range", action="store_true", help="gaps in percent of the range down to the worst")
    parser.add_argument("--picture", type=Path, help="a file for the curves, .svg or .png")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--keep", type=Path, help="a file that remembers outcomes, and goes on with them")
    parser.add_argument("--cost", action="store_true", help="the processor time of choosing, instead")
    return parser


def measured(options: argparse.Namespace) -> "list[Outcome]":
    """The outcomes that are asked for; those that are kept already are not measured again."""
    from benchmarks import taste_runs  # noqa: PLC0415 - once the threads are set

    known = taste_runs.kept_in(options.keep) if options.keep else {}
    asked = [
        taste_runs.Case(search, kind, options.whole, seed, options.until_found or _HEARD)
        for seed in range(options.first, options.first + options.judges)
        for kind in options.kinds
        for search in options.searches
    ]
    tasks = _tasks([case for case in asked if case not in known], options)
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for done, outcomes in enumerate(pool.imap_unordered(_met, tasks), start=1):
            known |= {one.case: one for one in outcomes}
            if options.keep:
                taste_runs.keep_in(options.keep, outcomes)
            left_s = (time.monotonic() - began) / done * (len(tasks) - done)
            print(f"{done} of {len(tasks)} done, {left_s / 60:.0f} minutes left", file=sys.stderr, flush=True)
    return [known[case] for case in asked]


def _tasks(cases: "Sequence[Case]", options: argparse.Namespace) -> list[Task]:
    judges = dict.fromkeys((case.kind, case.seed) for case in cases)
    return [
        Task(kind, seed, tuple(case.search for case in cases if (case.kind, case.seed) == (kind, seed)), options)
        for kind, seed in judges
    ]


def _met(task: Task) -> "list[Outcome]":
    from benchmarks.taste_runs import run_judge  # noqa: PLC0415 - in a process of its own

    python = task.options.peers / "bin" / "python" if task.options.peers else None
    most = task.options.until_found or _HEARD
    least = 0 if task.options.until_found else _HEARD
    return run_judge(task.kind, task.seed, task.searches, python, whole=task.options.whole, least=least, most=most)


if __name__ == "__main__":
    main()
