"""Claim: of 1,000 individuals each costs the driver what each of 100 does, in processor time and in memory.

A real search runs one generation, whose trials give back what a trained network of 1 MB and its five songs are, 1.9 MB
in all, into a real store; a listener is given the 26 that are heard, ranks them, and the next generation is
bred. Measured in the driver's process alone, which begins anew for each population and round:

* processor milliseconds an individual, from the first trial's begin until the generation can be heard, and the same on
  the clock; what a trial takes that runs in this very process is taken off;
* the most memory that the process held, and the bytes of the run folder;
* seconds on the clock until the listener can begin, until the next generation is bred, and of the report as text.

Populations take turns; figures are medians over the rounds. Trials run in this process, or on Ray: on one of our own
with --on ray, on a cluster with --address, where the package `benchmarks` must be importable; there --seconds is how
long each trial sleeps.

    python -m benchmarks.big_population --populations 100 1000 --rounds 5
"""

import argparse
import contextlib
import io
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median

from rich.console import Console

from benchmarks.pairing import table
from benchmarks.pretended import LIFELIKE_TRIAL, lifelike_trial, new_run
from evolve.domains.music.presentation import PRESENTATION
from evolve.execution.contract import Execution
from evolve.execution.run_material import RunMaterial
from evolve.progress.watchers import LineWatcher
from evolve.records.ballot import Ballot
from evolve.records.events import Event, EventHandler, EventKind, Progress
from evolve.records.individual import Individual
from evolve.report.text import render_text
from evolve.search.listening import open_session
from evolve.search.steps import advance, cast_ballot
from evolve.store.run_store import RunStore

_BAR = 1.25
"""More than this would not be flat: 900 individuals more would cost a quarter more each."""

_MEMORY_BAR_KB = 60.0
"""What an individual more may add to the driver's memory: genome, facts and names, a thirtieth of its files."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one population cost."""

    cpu_ms: float
    clock_ms: float
    memory_mb: float
    disk_mb: float
    opening_s: float
    breeding_s: float
    report_s: float


class Here:
    """An `Execution` in this process, which knows what its trials took."""

    def __init__(self) -> None:
        """Nothing ran yet."""
        self.cpu_s = self.clock_s = 0.0

    def get_ready(self, trials: int) -> None:
        """There is nothing to start."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator["Here"]:
        """Be the runner too."""
        yield self

    def run(self, individuals: Sequence[Individual], material: RunMaterial, listener: EventHandler) -> None:
        """Run the trials, and time them."""
        for individual in individuals:
            name = individual.id

            def tell(progress: Progress, name: str = name) -> None:
                listener(Event(EventKind.PROGRESSED, name, progress=progress))

            listener(Event(EventKind.STARTED, name))
            cpu_s, clock_s = time.process_time(), time.perf_counter()
            result = lifelike_trial(individual, material, tell)
            self.cpu_s += time.process_time() - cpu_s
            self.clock_s += time.perf_counter() - clock_s
            listener(Event(EventKind.FINISHED, name, result=result))


class Watching(LineWatcher):
    """The progress lines, written where nobody reads them; stops the search before the second generation's trials."""

    def __init__(self) -> None:
        """No trial has begun."""
        super().__init__(Console(file=io.StringIO()), PRESENTATION)
        self.began: tuple[float, float] | None = None

    def __call__(self, event: Event) -> None:
        """Note when the first trial begins."""
        if event.kind is EventKind.STARTED:
            self.began = self.began or (time.process_time(), time.perf_counter())
        super().__call__(event)
        if event.kind is EventKind.EVALUATING and event.generation:
            raise KeyboardInterrupt


