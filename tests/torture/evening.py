"""An evening that goes wrong: a run is bred by its commands, most of which are killed at some instant."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evolve.records.run import GenerationStatus, RunRecord
from evolve.report.overview import is_finished
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.execution.processes import writers
from tests.torture.stopping import COUNTS_VARIABLE, STEPS

ROOT = Path(__file__).parents[2]
SETTINGS = (
    "--population", "3", "--songs", "1", "--notes", "20", "--seed", "7", "--set", "epochs=2", "--set", "seconds=600",
)  # fmt: skip
"""With so many seconds that a network's share of the budget is one in epochs, which is the same on a busy machine."""

TRAINING = "training"
"""The step that is stopped by the clock, from outside: from the start of Ray to the last song."""

ALL_STEPS = (*STEPS, TRAINING)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
CODES = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
ORDERS = ("B > A = C", "C > A ! B", "A > B > C")
"""How each generation is ranked, in blind letters."""

LIMIT_S = 240.0
GONE_S = 15.0


@dataclass(frozen=True, slots=True)
class Kill:
    """One command that was stopped.

    Attributes:
        step: In which step.
        number: By which signal.
        at: The line of the step, or the second of the training.
    """

    step: str
    number: signal.Signals
    at: float


@dataclass(slots=True)
class Evening:
    """One run in a folder of its own, and what was done to it.

    Attributes:
        folder: Where commands are typed; the run lies in ``runs/night`` beneath it.
        corpus: What is learned from.
        generations: How many are heard.
        measured: Lines of each step, and seconds of the training, in a run that nobody stopped; empty measures them.
        kills: Those that took place.
    """

    folder: Path
    corpus: Path
    generations: int = 2
    measured: dict[str, float] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)

    @property
    def run(self) -> RunRecord | None:
        """The run as it is now, which must be whole; None before there is one."""
        folder = self.folder / "runs" / "night"
        if not (folder / "run.sqlite").exists():
            return None
        assert examine(folder).is_whole, examine(folder).findings
        with RunStore(folder) as store:
            return store.read()

    @property
    def is_over(self) -> bool:
        """Whether the run is complete."""
        run = self.run
        return run is not None and is_finished(run)

    def go_on(self, kill: Kill | None = None) -> bool:
        """Type the command that is next, and stop it there; tells whether the signal met it."""
        step, line = (kill.step, int(kill.at)) if kill and kill.step != TRAINING else ("none", 0)
        number = kill.number.name if kill else "SIGKILL"
        with tempfile.TemporaryDirectory(dir="/tmp", prefix="t-") as place:
            counts = Path(place, "counts")
            environ = os.environ | {"TMPDIR": place, COUNTS_VARIABLE: str(counts), "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-m", "tests.torture.stopping", step, str(line), number, "--", *self._next()]
            code = self._watched(command, environ, kill)
            until_gone(Path(place))
            if kill is None:
                assert code == 0, (code, command)
                self._learn(json.loads(counts.read_text()))
        if kill is None or code == 0:  # it had ended before the signal was due
            return False
        assert code == CODES[kill.number], (kill, code)
        self.kills.append(kill)
        return True

    def possible(self) -> tuple[str, ...]:
        """The steps that the next command has."""
        run = self.run
        if run is None:
            return ("founding", TRAINING, "recording")
        status = run.generations[-1].status if run.generations else None
        if status is GenerationStatus.EVALUATED:
            return ("ranking",)
        before = {None: ("founding",), GenerationStatus.RANKED: ("breeding",)}.get(status, ())
        return (*before, TRAINING, "recording")

    def draw(self, step: str, number: signal.Signals, rng: np.random.Generator) -> Kill:
        """An instant of a step, each as likely as the other."""
        most = self.measured[step]
        at = rng.uniform(0, most) if step == TRAINING else float(rng.integers(1, int(most) + 1))
        return Kill(step, number, at)

    def _next(self) -> tuple[str, ...]:
        run = self.run
        if run is None:
            few = (*SETTINGS, "--generations", str(self.generations), "--corpus", str(self.corpus))
            space = str(ROOT / "search_spaces" / "quick.yaml")
            return ("start", "--space", space, *few, "--judge", "none", "--name", "night")
        if run.generations and run.generations[-1].status is GenerationStatus.EVALUATED:
            return ("rank", "night", "--order", ORDERS[run.generations[-1].index])
        return ("resume", "night", "--judge", "none")

    def _watched(self, command: list[str], environ: Mapping[str, str], kill: Kill | None) -> int:
        """The exit code of a command, which is stopped by the clock if so wished."""
        with subprocess.Popen(
            command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        ) as program:  # fmt: skip
            assert program.stderr is not None
            alarm = threading.Timer(LIMIT_S, program.kill)
            alarm.start()
            began, said = None, []
            for line in program.stderr:
                said.append(line)
                if line.startswith("generation "):
                    began = time.monotonic()
                    if kill is not None and kill.step == TRAINING:
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            program.wait(kill.at)
                        program.send_signal(kill.number)
            code = program.wait()
            alarm.cancel()
        assert "Traceback" not in "".join(said), "".join(said)
        if kill is None and began is not None:
            self.measured[TRAINING] = max(self.measured.get(TRAINING, 0.0), time.monotonic() - began)
        return code

    def _learn(self, counts: Mapping[str, int]) -> None:
        for step, lines in counts.items():
            self.measured[step] = max(self.measured.get(step, 0), lines)


def until_gone(place: Path) -> None:
    """Wait until no process writes beneath a folder, and nothing of Ray lies there."""
    limit = time.monotonic() + GONE_S
    while any(place.glob("evolve-ray-*")) or (left := writers(place)):
        assert time.monotonic() < limit, (left, list(place.iterdir()))
        time.sleep(0.1)
