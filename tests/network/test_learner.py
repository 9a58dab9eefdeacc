"""Training steps on every backend."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from evolve.network.genes import CELLS, ENCODINGS
from evolve.network.learner import BatchByBatch, learner_of
from evolve.network.windows import Batch, Pieces, batches, exam_windows
from tests.network.lines import line, small_network

pytestmark = pytest.mark.slow

NETWORKS: list[tuple[str, str, bool]] = [
    *((cell, "onehot", False) for cell in CELLS),
    *(("lstm", encoding, True) for encoding in ENCODINGS),
]


def some_batches() -> Sequence[Batch]:
    """Three batches of lines, with steps that do not count."""
    pieces = Pieces.laid_end_to_end([line(60, seed) for seed in range(3)])
    return list(batches(pieces, exam_windows(pieces, 8, "every", 99), 8, "every", 8))


@pytest.mark.parametrize(("cell", "encoding", "branches"), NETWORKS)
def test_many_steps_a_call_are_the_steps_of_keras_one_by_one(cell: str, encoding: str, *, branches: bool) -> None:
    """Losses and weights agree with Keras's own training step, dropout included."""
    one, other = (small_network(cell=cell, encoding=encoding, branches=branches, depth=2) for _ in "ab")
    quick, stock = learner_of(one), BatchByBatch(other)
    batches = some_batches()
    assert np.allclose(quick.learn(batches), stock.learn(batches), atol=1e-5)
    assert np.allclose(quick.examine(batches[:2]), stock.examine(batches[:2]), atol=1e-5)
    for weights, wanted in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.allclose(weights, wanted, atol=1e-4)


ON_JAX = """
import keras, numpy as np
from evolve.network.compose import compose
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.pen import FixedLength
from evolve.network.sampling import Sampling
from evolve.network.train import TrainingSettings, train
from tests.network.lines import line, same_weights, small_network
assert keras.backend.backend() == "jax"
model = small_network(encoding="onehot", branches=True)
history = train(model, [line(90, 1)], [line(40, 2)], TrainingSettings(window=8, epochs=2, batch_size=4))
assert history.epochs[1].held_out_bits < history.epochs[0].held_out_bits
loaded = network_from_bytes(network_to_bytes(model))
assert same_weights(model, loaded)
rngs = [np.random.default_rng(song) for song in range(2)]
songs = compose(loaded, line(5, 3), [FixedLength(4), FixedLength(4)], rngs, Sampling())
print([len(song["pitch"]) for song in songs])
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_the_same_code_trains_and_composes_on_jax() -> None:
    """With KERAS_BACKEND=jax a network is built, learns, is saved, and composes."""
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", ON_JAX], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[4, 4]"
