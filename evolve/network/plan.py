"""What a network computes for one note, as plain arrays read from Keras: the plan of a step-wise decoder.

A level is a layer with weights: recurrent, dense or head. What lies between levels vanishes in the reading: dropout
does nothing when a network composes, joining is only an order, and an encoding gives each token numbers that never
change. So what the next level makes of a token is computed here once: a table to look up, whatever the encoding. So is
what chained heads make of the tokens that were chosen before theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import keras
import numpy as np

from evolve.errors import EvolveError
from evolve.network.activations import NUMPY_ACTIVATIONS
from evolve.network.build import given_name

_RECURRENT = {
    "activation": "tanh", "use_bias": True, "return_sequences": True, "go_backwards": False, "stateful": False,
    "dropout": 0, "recurrent_dropout": 0,
}  # fmt: skip
_KNOWN: Mapping[type[keras.Layer], Mapping[str, object]] = MappingProxyType(
    {
        keras.layers.Dropout: {},
        keras.layers.Reshape: {"target_shape": (-1, 1)},
        keras.layers.Concatenate: {"axis": -1},
        keras.layers.Add: {},
        keras.layers.Activation: {},
        keras.layers.CategoryEncoding: {"output_mode": "one_hot"},
        keras.layers.Embedding: {"mask_zero": False},
        keras.layers.Rescaling: {},
        keras.layers.LSTM: _RECURRENT | {"recurrent_activation": "sigmoid"},
        keras.layers.GRU: _RECURRENT | {"recurrent_activation": "sigmoid", "reset_after": True},
        keras.layers.SimpleRNN: _RECURRENT,
        keras.layers.Dense: {"use_bias": True},
    }
)
"""Every kind of layer that can be followed, those of `evolve.network.build`, and how it must be set."""


class UnknownLayerError(EvolveError):
    """A network has a layer that composing cannot follow."""


@dataclass(frozen=True, slots=True)
class Level:
    """One layer with weights: it finishes ``inputs @ weights + the tables' rows of the tokens``.

    Attributes:
        kind: What finishes the sums: ``lstm``, ``gru``, ``simple_rnn``, or an activation by its name.
        width: How many numbers it gives.
        reads: The levels whose numbers it takes, in the order of the rows of its weights.
        weights: Float32 [numbers read + own width if recurrent + 1, columns]; the last row is the bias. Columns come
            gate by gate: i, f, o, c (LSTM) or z, r, the candidate's part from the inputs, and that from the state
            (GRU). Those of sigmoid gates are halved, as sigmoid(x) = 1/2 + tanh(x/2) / 2.
        tables: Of each stream that is read directly what a token adds to the sums, float32 [tokens, columns].
        given: The same of attributes of the very step that is predicted, which were chosen before.
    """

    kind: str
    width: int
    reads: tuple[str, ...]
    weights: np.ndarray
    tables: Mapping[str, np.ndarray] = field(default_factory=dict)
    given: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_recurrent(self) -> bool:
        """Whether it reads what it gave for the note before."""
        return self.kind in ("lstm", "gru", "simple_rnn")


@dataclass(frozen=True, slots=True)
class Plan:
    """A network, ready to be followed note by note.

    Attributes:
        levels: By layer name, each after those it reads.
        heads: Attribute → the level that gives its logits.
        shared: The levels that a note goes through whatever is asked: those that remember it, and those of several
            heads.
        own: Attribute → the levels that its head alone needs, itself the last.
    """

    levels: Mapping[str, Level]
    heads: Mapping[str, str]
    shared: tuple[str, ...]
    own: Mapping[str, tuple[str, ...]]

    @property
    def streams(self) -> dict[str, int]:
        """How many tokens of each stream the network can read."""
        levels = self.levels.values()
        return {name: len(table) for level in levels for name, table in (*level.tables.items(), *level.given.items())}

    @classmethod
    def of(cls, levels: Mapping[str, Level], heads: Mapping[str, str]) -> "Plan":
        """The plan of some levels, each after those it reads."""
        needed = {attribute: _needed(levels, head) for attribute, head in heads.items()}
        lasting = set().union(*(_needed(levels, name) for name, level in levels.items() if level.is_recurrent))
        own = {
            attribute: tuple(
                name
                for name in levels
                if name in names - lasting.union(*(other for one, other in needed.items() if one != attribute))
            )
            for attribute, names in needed.items()
        }
        alone = set().union(*own.values())
        return cls(levels, heads, tuple(name for name in levels if name not in alone), own)


def check_fits(model: keras.Model, sizes: Mapping[str, int], context: Mapping[str, int]) -> None:
    """See that a network reads and writes the tokens that it is used with.

    Args:
        model: The network.
        sizes: How many tokens each attribute has.
        context: How many tokens each stream has that is read but not predicted; it may read some of them, or none.

    Raises:
        UnknownLayerError: It was made for others.
    """
    read = read_plan(model).streams
    known = {**sizes, **context}
    strange = sorted(name for name in {*read, *model.output, *sizes} if read.get(name) != known.get(name))
    if strange or set(model.output) != set(sizes):
        msg = (
            f"the network was made for other tokens than these; what differs is {', '.join(strange) or 'their number'}"
        )
        raise UnknownLayerError(msg)


def _needed(levels: Mapping[str, Level], name: str) -> set[str]:
    """A level, and all that it reads in turn."""
    return {name}.union(*(_needed(levels, source) for source in levels[name].reads))


def read_plan(model: keras.Model) -> Plan:
    """The plan of a network as `evolve.network.build` makes it.

    Raises:
        UnknownLayerError: A layer is of a kind that `evolve.network.build` does not use, or is set otherwise.
    """
    reader = _PlanReader(model)
    heads = {attribute: reader.level(tensor) for attribute, tensor in model.output.items()}
    return Plan.of(reader.levels, heads)


@dataclass(frozen=True, slots=True)
class _InputPart:
    """Numbers that a level reads side by side with others.

    Attributes:
        source: The level that gives them, or the attribute that they encode.
        width: How many there are.
        table: Of encoded tokens: from the weights that meet these numbers, [width, columns], to what each token
            adds to the sums, [tokens, columns]. None when a level gives the numbers.
    """

    source: str
    width: int
    table: Callable[[np.ndarray], np.ndarray] | None = None


class _PlanReader:
    """Follows a network's layers from its heads back to its inputs.

    Attributes:
        levels: Those read so far.
    """

    def __init__(self, model: keras.Model) -> None:
        self.levels: dict[str, Level] = {}
        # Of a recurrent layer the answers alone: nothing may read its states.
        self._makers = {id(keras.tree.flatten(layer.output)[0]): layer for layer in model.layers}
        given = {given_name(attribute): attribute for attribute in model.output}
        self._attributes = {id(tensor): given.get(name, name) for name, tensor in model.input.items()}
        self._given = {id(tensor) for name, tensor in model.input.items() if name in given}
        self._sizes = {attribute: tensor.shape[-1] for attribute, tensor in model.output.items()}

    def level(self, tensor: keras.KerasTensor) -> str:
        """The level that gives this tensor."""
        part, *others = self.parts(tensor)
        if others or part.source not in self.levels:
            raise UnknownLayerError("the network's answers are not those of a layer with weights")
        return part.source

    def parts(self, tensor: keras.KerasTensor) -> tuple[_InputPart, ...]:
        """What a layer reads that takes this tensor."""
        if id(tensor) in self._attributes:
            return (_InputPart(self._attributes[id(tensor)], 1),)
        layer = self._makers.get(id(tensor))
        if layer is None:
            raise UnknownLayerError("composing knows neither operations that are no layers nor a layer at two places")
        if layer.name in self.levels:
            return (_InputPart(layer.name, self.levels[layer.name].width),)
        _check(layer)
        if isinstance(layer, keras.layers.Add | keras.layers.Activation):
            self.levels[layer.name] = self._told(layer)
            return (_InputPart(layer.name, self.levels[layer.name].width),)
        read = [part for one in keras.tree.flatten(layer.input) for part in self.parts(one)]
        if isinstance(layer, keras.layers.Dropout | keras.layers.Reshape | keras.layers.Concatenate):
            if isinstance(layer, keras.layers.Reshape):
                self._check_tokens(layer, read)
            return tuple(read)
        if isinstance(layer, keras.layers.RNN | keras.layers.Dense):
            if sum(part.width for part in read) != layer.get_weights()[0].shape[0]:
                raise _strange(layer)
            self.levels[layer.name] = _level(layer, read)
            return (_InputPart(layer.name, layer.units),)
        self._check_tokens(layer, read)
        attribute = read[0].source
        return (_encoded(layer, attribute, self._sizes.get(attribute, 0)),)

    def _told(self, layer: keras.Layer) -> Level:
        """The level of an activation, and of a sum of a level's numbers and of what chosen tokens add to them."""
        kind, added = "linear", layer
        if isinstance(layer, keras.layers.Activation):
            kind, maker = layer.get_config()["activation"], self._makers[id(layer.input)]
            added = maker if isinstance(maker, keras.layers.Add) else layer
        numbers, *given = keras.tree.flatten(added.input)
        read, *others = self.parts(numbers)
        tables = [self._makers[id(tensor)] for tensor in given if id(tensor) in self._makers]
        if others or read.table or len(tables) < len(given) or not all(map(self._tells_what_is_given, tables)):
            raise _strange(layer)
        return Level(
            kind,
            read.width,
            (read.source,),
            np.eye(read.width + 1, read.width, dtype=np.float32),
            given={self._attributes[id(table.input)]: np.asarray(table.get_weights()[0]) for table in tables},
        )

    def _tells_what_is_given(self, layer: keras.Layer) -> bool:
        """Whether a layer is a table of the tokens of an attribute that was chosen before."""
        return isinstance(layer, keras.layers.Embedding) and id(layer.input) in self._given

    def _check_tokens(self, layer: keras.Layer, read: Sequence[_InputPart]) -> None:
        """See that a layer that encodes tokens is given those of one stream, as they come."""
        if len(read) > 1 or read[0].table or read[0].source not in self._attributes.values():
            raise _strange(layer)


