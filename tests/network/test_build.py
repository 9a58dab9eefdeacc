"""A network from its genes."""

import subprocess
import sys
from collections.abc import Mapping

import keras
import keras_tuner
import numpy as np
import pytest

from evolve.network.build import given_name, hypermodel, read_genes
from evolve.network.genes import ACTIVATIONS, CELLS, ENCODINGS, GENES, HEADS, OPTIMIZERS, PLAYING, Value
from tests.network.lines import (
    CONTEXT,
    SIZES,
    SMALL,
    SetGenes,
    line,
    line_in_bars,
    same_weights,
    small_network,
    stirred,
)

pytestmark = pytest.mark.slow

TOKENS = {name: stream[None] for name, stream in line(9, seed=0).items()}


def layers_of(model: keras.Model, kind: type) -> list[keras.Layer]:
    """The layers of a kind, in order."""
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_keras_tuners_own_hyperparameters_build_a_network_and_learn_of_every_gene() -> None:
    """Stock KerasTuner needs no YAML: the network registers each gene with a range that holds its default."""
    hp = keras_tuner.HyperParameters()
    hypermodel(SIZES, seed=1, window=8, learn_from="every")(hp)
    from_outside = {"tokenizer", "diet", "budget", *PLAYING}  # the tokens, how it is taught, and how it plays
    assert {parameter.name for parameter in hp.space} == set(GENES) - from_outside
    assert all(GENES[name].default == value for name, value in hp.values.items())


def test_an_oracle_of_keras_tuner_samples_genes_that_build() -> None:
    """What a stock oracle draws from the registered ranges is legal for every gene."""
    hp = keras_tuner.HyperParameters()
    read_genes(hp)
    for parameter in hp.space:
        for seed in range(20):
            assert GENES[parameter.name].allows(parameter.random_sample(seed)), parameter


def test_values_that_are_set_are_honoured_and_their_ranges_kept() -> None:
    """A search space that came first decides; the network does not widen it."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("depth", [3], default=3)
    hp.Fixed("cell", "gru")
    hp.Int("width", 9, 11, default=10)
    model = hypermodel(SIZES, seed=1, window=8, learn_from="every")(hp)
    assert [layer.units for layer in layers_of(model, keras.layers.GRU)] == [10, 10, 10]
    assert sum(parameter.name == "width" for parameter in hp.space) == 1


def test_embedding_width_is_a_gene_only_of_embeddings() -> None:
    """The condition of a space on its parent gene is the network's own."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("encoding", ["onehot", "embedding"])
    hp.Int("embedding_width", 5, 7, default=6, parent_name="encoding", parent_values=["embedding"])
    assert read_genes(hp).embedding_width == GENES["embedding_width"].default
    assert "embedding_width" not in hp.values
    hp.values["encoding"] = "embedding"
    hp.values["embedding_width"] = 7
    model = hypermodel(SIZES, seed=1, window=8, learn_from="every")(hp)
    assert [layer.output_dim for layer in layers_of(model, keras.layers.Embedding)] == [7, 7]
    assert sum(parameter.name == "embedding_width" for parameter in hp.space) == 1


