"""Trials that train nothing: what each does is written into its genome, in a gene named ``does``."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from evolve.execution.checkpoints import checkpoint_path
from evolve.execution.ray_execution import RayExecution
from evolve.execution.run_material import RunMaterial
from evolve.network.process_memory import share_held
from evolve.records.events import Progress
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from tests.execution.settings import Recorder

RUN = "tests.execution.strange_trials:run"

_kept: list[bytearray] = []
"""What a leaking trial never gives back."""


def strange(slot: int, does: str = "nothing", width: int = 8) -> Individual:
    """An individual whose trial does this."""
    return Individual(f"g0-{slot}", 0, slot, Genome.from_dict({"does": does, "width": width}), Origin.FOUNDER)


def run(  # noqa: PLR0912 - one for each thing that a trial may do
    individual: Individual, material: RunMaterial, report: Callable[[Progress], None], checkpoints: Path | None
) -> TrialResult:
    """A trial that does what its gene says, and keeps an empty checkpoint at once where it may.

    ``die`` ends its process, ``stop`` halts it, ``hang`` never comes back, ``hoard`` takes ever more memory, each
    with ``once FOLDER`` the first time only. ``leak MB`` keeps memory. ``sleep S`` takes its time, ``live S`` with
    signs of life, ``chat S`` with news. ``leave S`` ends its process so long after the trial has ended. ``raise`` ends
    its thread, ``unsendable`` makes what cannot be sent home. ``tell S`` sleeps, and tells on which of Ray's machines
    it did, and what it may use of GPUs there; ``meet N FOLDER`` tells it when so many have begun.
    """
    assert material.settings["songs"]
    _keep(checkpoints, individual.id)
    report(Progress("training", 1, 1, 3.0))
    what, *words = str(individual.genome["does"]).split(maxsplit=2)
    if words[:1] == ["once"] and not _is_first_time(Path(words[-1], individual.id)):
        what = "nothing"
    match what:
        case "die":
            os._exit(1)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "hang":
            threading.Event().wait()
        case "hoard":
            _hoard()
        case "live" | "chat":
            for step in range(int(10 * float(words[0]))):
                time.sleep(0.1)
                report(Progress("training", step + 2 if what == "chat" else 1, 1, 3.0))
        case "leak":
            _kept.append(bytearray(os.urandom(1_000_000) * int(words[0])))
        case "sleep" | "tell":
            time.sleep(float(words[0]))
        case "meet":
            _meet(int(words[0]), Path(words[1]), individual.id)
        case "print":
            print("epoch 1")  # noqa: T201 - as users do
        case "leave":
            threading.Timer(float(words[0]), os._exit, (1,)).start()
        case "raise":
            raise SystemExit("a library that ends the process")
        case "unsendable":
            return TrialResult(individual.id, {"lock": threading.Lock()})
    return TrialResult(individual.id, {"process": os.getpid()} | (_where() if what in ("tell", "meet") else {}))


def outcome(execution: RayExecution, individuals: list[Individual], material: RunMaterial) -> Recorder:
    """What the observer of these trials was told."""
    recorder = Recorder()
    with execution() as runner:
        runner.run(individuals, material, recorder)
    return recorder


def found(checkpoints: Path, individual_id: str) -> list[str]:
    """Whether each attempt at a trial found a checkpoint, in order: ``yes`` or ``no``."""
    return _diary(checkpoint_path(checkpoints, individual_id)).read_text().split()


def _keep(checkpoints: Path | None, individual_id: str) -> None:
    if checkpoints is None:
        return
    checkpoints.mkdir(exist_ok=True)
    checkpoint = checkpoint_path(checkpoints, individual_id)
    with _diary(checkpoint).open("a") as diary:
        diary.write("yes\n" if checkpoint.exists() else "no\n")
    checkpoint.touch()


def _diary(checkpoint: Path) -> Path:
    return checkpoint.with_suffix(".found")


def _hoard() -> None:
    while True:
        _kept.append(bytearray(os.urandom(1_000_000) * 20))
        time.sleep(0.05)


def _meet(count: int, folder: Path, who: str) -> None:
    (folder / who).touch()
    while len(list(folder.iterdir())) < count:
        time.sleep(0.1)


def _where() -> dict[str, str | None]:
    node_id = sys.modules["ray"].get_runtime_context().get_node_id()
    held = share_held()
    return {"node": node_id, "gpus": os.environ.get("CUDA_VISIBLE_DEVICES"), "share": held and str(held)}


def _is_first_time(mark: Path) -> bool:
    if mark.exists():
        return False
    mark.touch()
    return True
