"""The program with pretended trials: store, folders, commands, prompts and signals are real, training is not.

`python -m tests.end_to_end.pretended_program start …`. What happens in a trial is told by the environment:

- ``PRETENDED_FILLS``: ``g0-2 /a/disk 1000``: in this trial all room of the disk but so many bytes is taken.
- ``PRETENDED_WAITS``: ``g0-2 /a/folder``: this trial makes a file ``waiting`` in the folder and waits for ``go``.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from evolve.cli import app, running
from evolve.records.individual import Individual
from tests.disks import fill
from tests.pretended_trials import PretendedExecution

PATIENCE_S = 60.0


def happens(individual: Individual) -> None:
    """What the environment has happen in a trial; it succeeds all the same."""
    who, *where = os.environ.get("PRETENDED_FILLS", "nobody").split()
    if who == individual.id:
        fill(Path(where[0]), leave=int(where[1]))
    who, *where = os.environ.get("PRETENDED_WAITS", "nobody").split()
    if who == individual.id:
        (Path(where[0]) / "waiting").touch()
        end = time.monotonic() + PATIENCE_S
        while not (Path(where[0]) / "go").exists() and time.monotonic() < end:
            time.sleep(0.02)


def main() -> None:
    """Run the command line; Ctrl-C ends it, also where whoever runs the tests has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    vars(running)["training_execution"] = lambda *_: contextlib.nullcontext(PretendedExecution(happens))
    app.main()


if __name__ == "__main__":
    main()
