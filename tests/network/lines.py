"""Streams that a network can learn in seconds, and networks small enough to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from evolve.network.build import given_name, head_name, hypermodel
from evolve.network.cost import NO_CONTEXT
from evolve.network.genes import Value

SIZES = {"pitch": 12, "duration": 4}
CONTEXT = {"place": 7, "metre": 3}
"""Streams that are read and not predicted."""
SMALL: dict[str, Value] = {"depth": 1, "width": 24, "dense_width": 0, "dropout": 0.1, "learning_rate": 0.02}


class SetGenes:
    """Hyperparameters with set values; any other takes the default that the network asks with."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values

    def Int(self, name: str, min_value: int, max_value: int, **options: Any) -> Value:  # noqa: N802, ARG002, ANN401
        """A whole number."""
        return self._value(name, options)

    def Float(self, name: str, min_value: float, max_value: float, **options: Any) -> Value:  # noqa: N802, ARG002, ANN401
        """A number."""
        return self._value(name, options)

    def Choice(self, name: str, values: Sequence[Value], **options: Any) -> Value:  # noqa: N802, ARG002, ANN401
        """One of several values."""
        return self._value(name, options)

    def Boolean(self, name: str, **options: Any) -> Value:  # noqa: N802, ANN401
        """True or false."""
        return self._value(name, options)

    def _value(self, name: str, options: dict[str, Any]) -> Value:
        default: Value = options["default"]
        return self.values.get(name, default)

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Sequence[Value]) -> Iterator[None]:  # noqa: ARG002
        """No condition: every value is active."""
        yield


def small_network(seed: int = 1, context: Mapping[str, int] = NO_CONTEXT, **genes: Value) -> keras.Model:
    """A compiled network of one narrow layer, with these genes of its own."""
    return hypermodel(SIZES, seed=seed, window=8, learn_from="every", context=context)(SetGenes(SMALL | genes))


def line(notes: int, seed: int, wrong_share: float = 0.05) -> dict[str, np.ndarray]:
    """A line that goes round in steps of 5 (pitch) and 1 (duration), now and then with a wrong note."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(notes) < wrong_share
    streams = {}
    for (name, size), stride in zip(SIZES.items(), (5, 1), strict=True):
        right = (rng.integers(size) + stride * np.arange(notes)) % size
        streams[name] = np.where(wrong, rng.integers(0, size, notes), right).astype(np.int32)
    return streams


def line_in_bars(notes: int, seed: int) -> dict[str, np.ndarray]:
    """A line with places in bars beside it, which mean nothing."""
    rng = np.random.default_rng(seed)
    places = {name: rng.integers(0, size, notes).astype(np.int32) for name, size in CONTEXT.items()}
    return line(notes, seed) | places


def stirred(model: keras.Model) -> keras.Model:
    """The network with all weights moved, also those that begin at zero."""
    model.set_weights(
        [weights + 0.3 * np.cos(np.arange(weights.size)).reshape(weights.shape) for weights in model.get_weights()]
    )
    return model


def nats_of_whole(model: keras.Model, piece: Mapping[str, np.ndarray]) -> np.ndarray:
    """The loss of each note of a piece after the first, read whole in one go by Keras itself; float64 [notes - 1]."""
    tokens = {name: stream[None, :-1] for name, stream in piece.items()}
    tokens |= {given_name(name): piece[name][None, 1:] for name in SIZES}
    answers = model({name: tokens[name] for name in model.input})
    nats = np.zeros(len(piece["pitch"]) - 1)
    for name, logits in answers.items():
        logs = np.asarray(logits, np.float64)[0]
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        nats -= logs[np.arange(len(nats)), piece[name][1:]]
    return nats


def same_weights(one: keras.Model, other: keras.Model) -> bool:
    """Whether two networks are equal to the last bit."""
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def spread(model: keras.Model, by: float = 3.0) -> keras.Model:
    """The network with all weights multiplied, so that its distributions are far from even."""
    model.set_weights([by * weights for weights in model.get_weights()])
    return model


def constant_network(logits: Mapping[str, np.ndarray]) -> keras.Model:
    """A network that predicts the same whatever it reads; attributes that are not given it predicts evenly."""
    model = small_network()
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    for name, answer in logits.items():
        head = model.get_layer(head_name(name))
        head.set_weights([np.zeros_like(head.get_weights()[0]), answer])
    return model


def cycling_network(sureness: float) -> keras.Model:
    """A network that wants the pitch five above the last one, with this lead over all others."""
    model = small_network(cell="simple_rnn", encoding="onehot", dense_width=0)
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    pitches = SIZES["pitch"]
    recurrent, head = model.get_layer("recurrent_1"), model.get_layer(head_name("pitch"))
    kernel, *others = recurrent.get_weights()
    kernel[:pitches, :pitches] = 20 * np.eye(pitches)
    recurrent.set_weights([kernel, *others])
    weights, bias = head.get_weights()
    weights[:pitches] = sureness * np.roll(np.eye(pitches), 5, axis=1)
    head.set_weights([weights, bias])
    return model
