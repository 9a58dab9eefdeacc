"""Training steps on TensorFlow: one traced function takes any number of them at a call.

Without a GPU, LSTM layers are trained in the form of `evolve.network.quick_lstm`; with one, Keras's own layers stay,
which have a kernel of NVIDIA's.
"""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from evolve.network.quick_lstm import quick_twin
from evolve.network.windows import Batch, stacked

Symbols = Mapping[str, tf.Tensor]
Step = Callable[[Symbols, Symbols, tf.Tensor], tf.Tensor]


class OnTensorFlow:
    """A learner; `evolve.network.learner.Learner` says what its methods do."""

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        answers = model if tf.config.list_physical_devices("GPU") else quick_twin(model)
        names = tuple(model.loss)
        self._learn = _many(_training_step(model, answers), names)
        self._examine = _many(lambda *batch: _nats(model, answers, *batch, training=False), names)

    def learn(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        losses: np.ndarray = self._learn(*stacked(batches)).numpy()
        return losses

    def examine(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each batch."""
        losses: np.ndarray = self._examine(*stacked(batches)).numpy()
        return losses


def _training_step(model: keras.Model, answers: keras.Model) -> Step:
    weights = [variable.value for variable in model.trainable_variables]

    def step(inputs: Symbols, targets: Symbols, counted: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            nats = _nats(model, answers, inputs, targets, counted, training=True)
        model.optimizer.apply(tape.gradient(nats, weights), model.trainable_variables)
        return nats

    return step


def _nats(
    model: keras.Model, answers: keras.Model, inputs: Symbols, targets: Symbols, counted: tf.Tensor, *, training: bool
) -> tf.Tensor:
    """The losses that the model was compiled with, summed over its attributes."""
    logits = answers(inputs, training=training)
    return tf.add_n([loss(targets[name], logits[name], sample_weight=counted) for name, loss in model.loss.items()])


def _many(step: Step, names: Sequence[str]) -> tf.types.experimental.PolymorphicFunction:
    """The step taken with each of [steps, batch, window], traced once for all lengths; the losses float32 [steps]."""

    def run(inputs: Symbols, targets: Symbols, counted: tf.Tensor) -> tf.Tensor:
        steps = tf.shape(counted)[0]

        def body(place: tf.Tensor, losses: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            batch = tf.nest.map_structure(lambda stack: stack[place], (inputs, targets, counted))
            return place + 1, losses.write(place, step(*batch))

        losses = tf.TensorArray(tf.float32, size=steps, element_shape=[])
        # One step after another: each begins with the weights that the one before it left.
        _, losses = tf.while_loop(lambda place, _: place < steps, body, (0, losses), parallel_iterations=1)
        return losses.stack()

    symbols = {name: tf.TensorSpec([None, None, None], tf.int32) for name in names}
    shapes = [symbols, symbols, tf.TensorSpec([None, None, None], tf.float32)]
    return tf.function(run, input_signature=shapes, autograph=False)
