"""Claim: recording the 1,000th individual of a generation costs the driver what the 10th did.

A real search runs one generation of trials that train nothing, on a real Ray with its workers, into a real store, with
the progress lines a user without a terminal gets. Measured is the driver's processor time between one recorded
individual and the next, all its threads together. The early and the late figure of a round are medians over 50
individuals; they are the pair.

    python -m benchmarks.driver_growth --individuals 1000 --rounds 5
"""

import argparse
import io
import time
from statistics import median

from rich.console import Console

from benchmarks.pairing import Paired, table
from benchmarks.pretended import TRIAL, new_run
from evolve.domains.music.presentation import PRESENTATION
from evolve.execution.ray_execution import RayExecution
from evolve.progress.watchers import LineWatcher
from evolve.records.events import Event, EventKind
from evolve.search.steps import advance

_SPAN = 50
_BAR = 1.25
"""More than this would not be flat: 1,000 individuals more would cost a quarter more each."""


class Timing(LineWatcher):
    """The progress lines, and the driver's processor time at each recorded individual."""

    def __init__(self) -> None:
        """Write the lines where nobody reads them."""
        super().__init__(Console(file=io.StringIO()), PRESENTATION)
        self.at_s: list[float] = []

    def __call__(self, event: Event) -> None:
        """Note the time when a trial has ended."""
        super().__call__(event)
        if event.kind is EventKind.FINISHED:
            self.at_s.append(time.process_time())


def early_and_late_s(count: int, execution: RayExecution) -> tuple[float, float]:
    """Processor seconds an individual, from the 10th on and at the end, of one generation."""
    watcher = Timing()
    with new_run(count) as store:
        advance(store, execution, watcher, None, listener="nobody")
    each = [later - earlier for earlier, later in zip(watcher.at_s, watcher.at_s[1:], strict=False)]
    return median(each[10 : 10 + _SPAN]), median(each[-_SPAN:])


def main() -> None:
    """Run the searches and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--individuals", type=int, default=1000, help="in the generation, at least 120")
    parser.add_argument("--rounds", type=int, default=5, help="generations on one Ray")
    options = parser.parse_args()
    with RayExecution(trial=TRIAL) as execution:
        rounds = [early_and_late_s(options.individuals, execution) for _ in range(options.rounds)]
    pairs = Paired(tuple(late for _, late in rounds), tuple(early for early, _ in rounds))
    growth = median(late / early for early, late in rounds)
    rows = [
        (
            f"{median(pairs.ours) * 1000:.2f} ms",
            f"{median(pairs.peer) * 1000:.2f} ms",
            f"{growth:.2f}",
            str(pairs.runs),
            f"at most {_BAR}: {'yes' if growth <= _BAR else 'NO'}",
        )
    ]
    last = f"the last {_SPAN} of {options.individuals}"
    print(table((last, f"{_SPAN} from the 10th", "ratio", "rounds", "claim"), rows))


if __name__ == "__main__":
    main()
