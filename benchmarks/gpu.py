"""How fast a GPU trains: is its LSTM kernel used, how many notes a second, and how many trials at once fill the card?

* The kernel of the card (cuDNN): a network of stock layers against the same with ``use_cudnn=False``. A ratio near 1
  says that stock layers do without it.
* Target notes a second, by the learner that a trial uses, for three networks and two batches.
* Songs a second: five of 500 notes by one network, which composes on the processor whatever it was trained on.
* 1, 2, 4 and 8 processes side by side, each training 2 x 256 with batch 64: their target notes a second together. The
  card is full where doubling them adds less than a tenth.

Everything is on the clock, networks are without dropout and learn notes at random, and each measurement is of fresh
processes that all begin when the last of them is warm; they take GPU memory as they need it. A call of the learner
holds as many batches as a trial's. Takes ten minutes or so and prints Markdown, ready for RESULTS.md; without a GPU it
prints one line, and nothing is wrong.

    KERAS_BACKEND=jax python -m benchmarks.gpu --rounds 5

With --packing it asks instead what `gpus_per_trial=fit` gives: for four networks, how much of the card a process was
told to take and takes, and the notes a second of one that has the card to itself and of as many as fit, each held to
its share. None of this has been measured yet.

    python -m benchmarks.gpu --packing
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from benchmarks.pairing import table
from benchmarks.random_batches import SIZES, WINDOW, Size, batches, network
from evolve.network.gpu_share import GpuShare, hold_tensorflow, hold_to

AS_NEEDED = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""Environment in which processes can share a card."""

SONGS, NOTES = 5, 500
TRAIN, TRAIN_PLAIN, COMPOSE = "train", "train plain layers", "compose"
"""What a process may be asked to do."""

USED = 1.5
"""How many times faster stock layers are at least where they use the card's kernel."""

FULLER = 1.1
"""Twice as many processes that train less than this many times as much have filled the card before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how long."""

    sizes: tuple[Size, ...]
    shared: Size
    processes: tuple[int, ...] = (1, 2, 4, 8)
    seconds: float = 4.0
    rounds: int = 5
    notes: int = NOTES


SIZES_MEASURED = tuple(Size(*size, batch) for size in ((1, 128), (2, 256), (3, 512)) for batch in (64, 256))
QUICK = Plan((Size(1, 8, 2), Size(2, 8, 2)), Size(1, 8, 2), (1, 2), seconds=0.2, rounds=1, notes=20)
"""Runs every line, and measures nothing."""


def find_device() -> tuple[str, str]:
    """The backend of Keras, and the name of its first GPU; "" when it sees none."""
    import keras  # noqa: PLC0415 - where the environment is set, and not for --help

    backend = keras.backend.backend()
    if backend == "jax":
        import jax  # noqa: PLC0415

        return backend, jax.devices()[0].device_kind if jax.default_backend() == "gpu" else ""
    import tensorflow as tf  # noqa: PLC0415

    gpus = tf.config.list_physical_devices("GPU") if backend == "tensorflow" else []
    return backend, str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "a GPU")) if gpus else ""


def trainer(size: Size, *, stock: bool) -> Callable[[], int]:
    """A warm learner's next call: takes steps and gives the target notes they had; without `stock`, without cuDNN."""
    from evolve.network.learner import learner_of  # noqa: PLC0415 - Keras
    from evolve.network.memory import MOST_BATCHES  # noqa: PLC0415
    from evolve.network.train import CALL_S  # noqa: PLC0415

    model = network(size)
    for layer in model.layers:
        if hasattr(layer, "use_cudnn") and not stock:
            layer.use_cudnn = False
    learner, call = learner_of(model), batches(size, 1)
    learner.train_steps(call)  # traces
    while seconds(partial(learner.train_steps, call)) < CALL_S / 2 and len(call) < MOST_BATCHES:
        call = batches(size, 2 * len(call))
    return lambda: len(learner.train_steps(call)) * size.notes


def composer(size: Size, notes: int) -> Callable[[], int]:
    """A network's next songs, from its weights on: gives how many there are."""
    from evolve.network.compose import compose  # noqa: PLC0415 - Keras
    from evolve.network.pen import FixedLength  # noqa: PLC0415
    from evolve.network.sampling import Sampling  # noqa: PLC0415

    model, rng = network(size), np.random.default_rng(0)
    opening = {name: rng.integers(0, symbols, WINDOW).astype(np.int32) for name, symbols in SIZES.items()}

    def work() -> int:
        return len(compose(model, opening, [FixedLength(notes) for _ in range(SONGS)], rng.spawn(SONGS), Sampling()))

    return work


