"""The genes of an individual: what values each may take, before any heavy library is loaded.

They are of three kinds: the network's, which `evolve.network.build` knows, what it learns from and how hard, and how it
plays.
"""

from collections.abc import Mapping
from types import MappingProxyType

from evolve.records.gene_rule import GeneRule

Value = bool | int | float | str

TOKENIZERS = ("notes", "events")
CELLS = ("lstm", "gru", "simple_rnn")
ENCODINGS = ("onehot", "embedding", "integer", "scaled")
ACTIVATIONS = (
    "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "mish", "softplus", "softsign", "tanh", "sigmoid",
    "hard_sigmoid", "linear",
)  # fmt: skip
HEADS = ("independent", "chained")
GUARDS = ("off", "gentle", "strict")
OPTIMIZERS = (
    "adam", "adamw", "nadam", "adamax", "rmsprop", "sgd", "adagrad", "adadelta", "lion", "ftrl", "adafactor",
)  # fmt: skip


def _int(
    default: int, limits: tuple[int, int], text: str, sampling: str = "linear", needs: tuple[str, Value] | None = None
) -> GeneRule:
    return GeneRule("int", default, text, *limits, needs=needs, sampling=sampling)


def _float(default: float, limits: tuple[float, float], text: str, sampling: str = "linear") -> GeneRule:
    return GeneRule("float", default, text, *limits, sampling=sampling)


def _boolean(*, default: bool, text: str) -> GeneRule:
    return GeneRule("boolean", default, text, allowed=(False, True))


def _choice(default: str, allowed: tuple[str, ...], text: str) -> GeneRule:
    return GeneRule("choice", default, text, allowed=allowed)


GENES: Mapping[str, GeneRule] = MappingProxyType(
    {
        "tokenizer": _choice("notes", TOKENIZERS, "notes and chords in a row, or events: notes start and stop"),
        "cell": _choice("lstm", CELLS, "the recurrent cell"),
        "depth": _int(1, (1, 8), "recurrent layers on top of each other"),
        "width": _int(128, (8, 2048), "units in each recurrent layer", "log"),
        "dropout": _float(0.2, (0.0, 0.9), "share of units silenced after each recurrent and dense layer in training"),
        "dense_width": _int(128, (0, 4096), "units of the dense layer before the heads; 0 leaves the layer out"),
        "activation": _choice("relu", ACTIVATIONS, "activation of the dense layer"),
        "encoding": _choice("onehot", ENCODINGS, "how a token enters the network"),
        "embedding_width": _int(
            32, (1, 1024), "numbers that an embedded token becomes", sampling="log", needs=("encoding", "embedding")
        ),
        "branches": _boolean(
            default=False,
            text="each attribute's input has a recurrent layer of its own (width / attributes units) before they join",
        ),
        "bar_position": _boolean(
            default=True,
            text="each step also reads in which bar the next begins, where in it, and in which metre",
        ),
        "heads": _choice(
            "independent",
            HEADS,
            "chained: each attribute of a step sees those chosen before it; default of several tracks",
        ),
        "batch_size": _int(16, (1, 1024), "windows in one training step", "log"),
        "learning_rate": _float(0.005, (1e-6, 1.0), "the optimizer's step size", "log"),
        "optimizer": _choice("adam", OPTIMIZERS, "how weights follow the gradient; sgd has a momentum of 0.9"),
        "weight_decay": _float(
            0.0,
            (0.0, 1.0),
            "how much each step shrinks the weights, times learning_rate; at 0 adamw keeps its own 0.004",
        ),
        "diet": GeneRule("shares", None, "what it learns from: shares of the corpus's groups"),
        "budget": _float(1.0, (0.01, 1.0), "share of the run's training budget, seconds and epochs, that it uses"),
        "temperature": _float(1.0, (0.05, 4.0), "below 1 its songs keep to the likely, above they dare more"),
        "top_p": _float(1.0, (0.05, 1.0), "it chooses among the likeliest notes that have this much probability"),
        "repetition_guard": _choice("off", GUARDS, "whether its songs are held back from going round in circles"),
    }
)
"""Every gene by name. What ``tokenizer`` says is for whoever chooses the tokens: a network is built for as many
as it is given."""

BESIDE_BUILD = (
    "tokenizer", "batch_size", "learning_rate", "diet", "budget", "temperature", "top_p", "repetition_guard",
)  # fmt: skip
"""Genes that have their meaning also where the network is the user's own."""

PLAYING = ("temperature", "top_p", "repetition_guard")
"""How an individual plays. Where its genome has none of them, the run's setting of the same name holds."""
