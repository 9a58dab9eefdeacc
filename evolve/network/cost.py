"""How large a network is and how much memory its training takes, told from its genes alone."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from evolve.network.genes import GENES, Value
from evolve.network.validation import ROWS

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
"""Products of its width that a recurrent cell makes at each step."""


NO_CONTEXT: Mapping[str, int] = MappingProxyType({})
"""The streams of a network that reads nothing but what it predicts."""


def count_weights(genes: Mapping[str, Value], sizes: Mapping[str, int], context: Mapping[str, int] = NO_CONTEXT) -> int:
    """The weights of the network that `evolve.network.build` makes of these genes.

    Args:
        genes: Values by gene; those that are not there have their default.
        sizes: How many tokens each attribute has, by attribute name.
        context: How many tokens each stream has that is read but not predicted.
    """
    values = with_defaults(genes)
    cell, width, dense = str(values["cell"]), int(values["width"]), int(values["dense_width"])
    features, count = encoded_widths(values, sizes)
    if values["branches"]:
        branch = math.ceil(width / len(sizes))
        count += sum(_recurrent(cell, number, branch) for number in features)
        features = [branch] * len(sizes)
    beside, beside_count = context_widths(values, context)
    read, count = sum(features) + sum(beside), count + beside_count
    for _ in range(int(values["depth"])):
        count += _recurrent(cell, read, width)
        read = width
    if dense:
        count += (read + 1) * dense
        read = dense
    return count + _given(values, sizes) + (read + 1) * sum(sizes.values())


def with_defaults(genes: Mapping[str, Value]) -> dict[str, Value]:
    """The value of every gene; those that are not given have their default."""
    return {name: rule.default for name, rule in GENES.items() if rule.default is not None} | dict(genes)


def encoded_widths(values: Mapping[str, Value], sizes: Mapping[str, int]) -> tuple[list[int], int]:
    """How many numbers each attribute becomes, and the weights that it takes."""
    if values["encoding"] in ("onehot", "embedding"):
        return _as_tokens(values, sizes)
    return [1] * len(sizes), 0


def context_widths(values: Mapping[str, Value], context: Mapping[str, int]) -> tuple[list[int], int]:
    """How many numbers each stream of the context becomes, and the weights that it takes; none where it is not read."""
    return _as_tokens(values, context) if values["bar_position"] else ([], 0)


def _as_tokens(values: Mapping[str, Value], sizes: Mapping[str, int]) -> tuple[list[int], int]:
    if values["encoding"] != "embedding":
        return list(sizes.values()), 0
    width = int(values["embedding_width"])
    return [width] * len(sizes), width * sum(sizes.values())


def _given(values: Mapping[str, Value], sizes: Mapping[str, int]) -> int:
    """Weights of what chained heads are given: of each earlier attribute's tokens, for each attribute."""
    if values["heads"] != "chained":
        return 0
    each = list(sizes.values())
    return sum((int(values["dense_width"]) or size) * sum(each[:place]) for place, size in enumerate(each))


def _recurrent(cell: str, read: int, width: int) -> int:
    biases = 2 if cell == "gru" else 1  # Keras's GRU, as cuDNN's, has one for each of its two products
    return GATES[cell] * width * (read + width + biases)


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
        sizes: How many tokens each attribute has, by attribute name.
        window: Steps of a training window.
        context: How many tokens each stream has that is read but not predicted.
    """
    return OVERHEAD_MB + MARGIN * training_mb(genes, sizes, window, context)


def training_mb(
    genes: Mapping[str, Value], sizes: Mapping[str, int], window: int, context: Mapping[str, int] = NO_CONTEXT
) -> float:
    """What the tensors of its training take at their peak, in MB; the arguments are those of `process_mb`."""
    values = with_defaults(genes)
    batch, tokens = int(values["batch_size"]), sum(sizes.values())
    # Each weight, its gradient as it comes and as it is clipped, the optimizer's own, its step; and the weights and
    # gradients once more in the order in which cuDNN wants them.
    copies = 6 + OPTIMIZER_SLOTS[str(values["optimizer"])]
    weights = copies * count_weights(genes, sizes, context)
    floats = _floats_a_step(values, sizes, context)
    training = batch * window * floats
    validating = ROWS * window * (floats - 4 * tokens)
    waiting = MOST_BATCHES * max(batch, ROWS) * window * (3 * len(sizes) + len(context) + 1)
    return _FLOAT_BYTES * (weights + max(training, validating) + waiting) / 1e6


def _floats_a_step(values: Mapping[str, Value], sizes: Mapping[str, int], context: Mapping[str, int]) -> float:
    """The numbers that training holds of one step of one window at its peak, when the way back begins."""
    features = [*encoded_widths(values, sizes)[0], *context_widths(values, context)[0]]
    heads = len(sizes) if values["heads"] == "chained" else 1
    width, dense, tokens = int(values["width"]), int(values["dense_width"]), sum(sizes.values())
    layers = [width] * int(values["depth"])
    if values["branches"]:
        layers += [-(-width // len(sizes))] * len(sizes)
    gates = GATES[str(values["cell"])]
    # Every layer keeps its gates before and after they open, its answers and its memory, and both once more where
    # dropout has passed; on the way back the widest makes as much again.
    remembered = (2 * gates + 4) * (sum(layers) + width)
    # The encoded tokens, joined, and on the way back; the dense layer, for each head where they are chained, before
    # and after its activation and dropout, and back; logits, their softmax and the gradient of each, and room to make
    # them.
    return 3 * sum(features) + remembered + 6 * heads * dense + 5 * tokens