def _strange(layer: keras.Layer) -> UnknownLayerError:
    return UnknownLayerError(f"the network's layer {layer.name} takes other things than composing knows")


def _check(layer: keras.Layer) -> None:
    settings = _KNOWN.get(type(layer))
    if settings is None:
        raise UnknownLayerError(
            f"the network's layer {layer.name} is a {type(layer).__name__}, which composing does not know"
        )
    config = layer.get_config()
    for setting, value in settings.items():
        if config.get(setting, value) != value:
            raise UnknownLayerError(
                f"the network's layer {layer.name} has {setting} {config[setting]!r}; composing knows {value!r} alone"
            )
    if (
        isinstance(layer, keras.layers.Dense | keras.layers.Activation)
        and str(config["activation"]) not in NUMPY_ACTIVATIONS
    ):
        msg = f"the network's layer {layer.name} has activation {config['activation']!r}, which composing does not know"
        raise UnknownLayerError(msg)


def _encoded(layer: keras.Layer, attribute: str, size: int) -> _InputPart:
    """The numbers that an encoding gives for each of `size` tokens."""
    if isinstance(layer, keras.layers.CategoryEncoding):
        return _InputPart(attribute, layer.num_tokens, table=lambda weights: weights)
    if isinstance(layer, keras.layers.Embedding):
        (codes,) = layer.get_weights()
    else:
        codes = np.arange(size, dtype=np.float32)[:, None] * np.float32(layer.scale) + np.float32(layer.offset)
    return _InputPart(attribute, codes.shape[1], table=lambda weights: codes @ weights)


