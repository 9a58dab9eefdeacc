"""A network whose recurrent layers begin in given states and tell those they end in.

The twin of a network shares every layer, and so every weight and seed, with it: what is trained is the network, and
what is saved is stock Keras.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from evolve.network.build import given_name

States = list[Any]
"""Of each recurrent layer in turn its states, each [batch, units]; arrays of the backend."""


class CarriedNetwork:
    """A network as a function of inputs and states."""

    def __init__(self, model: keras.Model, form: Callable[[keras.Layer], keras.Layer] = lambda layer: layer) -> None:
        """A twin of the network.

        Args:
            model: As `evolve.network.build` makes it: recurrent layers give their states too.
            form: Another form of a layer, which computes the same with the same weights.
        """
        self._carrying: list[_Carrying] = []

        def carrying(layer: keras.Layer) -> keras.Layer:
            if not isinstance(layer, keras.layers.RNN):
                return form(layer)
            self._carrying.append(_Carrying(layer, form(layer)))
            return self._carrying[-1]

        self.twin = keras.models.clone_model(model, clone_function=carrying)
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


class _Carrying(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A recurrent layer that begins with `before` and leaves `after`.

    A network of layers has no way for states to come in and go out beside its inputs; so they wait here for one call.
    """

    def __init__(self, stock: keras.layers.RNN, form: keras.Layer) -> None:
        super().__init__(name=stock.name)
        self.form = form
        self.units, self.states = stock.units, 2 if isinstance(stock, keras.layers.LSTM) else 1
        self.before: States = []
        self.after: States = []

    def call(self, sequences: Any, mask: None = None) -> Any:  # noqa: ANN401, ARG002 -- Keras passes a mask
        """What the layer gives."""
        answers, *self.after = self.form(sequences, initial_state=self.before or None)
        return [answers, *self.after]
