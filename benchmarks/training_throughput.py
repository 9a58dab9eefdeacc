"""Claim: training learns from more notes a processor second than a plain PyTorch loop over nn.LSTM does.

Ours is the step runner of a trial (`evolve.network.step_runner`) on a network of `evolve.network.build`; the peer is
`benchmarks.pytorch_lstm`, the same network from the same weights. Two attributes of 261 and 30 symbols, one-hot;
windows of 50 notes; a dense layer of 128; cross entropy at every step; gradients clipped to norm 1; Adam at 0.001.
Dropout is 0 in both.

Both run in one process with one thread each. A round is a block of training steps of ours, then one of the peer's, on
the same batches. Building, tracing and the first steps are off the clock; of these, the losses of both must agree, step
by step. Ours gets one batch a call, as in a trial whose steps take long: the dearest way to call it.

    python -m benchmarks.training_throughput --rounds 7 --steps 10 --sizes 2x256x64 2x256x16 3x512x64
"""

import argparse
import importlib.util
from collections.abc import Callable
from statistics import median

import numpy as np

from benchmarks.pairing import Paired, cpu_s, paired, table, use_one_thread
from benchmarks.random_batches import SIZES, Size, batches, network

WARM_UP = 4
"""Steps off the clock, each with a batch of its own."""

AGREEMENT = 2e-3
"""By what share losses may differ: sums are rounded in another order."""

Block = Callable[[int], float]
"""A block of so many training steps: the processor seconds that it takes."""


def contenders(size: Size) -> tuple[Block, Block]:
    """Ours and the peer's, both warm and known to do the same work."""
    from benchmarks import pytorch_lstm  # noqa: PLC0415 - a peer
    from evolve.network.step_runner import step_runner_of  # noqa: PLC0415 - Keras, which --help can do without

    pytorch_lstm.use_one_thread()
    model = network(size)
    given = batches(size, WARM_UP)
    as_tensors = [pytorch_lstm.as_tensors(batch) for batch in given]
    loop = pytorch_lstm.loop_like(model, SIZES, size.width, size.depth)  # has the weights before ours learns
    runner = step_runner_of(model)

    def ours(steps: int) -> np.ndarray:
        return np.concatenate([runner.train_steps([given[step % WARM_UP]]) for step in range(steps)])

    def peer(steps: int) -> np.ndarray:
        return loop.learn([as_tensors[step % WARM_UP] for step in range(steps)])

    found, expected = ours(WARM_UP), peer(WARM_UP)
    if not np.allclose(found, expected, rtol=AGREEMENT):
        raise SystemExit(f"{size}: not the same work: our losses are {found}, the peer's {expected}")
    return lambda steps: cpu_s(lambda: ours(steps)), lambda steps: cpu_s(lambda: peer(steps))


def compare(size: Size, steps: int, rounds: int) -> Paired:
    """Processor seconds of blocks by turns."""
    ours, peer = contenders(size)
    return paired(lambda: ours(steps), lambda: peer(steps), rounds)


def row(size: Size, steps: int, pairs: Paired) -> tuple[str, ...]:
    """A size's line of the table."""
    ours, peer = (median(steps * size.notes / seconds for seconds in side) for side in (pairs.ours, pairs.peer))
    held = "yes" if pairs.ratio > 1 else "NO"
    return str(size), f"{ours:,.0f}", f"{peer:,.0f}", f"{pairs.ratio:.2f} x", str(pairs.runs), f"more: {held}"


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of each size (default: 5)")
    parser.add_argument("--steps", type=int, default=6, help="training steps in a block (default: 6)")
    parser.add_argument("--sizes", type=Size.parse, nargs="+", metavar="LAYERSxUNITSxBATCH",
                        default=[Size(2, 256, 64), Size(2, 256, 16), Size(3, 512, 64)])  # fmt: skip
    options = parser.parse_args()
    if importlib.util.find_spec("torch") is None:
        raise SystemExit("this compares with PyTorch, which is not installed: `make bench` installs it, "
                         "and so does `pip install torch`")  # fmt: skip
    use_one_thread()
    rows = [row(size, options.steps, compare(size, options.steps, options.rounds)) for size in options.sizes]
    print(table(("target notes a CPU-s", "ours", "PyTorch", "ratio", "rounds", "claim"), rows))


if __name__ == "__main__":
    main()
