"""How large a network is, told from its genes alone: no library that trains it is loaded."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from evolve.network.genes import GENES, Value

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
"""Products of its width that a recurrent cell makes at each step."""


NO_CONTEXT: Mapping[str, int] = MappingProxyType({})
"""The streams of a network that reads nothing but what it predicts."""


def count_weights(genes: Mapping[str, Value], sizes: Mapping[str, int], context: Mapping[str, int] = NO_CONTEXT) -> int:
    """The weights of the network that `evolve.network.build` makes of these genes.

    Args:
        genes: Values by gene; those that are not there have their default.
        sizes: How many symbols each attribute has, by attribute name.
        context: How many symbols each stream has that is read but not predicted.
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
        return _as_symbols(values, sizes)
    return [1] * len(sizes), 0


def context_widths(values: Mapping[str, Value], context: Mapping[str, int]) -> tuple[list[int], int]:
    """How many numbers each stream of the context becomes, and the weights that it takes; none where it is not read."""
    return _as_symbols(values, context) if values["bar_position"] else ([], 0)


def _as_symbols(values: Mapping[str, Value], sizes: Mapping[str, int]) -> tuple[list[int], int]:
    if values["encoding"] != "embedding":
        return list(sizes.values()), 0
    width = int(values["embedding_width"])
    return [width] * len(sizes), width * sum(sizes.values())


def _given(values: Mapping[str, Value], sizes: Mapping[str, int]) -> int:
    """Weights of what chained heads are given: of each earlier attribute's symbols, for each attribute."""
    if values["heads"] != "chained":
        return 0
    each = list(sizes.values())
    return sum((int(values["dense_width"]) or size) * sum(each[:place]) for place, size in enumerate(each))


def _recurrent(cell: str, read: int, width: int) -> int:
    biases = 2 if cell == "gru" else 1  # Keras's GRU, as cuDNN's, has one for each of its two products
    return GATES[cell] * width * (read + width + biases)
