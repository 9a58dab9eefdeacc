"""Training steps on TensorFlow: one traced function takes any number of them at a call."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from evolve.network.step_runner import StatefulNetwork, States, continued
from evolve.network.windows import Batch, stacked

Gradient = Callable[..., tuple[tf.Tensor | None, ...]]


def quick_form(layer: keras.Layer) -> keras.Layer:
    """The quick form of a layer that has one, which shares its weights; else the layer itself."""
    if isinstance(layer, keras.layers.LSTM):
        return QuickLSTM(layer)
    # Only those that evolve made feed recurrent layers alone, which take sparse rows.
    if isinstance(layer, keras.layers.CategoryEncoding) and layer.name.startswith("onehot_"):
        return SparseOneHot(layer.num_tokens, name=layer.name)
    return layer


class SparseOneHot(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """One-hot rows that name their ones instead of holding their zeros."""

    def __init__(self, size: int, name: str) -> None:
        super().__init__(name=name)
        self.size = size

    def call(self, tokens: tf.Tensor) -> tf.SparseTensor:
        """A row [size] for each of the tokens [batch, time, 1]."""
        batch, time, _ = tf.unstack(tf.shape(tokens, tf.int64))
        places = tf.meshgrid(tf.range(batch), tf.range(time), indexing="ij")
        ones = tf.stack([*places, tf.cast(tokens[:, :, 0], tf.int64)], axis=2)
        return tf.SparseTensor(tf.reshape(ones, [-1, 3]), tf.ones([batch * time]), [batch, time, self.size])

    def compute_output_spec(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """The rows, [batch, time, size]."""
        return keras.KerasTensor((*tokens.shape[:2], self.size), sparse=True)


class QuickLSTM(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Computes what a stock LSTM layer computes, with that layer's weights.

    It knows the form that `evolve.network.build` gives them: tanh and sigmoid, a bias, no mask, an answer a step.
    """

    def __init__(self, stock: keras.layers.LSTM) -> None:
        super().__init__(name=stock.name)
        self.stock = stock

    def call(
        self, sequences: tf.Tensor | tf.SparseTensor, initial_state: Sequence[tf.Tensor] | None = None
    ) -> list[tf.Tensor]:
        """The answers [batch, time, units] to the inputs [batch, time, features], and both states after the last.

        Args:
            sequences: The inputs.
            initial_state: What the layer begins with, two of [batch, units]; None: zeros.
        """
        cell = self.stock.cell
        gates = _inputs_part(sequences, cell.kernel.value) + cell.bias.value
        zeros = tf.zeros([tf.shape(gates)[1], self.stock.units])
        state, memory = initial_state or (zeros, zeros)
        answers, state, memory = recur(gates, cell.recurrent_kernel.value, state, memory)
        return [tf.transpose(answers, [1, 0, 2]), state, memory]

    def compute_output_shape(
        self, sequences_shape: tuple[int | None, ...], initial_state_shape: object = None
    ) -> list[tuple[int | None, ...]]:
        """The shapes of the answers and of both states."""
        del initial_state_shape
        state = (sequences_shape[0], self.stock.units)
        return [(*sequences_shape[:2], self.stock.units), state, state]


