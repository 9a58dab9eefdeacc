"""Training steps of every backend, against Keras's own."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from evolve.network.files import network_to_bytes
from evolve.network.genes import Value
from evolve.network.step_runner import StatefulNetwork, continued, step_runner_of
from evolve.network.tensorflow_runner import QuickLSTM, quick_form, recur
from evolve.network.windows import Batch, Pieces, stacked, training_lanes, validation_lanes
from tests.network.lines import CONTEXT, line_in_bars, nats_of_whole, same_weights, small_network, stirred

pytestmark = pytest.mark.slow

PIECES = tuple(line_in_bars(notes, seed=notes) for notes in (30, 9, 22, 2))
NETWORKS: list[dict[str, Any]] = [
    {"cell": "lstm", "encoding": "onehot"},
    {"cell": "gru", "encoding": "embedding", "branches": True},
    {"cell": "simple_rnn", "encoding": "integer", "heads": "chained", "dense_width": 6},
    {"cell": "lstm", "encoding": "scaled", "branches": True, "heads": "chained", "bar_position": False},
]
"""Every cell, encoding and way to choose."""


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


def check_whole_pieces_are_read_in_windows(genes: dict[str, Any]) -> None:
    """Window by window, rows side by side, calls long or short: the losses are those of each piece in one go."""
    model = still_network(**genes)
    pieces = Pieces.laid_end_to_end(PIECES)
    lanes = validation_lanes(pieces, 4, 2, most_steps=1000)
    batches = list(lanes.batches(pieces))
    runner = step_runner_of(model)
    nats = np.concatenate(
        [
            runner.evaluation_steps(batches[:1]),
            runner.evaluation_steps(batches[1:4]),
            runner.evaluation_steps(batches[4:]),
        ]
    )
    assert nats.shape == lanes.counted.shape
    for first, piece in zip(pieces.first, PIECES, strict=True):
        wanted = nats_of_whole(model, piece)
        is_own = lanes.counted & (lanes.places >= first) & (lanes.places < first + len(wanted))
        in_order = np.argsort(lanes.places[is_own])
        assert np.allclose(nats[is_own][in_order], wanted, atol=1e-4)
    means = [losses[counted].mean() for losses, counted in zip(nats, lanes.counted, strict=True)]
    assert np.allclose(runner.train_steps(batches), means, atol=1e-4)


def keras_steps(model: keras.Model, batches: list[Batch]) -> list[float]:
    """The losses of Keras's own training steps; eagerly, for a traced step would keep the first states as constants."""
    network = StatefulNetwork(model)
    network.twin.compile(optimizer=model.optimizer, loss=model.loss, run_eagerly=True)
    states: list[Any] = [np.zeros((len(batches[0].fresh), width), np.float32) for width in network.widths]
    losses = []
    for batch in batches:
        inputs, targets, counted, fresh = stacked([batch], network.read, network.predicted)
        step = partial(
            network.twin.train_on_batch,
            {name: stack[0] for name, stack in inputs.items()},
            {name: stack[0] for name, stack in targets.items()},
            sample_weight=dict.fromkeys(targets, counted[0]),
            return_dict=True,
        )
        found, states = network.following(continued(states, fresh[0]), step)
        losses.append(float(found["loss"]))
    return losses


