"""A network from its genes, in keras-tuner's convention: ``build(hp) -> keras.Model``.

The architecture is the paper's. Of each attribute of a note the network reads the tokens so far as whole numbers
``[batch, time]``, encodes them itself, joins the attributes (or gives each a branch with a recurrent layer first), and
passes them through stacked recurrent layers and a dense layer to one head per attribute, which holds the logits of
the next note's token: ``{attribute: float [batch, time, size]}``. There is an answer at every step; training decides
which of them count.

Two things go beyond the paper. Streams of the context, such as the place in the bar, are read and not predicted. And
where heads are chained, an attribute's head also reads the tokens that the attributes before it have in the very step
that is predicted (``given_<attribute>``), which factors the step's probability exactly: p(a) p(b | a) p(c | a, b); see
Larochelle and Murray, "The Neural Autoregressive Distribution Estimator" (AISTATS 2011).

The recurrent layers keep the form that cuDNN runs: tanh and sigmoid, no recurrent dropout, no unrolling, no mask. They
give their states too, so that whoever trains can carry them from window to window.
"""

import contextlib
import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from evolve.network.cost import NO_CONTEXT
from evolve.network.genes import GENES
from evolve.network.windows import LearnFrom
from evolve.randomness import derive_seed

LONGEST_GRADIENT = 1.0
"""Gradients of all weights together are scaled down to this norm: deep stacks diverge without it."""

SGD_MOMENTUM = 0.9


Build = Callable[[Any], keras.Model]
"""Takes a `keras_tuner.HyperParameters`."""


def hypermodel(
    sizes: Mapping[str, int],
    *,
    seed: int,
    window: int,
    learn_from: LearnFrom = "every",
    context: Mapping[str, int] = NO_CONTEXT,
    heads: str = "independent",
) -> Build:
    """The function that builds a compiled network from hyperparameters.

    Genes that the hyperparameters already hold are taken as they are; any other gets a range to be searched, so that
    stock KerasTuner can drive it too. ``batch_size`` is registered for `evolve.network.train`, not used here.

    Args:
        sizes: How many tokens each attribute has, by attribute name; chained heads choose in this order.
        seed: Everything random in the network derives from it: equal seeds and genes give equal weights.
        window: How many notes a training window holds; the paper's 50. The network itself reads any length.
        learn_from: Which steps of a window training counts; the network is the same for both.
        context: How many tokens each stream has that is read but not predicted: where a step lies in its bar. Read
            where the gene ``bar_position`` is true.
        heads: The default of the gene ``heads``.

    Returns:
        ``build(hp)``, which may be called any number of times.
    """
    if window < 1 or learn_from not in ("every", "last"):
        msg = f"a window must hold at least 1 note and learn from every or last; got {window} and {learn_from!r}"
        raise ValueError(msg)

    def build(hp: Any) -> keras.Model:
        genes = read_genes(hp, heads)
        model = _network(sizes, context if genes.bar_position else {}, genes, seed)
        return compiled(model, _optimizer(genes))

    return build


