"""Training steps on TensorFlow: one traced function takes any number of them at a call.

Without a GPU, LSTM layers are trained in the form of `evolve.network.quick_lstm`; with one, Keras's own layers stay,
which have a kernel of NVIDIA's.
"""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from evolve.network.carried import CarriedNetwork, States, continued
from evolve.network.quick_lstm import quick_form
from evolve.network.windows import Batch, stacked

Symbols = Mapping[str, tf.Tensor]
BatchStep = Callable[[Symbols, Symbols, tf.Tensor, States], tuple[tf.Tensor, States]]


class OnTensorFlow:
    """A learner; `evolve.network.learner.Learner` says what its methods do."""

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        self._network = _network(model)
        self._train = _Run(self._network, _training_step(model, self._network), [])
        self._validate = _Run(self._network, _validation_step(self._network), [None, None])

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return self._train(batches)

    def validation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step."""
        return self._validate(batches)


def _network(model: keras.Model) -> CarriedNetwork:
    has_lstm = any(isinstance(layer, keras.layers.LSTM) for layer in model.layers)
    if has_lstm and not tf.config.list_physical_devices("GPU"):
        return CarriedNetwork(model, quick_form)
    return CarriedNetwork(model)


def _training_step(model: keras.Model, network: CarriedNetwork) -> BatchStep:
    weights = [variable.value for variable in model.trainable_variables]

    def step(inputs: Symbols, targets: Symbols, counted: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        with tf.GradientTape() as tape:
            logits, states = network(inputs, states, training=True)
            nats = tf.add_n(
                [loss(targets[name], logits[name], sample_weight=counted) for name, loss in model.loss.items()]
            )
        model.optimizer.apply(tape.gradient(nats, weights), model.trainable_variables)
        return nats, states

    return step


def _validation_step(network: CarriedNetwork) -> BatchStep:
    def step(inputs: Symbols, targets: Symbols, counted: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        del counted
        logits, states = network(inputs, states, training=False)
        nats = [
            tf.nn.sparse_softmax_cross_entropy_with_logits(targets[name], logits[name]) for name in network.predicted
        ]
        return tf.add_n(nats), states

    return step


class _Run:
    """A step taken with each of some batches, traced once for all shapes; the states go on from call to call."""

    def __init__(self, network: CarriedNetwork, step: BatchStep, answer: list[None]) -> None:
        """Nothing is traced yet.

        Args:
            network: What it reads and predicts.
            step: Of a batch and states the losses and the states that follow.
            answer: The shape of a step's losses.
        """
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


def _many(network: CarriedNetwork, step: BatchStep, answer: list[None]) -> tf.types.experimental.PolymorphicFunction:
    """The step taken with each of [steps, batch, window]; the losses float32 [steps, *answer], and the last states."""

    def run(
        inputs: Symbols, targets: Symbols, counted: tf.Tensor, fresh: tf.Tensor, states: States
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

    read = {name: tf.TensorSpec([None, None, None], tf.int32) for name in network.read}
    predicted = {name: tf.TensorSpec([None, None, None], tf.int32) for name in network.predicted}
    others = (tf.TensorSpec([None, None, None], tf.float32), tf.TensorSpec([None, None], tf.bool))
    states = [tf.TensorSpec([None, width], tf.float32) for width in network.widths]
    return tf.function(run, input_signature=[read, predicted, *others, states], autograph=False)
