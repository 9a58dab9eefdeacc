"""Who takes the training steps: one small interface, and networks whose recurrent layers begin in given states."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np

from evolve.network.build import given_name
from evolve.network.windows import Batch


class StepRunner(Protocol):
    """A network that takes several steps at a call; its weights are always up to date between calls.

    Rows go on in the states in which the batch before left them, also one of the call before; training and validation
    have states of their own.
    """

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch, in order; the loss before each in nats a note, float32 [batches]."""

    def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step in nats, without dropout; float32 [batches, batch, window]."""


def step_runner_of(model: keras.Model) -> StepRunner:
    """The compiled network's runner on the backend that Keras uses.

    Each backend's library is imported only where it is the backend.
    """
    runner: StepRunner
    if keras.backend.backend() == "tensorflow":
        from evolve.network.tensorflow_runner import TensorFlowRunner  # noqa: PLC0415

        runner = TensorFlowRunner(model)
    else:
        from evolve.network.jax_runner import JaxRunner  # noqa: PLC0415

        runner = JaxRunner(model)
    return runner if steps_at_once(model) is None else WindowBeforeRunner(runner)


def steps_at_once(model: keras.Model) -> int | None:
    """How many steps a network reads at once, each time from nothing; None where it carries its state instead."""
    steps: int | None = next(iter(model.input.values())).shape[1]
    return steps


class WindowBeforeRunner:
    """The runner of a network that carries no state: it reads the window before together with each window.

    Of two windows' steps the first half is then what came before, and does not count. A fresh window lies in the first
    half, and what fills the second does not count: what comes later changes nothing.
    """

    def __init__(self, runner: StepRunner) -> None:
        """Reads windows of half as many steps as the network of this runner."""
        self._runner = runner
        self._training: Batch | None = None
        self._validation: Batch | None = None

    def train_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """Takes a training step with each batch."""
        before = [self._training, *batches[:-1]]
        self._training = batches[-1]
        return self._runner.train_steps([_with_window_before(*pair) for pair in zip(batches, before, strict=True)])

    def evaluation_steps(self, batches: Sequence[Batch]) -> np.ndarray:
        """The loss of each step."""
        before = [self._validation, *batches[:-1]]
        self._validation = batches[-1]
        nats = self._runner.evaluation_steps([_with_window_before(*pair) for pair in zip(batches, before, strict=True)])
        window = nats.shape[-1] // 2
        first = [_is_first(*pair) for pair in zip(batches, before, strict=True)]
        return np.where(np.stack(first)[..., None], nats[..., :window], nats[..., window:])


def _is_first(batch: Batch, before: Batch | None) -> np.ndarray:
    """Which rows have no window before them; bool [batch]."""
    if before is None or len(before.fresh) != len(batch.fresh):
        return np.ones(len(batch.fresh), bool)
    return batch.fresh


def _with_window_before(batch: Batch, before: Batch | None) -> Batch:
    """Windows of twice as many steps."""
    first = _is_first(batch, before)[:, None]
    earlier = batch if before is None or len(before.fresh) != len(batch.fresh) else before

    def joined(own: np.ndarray, earlier: np.ndarray) -> np.ndarray:
        return np.concatenate([np.where(first, own, earlier), own], axis=1)

    return Batch(
        {name: joined(own, earlier.inputs[name]) for name, own in batch.inputs.items()},
        {name: joined(own, earlier.targets[name]) for name, own in batch.targets.items()},
        np.concatenate([np.where(first, batch.weights, 0), np.where(first, 0, batch.weights)], axis=1),
        batch.fresh,
    )


States = list[Any]
"""Of each recurrent layer in turn its states, each [batch, units]; arrays of the backend."""


class StatefulNetwork:
    """A network as a function of inputs and states."""

    def __init__(self, model: keras.Model, form: Callable[[keras.Layer], keras.Layer] = lambda layer: layer) -> None:
        """A twin of the network.

        Args:
            model: One that carries its state; another is its own twin, without states.
            form: Another form of a layer, which computes the same with the same weights.
        """
        self._carrying: list[_StatefulLayer] = []

        def carrying(layer: keras.Layer) -> keras.Layer:
            if not isinstance(layer, keras.layers.RNN):
                return form(layer)
            self._carrying.append(_StatefulLayer(layer, form(layer)))
            return self._carrying[-1]

        self.steps = steps_at_once(model)
        self.twin = keras.models.clone_model(model, clone_function=carrying) if self.steps is None else model
        self.widths = [one.units for one in self._carrying for _ in range(one.states)]
        self.predicted = tuple(model.output)
        given = {given_name(name): name for name in self.predicted}
        self.read = {name: given.get(name, "") for name in model.input}

    def __call__(
        self, inputs: Mapping[str, Any], states: Sequence[Any], *, training: bool
    ) -> tuple[Mapping[str, Any], States]:
        """The logits of each attribute, [batch, time, size], and the states after the last step.

        Args:
            inputs: By name, whole numbers [batch, time].
            states: Those to begin with.
            training: Whether dropout is at work.
        """
        return self.following(states, lambda: self.twin(inputs, training=training))

    def following(self, states: Sequence[Any], call: Callable[[], Any]) -> tuple[Any, States]:
        """What a call of the twin gives that begins with these states, and the states that it ends in."""
        places = iter(states)
        for layer in self._carrying:
            layer.before = [next(places) for _ in range(layer.states)]
        answer = call()
        ended = [state for layer in self._carrying for state in layer.after]
        for layer in self._carrying:
            layer.before = layer.after = []
        return answer, ended


def continued(states: Sequence[Any], fresh: Any) -> States:  # noqa: ANN401 - an array of any backend
    """The states [batch, units], zero in rows that are fresh, bool [batch]."""
    kept = 1.0 - keras.ops.cast(fresh, "float32")[:, None]
    return [state * kept for state in states]


class _StatefulLayer(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A recurrent layer that begins with `before` and leaves `after`.

    A network of layers has no way for states to come in and go out beside its inputs; so they wait here for one call.
    """

    def __init__(self, stock: keras.layers.RNN, form: keras.Layer) -> None:
        super().__init__(name=stock.name)
        self.stock, self.form = stock, form
        self.units, self.states = stock.units, 2 if isinstance(stock, keras.layers.LSTM) else 1
        self.before: States = []
        self.after: States = []

    def call(self, sequences: Any, mask: None = None) -> Any:  # noqa: ANN401, ARG002 -- Keras passes a mask
        """What the layer gives."""
        gives_states, self.stock.return_state = self.stock.return_state, True
        try:
            answers, *self.after = self.form(sequences, initial_state=self.before or None)
        finally:
            self.stock.return_state = gives_states
        return [answers, *self.after] if gives_states else answers
