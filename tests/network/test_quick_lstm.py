"""LSTM layers in their quick form."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from evolve.network.files import network_to_bytes
from evolve.network.quick_lstm import QuickLSTM, quick_twin, recur
from tests.network.lines import line, small_network

pytestmark = pytest.mark.slow


def numbers(*shape: int, seed: int = 0) -> tf.Tensor:
    """Float32 numbers around 0, always the same."""
    return tf.constant(np.random.default_rng(seed).normal(size=shape) * 0.7, tf.float32)


def test_states_and_gradients_are_those_of_the_stock_layer() -> None:
    """The hand-written way back agrees with what TensorFlow derives from Keras's layer."""
    stock = keras.layers.LSTM(5, return_sequences=True, bias_initializer="random_normal")
    inputs, slopes = numbers(3, 7, 4), numbers(3, 7, 5, seed=1)
    stock.build(inputs.shape)
    weights = [variable.value for variable in stock.trainable_variables]
    found = []
    for layer in (stock, QuickLSTM(stock)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            states = layer(inputs)
        found.append([states, *tape.gradient(states, [inputs, *weights], output_gradients=slopes)])
    for wanted, quick in zip(*found, strict=True):
        assert np.allclose(wanted, quick, atol=1e-5)


def test_gradients_are_the_slopes_of_the_states() -> None:
    """Small steps in every direction change the states as the gradient says."""
    wanted, found = tf.test.compute_gradient(recur, [numbers(4, 2, 12), numbers(3, 12, seed=1)], delta=1e-2)
    for numeric, written in zip(found, wanted, strict=True):
        assert np.allclose(numeric, written, atol=2e-3)


@pytest.mark.parametrize("branches", [False, True])
def test_a_twin_answers_alike_and_has_no_weights_of_its_own(*, branches: bool) -> None:
    """Sparse one-hot inputs included; and what is saved afterwards is still stock layers."""
    model = small_network(encoding="onehot", branches=branches, depth=2)
    twin = quick_twin(model)
    symbols = {name: stream[None] for name, stream in line(9, seed=0).items()}
    for name, logits in model(symbols).items():
        assert np.allclose(logits, twin(symbols)[name], atol=1e-6)
    assert {id(variable) for variable in twin.variables} == {id(variable) for variable in model.variables}
    assert b"Quick" not in network_to_bytes(model)
    assert not any(type(layer).__module__.startswith("evolve") for layer in model.layers)