def measured(store: RunStore, population: int, execution: Execution) -> Figures:
    """What a population costs that is evaluated in such a place, heard, ranked and bred from."""
    watcher = Watching()
    advance(store, execution, watcher, None, listener="nobody")
    assert watcher.began is not None
    cpu_s, clock_s = time.process_time() - watcher.began[0], time.perf_counter() - watcher.began[1]
    if isinstance(execution, Here):
        cpu_s, clock_s = cpu_s - execution.cpu_s, clock_s - execution.clock_s
    began = time.perf_counter()
    session = open_session(store, 0, "nobody")
    opened = time.perf_counter()
    cast_ballot(store, session, Ballot(tuple((name,) for name in session.letters.values())), "order")
    ranked = time.perf_counter()
    with contextlib.suppress(KeyboardInterrupt):
        advance(store, execution, watcher, None, listener="nobody")
    bred = time.perf_counter()
    render_text(store.read())
    told = time.perf_counter()
    return Figures(
        cpu_ms=1000 * cpu_s / population,
        clock_ms=1000 * clock_s / population,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        disk_mb=sum(path.stat().st_size for path in store.paths.folder.rglob("*")) / 1e6,
        opening_s=opened - began,
        breeding_s=bred - ranked,
        report_s=told - bred,
    )


def once(population: int, options: argparse.Namespace) -> Figures:
    """Measure one population in this process."""
    with contextlib.ExitStack() as stack:
        execution: Execution = Here()
        if options.on == "ray" or options.address:
            from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - where trials run on it

            execution = stack.enter_context(RayExecution(options.address, gpus=options.gpus, trial=LIFELIKE_TRIAL))
        settings = {"songs": 5, "generations": 2, "parents": 8, "seconds": options.seconds}
        store = stack.enter_context(new_run(population, **settings))
        stack.callback(shutil.rmtree, store.paths.folder.parent)
        return measured(store, population, execution)


def in_a_fresh_process(population: int) -> Figures:
    """Measure one population in a process of its own, with the options of this one."""
    command = [sys.executable, "-m", "benchmarks.big_population", *sys.argv[1:], "--once", str(population)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return Figures(**json.loads(shown.stdout.splitlines()[-1]))


def medians(rounds: Sequence[Figures]) -> Figures:
    """Each figure's median over the rounds."""
    return Figures(**{one.name: median(getattr(each, one.name) for each in rounds) for one in fields(Figures)})


def main() -> None:
    """Measure the populations by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--populations", type=int, nargs="+", default=[100, 1000], help="the first is compared with")
    parser.add_argument("--rounds", type=int, default=5, help="of each population")
    parser.add_argument("--on", choices=("here", "ray"), default="here", help="where the trials run")
    parser.add_argument("--address", help="of a running Ray cluster")
    parser.add_argument("--gpus", type=float, default=0.0, help="of one trial, on Ray")
    parser.add_argument("--seconds", type=float, default=0.001, help="that each trial sleeps")
    parser.add_argument("--once", type=int, metavar="POPULATION", help="measure this one here, and print JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(asdict(once(options.once, options))))
        return
    turns = [{one: in_a_fresh_process(one) for one in options.populations} for _ in range(options.rounds)]
    first = options.populations[0]
    heads = (
        "population", "driver, CPU-ms each", "on the clock, ms each", "peak memory", "on disk", "listener begins",
        "next is bred", "report", "rounds", f"CPU and memory against {first}",
    )  # fmt: skip
    print(table(heads, [_row(one, first, turns) for one in options.populations]))


def _row(population: int, first: int, turns: Sequence[dict[int, Figures]]) -> tuple[str, ...]:
    figures = medians([turn[population] for turn in turns])
    return (
        f"{population:,}",
        f"{figures.cpu_ms:.1f}",
        f"{figures.clock_ms:.1f}",
        f"{figures.memory_mb:.0f} MB",
        f"{figures.disk_mb:,.0f} MB",
        f"{figures.opening_s:.2f} s",
        f"{figures.breeding_s:.2f} s",
        f"{figures.report_s:.2f} s",
        str(len(turns)),
        _claim(population, first, turns) if population != first else "",
    )


def _claim(population: int, first: int, turns: Sequence[dict[int, Figures]]) -> str:
    growth = median(turn[population].cpu_ms / turn[first].cpu_ms for turn in turns)
    more_kb = median(
        1000 * (turn[population].memory_mb - turn[first].memory_mb) / (population - first) for turn in turns
    )
    holds = growth <= _BAR and more_kb <= _MEMORY_BAR_KB
    told = f"{growth:.2f}× (at most {_BAR}), {more_kb:.0f} KB each (at most {_MEMORY_BAR_KB:.0f})"
    return f"{told}: {'yes' if holds else 'NO'}"


if __name__ == "__main__":
    main()
