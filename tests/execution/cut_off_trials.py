"""Real trials that are cut off in the midst of their training, the first time, after so many epochs.

What happens then is the content of a file beside the checkpoints: ``kill`` ends the process, ``wait`` has it wait for
its end after it has told the epoch. Networks are kept after every epoch.
"""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.network import checkpoint
from evolve.records.events import Progress
from evolve.records.individual import Individual
from evolve.records.run import TrialResult

CUT_OFF = "tests.execution.cut_off_trials:run"

IN_EPOCH = 4


def say(checkpoints: Path, what: str) -> None:
    """What shall happen to the next trial."""
    _order(checkpoints).write_text(what)


def run(
    individual: Individual, material: RunMaterial, report: Callable[[Progress], None], checkpoints: Path | None
) -> TrialResult:
    """See `run_trial`."""
    assert checkpoints is not None
    folder = checkpoints
    checkpoint.EVERY_S, checkpoint.MOST_SHARE = 0.0, 1e9

    def report_and_fall(progress: Progress) -> None:
        if progress.epoch == IN_EPOCH and _order(folder).exists():
            what = _order(folder).read_text()
            _order(folder).unlink()
            if what == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            report(progress)
            threading.Event().wait()
        report(progress)

    return run_trial(individual, material, report_and_fall, checkpoints)


def _order(checkpoints: Path) -> Path:
    return checkpoints.with_name("order")
