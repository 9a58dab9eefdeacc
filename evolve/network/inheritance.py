"""A network that begins with what its parent has learned: its weights, or those of a larger one that answers alike.

A layer grows wider as in Chen, T. and others, "Net2Net: Accelerating Learning via Knowledge Transfer" (ICLR 2016): new
units are copies of old ones, and whoever reads a unit and its copies divides its old weight among them, here unevenly,
since copies that are read alike would learn alike for ever. The network then computes what it computed. A recurrent
layer on top passes on what it is given, nearly: `PASSED` of it, where its tanh is all but straight, through gates that
are all but open, and whoever reads it makes up for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np

from evolve.randomness import derive_rng

PASSED: Final = 0.2
"""Of what a new recurrent layer is given, so much comes through: tanh(x) is off from x by 1.3 % there at most."""

GATE_BIAS: Final = 5.0
"""Of a gate that is to be open: sigmoid(5) is 0.993. Farther out it would learn too slowly."""

SAME_SHAPE: Final = ""


@dataclass(frozen=True, slots=True)
class _Units:
    """What the numbers of a layer are, by those that the parent's layer of that name gives.

    Attributes:
        origins: Of each number, which of the parent's it copies, int [n].
        shares: Of each, by what a weight that reads it is the parent's times, float [n].
        parents: How many numbers the parent has there.
    """

    origins: np.ndarray
    shares: np.ndarray
    parents: int

    @classmethod
    def kept(cls, width: int) -> "_Units":
        """As many as the parent has, each itself."""
        return cls(np.arange(width), np.ones(width, np.float32), width)

    @classmethod
    def grown(cls, width: int, parents: int, rng: np.random.Generator) -> "_Units":
        """Copies of some beside all of the parent's."""
        origins = np.concatenate([np.arange(parents), rng.integers(parents, size=width - parents)])
        weights = rng.uniform(0.5, 1.5, width)
        return cls(origins, (weights / np.bincount(origins, weights)[origins]).astype(np.float32), parents)

    def joined(self, other: "_Units") -> "_Units":
        """With others beside them."""
        origins = np.concatenate([self.origins, other.origins + self.parents])
        return _Units(origins, np.concatenate([self.shares, other.shares]), self.parents + other.parents)

    def rows(self, kernel: np.ndarray) -> np.ndarray:
        """What reads these numbers [n, columns], of the parent's kernel [parents, columns]."""
        read: np.ndarray = kernel[self.origins] * self.shares[:, None]
        return read

    def columns(self, weights: np.ndarray) -> np.ndarray:
        """What makes these numbers [..., blocks * n], of the parent's weights [..., blocks * parents]."""
        blocks = weights.reshape(*weights.shape[:-1], -1, self.parents)
        made: np.ndarray = blocks[..., self.origins].reshape(*weights.shape[:-1], -1)
        return made


class _DoesNotFitError(Exception):
    """A child has less than its parent, or something else."""


def inherit(child: keras.Model, parent: keras.Model, seed: int, *, may_grow: bool = True) -> str | None:
    """Give a network what its parent has learned, where it can hold that.

    Args:
        child: As it was built; it keeps its own weights where the parent's do not fit.
        parent: As `evolve.network.files` reads it.
        seed: Which units a wider layer copies derives from it.
        may_grow: Whether it may be larger than its parent; only where both are as `evolve.network.build` makes them.

    Returns:
        What had to be done so that the weights fit, in words; empty where they did; None where they cannot.
    """
    if _shapes(child) == _shapes(parent):
        child.set_weights(parent.get_weights())
        return SAME_SHAPE
    if not may_grow:
        return None
    try:
        growth = _Growth(child, parent, derive_rng(seed, "inheritance"))
        weights = growth.weights()
    except _DoesNotFitError:
        return None
    for layer in child.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
    return " and ".join(growth.in_words)


def _shapes(model: keras.Model) -> list[object]:
    """What must be the same for weights to mean the same, in the order of the layers."""
    scales = [layer.scale for layer in model.layers if isinstance(layer, keras.layers.Rescaling)]
    layers = [(type(layer).__name__, [weights.shape for weights in layer.get_weights()]) for layer in model.layers]
    return [*_streams(model), scales, [layer for layer in layers if layer[1]]]


def _streams(model: keras.Model) -> tuple[object, object]:
    return sorted(model.input), {name: tensor.shape[-1] for name, tensor in model.output.items()}