def compiled(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> keras.Model:
    """The network, to be trained with this optimizer to predict each attribute's next token from logits.

    The loss is in nats a counted target: weights of 0 leave a step out of the mean.
    """
    cross_entropy = keras.losses.SparseCategoricalCrossentropy
    model.compile(
        optimizer=optimizer,
        loss={name: cross_entropy(from_logits=True, reduction="mean_with_sample_weight") for name in model.output},
        jit_compile=keras.backend.backend() != "tensorflow",  # XLA takes TensorFlow half a minute to the first step
    )
    return model


def head_name(attribute: str) -> str:
    """The name of the layer that holds an attribute's logits."""
    return f"next_{attribute}"


def given_name(attribute: str) -> str:
    """The name of the input that tells chained heads what an attribute is in the step that is predicted."""
    return f"given_{attribute}"


@dataclass(frozen=True, slots=True)
class Genes:
    """The value of every gene of one network; `evolve.network.genes` says what each means."""

    cell: str
    depth: int
    width: int
    dropout: float
    dense_width: int
    activation: str
    encoding: str
    embedding_width: int
    branches: bool
    bar_position: bool
    heads: str
    batch_size: int
    learning_rate: float
    optimizer: str
    weight_decay: float


def read_genes(hp: Any, heads: str = "independent") -> Genes:
    """The value of every gene, those that are switched off at their default, which for `heads` is the one given."""
    return Genes(**{field.name: _asked(hp, field.name, heads) for field in dataclasses.fields(Genes)})


def _asked(hp: Any, name: str, heads: str) -> Any:
    rule = GENES[name]
    default = heads if name == "heads" else rule.default
    scope = hp.conditional_scope(rule.needs[0], [rule.needs[1]]) if rule.needs else contextlib.nullcontext()
    with scope:
        if rule.kind == "choice":
            value = hp.Choice(name, rule.allowed, default=default)
        elif rule.kind == "boolean":
            value = hp.Boolean(name, default=default)
        else:
            ask = hp.Int if rule.kind == "int" else hp.Float
            value = ask(name, rule.minimum, rule.maximum, sampling=rule.sampling, default=default)
    return default if value is None else value


def _network(sizes: Mapping[str, int], context: Mapping[str, int], genes: Genes, seed: int) -> keras.Model:
    read = {**sizes, **context}
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in read}
    streams = [_encoded(inputs[name], name, size, genes, seed) for name, size in sizes.items()]
    if genes.branches:
        width = math.ceil(genes.width / len(sizes))
        streams = [
            _dropped(_recurrent(genes, width, f"branch_{name}", seed)(stream)[0], genes, f"branch_{name}", seed)
            for name, stream in zip(sizes, streams, strict=True)
        ]
    streams += [_encoded_context(inputs[name], name, size, genes, seed) for name, size in context.items()]
    state = keras.layers.Concatenate(name="joined")(streams) if len(streams) > 1 else streams[0]
    for level in range(1, genes.depth + 1):
        state = _recurrent(genes, genes.width, f"recurrent_{level}", seed)(state)[0]
        state = _dropped(state, genes, f"recurrent_{level}", seed)
    if genes.heads == "chained" and len(sizes) > 1:
        given = {name: keras.Input((None,), dtype="int32", name=given_name(name)) for name in list(sizes)[:-1]}
        heads = _chained(state, given, sizes, genes, seed)
        return keras.Model(inputs | {given_name(name): tensor for name, tensor in given.items()}, heads, name="network")
    if genes.dense_width:
        dense = _dense(genes.dense_width, "dense", seed, activation=genes.activation)
        state = _dropped(dense(state), genes, "dense", seed)
    heads = {name: _dense(size, head_name(name), seed)(state) for name, size in sizes.items()}
    return keras.Model(inputs, heads, name="network")


def _chained(
    state: keras.KerasTensor,
    given: Mapping[str, keras.KerasTensor],
    sizes: Mapping[str, int],
    genes: Genes,
    seed: int,
) -> dict[str, keras.KerasTensor]:
    """Heads that each add what the attributes before theirs are to the dense layer, or without one to their logits."""
    shared = _dense(genes.dense_width, "dense", seed)(state) if genes.dense_width else None
    heads: dict[str, keras.KerasTensor] = {}
    for place, (name, size) in enumerate(sizes.items()):
        before = {other: given[other] for other in list(sizes)[:place]}
        if shared is None:
            heads[name] = _with_given(_dense(size, head_name(name), seed)(state), before, name, sizes, size)
        else:
            told = _with_given(shared, before, name, sizes, genes.dense_width)
            hidden = keras.layers.Activation(genes.activation, name=f"dense_{name}")(told)
            heads[name] = _dense(size, head_name(name), seed)(_dropped(hidden, genes, f"dense_{name}", seed))
    return heads


