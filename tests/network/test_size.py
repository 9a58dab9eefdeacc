"""The size of a network, told without building it."""

import itertools

import pytest

from evolve.network.genes import CELLS, ENCODINGS, HEADS, Value
from evolve.network.size import count_weights

SIZES = {"pitch": 23, "duration": 7}
CONTEXT = {"place": 5, "metre": 3}
COMBINATIONS: list[dict[str, Value]] = [
    {"cell": cell, "encoding": encoding, "branches": branches, "depth": depth, "width": 9, "dense_width": dense}
    for cell, encoding, branches, (depth, dense) in itertools.product(
        CELLS, ENCODINGS, (False, True), ((1, 0), (3, 11))
    )
]
WITH_CONTEXT: list[dict[str, Value]] = [
    {"heads": heads, "bar_position": reads, "encoding": encoding, "branches": branches, "dense_width": dense}
    for heads, reads, encoding, (branches, dense) in itertools.product(
        HEADS, (False, True), ("embedding", "scaled"), ((False, 0), (True, 11))
    )
]


@pytest.mark.slow
@pytest.mark.parametrize("genes", COMBINATIONS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_the_weights_of_a_network_are_told_from_its_genes_alone(genes: dict[str, Value]) -> None:
    """As many as Keras counts in the network that is built of them."""
    from evolve.network.build import hypermodel  # noqa: PLC0415 - imports TensorFlow
    from tests.network.lines import SetGenes  # noqa: PLC0415 - imports TensorFlow

    model = hypermodel(SIZES, seed=0, window=5)(SetGenes(genes))
    assert count_weights(genes, SIZES) == model.count_params()


@pytest.mark.slow
@pytest.mark.parametrize("genes", WITH_CONTEXT, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_the_weights_of_chained_heads_and_of_what_is_read_beside_are_told(genes: dict[str, Value]) -> None:
    """Of three attributes, of which each head is given those before it; the context counts where it is read."""
    from evolve.network.build import hypermodel  # noqa: PLC0415 - imports TensorFlow
    from tests.network.lines import SetGenes  # noqa: PLC0415 - imports TensorFlow

    sizes = {**SIZES, "loudness": 4}
    model = hypermodel(sizes, seed=0, window=5, context=CONTEXT)(SetGenes(genes))
    assert count_weights(genes, sizes, CONTEXT) == model.count_params()


def test_genes_that_are_not_given_have_their_defaults() -> None:
    """An empty genome is the default network: one LSTM of 128 units on one-hot symbols, a dense layer of 128."""
    recurrent = 4 * 128 * (30 + 128 + 1)
    assert count_weights({}, SIZES) == recurrent + 129 * 128 + 129 * 30