@pytest.mark.parametrize("genes", NETWORKS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_many_steps_a_call_are_the_steps_of_keras_one_by_one(genes: dict[str, Any]) -> None:
    """Losses and weights agree with Keras's own training step, dropout and carried states included."""
    one, other = (small_network(context=CONTEXT, depth=2, **genes) for _ in "ab")
    batches = training_batches()
    assert np.allclose(step_runner_of(one).train_steps(batches), keras_steps(other, batches), atol=1e-5)
    for weights, wanted in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.allclose(weights, wanted, atol=1e-4)


@pytest.mark.parametrize("genes", NETWORKS, ids=lambda genes: "-".join(str(value) for value in genes.values()))
def test_windows_that_carry_the_state_read_as_the_whole_piece(genes: dict[str, Any]) -> None:
    """The very losses of reading each piece at once, in training and validation alike."""
    check_whole_pieces_are_read_in_windows(genes)


def test_rows_that_are_fresh_begin_at_zero_and_others_do_not() -> None:
    """Each row by itself."""
    runner, batch = step_runner_of(still_network()), training_batches()[0]
    first = runner.evaluation_steps([batch])
    second = runner.evaluation_steps([replace(batch, fresh=np.array([True, False, True]))])
    alike = np.isclose(first[0], second[0], atol=1e-6).all(axis=1)
    assert alike.tolist() == [True, False, True]
    assert np.allclose(runner.evaluation_steps([batch]), first, atol=1e-6)


def test_training_and_validation_have_states_of_their_own() -> None:
    """What is read between two windows of the one is nothing to the other."""
    batches = training_batches()
    apart, mixed = step_runner_of(still_network()), step_runner_of(still_network())
    trained, measured = apart.train_steps(batches), apart.evaluation_steps(batches[::-1])
    for place, (batch, other) in enumerate(zip(batches, batches[::-1], strict=True)):
        assert np.allclose(mixed.train_steps([batch]), trained[place], atol=1e-5)
        assert np.allclose(mixed.evaluation_steps([other]), measured[place], atol=1e-5)


@pytest.mark.parametrize("genes", [{"cell": "lstm"}, {"cell": "gru"}])
def test_how_batches_are_grouped_into_calls_changes_nothing(genes: dict[str, Any]) -> None:
    """Not a bit of the weights, nor of a loss."""
    batches = training_batches(2)
    models = [small_network(context=CONTEXT, **genes) for _ in "ab"]
    one, other = map(step_runner_of, models)
    at_once = one.train_steps(batches), one.evaluation_steps(batches)
    trained = [other.train_steps(some) for some in (batches[:1], batches[1:3], batches[3:])]
    measured = [other.evaluation_steps(some) for some in (batches[:2], batches[2:])]
    assert np.array_equal(at_once[0], np.concatenate(trained))
    assert np.array_equal(at_once[1], np.concatenate(measured))
    assert same_weights(*models)


def test_batches_of_another_size_begin_anew() -> None:
    """A runner may be given fewer rows than before: they begin at zero, as they must say."""
    runner = step_runner_of(still_network())
    few, many = training_batches(1), training_batches(3)
    alone = runner.evaluation_steps(few[:1])
    runner.evaluation_steps(many)
    assert np.array_equal(runner.evaluation_steps(few[:1]), alone)


ON_JAX = """
import keras, numpy as np
from evolve.network.compose import FixedLength, compose
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.step_runner import step_runner_of
from evolve.network.sampling import Sampling
from evolve.network.train import TrainingSettings, train
from tests.network.lines import CONTEXT, line, same_weights, small_network
from tests.network.test_step_runner import check_whole_pieces_are_read_in_windows, training_batches
assert keras.backend.backend() == "jax"
chained = {"cell": "gru", "heads": "chained", "encoding": "embedding", "branches": True, "dense_width": 6}
for genes in ({"cell": "lstm"}, chained):
    check_whole_pieces_are_read_in_windows(genes)
batches, models = training_batches(), [small_network(context=CONTEXT, heads="chained") for _ in "ab"]
one, other = map(step_runner_of, models)
at_once = one.train_steps(batches)
assert np.array_equal(at_once, np.concatenate([other.train_steps(batches[:1]), other.train_steps(batches[1:])]))
assert same_weights(*models)
model = small_network(encoding="onehot", branches=True)
history = train(model, [line(90, 1)], [line(40, 2)], TrainingSettings(window=8, epochs=2, batch_size=4))
assert history.epochs[1].validation_loss < history.epochs[0].validation_loss
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


def numbers(*shape: int, seed: int = 0) -> tf.Tensor:
    """Float32 numbers around 0, always the same."""
    return tf.constant(np.random.default_rng(seed).normal(size=shape) * 0.7, tf.float32)


@pytest.mark.parametrize("begins", ["at zero", "in states"])
@pytest.mark.parametrize("steps", [1, 7])
def test_answers_states_and_gradients_are_those_of_the_stock_layer(steps: int, begins: str) -> None:
    """The hand-written way back agrees with what TensorFlow derives from Keras's layer."""
    stock = keras.layers.LSTM(5, return_sequences=True, return_state=True, bias_initializer="random_normal")
    inputs, slopes = numbers(3, steps, 4), numbers(3, steps, 5, seed=1)
    states = None if begins == "at zero" else [numbers(3, 5, seed=2), numbers(3, 5, seed=3)]
    stock.build(inputs.shape)
    weights = [variable.value for variable in stock.trainable_variables]
    found: list[list[Any]] = []
    for layer in (stock, QuickLSTM(stock)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            answers, state, memory = layer(inputs, initial_state=states)
        gradients = tape.gradient(answers, [inputs, *weights], output_gradients=slopes)
        found.append([answers, state, memory, *gradients])
    for wanted, quick in zip(*found, strict=True):
        assert np.allclose(wanted, quick, atol=1e-5)


def test_gradients_are_the_slopes_of_the_answers() -> None:
    """Small steps in every direction change the answers as the gradient says, whatever states come first."""
    before = numbers(2, 3, seed=2), numbers(2, 3, seed=3)
    wanted, found = tf.test.compute_gradient(
        lambda gates, kernel: recur(gates, kernel, *before)[0], [numbers(4, 2, 12), numbers(3, 12, seed=1)], delta=1e-2
    )
    for numeric, written in zip(found, wanted, strict=True):
        assert np.allclose(numeric, written, atol=2e-3)


def test_no_gradient_goes_back_into_the_first_states() -> None:
    """Through time it is truncated where a window begins."""
    gates, kernel, state, memory = numbers(4, 2, 12), numbers(3, 12, seed=1), numbers(2, 3), numbers(2, 3, seed=2)
    with tf.GradientTape() as tape:
        tape.watch([state, memory])
        answers, *_ = recur(gates, kernel, state, memory)
    assert tape.gradient(answers, [state, memory]) == [None, None]


def test_a_stretch_in_two_parts_is_read_as_a_whole() -> None:
    """The second begins in the states in which the first has ended, and ends as the whole does."""
    gates, kernel, zeros = numbers(9, 2, 12), numbers(3, 12, seed=1), tf.zeros([2, 3])
    whole, *ended = recur(gates, kernel, zeros, zeros)
    first, *between = recur(gates[:4], kernel, zeros, zeros)
    second, *last = recur(gates[4:], kernel, *between)
    assert np.allclose(whole, tf.concat([first, second], axis=0), atol=1e-6)
    assert np.allclose(ended, last, atol=1e-6)
    assert np.allclose(whole[-1], ended[0])


@pytest.mark.parametrize("heads", ["independent", "chained"])
@pytest.mark.parametrize("branches", [False, True])
def test_a_twin_answers_alike_and_has_no_weights_of_its_own(*, branches: bool, heads: str) -> None:
    """Sparse one-hot inputs included; and what is saved afterwards is still stock layers."""
    model = small_network(encoding="onehot", branches=branches, depth=2, heads=heads, context=CONTEXT)
    network = StatefulNetwork(model, quick_form)
    song = line_in_bars(9, seed=0)
    tokens = {name: song[given or name][None] for name, given in network.read.items()}
    answers, states = network(tokens, [np.zeros((1, width), np.float32) for width in network.widths], training=False)
    for name, logits in model(tokens).items():
        assert np.allclose(logits, answers[name], atol=1e-6)
    assert [state.shape for state in states] == [(1, width) for width in network.widths]
    assert {id(variable) for variable in network.twin.variables} == {id(variable) for variable in model.variables}
    assert b"Quick" not in network_to_bytes(model)
    assert not any(type(layer).__module__.startswith("evolve") for layer in model.layers)
