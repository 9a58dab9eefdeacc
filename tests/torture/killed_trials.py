"""Pictures bred on Ray Tune while processes of its trials are killed at random instants: the family must be the same.

``python -m tests.torture.killed_trials`` kills twenty, and prints how it went.
"""

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from evolve.domains.pictures.genes import PictureSettings
from evolve.execution.contract import Execution
from evolve.execution.in_process import InProcessExecution
from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.randomness import derive_rng
from evolve.records.ballot import Ballot
from evolve.records.events import Event, EventKind, Progress
from evolve.records.individual import Individual
from evolve.records.run import TRIAL_S, RunRecord, TrialResult
from evolve.search.listening import ListeningSession
from evolve.search.steps import Outcome, advance, create
from evolve.settings import settings_from
from evolve.shipped import find_space
from tests.pretended_trials import lineage

SLOW_TRIAL = "tests.torture.killed_trials:slow_trial"

_STEPS, _STEP_S = 10, 0.1
"""A picture is drawn in a moment; so long a trial goes on, so that there is something to kill."""

_FEW_LOSSES = 2
"""A trial that is lost once more is given up, and another individual takes its place: it is let be."""


def slow_trial(
    individual: Individual, material: RunMaterial, report: Callable[[Progress], None], checkpoints: Path | None
) -> TrialResult:
    """A trial of the domain that takes a second."""
    result = run_trial(individual, material, report, checkpoints)
    for step in range(1, _STEPS + 1):
        time.sleep(_STEP_S)
        report(Progress("drawing", step, _STEPS))
    return result


class Killer:
    """Kills processes of Tune's trials at random instants: in the midst of trials, between them, while they start.

    Attributes:
        kills: How many took place.
        losses: Whose trials were cut off by them, each time.
    """

    def __init__(self, losses: int, rng: np.random.Generator) -> None:
        """Nobody is killed yet; so many trials are to be cut off."""
        self.kills = 0
        self.losses: list[str] = []
        self._wanted, self._rng = losses, rng
        self._running: set[str] = set()
        self._may_kill, self._is_over = threading.Event(), threading.Event()

    def __call__(self, event: Event) -> None:
        """Hear what happens in the run."""
        match event.kind:
            case EventKind.EVALUATING:
                self._may_kill.set()
            case EventKind.STARTED:
                self._running.add(event.individual_id)
                self._may_kill.set()
            case EventKind.LOST:
                self.losses.append(event.individual_id)
            case EventKind.FINISHED:
                self._running.discard(event.individual_id)
                self._may_kill.set()

    @contextlib.contextmanager
    def at_work(self) -> Iterator["Killer"]:
        """Kill meanwhile."""
        thread = threading.Thread(target=self._kill_again_and_again)
        thread.start()
        try:
            yield self
        finally:
            self._is_over.set()
            self._may_kill.set()
            thread.join()

    def _kill_again_and_again(self) -> None:
        while len(self.losses) < self._wanted:
            self._may_kill.wait()
            if self._is_over.wait(self._rng.uniform(0, 2 * _STEPS * _STEP_S)):
                return
            processes = trial_processes()
            if processes and all(self.losses.count(name) < _FEW_LOSSES for name in self._running):
                with contextlib.suppress(psutil.Error):
                    processes[int(self._rng.integers(len(processes)))].kill()
                    self.kills += 1
                self._may_kill.clear()


def undisturbed(folder: Path, generations: int) -> RunRecord:
    """A run in this process: what trials make does not depend on the engine."""
    return _bred(folder, generations, InProcessExecution(), lambda _: None)


def disturbed(folder: Path, generations: int, killer: Killer) -> RunRecord:
    """The same run on Ray Tune, with a killer at work."""
    from evolve.execution.ray_execution import RayExecution  # noqa: PLC0415 - importing Ray costs seconds in every worker
    from evolve.execution.tune_options import TuneOptions  # noqa: PLC0415

    with RayExecution(trial=SLOW_TRIAL, tune=TuneOptions()) as execution, killer.at_work():
        return _bred(folder, generations, execution, killer)


def family(run: RunRecord, folder: Path) -> Any:  # noqa: ANN401 - compared as a whole
    """Everything that chance and the listener decided, and the pictures."""
    timeless = {name: replace(one, metrics={**one.metrics, TRIAL_S: 0}) for name, one in run.individuals.items()}
    pictures = {
        name: [(folder / sample.files["image"]).read_bytes() for sample in one.samples]
        for name, one in run.individuals.items()
    }
    return lineage(replace(run, individuals=timeless)), pictures


def _bred(folder: Path, generations: int, execution: Execution, listener: Callable[[Event], None]) -> RunRecord:
    settings = settings_from({"population": 4, "parents": 2, "generations": generations, "seed": 7}, PictureSettings)
    with create(folder, settings, *find_space("pictures"), domain="pictures") as store:
        assert advance(store, execution, listener, _by_eye, listener="killed") is Outcome.COMPLETE
        return store.read()


def _by_eye(session: ListeningSession) -> tuple[Ballot, str]:
    """The best first, by what is seen alone."""
    seen = {one.id: one.samples[0].files["image"].read_bytes() for one in session.candidates}
    return Ballot(tuple((name,) for name in sorted(seen, key=lambda name: seen[name][-8:]))), "list"


def trial_processes() -> list[psutil.Process]:
    """Ray's processes beneath this one that run trials of Tune, or begin to; Ray names them after what they do."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "Trainable" in " ".join(process.cmdline()):
                found.append(process)
    return sorted(found, key=lambda process: process.pid)


def main() -> None:
    """Kill, compare, and print how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.killed_trials", description=__doc__)
    parser.add_argument("--trials", type=int, default=20, help="that are cut off [20]")
    parser.add_argument("--generations", type=int, default=10, help="that are bred [10]")
    parser.add_argument("--seed", type=int, default=1, help="the instants derive from it [1]")
    arguments = parser.parse_args()
    began = time.monotonic()
    killer = Killer(arguments.trials, derive_rng(arguments.seed, "killed trials"))
    with tempfile.TemporaryDirectory() as place:
        calm, wild = Path(place, "calm"), Path(place, "wild")
        expected = family(undisturbed(calm, arguments.generations), calm)
        run = disturbed(wild, arguments.generations, killer)
        assert family(run, wild) == expected
    sys.stdout.write(
        f"{len(killer.losses)} trials cut off by {killer.kills} kills (seed {arguments.seed}) in "
        f"{time.monotonic() - began:.0f} s; {len(run.individuals)} individuals in {len(run.generations)} generations, "
        f"as in an undisturbed run\n"
    )
    sys.exit(len(killer.losses) < arguments.trials)


if __name__ == "__main__":
    main()