def _inputs_part(sequences: tf.Tensor | tf.SparseTensor, kernel: tf.Tensor) -> tf.Tensor:
    """What the inputs [batch, time, features] add to the gates, [time, batch, 4 x units]."""
    if isinstance(sequences, tf.SparseTensor):
        by_time = tf.sparse.transpose(sequences, [1, 0, 2])
        batch, time, features = tf.unstack(sequences.dense_shape)
        rows = tf.sparse.reshape(by_time, [time * batch, features])
        return tf.reshape(tf.sparse.sparse_dense_matmul(rows, kernel), [time, batch, kernel.shape[1]])
    return tf.tensordot(tf.transpose(sequences, [1, 0, 2]), kernel, 1)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def recur(
    gates: tf.Tensor, kernel: tf.Tensor, state: tf.Tensor, memory: tf.Tensor
) -> tuple[tuple[tf.Tensor, ...], Gradient]:
    """What an LSTM answers at each step, [time, batch, units], and the state and memory it ends in, [batch, units].

    No gradient goes back into the states that it begins with: they were left by a window before, and through time it is
    truncated there.

    Args:
        gates: What inputs and bias add to the gates before their activation, float32 [time, batch, 4 x units].
        kernel: The recurrent kernel, float32 [units, 4 x units].
        state: The answer before the first step, [batch, units].
        memory: The cells before the first step, [batch, units].
    """
    steps, units = tf.shape(gates)[0], kernel.shape[0]
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

    start = (0, state, memory, *(_kept(steps, width) for width in (units, units, 4 * units)))
    _, last_state, last_memory, *kept = tf.while_loop(lambda step, *_: step < steps, forth, start)
    states, memories, opened = (array.stack() for array in kept)

    def back(slopes: tf.Tensor, *_: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        before = _one_later(states, state), _one_later(memories, memory)
        return *_slopes_before(slopes, kernel, before, memories, opened), None, None

    return (states, last_state, last_memory), back


def _slopes_before(
    slopes: tf.Tensor, kernel: tf.Tensor, before: tuple[tf.Tensor, tf.Tensor], memories: tf.Tensor, opened: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradient of the gates and of the recurrent kernel, given that of the answers."""
    steps, units = tf.shape(slopes)[0], kernel.shape[0]
    turned = tf.transpose(kernel)
    shown = tf.tanh(memories)
    states_before, memories_before = before

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
    return of_gates, tf.tensordot(states_before, of_gates, [[0, 1], [0, 1]])


def _one_later(values: tf.Tensor, first: tf.Tensor) -> tf.Tensor:
    """Each step's values [time, ...] at the step after it, and the first ones at the first."""
    return tf.concat([first[None], values[:-1]], axis=0)


def _kept(steps: tf.Tensor, width: int) -> tf.TensorArray:
    """Room for one float32 [batch, width] a step."""
    return tf.TensorArray(tf.float32, size=steps, element_shape=[None, width])


Tokens = Mapping[str, tf.Tensor]
BatchStep = Callable[[Tokens, Tokens, tf.Tensor, States], tuple[tf.Tensor, States]]


class TensorFlowRunner:
    """A runner; `evolve.network.step_runner.StepRunner` says what its methods do."""

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        self._network = _network(model)
        self._train = _TensorFlowLoop(self._network, _training_step(model, self._network), [])
        self._validate = _TensorFlowLoop(self._network, _evaluation_step(self._network), [None, None])

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return self._train(batches)

    def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step."""
        return self._validate(batches)


def _network(model: keras.Model) -> StatefulNetwork:
    has_lstm = any(isinstance(layer, keras.layers.LSTM) for layer in model.layers)
    if has_lstm and not tf.config.list_physical_devices("GPU"):
        return StatefulNetwork(model, quick_form)
    return StatefulNetwork(model)


def _training_step(model: keras.Model, network: StatefulNetwork) -> BatchStep:
    weights = [variable.value for variable in model.trainable_variables]

    def step(inputs: Tokens, targets: Tokens, counted: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        with tf.GradientTape() as tape:
            logits, states = network(inputs, states, training=True)
            nats = tf.add_n(
                [loss(targets[name], logits[name], sample_weight=counted) for name, loss in model.loss.items()]
                + network.twin.losses
            )
        model.optimizer.apply(tape.gradient(nats, weights), model.trainable_variables)
        return nats, states

    return step


def _evaluation_step(network: StatefulNetwork) -> BatchStep:
    def step(inputs: Tokens, targets: Tokens, counted: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        del counted
        logits, states = network(inputs, states, training=False)
        nats = [
            tf.nn.sparse_softmax_cross_entropy_with_logits(targets[name], logits[name]) for name in network.predicted
        ]
        return tf.add_n(nats), states

    return step


class _TensorFlowLoop:
    """A step taken with each of some batches, traced once for all shapes; the states go on from call to call."""

    def __init__(self, network: StatefulNetwork, step: BatchStep, answer: list[None]) -> None:
        """Nothing is traced yet."""
        self._read, self._predicted, self._widths = network.read, network.predicted, network.widths
        self._states: list[tf.Tensor] = []
        self._many = _many(network, step, answer)

    def __call__(self, batches: Sequence[Batch]) -> np.ndarray:
        rows = len(batches[0].fresh)
        if not self._states or self._states[0].shape[0] != rows:
            self._states = [tf.zeros([rows, width]) for width in self._widths]
        losses, self._states = self._many(*stacked(batches, self._read, self._predicted), self._states)
        found: np.ndarray = losses.numpy()
        return found


def _many(network: StatefulNetwork, step: BatchStep, answer: list[None]) -> tf.types.experimental.PolymorphicFunction:
    """The step taken with each of [steps, batch, window]; the losses float32 [steps, *answer], and the last states."""

    def run(
        inputs: Tokens, targets: Tokens, counted: tf.Tensor, fresh: tf.Tensor, states: States
    ) -> tuple[tf.Tensor, States]:
        steps = tf.shape(counted)[0]

        def body(place: tf.Tensor, losses: tf.TensorArray, states: States) -> tuple[tf.Tensor, tf.TensorArray, States]:
            given, wanted, weights = tf.nest.map_structure(lambda stack: stack[place], (inputs, targets, counted))
            found, states = step(given, wanted, weights, continued(states, fresh[place]))
            return place + 1, losses.write(place, found), states

        losses = tf.TensorArray(tf.float32, size=steps, element_shape=answer)
        # One step after another: each begins with the weights and states that the one before it left.
        start = (0, losses, list(states))
        _, losses, states = tf.while_loop(lambda place, *_: place < steps, body, start, parallel_iterations=1)
        return losses.stack(), states

    tokens = tf.TensorSpec([None, None, network.steps], tf.int32)
    read, predicted = dict.fromkeys(network.read, tokens), dict.fromkeys(network.predicted, tokens)
    others = (tf.TensorSpec([None, None, network.steps], tf.float32), tf.TensorSpec([None, None], tf.bool))
    states = [tf.TensorSpec([None, width], tf.float32) for width in network.widths]
    return tf.function(run, input_signature=[read, predicted, *others, states], autograph=False)
