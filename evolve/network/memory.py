"""How much memory of a GPU a network takes in training, told from its genes alone: nothing that trains it is loaded.

What counts is the peak: the weights with all that training keeps beside them, and what every layer must remember of
every step of every window until the way back has passed it. The figures are counted from what the layers compute, a
little too high rather than too low; `tests/network/test_memory.py` holds them to what training takes on a processor.
What they are on a GPU was not measured: `python -m benchmarks.gpu --packing` does.
"""

from collections.abc import Mapping

from evolve.network.genes import Value
from evolve.network.size import GATES, count_weights, encoded_widths, with_defaults

OVERHEAD_MB = 1_900.0
"""What a process takes of a GPU beside its tensors: CUDA's context, the code of the kernels, the libraries' own rooms.

TensorFlow leaves as much free of the newest cards (compute capability 9): 1,800 MiB; less of older ones, 500 MiB up
to capability 6, 1,050 at 7, 1,536 at 8 (``MinSystemMemory`` in tensorflow/core/common_runtime/gpu/gpu_device.cc).
"""

MARGIN = 1.25
"""For memory that lies in pieces too small to be used, and for what a kernel works in. Not measured."""

OPTIMIZER_SLOTS = {
    "adam": 2, "adamw": 2, "nadam": 2, "adamax": 2, "rmsprop": 1, "sgd": 1, "adagrad": 1, "adadelta": 2, "lion": 1,
    "ftrl": 2, "adafactor": 2,
}  # fmt: skip
"""Numbers that an optimizer keeps of each weight; sgd has a momentum here, adafactor keeps at most so many."""

EXAM_BATCH = 64
"""Windows that are looked at together when the held-out loss is measured, whatever the batch size."""

EXAM_WINDOWS = 512
"""Of those, how many are looked at after each epoch at most: 25,600 notes tell bits a note to about 0.02."""

MOST_BATCHES = 64
"""Batches in one call of training at most, which wait on the device together."""

_FLOAT_BYTES = 4


def process_mb(genes: Mapping[str, Value], sizes: Mapping[str, int], window: int) -> float:
    """What a process that trains the network takes of a GPU's memory at most, in MB of a million bytes.

    Args:
        genes: Values by gene; those that are not there have their default.
        sizes: How many symbols each attribute has, by attribute name.
        window: Steps of a training window.
    """
    return OVERHEAD_MB + MARGIN * training_mb(genes, sizes, window)


def training_mb(genes: Mapping[str, Value], sizes: Mapping[str, int], window: int) -> float:
    """What the tensors of its training take at their peak, in MB; the arguments are those of `process_mb`."""
    values = with_defaults(genes)
    batch, symbols = int(values["batch_size"]), sum(sizes.values())
    # Each weight, its gradient as it comes and as it is clipped, the optimizer's own, its step; and the weights and
    # gradients once more in the order in which cuDNN wants them.
    copies = 6 + OPTIMIZER_SLOTS[str(values["optimizer"])]
    weights = copies * count_weights(genes, sizes)
    learning = batch * window * _floats_a_step(values, sizes)
    examining = EXAM_BATCH * window * (_floats_a_step(values, sizes) - 4 * symbols)
    waiting = MOST_BATCHES * max(batch, EXAM_BATCH) * window * (2 * len(sizes) + 1)
    return _FLOAT_BYTES * (weights + max(learning, examining) + waiting) / 1e6


def _floats_a_step(values: Mapping[str, Value], sizes: Mapping[str, int]) -> float:
    """The numbers that training holds of one step of one window at its peak, when the way back begins."""
    features, _ = encoded_widths(values, sizes)
    width, dense, symbols = int(values["width"]), int(values["dense_width"]), sum(sizes.values())
    layers = [width] * int(values["depth"])
    if values["branches"]:
        layers += [-(-width // len(sizes))] * len(sizes)
    gates = GATES[str(values["cell"])]
    # Every layer keeps its gates before and after they open, its answers and its memory, and both once more where
    # dropout has passed; on the way back the widest makes as much again.
    remembered = (2 * gates + 4) * (sum(layers) + width)
    # The encoded symbols, joined, and on the way back; the dense layer before and after its activation and dropout,
    # and back; logits, their softmax and the gradient of each, and room to make them.
    return 3 * sum(features) + remembered + 6 * dense + 5 * symbols