class _Growth:
    """Follows a child's layers from its heads back to its inputs, beside those of its parent."""

    def __init__(self, child: keras.Model, parent: keras.Model, rng: np.random.Generator) -> None:
        if _streams(child) != _streams(parent):
            raise _DoesNotFitError
        self._child, self._rng = child, rng
        self._parents: Mapping[str, keras.Layer] = {layer.name: layer for layer in parent.layers}
        self._makers = {id(keras.tree.flatten(layer.output)[0]): layer for layer in child.layers}
        self._units: dict[str, _Units] = {}
        self._weights: dict[str, list[np.ndarray]] = {}
        self._wider = self._deeper = False

    @property
    def in_words(self) -> list[str]:
        """What became of the network."""
        return ["made wider"] * self._wider + ["made deeper"] * self._deeper

    def weights(self) -> Mapping[str, list[np.ndarray]]:
        """The child's weights by layer.

        Raises:
            _DoesNotFitError: It has less than its parent, or other layers.
        """
        for head in self._child.output.values():
            self._of(head)
        lost = [name for name, layer in self._parents.items() if layer.get_weights() and name not in self._weights]
        if lost or any(layer.get_weights() and layer.name not in self._weights for layer in self._child.layers):
            raise _DoesNotFitError
        return self._weights

    def _of(self, tensor: keras.KerasTensor) -> _Units:
        """What the numbers of a tensor are."""
        layer = self._makers.get(id(tensor))
        if layer is None:
            raise _DoesNotFitError
        if layer.name not in self._units:
            self._units[layer.name] = self._followed(layer)
        return self._units[layer.name]

    def _followed(self, layer: keras.Layer) -> _Units:
        read = keras.tree.flatten(layer.input)
        match layer:
            case keras.layers.Dropout() | keras.layers.Activation():
                return self._of(read[0])
            case keras.layers.Concatenate():
                first, *others = map(self._of, read)
                for other in others:
                    first = first.joined(other)
                return first
            case keras.layers.Add():
                return self._added(read)
            case keras.layers.RNN() | keras.layers.Dense():
                make = self._grown if layer.name in self._parents else self._passing_on
                return make(layer, self._of(read[0]))
        return self._encoded(layer)

    def _encoded(self, layer: keras.Layer) -> _Units:
        """Tokens as numbers, which must be the same to both networks, or are embedded in more."""
        if isinstance(layer, keras.layers.Embedding):
            (codes,) = self._old(layer)
            units = self._units_for(layer.output_dim, codes.shape[-1])
            self._weights[layer.name] = [units.columns(codes)]
            return units
        self._old(layer)
        if getattr(self._parents[layer.name], "scale", None) != getattr(layer, "scale", None):
            raise _DoesNotFitError
        return _Units.kept(layer.output.shape[-1])

    def _old(self, layer: keras.Layer) -> list[np.ndarray]:
        """The parent's weights of a layer."""
        old = self._parents.get(layer.name)
        if old is None or old.__class__ is not layer.__class__:
            raise _DoesNotFitError
        return [np.asarray(weights) for weights in old.get_weights()]

    def _units_for(self, width: int, parents: int) -> _Units:
        if width < parents:
            raise _DoesNotFitError
        if width == parents:
            return _Units.kept(width)
        self._wider = True
        return _Units.grown(width, parents, self._rng)

    def _added(self, read: list[keras.KerasTensor]) -> _Units:
        """A layer's numbers, and what tables of given tokens add to each."""
        numbers, *tables = read
        units = self._of(numbers)
        for layer in (self._makers.get(id(table)) for table in tables):
            if not isinstance(layer, keras.layers.Embedding):
                raise _DoesNotFitError
            (codes,) = self._old(layer)
            self._weights[layer.name] = [units.columns(codes)]
        return units

    def _grown(self, layer: keras.Layer, read: _Units) -> _Units:
        """A layer with weights that the parent has too."""
        kernel, *others, bias = self._old(layer)
        own = others[0].shape[0] if others else kernel.shape[-1]
        if len(kernel) != read.parents:
            raise _DoesNotFitError
        units = self._units_for(layer.units, own)
        recurrent = [units.rows(units.columns(weights)) for weights in others]
        self._weights[layer.name] = [read.rows(units.columns(kernel)), *recurrent, units.columns(bias)]
        return units

    def _passing_on(self, layer: keras.Layer, read: _Units) -> _Units:
        """A recurrent layer that the parent has not: it gives what it is given, times `PASSED`."""
        width = layer.units
        if width != len(read.origins) or not isinstance(layer, keras.layers.RNN):
            raise _DoesNotFitError
        self._deeper = True
        nothing, through = np.zeros((width, width), np.float32), PASSED * np.eye(width, dtype=np.float32)
        kernel, recurrent, bias = (np.zeros(weights.shape, np.float32) for weights in layer.get_weights())
        is_open = np.full(width, GATE_BIAS, np.float32)
        comes_through = PASSED
        match layer:
            case keras.layers.LSTM():  # gates i, f, c, o
                kernel[:] = np.hstack([nothing, nothing, through, nothing])
                bias[:] = np.concatenate([is_open, -is_open, np.zeros(width), is_open])
                comes_through *= _sigmoid(GATE_BIAS) ** 2
            case keras.layers.GRU():  # gates z, which holds the state, r, and the candidate; two biases
                kernel[:] = np.hstack([nothing, nothing, through])
                bias[0, :width] = -is_open
                comes_through *= _sigmoid(GATE_BIAS)
            case _:
                kernel[:] = through
        self._weights[layer.name] = [kernel, recurrent, bias]
        return _Units(read.origins, read.shares / np.float32(comes_through), read.parents)


def _sigmoid(number: float) -> float:
    return float(1 / (1 + np.exp(-number)))
