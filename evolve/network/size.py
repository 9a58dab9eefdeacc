"""How large a network is, told from its genes alone: no library that trains it is loaded."""

import math
from collections.abc import Mapping

from evolve.network.genes import GENES, Value

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
"""Products of its width that a recurrent cell makes at each step."""


def count_weights(genes: Mapping[str, Value], sizes: Mapping[str, int]) -> int:
    """The weights of the network that `evolve.network.build` makes of these genes.

    Args:
        genes: Values by gene; those that are not there have their default.
        sizes: How many symbols each attribute has, by attribute name.
    """
    values = with_defaults(genes)
    cell, width, dense = str(values["cell"]), int(values["width"]), int(values["dense_width"])
    features, count = encoded_widths(values, sizes)
    if values["branches"]:
        branch = math.ceil(width / len(sizes))
        count += sum(_recurrent(cell, number, branch) for number in features)
        features = [branch] * len(sizes)
    read = sum(features)
    for _ in range(int(values["depth"])):
        count += _recurrent(cell, read, width)
        read = width
    if dense:
        count += (read + 1) * dense
        read = dense
    return count + (read + 1) * sum(sizes.values())


def with_defaults(genes: Mapping[str, Value]) -> dict[str, Value]:
    """The value of every gene; those that are not given have their default."""
    return {name: rule.default for name, rule in GENES.items()} | dict(genes)


def encoded_widths(values: Mapping[str, Value], sizes: Mapping[str, int]) -> tuple[list[int], int]:
    """How many numbers each attribute becomes, and the weights that it takes."""
    if values["encoding"] == "onehot":
        return list(sizes.values()), 0
    if values["encoding"] == "embedding":
        width = int(values["embedding_width"])
        return [width] * len(sizes), width * sum(sizes.values())
    return [1] * len(sizes), 0


def _recurrent(cell: str, read: int, width: int) -> int:
    biases = 2 if cell == "gru" else 1  # Keras's GRU, as cuDNN's, has one for each of its two products
    return GATES[cell] * width * (read + width + biases)
