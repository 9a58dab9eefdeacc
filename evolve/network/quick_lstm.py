"""Stock LSTM layers in a form that TensorFlow trains faster on a CPU.

What the inputs add to the gates is one matrix product for the whole window instead of one a note, one-hot inputs stay
sparse, and the way back through time is written out: the gradient of the recurrent kernel is one product as well, and
the kernel is turned round once instead of once a note.

The equations are those of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000), gates in
Keras's order: input, forget, candidate, output.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

Gradient = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def quick_twin(model: keras.Model) -> keras.Model:
    """The same network, in which LSTM layers take their quick form.

    The twin has no weights of its own: it shares every layer, and so every weight and seed, with the model.
    """
    if not any(isinstance(layer, keras.layers.LSTM) for layer in model.layers):
        return model
    return keras.models.clone_model(model, clone_function=_quick)


def _quick(layer: keras.Layer) -> keras.Layer:
    if isinstance(layer, keras.layers.LSTM):
        return QuickLSTM(layer)
    if isinstance(layer, keras.layers.CategoryEncoding):
        return SparseOneHot(layer.num_tokens, name=layer.name)
    return layer


class SparseOneHot(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """One-hot rows that name their ones instead of holding their zeros."""

    def __init__(self, size: int, name: str) -> None:
        super().__init__(name=name)
        self.size = size

    def call(self, symbols: tf.Tensor) -> tf.SparseTensor:
        """A row [size] for each of the symbols [batch, time, 1]."""
        batch, time, _ = tf.unstack(tf.shape(symbols, tf.int64))
        places = tf.meshgrid(tf.range(batch), tf.range(time), indexing="ij")
        ones = tf.stack([*places, tf.cast(symbols[:, :, 0], tf.int64)], axis=2)
        return tf.SparseTensor(tf.reshape(ones, [-1, 3]), tf.ones([batch * time]), [batch, time, self.size])

    def compute_output_spec(self, symbols: keras.KerasTensor) -> keras.KerasTensor:
        """The rows, [batch, time, size]."""
        return keras.KerasTensor((*symbols.shape[:2], self.size), sparse=True)


class QuickLSTM(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Computes what a stock LSTM layer computes, with that layer's weights.

    It knows the form that `evolve.network.build` gives them: tanh and sigmoid, a bias, no mask, an answer a step.
    """

    def __init__(self, stock: keras.layers.LSTM) -> None:
        super().__init__(name=stock.name)
        self.stock = stock

    def call(self, sequences: tf.Tensor | tf.SparseTensor, mask: None = None) -> tf.Tensor:  # noqa: ARG002 -- Keras passes it
        """The states [batch, time, units] after each step of the inputs [batch, time, features]."""
        cell = self.stock.cell
        gates = _inputs_part(sequences, cell.kernel.value) + cell.bias.value
        return tf.transpose(recur(gates, cell.recurrent_kernel.value), [1, 0, 2])

    def compute_output_shape(self, sequences_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the states."""
        return (*sequences_shape[:2], self.stock.units)


def _inputs_part(sequences: tf.Tensor | tf.SparseTensor, kernel: tf.Tensor) -> tf.Tensor:
    """What the inputs [batch, time, features] add to the gates, [time, batch, 4 x units]."""
    if isinstance(sequences, tf.SparseTensor):
        by_time = tf.sparse.transpose(sequences, [1, 0, 2])
        batch, time, features = tf.unstack(sequences.dense_shape)
        rows = tf.sparse.reshape(by_time, [time * batch, features])
        return tf.reshape(tf.sparse.sparse_dense_matmul(rows, kernel), [time, batch, kernel.shape[1]])
    return tf.tensordot(tf.transpose(sequences, [1, 0, 2]), kernel, 1)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def recur(gates: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """The states of an LSTM, [time, batch, units], from states of zero.

    Args:
        gates: What inputs and bias add to the gates before their activation, float32 [time, batch, 4 x units].
        kernel: The recurrent kernel, float32 [units, 4 x units].
    """
    steps, batch, units = tf.shape(gates)[0], tf.shape(gates)[1], kernel.shape[0]
    # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2, so one tanh serves all gates at once.
    half = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], np.float32), units)
    shift = np.repeat(np.array([0.5, 0.5, 0.0, 0.5], np.float32), units)
    halved_gates, halved_kernel = gates * half, kernel * half

    def forth(step: tf.Tensor, state: tf.Tensor, memory: tf.Tensor, *kept: tf.TensorArray) -> tuple[tf.Tensor, ...]:
        opened = tf.tanh(halved_gates[step] + tf.matmul(state, halved_kernel)) * half + shift
        i, f, g, o = tf.split(opened, 4, axis=1)
        memory = f * memory + i * g
        state = o * tf.tanh(memory)
        news = (state, memory, opened)
        return step + 1, state, memory, *(array.write(step, new) for array, new in zip(kept, news, strict=True))

    zeros = tf.zeros([batch, units])
    start = (0, zeros, zeros, *(_kept(steps, width) for width in (units, units, 4 * units)))
    kept = tf.while_loop(lambda step, *_: step < steps, forth, start)[3:]
    states, memories, opened = (array.stack() for array in kept)
    return states, lambda slopes: _slopes_before(slopes, kernel, states, memories, opened)


def _slopes_before(
    slopes: tf.Tensor, kernel: tf.Tensor, states: tf.Tensor, memories: tf.Tensor, opened: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradient of the gates and of the recurrent kernel, given that of the states.

    Args:
        slopes: Of the states, float32 [time, batch, units].
        kernel: The recurrent kernel, float32 [units, 4 x units].
        states: The layer's answers, [time, batch, units].
        memories: Its cells, [time, batch, units].
        opened: Its gates after their activation, [time, batch, 4 x units].
    """
    steps, units = tf.shape(slopes)[0], kernel.shape[0]
    turned = tf.transpose(kernel)
    shown = tf.tanh(memories)
    memories_before = _one_later(memories)

    def back(step: tf.Tensor, state: tf.Tensor, memory: tf.Tensor, kept: tf.TensorArray) -> tuple[tf.Tensor, ...]:
        i, f, g, o = tf.split(opened[step], 4, axis=1)
        state = state + slopes[step]
        let_out = state * o
        memory = memory + let_out - let_out * shown[step] * shown[step]
        of_gates = (
            memory * g * (i - i * i),
            memory * memories_before[step] * (f - f * f),
            memory * i * (1 - g * g),
            state * shown[step] * (o - o * o),
        )
        joined = tf.concat(of_gates, axis=1)
        return step - 1, tf.matmul(joined, turned), memory * f, kept.write(step, joined)

    zeros = tf.zeros_like(slopes[0])
    kept = tf.while_loop(lambda step, *_: step >= 0, back, (steps - 1, zeros, zeros, _kept(steps, 4 * units)))[3]
    of_gates = kept.stack()
    return of_gates, tf.tensordot(_one_later(states), of_gates, [[0, 1], [0, 1]])


def _one_later(values: tf.Tensor) -> tf.Tensor:
    """Each step's values [time, ...] at the step after it, zeros at the first."""
    return tf.concat([tf.zeros_like(values[:1]), values[:-1]], axis=0)


def _kept(steps: tf.Tensor, width: int) -> tf.TensorArray:
    """Room for one float32 [batch, width] a step."""
    return tf.TensorArray(tf.float32, size=steps, element_shape=[None, width])