def _level(layer: keras.Layer, read: Sequence[_InputPart]) -> Level:
    kind, weights = _weights(layer)
    *runs, own = np.split(weights, np.cumsum([part.width for part in read]))
    from_levels = [run for part, run in zip(read, runs, strict=True) if part.table is None]
    return Level(
        kind,
        layer.units,
        tuple(part.source for part in read if part.table is None),
        np.concatenate([*from_levels, own]),
        {part.source: part.table(run) for part, run in zip(read, runs, strict=True) if part.table is not None},
    )


def _weights(layer: keras.Layer) -> tuple[str, np.ndarray]:
    """The kind of a level, and all its weights with columns as in `Level.weights`: kernel, recurrent kernel, bias."""
    kernel, *recurrent, bias = (np.asarray(weights, np.float32) for weights in layer.get_weights())
    if isinstance(layer, keras.layers.LSTM):
        return "lstm", _lstm_columns(np.vstack([kernel, *recurrent, bias]))
    if isinstance(layer, keras.layers.GRU):
        return "gru", _gru_columns(np.vstack([kernel, *recurrent, bias]), len(kernel))
    kind = "simple_rnn" if isinstance(layer, keras.layers.SimpleRNN) else layer.get_config()["activation"]
    return kind, np.vstack([kernel, *recurrent, bias])


def _lstm_columns(weights: np.ndarray) -> np.ndarray:
    """Keras's gates i, f, c, o in the order and scale of `Level.weights`, put there in place."""
    *_, third, fourth = np.split(weights, 4, axis=1)
    third[:], fourth[:] = fourth.copy(), third.copy()
    weights[:, : -fourth.shape[1]] *= 0.5
    return weights


def _gru_columns(weights: np.ndarray, inputs: int) -> np.ndarray:
    """Keras's gates z, r and candidate, and its two biases, one for the inputs and one for the state, as one."""
    units = weights.shape[1] // 3
    gates, candidate = slice(2 * units), slice(2 * units, None)
    columns = np.zeros((inputs + units + 1, 4 * units), np.float32)
    columns[:-1, gates] = 0.5 * weights[:-2, gates]
    columns[-1, gates] = 0.5 * (weights[-2, gates] + weights[-1, gates])
    from_inputs, from_state = columns[:, 2 * units : 3 * units], columns[:, 3 * units :]
    from_inputs[:inputs], from_inputs[-1] = weights[:inputs, candidate], weights[-2, candidate]
    from_state[inputs:-1], from_state[-1] = weights[inputs:-2, candidate], weights[-1, candidate]
    return columns
