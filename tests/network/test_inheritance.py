"""Children that begin with their parent's weights: they answer as it does, also where they are larger."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest

from benchmarks.random_batches import Size, batches
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import CELLS, Value
from evolve.network.inheritance import inherit
from evolve.network.step_runner import step_runner_of
from tests.network.lines import CONTEXT, SIZES, small_network

STEPS = 12
PARENT: dict[str, Any] = {"width": 9, "depth": 2, "dense_width": 7, "encoding": "embedding", "embedding_width": 5}
KINDS = [
    {"cell": cell, "branches": branches, "heads": heads}
    for cell, branches, heads in itertools.product(CELLS, (False, True), ("independent", "chained"))
]


def _learned(**genes: Any) -> keras.Model:  # noqa: ANN401
    """A parent whose weights are none that a network begins with."""
    model = small_network(seed=5, context=CONTEXT, **PARENT | genes)
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(0, 0.5, weights.shape).astype(np.float32) for weights in model.get_weights()])
    return network_from_bytes(network_to_bytes(model))


def _answers(model: keras.Model) -> np.ndarray:
    """The probabilities of all streams, [steps, tokens]."""
    rng = np.random.default_rng(1)
    sizes = SIZES | CONTEXT
    tokens = {name: rng.integers(0, sizes[name.removeprefix("given_")], (3, STEPS)) for name in sorted(model.input)}
    logits = model(tokens)
    told = [keras.ops.convert_to_numpy(keras.ops.softmax(logits[name])) for name in sorted(logits)]
    return np.concatenate([one.reshape(-1, one.shape[-1]) for one in told], axis=-1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_a_child_answers_as_its_parent_does(kind: dict[str, Value]) -> None:
    """To the last digits where it has the same shape or is wider; nearly where it has more layers."""
    parent = _learned(**kind)
    before = _answers(parent)
    for genes, told, most in (
        ({"learning_rate": 0.1, "dropout": 0.5}, "", 0.0),
        ({"width": 14, "dense_width": 16, "embedding_width": 6}, "made wider", 1e-5),
        ({"depth": 4}, "made deeper", 0.06),
        ({"width": 10, "depth": 3}, "made wider and made deeper", 0.06),
    ):
        child = small_network(seed=2, context=CONTEXT, **PARENT | kind | genes)
        assert inherit(child, parent, seed=3) == told
        assert np.abs(_answers(child) - before).max() <= most


@pytest.mark.slow
@pytest.mark.parametrize("heads", ["independent", "chained"])
def test_a_child_without_a_dense_layer_grows_too(heads: str) -> None:
    """Its heads read the recurrent layer itself."""
    genes: dict[str, Any] = {"dense_width": 0, "heads": heads, "encoding": "onehot"}
    parent = _learned(**genes)
    child = small_network(context=CONTEXT, **PARENT | genes | {"width": 13})
    assert inherit(child, parent, seed=3) == "made wider"
    assert np.abs(_answers(child) - _answers(parent)).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize(
    "genes",
    [
        {"width": 8},
        {"depth": 1},
        {"dense_width": 0},
        {"dense_width": 3},
        {"cell": "gru"},
        {"branches": True, "width": 12},
        {"embedding_width": 4},
        {"encoding": "onehot"},
        {"bar_position": False},
        {"heads": "chained"},
    ],
    ids=lambda genes: "-".join(f"{name} {value}" for name, value in genes.items()),
)
def test_a_child_that_has_less_or_something_else_begins_from_scratch(genes: dict[str, Value]) -> None:
    """With the weights that it was built with."""
    child = small_network(seed=2, context=CONTEXT, **PARENT | genes)
    before = child.get_weights()
    assert inherit(child, _learned(), seed=3) is None
    assert all(np.array_equal(one, other) for one, other in zip(before, child.get_weights(), strict=True))


def test_numbers_that_mean_something_else_are_not_inherited() -> None:
    """A token as a whole number, or as a share of the largest: the weights would fit, and mean another thing."""
    child = small_network(**PARENT | {"encoding": "scaled"})
    assert inherit(child, small_network(**PARENT | {"encoding": "integer"}), seed=3) is None


def test_copies_of_a_unit_part_when_they_learn() -> None:
    """Else a wider network would be no larger than its parent."""
    parent = small_network(dropout=0.0, dense_width=6)
    child = small_network(dropout=0.0, dense_width=12, optimizer="sgd")
    inherit(child, parent, seed=3)
    kernel = child.get_layer("dense").get_weights()[0]
    (first, copy), *_ = [pair for pair in itertools.combinations(range(12), 2) if np.array_equal(*kernel.T[list(pair)])]
    step_runner_of(child).train_steps(batches(Size(4, 8, 4), 1, SIZES))
    kernel = child.get_layer("dense").get_weights()[0]
    assert not np.array_equal(kernel[:, first], kernel[:, copy])


def test_a_network_of_ones_own_inherits_where_all_shapes_are_the_same() -> None:
    """How one with other layers could grow, nobody knows."""

    def network(units: int) -> keras.Model:
        tokens = keras.Input((None,), dtype="int32", name="pitch")
        state = keras.layers.LayerNormalization()(keras.layers.Embedding(12, units)(tokens))
        state, _ = keras.layers.MultiHeadAttention(2, units, name=f"attention_{units}")(
            state, state, use_causal_mask=True, return_attention_scores=True
        )
        return keras.Model({"pitch": tokens}, {"pitch": keras.layers.Dense(12)(state)})

    parent, same, wider = network(8), network(8), network(16)
    assert inherit(same, parent, seed=3, may_grow=False) == ""
    assert all(map(np.array_equal, same.get_weights(), parent.get_weights()))
    assert inherit(wider, parent, seed=3, may_grow=False) is None
