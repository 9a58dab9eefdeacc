"""How much memory of a GPU a network takes in training, told from its genes alone: nothing that trains it is loaded.

What counts is the peak: the weights with all that training keeps beside them, and what every layer must remember of
every step of every window until the way back has passed it. The figures are counted from what the layers compute, a
little too high rather than too low; `tests/network/test_memory.py` holds them to what training takes on a processor.
What they are on a GPU was not measured: `python -m benchmarks.gpu --packing` does.
"""

from collections.abc import Mapping

from evolve.network.genes import Value
from evolve.network.size import GATES, NO_CONTEXT, context_widths, count_weights, encoded_widths, with_defaults
from evolve.network.validation import ROWS

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

MOST_BATCHES = 64
"""Batches in one call of training at most, which wait on the device together."""

_FLOAT_BYTES = 4


def process_mb(
    genes: Mapping[str, Value], sizes: Mapping[str, int], window: int, context: Mapping[str, int] = NO_CONTEXT
) -> float:
    """What a process that trains the network takes of a GPU's memory at most, in MB of a million bytes.

    Args:
        genes: Values by gene; those that are not there have their default.
        sizes: How many symbols each attribute has, by attribute name.
        window: Steps of a training window.
        context: How many symbols each stream has that is read but not predicted.
    """
    return OVERHEAD_MB + MARGIN * training_mb(genes, sizes, window, context)


def training_mb(
    genes: Mapping[str, Value], sizes: Mapping[str, int], window: int, context: Mapping[str, int] = NO_CONTEXT
) -> float:
    """What the tensors of its training take at their peak, in MB; the arguments are those of `process_mb`."""
    values = with_defaults(genes)
    batch, symbols = int(values["batch_size"]), sum(sizes.values())
    # Each weight, its gradient as it comes and as it is clipped, the optimizer's own, its step; and the weights and
    # gradients once more in the order in which cuDNN wants them.
    copies = 6 + OPTIMIZER_SLOTS[str(values["optimizer"])]
    weights = copies * count_weights(genes, sizes, context)
    floats = _floats_a_step(values, sizes, context)
    training = batch * window * floats
    validating = ROWS * window * (floats - 4 * symbols)
    waiting = MOST_BATCHES * max(batch, ROWS) * window * (3 * len(sizes) + len(context) + 1)
    return _FLOAT_BYTES * (weights + max(training, validating) + waiting) / 1e6


def _floats_a_step(values: Mapping[str, Value], sizes: Mapping[str, int], context: Mapping[str, int]) -> float:
    """The numbers that training holds of one step of one window at its peak, when the way back begins."""
    features = [*encoded_widths(values, sizes)[0], *context_widths(values, context)[0]]
    heads = len(sizes) if values["heads"] == "chained" else 1
    width, dense, symbols = int(values["width"]), int(values["dense_width"]), sum(sizes.values())
    layers = [width] * int(values["depth"])
    if values["branches"]:
        layers += [-(-width // len(sizes))] * len(sizes)
    gates = GATES[str(values["cell"])]
    # Every layer keeps its gates before and after they open, its answers and its memory, and both once more where
    # dropout has passed; on the way back the widest makes as much again.
    remembered = (2 * gates + 4) * (sum(layers) + width)
    # The encoded symbols, joined, and on the way back; the dense layer, for each head where they are chained, before
    # and after its activation and dropout, and back; logits, their softmax and the gradient of each, and room to make
    # them.
    return 3 * sum(features) + remembered + 6 * heads * dense + 5 * symbols
