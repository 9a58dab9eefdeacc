"""Who takes the training steps: one small interface, and the fastest way to meet it that the backend has."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import numpy as np

from evolve.network.carried import CarriedNetwork, States, continued
from evolve.network.windows import Batch, stacked


class Learner(Protocol):
    """A network that takes several steps at a call; its weights are always up to date between calls.

    Rows go on in the states in which the batch before left them, also one of the call before; training and validation
    have states of their own.
    """

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch, in order; the loss before each in nats a note, float32 [batches]."""

    def validation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step in nats, without dropout; float32 [batches, batch, window]."""


def learner_of(model: keras.Model) -> Learner:
    """The compiled network's learner on the backend that Keras uses.

    Each backend's library is imported only where it is the backend.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from evolve.network.on_tensorflow import OnTensorFlow  # noqa: PLC0415

        return OnTensorFlow(model)
    if backend == "jax":
        from evolve.network.on_jax import OnJax  # noqa: PLC0415

        return OnJax(model)
    return BatchByBatch(model)


class BatchByBatch:
    """Any backend's learner: Keras's own step, a batch at a call."""

    def __init__(self, model: keras.Model) -> None:
        self._network = CarriedNetwork(model)
        # Eagerly: a traced step would keep the states of the first batch as constants.
        self._network.twin.compile(optimizer=model.optimizer, loss=model.loss, run_eagerly=True)
        self._states: dict[str, States] = {}

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return np.array([self._carried("training", self._training_step, batch) for batch in batches], np.float32)

    def validation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step."""
        return np.stack([self._carried("validation", self._validation_step, batch) for batch in batches])

    def _carried(self, which: str, step: Callable[[Batch], Any], batch: Batch) -> Any:  # noqa: ANN401 - what it gives
        states = self._states.get(which, [])
        if not states or states[0].shape[0] != len(batch.fresh):
            states = [keras.ops.zeros((len(batch.fresh), width)) for width in self._network.widths]
        found, ended = self._network.following(
            continued(states, keras.ops.convert_to_tensor(batch.fresh)), lambda: step(batch)
        )
        self._states[which] = [keras.ops.stop_gradient(state) for state in ended]
        return found

    def _training_step(self, batch: Batch) -> float:
        inputs, targets, counted = self._first(batch)
        weights = dict.fromkeys(targets, counted)
        return float(
            self._network.twin.train_on_batch(inputs, targets, sample_weight=weights, return_dict=True)["loss"]
        )

    def _validation_step(self, batch: Batch) -> np.ndarray:
        inputs, targets, _ = self._first(batch)
        logits = self._network.twin(inputs, training=False)
        nats = [
            keras.ops.sparse_categorical_crossentropy(targets[name], logits[name], from_logits=True)
            for name in self._network.predicted
        ]
        return np.asarray(keras.ops.convert_to_numpy(sum(nats[1:], nats[0])), np.float32)

    def _first(self, batch: Batch) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
        inputs, targets, counted, _ = stacked([batch], self._network.read, self._network.predicted)
        return (
            {name: stack[0] for name, stack in inputs.items()},
            {name: stack[0] for name, stack in targets.items()},
            counted[0],
        )
