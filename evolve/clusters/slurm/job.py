"""A job of SLURM's, or a step in an allocation: submitted, looked at, cancelled with SLURM's own programs."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evolve.errors import ExecutionError, last_line

WATCH_S = 5.0
"""How often SLURM is asked what a job does."""

_ANSWER_LIMIT_S = 60.0
_STEP_LIMIT_S = 20.0

_OVER: Mapping[str, str] = {
    "BOOT_FAIL": "did not start: a node failed",
    "CANCELLED": "was cancelled",
    "COMPLETED": "ended before its work was done",
    "DEADLINE": "hit its deadline",
    "FAILED": "failed",
    "NODE_FAIL": "lost a node",
    "OUT_OF_MEMORY": "ran out of memory",
    "PREEMPTED": "was preempted",
    "REVOKED": "was revoked",
    "TIMEOUT": "hit its time limit",
}
"""The states (squeue(1), JOB STATE CODES) in which a job does nothing any more, in words."""

_BY_SOMEBODY = ("CANCELLED", "DEADLINE", "PREEMPTED", "TIMEOUT")
"""Of those, the ones that its programs have no part in, whatever they say in the end."""

_WAITING = ("PENDING", "CONFIGURING")

_IN_VAIN = frozenset({
    "AccountNotAllowed", "AssocMaxWallDurationPerJobLimit", "BadConstraints", "InvalidAccount", "InvalidQOS",
    "PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit", "QOSMaxWallDurationPerJobLimit", "QOSNotAllowed",
})  # fmt: skip
"""Why a job waits (squeue(1), JOB REASON CODES) when no waiting helps: it asks for what is not to be had."""

_HOLDER = """
import subprocess, sys, threading
step = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=lambda: (sys.stdin.buffer.read(), step.terminate()), daemon=True).start()
code = step.wait()
sys.stdin = None
import os; os._exit(code & 255)
"""
"""Ends a step when whoever started it is gone."""


def submit(script: Path, log: Path) -> str:
    """Submit a batch script that prints into this log; the job's number.

    Raises:
        ExecutionError: SLURM does not take it, or is not here.
    """
    output = str(log.absolute()).replace("%", "%%")  # sbatch(1): a % begins a pattern
    said = _run(["sbatch", "--parsable", f"--output={output}", "--open-mode=append", str(script)])
    if said.returncode:
        reason = last_line(said.stderr).removeprefix("sbatch: error: ") or f"exit code {said.returncode}"
        raise ExecutionError(f"SLURM does not take the job: {reason}; mend the cluster profile")
    return said.stdout.strip().split(";")[0]


@dataclass(slots=True)
class SubmittedJob:
    """A job that was submitted; it is over when SLURM says so, or does not know it any more."""

    number: str
    why_over: str | None = None
    """Why it does nothing any more, in words that follow its name; None while it may still."""
    has_begun: bool = False
    """Whether its programs were started."""
    was_ended: bool = False
    """Whether somebody has ended it, so that what its programs said last is nothing to go by."""
    _said: str = ""
    _looked_at: float = -WATCH_S

    def __str__(self) -> str:
        """As it is told."""
        return f"job {self.number}"

    def look(self, *, every_s: float = WATCH_S) -> str:
        """What SLURM last said of it, in a few words."""
        if self.why_over is None and time.monotonic() - self._looked_at >= every_s:
            self._looked_at = time.monotonic()
            self._ask()
        return self._said

    def cancel(self) -> None:
        """Cancel it, unless it is over."""
        if self.why_over is None:
            with contextlib.suppress(ExecutionError):
                _run(["scancel", self.number])

    def _ask(self) -> None:
        asked = ["squeue", "--noheader", "--states=all", f"--jobs={self.number}", "--format=%T|%r|%N"]
        said = _run(asked)
        if said.returncode and "Invalid job id" not in said.stderr:
            return  # SLURM is busy, or restarts: the job goes on meanwhile
        state, reason, nodes = (said.stdout.strip().splitlines() or ["COMPLETED||"])[0].split("|", 2)
        self.why_over = _OVER.get(state)
        self.has_begun = state not in _WAITING
        if state in _WAITING and reason in _IN_VAIN:
            less = "ask for less in the cluster profile: time, nodes, cores, GPUs or memory"
            raise ExecutionError(f'{self} can never start ({reason}); {less}. What there is: sinfo -o "%P %l %c %m %G"')
        self.was_ended = state in _BY_SOMEBODY
        more = f": {reason}" if state in _WAITING and reason not in ("None", "") else ""
        where = f" on {nodes}" if nodes and state == "RUNNING" else ""
        self._said = f"{self} {self.why_over or f'is {state.lower()}{more}{where}'}"


class AllocationStep:
    """A job in the allocation in which evolve itself was started."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        """Start it; it ends with this process, however that ends."""
        self.has_begun, self.was_ended = True, False
        with log.open("ab") as file:
            self._holder = subprocess.Popen(  # noqa: S603 -- our own interpreter, and SLURM's srun
                [sys.executable, "-c", _HOLDER, *command],
                stdin=subprocess.PIPE, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip

    def __str__(self) -> str:
        """As it is told."""
        return "the step in this allocation"

    @property
    def why_over(self) -> str | None:
        """That it has ended."""
        return None if self._holder.poll() is None else "ended before its work was done"

    def look(self, *, every_s: float = WATCH_S) -> str:  # noqa: ARG002 - SLURM need not be asked
        """It runs, as far as SLURM needs to be asked."""
        return "running in this allocation"

    def cancel(self) -> None:
        """End it, kindly at first."""
        if self._holder.stdin is not None:
            self._holder.stdin.close()
        try:
            self._holder.wait(_STEP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._holder.kill()


SlurmJob = SubmittedJob | AllocationStep
"""Something that SLURM runs for us."""


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 -- SLURM's own programs
            command, capture_output=True, text=True, timeout=_ANSWER_LIMIT_S, check=False,
            start_new_session=True,  # Ctrl-C is for us
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"{command[0]} gave no answer")
    except OSError as error:
        instead = "type evolve on a login node of the cluster, or load its SLURM module"
        raise ExecutionError(f"there is no {command[0]} here; {instead}") from error
