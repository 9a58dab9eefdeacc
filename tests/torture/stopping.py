"""The program, stopped by a signal at a chosen line of a chosen step: ``stopping.py STEP LINE SIGNAL -- ARGUMENTS``.

A step is what happens inside some functions, however deep; its lines are those of evolve's own code that are executed
meanwhile, counted over the whole command. Line 0 stops nothing. How many lines each step had is written to the file
that the environment variable names.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import evolve

COUNTS_VARIABLE = "EVOLVE_TORTURE_COUNTS"

STEPS = {
    "founding": ("create", "_read", "_found"),
    "recording": ("RunStore.record_start", "RunStore.record_trial", "EarlyHearing.stage"),
    "ranking": ("open_session", "cast_ballot"),
    "breeding": ("_breed",),
}
"""The functions of each step, in `evolve.search` and `evolve.store`."""

_PACKAGE = str(Path(evolve.__file__).parent)
_OF_STEPS = tuple(str(Path(_PACKAGE, name)) for name in ("search", "store"))


class Tracer:
    """Counts lines, and sends this process a signal at the chosen one."""

    def __init__(self, step: str, line: int, number: int) -> None:
        """Nothing is counted yet."""
        self.counts: Counter[str] = Counter()
        self._step, self._line, self._number = step, line, number
        self._inside: list[tuple[FrameType, str]] = []

    def trace(self, frame: FrameType, event: str, _: object) -> "object":
        """What `sys.settrace` takes."""
        if event == "call" and not self._begins_step(frame) and not self._inside:
            return None
        if event == "line" and self._inside and frame.f_code.co_filename.startswith(_PACKAGE):
            self._count(self._inside[0][1])
        if event == "return" and self._inside and self._inside[0][0] is frame:
            self._inside.clear()
        return self.trace

    def _begins_step(self, frame: FrameType) -> bool:
        if self._inside or not frame.f_code.co_filename.startswith(_OF_STEPS):
            return False
        step = next((step for step, names in STEPS.items() if frame.f_code.co_qualname in names), None)
        if step is not None:
            self._inside.append((frame, step))
        return step is not None

    def _count(self, step: str) -> None:
        self.counts[step] += 1
        if step == self._step and self.counts[step] == self._line:
            os.kill(os.getpid(), self._number)


def main(arguments: list[str]) -> None:
    """Run the program with its own arguments, those after ``--``."""
    step, line, number, _, *own = arguments
    # Whoever runs the tests may have Ctrl-C or a lost terminal ignored, which is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    tracer = Tracer(step, int(line), signal.Signals[number])
    sys.argv = ["evolve", *own]
    from evolve.cli.app import main as program  # noqa: PLC0415 - when what the program is given is settled

    sys.settrace(tracer.trace)  # type: ignore[arg-type]  # it gives itself
    try:
        program()
    finally:
        sys.settrace(None)
        if COUNTS_VARIABLE in os.environ:
            Path(os.environ[COUNTS_VARIABLE]).write_text(json.dumps(tracer.counts))


if __name__ == "__main__":
    main(sys.argv[1:])