@pytest.mark.parametrize("branches", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_logits_for_each_attribute_at_each_step(encoding: str, *, branches: bool) -> None:
    """Joined or in branches, a network answers with a logit for each token after each note."""
    model = small_network(encoding=encoding, branches=branches, depth=2, dense_width=5)
    answers = model(TOKENS)
    assert {name: tuple(logits.shape) for name, logits in answers.items()} == {
        "pitch": (1, 9, 12),
        "duration": (1, 9, 4),
    }


def test_branches_have_a_recurrent_layer_for_each_attribute() -> None:
    """The branches share the width between them, and come before the stack."""
    units = [layer.units for layer in layers_of(small_network(branches=True, depth=2), keras.layers.LSTM)]
    assert units == [12, 12, 24, 24]


def test_tokens_are_encoded_inside_the_network() -> None:
    """One-hot rows, plain numbers, and numbers from 0 to 1."""
    seen = {}
    for encoding, layer in (
        ("onehot", "onehot_duration"),
        ("integer", "number_duration"),
        ("scaled", "number_duration"),
    ):
        model = small_network(encoding=encoding)
        seen[encoding] = np.asarray(keras.Model(model.input, model.get_layer(layer).output)(TOKENS))[0]
    tokens = TOKENS["duration"][0]
    assert np.array_equal(seen["onehot"], np.eye(4)[tokens])
    assert np.array_equal(seen["integer"][:, 0], tokens)
    assert np.allclose(seen["scaled"][:, 0], tokens / 3)


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_layers_keep_the_form_that_cudnn_runs(cell: str) -> None:
    """Tanh and sigmoid, no dropout inside, no unrolling."""
    for layer in layers_of(small_network(cell=cell, depth=2), keras.layers.RNN):
        config = layer.get_config()
        assert config["activation"] == "tanh"
        assert config.get("recurrent_activation", "sigmoid") == "sigmoid"
        assert config.get("reset_after", True)
        assert config["recurrent_dropout"] == config["dropout"] == 0.0
        assert not config["unroll"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_of_the_catalogue_is_known_to_keras(activation: str) -> None:
    """No legal gene fails for want of an activation."""
    assert callable(keras.activations.get(activation))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_takes_a_step_with_clipped_gradients(optimizer: str) -> None:
    """No legal gene fails for want of an optimizer."""
    model = small_network(optimizer=optimizer, learning_rate=0.5)
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.optimizer.global_clipnorm == 1.0
    before = model.get_weights()
    model.optimizer.apply(
        [0.1 * keras.ops.ones_like(weights) for weights in model.trainable_weights], model.trainable_weights
    )
    assert not any(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_equal_seeds_give_equal_weights_and_others_do_not() -> None:
    """Nothing in a network is random but by its seed, and nothing global is seeded."""
    genes: dict[str, Value] = {"encoding": "embedding", "branches": True, "dense_width": 6, "heads": "chained"}
    one, same, other = (small_network(seed, CONTEXT, **genes) for seed in (1, 1, 2))
    assert same_weights(one, same)
    assert not same_weights(one, other)


def answers_to(model: keras.Model, song: Mapping[str, np.ndarray], **given: np.ndarray) -> dict[str, np.ndarray]:
    """The logits [notes, size] of each attribute after each note, where the next ones are said to be these."""
    tokens = {**song, **{given_name(name): tokens for name, tokens in given.items()}}
    return {
        name: np.asarray(logits)[0]
        for name, logits in model({name: tokens[name][None] for name in model.input}).items()
    }


@pytest.mark.parametrize("dense_width", [0, 6])
def test_chained_heads_see_the_attributes_before_them_and_no_later_ones(dense_width: int) -> None:
    """Of three attributes the second head reads the first, the third both, step by step; the first reads none."""
    sizes = {"first": 3, "second": 4, "third": 5}
    genes = SMALL | {"heads": "chained", "dense_width": dense_width, "activation": "tanh"}
    model = stirred(hypermodel(sizes, seed=1, window=8)(SetGenes(genes)))
    assert set(model.input) == {*sizes, given_name("first"), given_name("second")}
    song = {name: np.arange(9) % size for name, size in sizes.items()}
    plain = {name: np.zeros(9, np.int32) for name in ("first", "second")}
    answers = answers_to(model, song, **plain)
    for name, seen_by in (("first", {"second", "third"}), ("second", {"third"})):
        changed = np.array([0, 1, 0, 0, 2, 0, 0, 0, 1])
        others = answers_to(model, song, **plain | {name: changed})
        for attribute, logits in others.items():
            differs = (logits != answers[attribute]).any(axis=1)
            assert differs.tolist() == ((changed > 0) & (attribute in seen_by)).tolist()


@pytest.mark.parametrize("dense_width", [0, 6])
def test_chained_heads_begin_as_independent_ones(dense_width: int) -> None:
    """With the same seed they answer alike at first, whatever is said to come."""
    song = line(9, seed=0)
    independent, chained = (small_network(dense_width=dense_width, heads=heads) for heads in HEADS)
    answers = answers_to(chained, song, pitch=np.arange(9))
    for name, logits in answers_to(independent, song).items():
        assert np.allclose(logits, answers[name], atol=1e-6)


def test_one_attribute_alone_has_no_chain() -> None:
    """Its head is given nothing, and is no other."""
    model = hypermodel({"event": 7}, seed=1, window=8)(SetGenes(SMALL | {"heads": "chained"}))
    assert set(model.input) == {"event"}
    assert not layers_of(model, keras.layers.Add)


def test_heads_are_chained_where_the_caller_says_so_unless_a_gene_does() -> None:
    """The default of the gene is the caller's, for whom it may be of several tracks."""
    assert read_genes(SetGenes({}), "chained").heads == "chained"
    assert read_genes(SetGenes({"heads": "independent"}), "chained").heads == "independent"
    assert given_name("pitch") in hypermodel(SIZES, seed=1, window=8, heads="chained")(SetGenes(SMALL)).input


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_context_is_read_only_where_the_gene_says_so(encoding: str) -> None:
    """What a network reads beside its attributes it does not predict; without the gene it is as if there were none."""
    reading, blind = (
        small_network(context=CONTEXT, encoding=encoding, branches=True, bar_position=reads) for reads in (True, False)
    )
    assert set(reading.input) == {*SIZES, *CONTEXT}
    assert same_weights(blind, small_network(encoding=encoding, branches=True))
    assert set(blind.input) == set(reading.output) == set(SIZES)
    song = line_in_bars(9, seed=0)
    before = answers_to(reading, song)["pitch"]
    for name in CONTEXT:
        moved = song[name].copy()
        moved[4] = (moved[4] + 1) % CONTEXT[name]
        after = answers_to(reading, song | {name: moved})["pitch"]
        assert np.array_equal(before[:4], after[:4])
        assert not np.allclose(before[4:], after[4:], atol=1e-7)


def test_a_window_of_nothing_is_refused() -> None:
    """A window holds at least a note."""
    with pytest.raises(ValueError, match="at least 1 note"):
        hypermodel(SIZES, seed=1, window=0, learn_from="every")


def test_building_loads_no_keras_tuner() -> None:
    """A trial that knows its genes needs no tuner (Keras itself is a stand-in here: it takes seconds)."""
    code = (
        "import sys; from unittest.mock import MagicMock; sys.modules['keras'] = MagicMock()\n"
        "import evolve.network.build, evolve.network.train, evolve.network.compose, evolve.network.files\n"
        "print('keras_tuner' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_weight_decay_shrinks_all_but_biases(optimizer: str) -> None:
    """A step without a gradient takes the learning rate times the decay off each weight, and leaves biases alone."""
    model = small_network(optimizer=optimizer, weight_decay=0.5, learning_rate=0.1, dense_width=5)
    before = {variable.path: np.asarray(variable) for variable in model.trainable_variables}
    model.optimizer.apply([np.zeros_like(one) for one in before.values()], model.trainable_variables)
    for variable in model.trainable_variables:
        share = 1.0 if variable.name == "bias" else 0.95
        assert np.allclose(np.asarray(variable), share * before[variable.path], atol=1e-6)
