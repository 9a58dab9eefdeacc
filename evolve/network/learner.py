"""Who takes the training steps: one small interface, and the fastest way to meet it that the backend has."""

from collections.abc import Callable, Sequence
from typing import Protocol

import keras
import numpy as np

from evolve.network.windows import Batch


class Learner(Protocol):
    """A network that takes several steps at a call; its weights are always up to date between calls."""

    def learn(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch, in order; the loss before each in nats a note, float32 [batches]."""

    def examine(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each batch in nats a note, without dropout; float32 [batches]."""


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
        self._model = model

    def learn(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        return np.array([_loss(self._model.train_on_batch, batch) for batch in batches], np.float32)

    def examine(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each batch."""
        return np.array([_loss(self._model.test_on_batch, batch) for batch in batches], np.float32)


def _loss(step: Callable[..., dict[str, float]], batch: Batch) -> float:
    weights = dict.fromkeys(batch.targets, batch.weights)
    return float(step(batch.inputs, batch.targets, sample_weight=weights, return_dict=True)["loss"])
