"""LSTM layers in their quick form."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from evolve.network.carried import CarriedNetwork
from evolve.network.files import network_to_bytes
from evolve.network.quick_lstm import QuickLSTM, quick_form, recur
from tests.network.lines import CONTEXT, line_in_bars, small_network

pytestmark = pytest.mark.slow


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
    network = CarriedNetwork(model, quick_form)
    song = line_in_bars(9, seed=0)
    symbols = {name: song[given or name][None] for name, given in network.read.items()}
    answers, states = network(symbols, [np.zeros((1, width), np.float32) for width in network.widths], training=False)
    for name, logits in model(symbols).items():
        assert np.allclose(logits, answers[name], atol=1e-6)
    assert [state.shape for state in states] == [(1, width) for width in network.widths]
    assert {id(variable) for variable in network.twin.variables} == {id(variable) for variable in model.variables}
    assert b"Quick" not in network_to_bytes(model)
    assert not any(type(layer).__module__.startswith("evolve") for layer in model.layers)
