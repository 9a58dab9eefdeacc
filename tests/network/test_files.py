"""Networks as bytes."""

import numpy as np
import pytest

from evolve.errors import EvolveError
from evolve.network.files import NetworkFileError, network_from_bytes, network_to_bytes
from evolve.network.genes import CELLS, ENCODINGS
from tests.network.lines import line, same_weights, small_network

pytestmark = pytest.mark.slow

SYMBOLS = {name: stream[None] for name, stream in line(9, seed=0).items()}


@pytest.mark.parametrize(("cell", "encoding"), list(zip((*CELLS, "lstm"), ENCODINGS, strict=True)))
def test_a_network_comes_back_from_its_bytes(cell: str, encoding: str) -> None:
    """Weights and answers are the same to the last bit."""
    model = small_network(cell=cell, encoding=encoding, branches=True, dense_width=6, activation="swish")
    loaded = network_from_bytes(network_to_bytes(model))
    assert same_weights(model, loaded)
    for name, logits in model(SYMBOLS).items():
        assert np.array_equal(np.asarray(logits), np.asarray(loaded(SYMBOLS)[name]))


def test_saving_leaves_the_network_able_to_learn_on() -> None:
    """The file holds no optimizer, the network keeps its own."""
    model = small_network()
    data = network_to_bytes(model)
    assert model.optimizer is not None
    assert getattr(network_from_bytes(data), "optimizer", None) is None


def test_damaged_bytes_are_the_users_to_mend() -> None:
    """Cut short, rubbish, empty or damaged in the middle: one clear line."""
    data = network_to_bytes(small_network())
    middle = len(data) // 2
    for damaged in (b"", b"rubbish", data[:middle], data[:middle] + b"\xff" * 400 + data[middle + 400 :]):
        with pytest.raises(NetworkFileError, match="not a network that can be read") as caught:
            network_from_bytes(damaged)
        assert isinstance(caught.value, EvolveError)
        assert "\n" not in str(caught.value)
        assert "/tmp" not in str(caught.value)  # noqa: S108 -- a path that must not be shown