def _with_given(
    numbers: keras.KerasTensor, given: Mapping[str, keras.KerasTensor], head: str, sizes: Mapping[str, int], width: int
) -> keras.KerasTensor:
    """The numbers [batch, time, width] and what each given token adds to them for this head."""
    added = [
        keras.layers.Embedding(sizes[name], width, embeddings_initializer="zeros", name=f"{name}_to_{head}")(tokens)
        for name, tokens in given.items()
    ]
    return keras.layers.Add(name=f"given_to_{head}")([numbers, *added]) if added else numbers


def _encoded(tokens: keras.KerasTensor, name: str, size: int, genes: Genes, seed: int) -> keras.KerasTensor:
    """The tokens of one attribute as floats [batch, time, features]."""
    if genes.encoding in ("onehot", "embedding"):
        return _encoded_context(tokens, name, size, genes, seed)
    column = keras.layers.Reshape((-1, 1), name=f"column_{name}")(tokens)
    scale = 1.0 if genes.encoding == "integer" else 1.0 / max(size - 1, 1)
    return keras.layers.Rescaling(scale, name=f"number_{name}")(column)


def _encoded_context(tokens: keras.KerasTensor, name: str, size: int, genes: Genes, seed: int) -> keras.KerasTensor:
    """Tokens as floats [batch, time, features], embedded where the attributes are, else one-hot."""
    if genes.encoding == "embedding":
        start = keras.initializers.RandomUniform(-0.05, 0.05, seed=_layer_seed(seed, name, "embedding"))
        width = genes.embedding_width
        return keras.layers.Embedding(size, width, embeddings_initializer=start, name=f"embedded_{name}")(tokens)
    column = keras.layers.Reshape((-1, 1), name=f"column_{name}")(tokens)
    return keras.layers.CategoryEncoding(size, output_mode="one_hot", name=f"onehot_{name}")(column)


def _recurrent(genes: Genes, width: int, name: str, seed: int) -> keras.layers.RNN:
    """A layer that gives its answers [batch, time, width], then its states after the last step, each [batch, width]."""
    cell = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}[genes.cell]
    return cell(
        width,
        return_sequences=True,
        return_state=True,
        kernel_initializer=keras.initializers.GlorotUniform(_layer_seed(seed, name, "kernel")),
        recurrent_initializer=keras.initializers.Orthogonal(seed=_layer_seed(seed, name, "recurrent")),
        seed=_layer_seed(seed, name, "unused dropout"),
        name=name,
    )


def _dropped(state: keras.KerasTensor, genes: Genes, after: str, seed: int) -> keras.KerasTensor:
    if not genes.dropout:
        return state
    return keras.layers.Dropout(genes.dropout, seed=_layer_seed(seed, after, "dropout"), name=f"{after}_dropout")(state)


def _dense(width: int, name: str, seed: int, activation: str | None = None) -> keras.layers.Dense:
    start = keras.initializers.GlorotUniform(_layer_seed(seed, name, "kernel"))
    return keras.layers.Dense(width, activation=activation, kernel_initializer=start, name=name)


def _layer_seed(seed: int, *purpose: str) -> int:
    """A seed that every backend takes: 31 bits."""
    return derive_seed(seed, "network", *purpose) >> 32


def _optimizer(genes: Genes) -> keras.optimizers.Optimizer:
    """The optimizer; weight decay is that of Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019)."""
    extra: dict[str, object] = {"momentum": SGD_MOMENTUM} if genes.optimizer == "sgd" else {}
    if genes.weight_decay:
        extra["weight_decay"] = float(genes.weight_decay)
    config = {"learning_rate": float(genes.learning_rate), "global_clipnorm": LONGEST_GRADIENT, **extra}
    optimizer = keras.optimizers.get({"class_name": genes.optimizer, "config": config})
    if genes.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer
