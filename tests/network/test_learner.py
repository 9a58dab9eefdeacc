"""Training steps on every backend."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from evolve.network.genes import CELLS, ENCODINGS, Value
from evolve.network.learner import BatchByBatch, Learner, learner_of
from evolve.network.windows import Batch, Pieces, training_lanes, validation_lanes
from tests.network.lines import CONTEXT, line_in_bars, nats_of_whole, same_weights, small_network, stirred

pytestmark = pytest.mark.slow

PIECES = tuple(line_in_bars(notes, seed=notes) for notes in (30, 9, 22, 2))
NETWORKS: list[dict[str, Any]] = [
    *({"cell": cell} for cell in CELLS),
    *({"encoding": encoding, "branches": True} for encoding in ENCODINGS),
    {"heads": "chained", "dense_width": 6},
    {"heads": "chained", "cell": "gru", "bar_position": False},
]
LEARNERS: list[Callable[[keras.Model], Learner]] = [learner_of, BatchByBatch]


def still_network(**own: Value) -> keras.Model:
    """A network whose training steps change nothing, so that what they find can be told apart."""
    genes: dict[str, Any] = {"optimizer": "sgd", "dropout": 0.0, **own}
    model = stirred(small_network(context=CONTEXT, **genes))
    model.optimizer.learning_rate = 0.0
    return model


def training_batches(rows: int = 3) -> list[Batch]:
    """The batches of an epoch in which windows go on into the next piece, with steps that do not count."""
    pieces = Pieces.laid_end_to_end(PIECES)
    lanes = training_lanes(pieces, np.arange(len(PIECES)), 8, rows, crosses=True)
    assert not lanes.fresh[1:].all()
    return list(lanes.batches(pieces))


def check_whole_pieces_are_read_in_windows(made: Callable[[keras.Model], Learner], genes: dict[str, Any]) -> None:
    """Window by window, rows side by side, calls long or short: the losses are those of each piece in one go."""
    model = still_network(**genes)
    pieces = Pieces.laid_end_to_end(PIECES)
    lanes = validation_lanes(pieces, 4, 2, most_steps=1000)
    batches = list(lanes.batches(pieces))
    learner = made(model)
    nats = np.concatenate(
        [
            learner.validation_steps(batches[:1]),
            learner.validation_steps(batches[1:4]),
            learner.validation_steps(batches[4:]),
        ]
    )
    assert nats.shape == lanes.counted.shape
    for first, piece in zip(pieces.first, PIECES, strict=True):
        wanted = nats_of_whole(model, piece)
        is_own = lanes.counted & (lanes.places >= first) & (lanes.places < first + len(wanted))
        in_order = np.argsort(lanes.places[is_own])
        assert np.allclose(nats[is_own][in_order], wanted, atol=1e-4)
    means = [losses[counted].mean() for losses, counted in zip(nats, lanes.counted, strict=True)]
    assert np.allclose(learner.train_steps(batches), means, atol=1e-4)


@pytest.mark.parametrize("genes", NETWORKS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_many_steps_a_call_are_the_steps_of_keras_one_by_one(genes: dict[str, Any]) -> None:
    """Losses and weights agree with Keras's own training step, dropout and carried states included."""
    one, other = (small_network(context=CONTEXT, depth=2, **genes) for _ in "ab")
    quick, stock = learner_of(one), BatchByBatch(other)
    batches = training_batches()
    assert np.allclose(quick.train_steps(batches), stock.train_steps(batches), atol=1e-5)
    assert np.allclose(quick.validation_steps(batches[:2]), stock.validation_steps(batches[:2]), atol=1e-4)
    for weights, wanted in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.allclose(weights, wanted, atol=1e-4)


@pytest.mark.parametrize("made", LEARNERS)
@pytest.mark.parametrize("genes", NETWORKS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_windows_that_carry_the_state_read_as_the_whole_piece(
    genes: dict[str, Any], made: Callable[[keras.Model], Learner]
) -> None:
    """The very losses of reading each piece at once, in training and validation alike."""
    check_whole_pieces_are_read_in_windows(made, genes)


@pytest.mark.parametrize("made", LEARNERS)
def test_rows_that_are_fresh_begin_at_zero_and_others_do_not(made: Callable[[keras.Model], Learner]) -> None:
    """Each row by itself."""
    learner, batch = made(still_network()), training_batches()[0]
    first = learner.validation_steps([batch])
    second = learner.validation_steps([replace(batch, fresh=np.array([True, False, True]))])
    alike = np.isclose(first[0], second[0], atol=1e-6).all(axis=1)
    assert alike.tolist() == [True, False, True]
    assert np.allclose(learner.validation_steps([batch]), first, atol=1e-6)


@pytest.mark.parametrize("made", LEARNERS)
def test_training_and_validation_have_states_of_their_own(made: Callable[[keras.Model], Learner]) -> None:
    """What is read between two windows of the one is nothing to the other."""
    batches = training_batches()
    apart, mixed = made(still_network()), made(still_network())
    trained, measured = apart.train_steps(batches), apart.validation_steps(batches[::-1])
    for place, (batch, other) in enumerate(zip(batches, batches[::-1], strict=True)):
        assert np.allclose(mixed.train_steps([batch]), trained[place], atol=1e-5)
        assert np.allclose(mixed.validation_steps([other]), measured[place], atol=1e-5)


@pytest.mark.parametrize("genes", [{"cell": "lstm"}, {"cell": "gru"}])
def test_how_batches_are_grouped_into_calls_changes_nothing(genes: dict[str, Any]) -> None:
    """Not a bit of the weights, nor of a loss."""
    batches = training_batches(2)
    models = [small_network(context=CONTEXT, **genes) for _ in "ab"]
    one, other = map(learner_of, models)
    at_once = one.train_steps(batches), one.validation_steps(batches)
    trained = [other.train_steps(some) for some in (batches[:1], batches[1:3], batches[3:])]
    measured = [other.validation_steps(some) for some in (batches[:2], batches[2:])]
    assert np.array_equal(at_once[0], np.concatenate(trained))
    assert np.array_equal(at_once[1], np.concatenate(measured))
    assert same_weights(*models)


def test_batches_of_another_size_begin_anew() -> None:
    """A learner may be given fewer rows than before: they begin at zero, as they must say."""
    learner = learner_of(still_network())
    few, many = training_batches(1), training_batches(3)
    alone = learner.validation_steps(few[:1])
    learner.validation_steps(many)
    assert np.array_equal(learner.validation_steps(few[:1]), alone)


ON_JAX = """
import keras, numpy as np
from evolve.network.compose import compose
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.learner import learner_of
from evolve.network.pen import FixedLength
from evolve.network.sampling import Sampling
from evolve.network.train import TrainingSettings, train
from tests.network.lines import CONTEXT, line, same_weights, small_network
from tests.network.test_learner import check_whole_pieces_are_read_in_windows, training_batches
assert keras.backend.backend() == "jax"
chained = {"cell": "gru", "heads": "chained", "encoding": "embedding", "branches": True, "dense_width": 6}
for genes in ({"cell": "lstm"}, chained):
    check_whole_pieces_are_read_in_windows(learner_of, genes)
batches, models = training_batches(), [small_network(context=CONTEXT, heads="chained") for _ in "ab"]
one, other = map(learner_of, models)
at_once = one.train_steps(batches)
assert np.array_equal(at_once, np.concatenate([other.train_steps(batches[:1]), other.train_steps(batches[1:])]))
assert same_weights(*models)
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
    """With KERAS_BACKEND=jax a network is built, carries its states, learns, is saved, and composes."""
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", ON_JAX], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[4, 4]"