def seconds(work: Callable[[], object]) -> float:
    """On the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def serve(  # noqa: PLR0917 - as they come in a line
    what: str, numbers: Sequence[int], rounds: int, at_least_s: float, notes: int, held: Sequence[float] | None
) -> None:
    """Do the work again and again for a while whenever a line comes in; print how much was done a second."""
    if held:
        hold_to(held[0], GpuShare(*held))
        find_device()  # imports the backend's library
        hold_tensorflow()
    size = Size(*numbers)
    work = composer(size, notes) if what == COMPOSE else trainer(size, stock=what == TRAIN)
    work()
    print("warm", flush=True)
    for _ in range(rounds):
        sys.stdin.readline()
        began, done = time.perf_counter(), 0
        while (elapsed := time.perf_counter() - began) < at_least_s:
            done += work()
        print(done / elapsed, flush=True)


def rates(  # noqa: PLR0917
    plan: Plan,
    what: str,
    size: Size,
    processes: int = 1,
    share: GpuShare | None = None,
    look: Callable[[], object] = lambda: None,
) -> list[float]:
    """How much of it so many processes do in a second, together, round by round.

    Args:
        plan: How long.
        what: What each does.
        size: Its network.
        processes: How many.
        share: What each is held to.
        look: Called when all is done, before they end.
    """
    held = share and [share.part, share.card_mb]
    request = json.dumps([what, [size.depth, size.width, size.batch], plan.rounds, plan.seconds, plan.notes, held])
    command = [sys.executable, "-m", "benchmarks.gpu", "--serve", request]
    with ExitStack() as stack:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        serving = [stack.enter_context(subprocess.Popen(command, **pipes)) for _ in range(processes)]  # noqa: S603
        answers(serving)
        found = [sum(map(float, answers(serving, "go\n"))) for _ in range(plan.rounds)]
        look()
        return found


def answers(serving: Sequence[subprocess.Popen[str]], said: str = "") -> list[str]:
    """A line from each, after this was said to all."""
    for one in serving:
        assert one.stdin is not None
        one.stdin.write(said)
    lines = [one.stdout.readline() for one in serving if one.stdout is not None]
    if not all(lines):
        raise SystemExit("a process ended early; what went wrong stands above")
    return lines


def measure(plan: Plan) -> list[tuple[str, str]]:
    """All rows of the table."""
    stock, plain = rates(plan, TRAIN, plan.shared), rates(plan, TRAIN_PLAIN, plan.shared)
    faster = median(one / other for one, other in zip(stock, plain, strict=True))
    used = "in use" if faster >= USED else "NOT in use"
    rows = [(f"the card's LSTM kernel: with it / without, {plan.shared}", f"{faster:.1f} x: {used}")]
    for size in plan.sizes:
        rows += [(f"target notes a second, {size}", f"{median(rates(plan, TRAIN, size)):,.0f}")]
    for size in dict.fromkeys(Size(size.depth, size.width, 1) for size in plan.sizes):
        what = f"songs of {plan.notes} notes a second, {size.depth} x {size.width}, on the processor"
        rows += [(what, f"{median(rates(plan, COMPOSE, size)):.2f}")]
    together = {count: median(rates(plan, TRAIN, plan.shared, count)) for count in plan.processes}
    rows += [(f"{count} at once, target notes a second together", f"{rate:,.0f}") for count, rate in together.items()]
    return [*rows, (f"processes that fill the card, {plan.shared}", fills_at(together))]


def fills_at(together: dict[int, float]) -> str:
    """How many processes fill the card, as far as that was seen."""
    full = [few for few, more in pairwise(together) if together[more] < FULLER * together[few]]
    return str(full[0]) if full else f"{max(together)} or more"


def main() -> None:
    """Measure and print; or, in a process that measuring has started, serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of each measurement (default: 5)")
    parser.add_argument("--packing", action="store_true", help="measure what gpus_per_trial=fit gives, instead")
    for hidden in ("--device", "--serve"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.update(AS_NEEDED)
    if options.serve:
        serve(*json.loads(options.serve))
        return
    backend, card = find_device()
    if not card and options.device != "cpu":
        print(f"no GPU is visible to Keras (backend {backend}): not measured")
        return
    plan = QUICK if options.quick else Plan(SIZES_MEASURED, Size(2, 256, 64), rounds=options.rounds)
    where = f"{datetime.now(UTC):%d %B %Y}, {card or 'no GPU'}, Keras on {backend}"
    if options.packing:
        from benchmarks.packing import HEADINGS, SIZES_PACKED, measure_packing  # noqa: PLC0415 - it builds on this

        measured = table(HEADINGS, measure_packing(plan, QUICK.sizes[:1] if options.quick else SIZES_PACKED))
    else:
        measured = table(("what", "measured"), measure(plan))
    print(f"{where}; medians, rounds: {plan.rounds}.\n\n{measured}")


if __name__ == "__main__":
    main()
