"""What stays of networks that are gone."""

import gc

import pytest

from evolve.network.leftovers import nothing_left_behind
from evolve.network.train import TrainingSettings, train
from tests.network.lines import line, small_network

pytestmark = pytest.mark.slow


def train_and_forget(cell: str) -> None:
    """One training whose network nobody keeps."""
    settings = TrainingSettings(window=8, epochs=1, batch_size=4)
    with nothing_left_behind():
        train(small_network(cell=cell, depth=2), [line(40, 1)], [line(20, 2)], settings)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_trained_networks_leave_no_memory_behind(cell: str) -> None:
    """A graph of one network alone is over ten thousand objects; after the first, three more leave hardly any."""
    train_and_forget(cell)
    before = len(gc.get_objects())
    for _ in range(3):
        train_and_forget(cell)
    assert len(gc.get_objects()) - before < 5000


def test_a_network_from_before_can_learn_on() -> None:
    """Only what was traced inside is forgotten."""
    model, settings = small_network(), TrainingSettings(window=8, epochs=1, batch_size=4)
    train(model, [line(40, 1)], [line(20, 2)], settings)
    train_and_forget("lstm")
    assert train(model, [line(40, 1)], [line(20, 2)], settings).epochs
