"""A network read note by note in numpy gives what Keras gives."""

import keras
import numpy as np
import pytest

from evolve.network.activations import NUMPY_ACTIVATIONS
from evolve.network.build import given_name
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import ACTIVATIONS, CELLS, ENCODINGS, HEADS
from evolve.network.plan import UnknownLayerError, check_fits, read_plan
from evolve.network.step_decoder import StepDecoder
from tests.network.lines import CONTEXT, SIZES, line_in_bars, small_network, spread, stirred

pytestmark = pytest.mark.slow

NOTES = 12
NETWORKS = [(cell, encoding, branches) for cell in CELLS for encoding in ENCODINGS for branches in (False, True)]

SONGS = tuple(line_in_bars(NOTES, seed) for seed in range(3))


def read_at_once(model: keras.Model) -> dict[str, np.ndarray]:
    """Keras's logits after every note of every song but the last, [songs, notes - 1, size]."""
    streams = {name: np.stack([song[name] for song in SONGS]) for name in (*SIZES, *CONTEXT)}
    given = {given_name(name): streams[name][:, 1:] for name in SIZES}
    fed = {name: stream[:, :-1] for name, stream in streams.items()} | given
    logits = model({name: fed[name] for name in model.input})
    return {name: np.asarray(logits[name]) for name in SIZES}


def read_note_by_note(model: keras.Model) -> dict[str, np.ndarray]:
    """The decoder's logits of the same."""
    decoder = StepDecoder(read_plan(model), len(SONGS))
    notes = []
    for note in range(NOTES - 1):
        read, chosen = (
            {name: np.array([song[name][at] for song in SONGS]) for name in SONGS[0]} for at in (note, note + 1)
        )
        decoder.read(read)
        notes.append({name: decoder.logits(name, chosen).copy() for name in SIZES})
    return {name: np.stack([note[name] for note in notes], axis=1) for name in SIZES}


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Their softmax."""
    raised = np.exp(logits.astype(float) - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def assert_reads_alike(model: keras.Model) -> None:
    """Note by note or all at once, the distributions are the same, and far from even."""
    at_once, note_by_note = read_at_once(model), read_note_by_note(model)
    for name in SIZES:
        assert np.ptp(at_once[name]) > 0.05
        assert np.abs(probabilities(at_once[name]) - probabilities(note_by_note[name])).max() < 1e-5


@pytest.mark.parametrize(("cell", "encoding", "branches"), NETWORKS)
def test_every_network_reads_as_keras_does(cell: str, encoding: str, *, branches: bool) -> None:
    """Every cell on every encoding, joined or in branches, of widths that fill no block of columns."""
    model = small_network(cell=cell, encoding=encoding, branches=branches, depth=2, width=37, dense_width=7)
    assert_reads_alike(spread(model, by=1.5))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("dense_width", [0, 9])
@pytest.mark.parametrize("heads", HEADS)
def test_chained_heads_and_places_in_bars_are_read_as_keras_does(encoding: str, dense_width: int, heads: str) -> None:
    """What is read beside the attributes, and what heads are given of the same step, adds what it adds in Keras."""
    model = small_network(context=CONTEXT, encoding=encoding, dense_width=dense_width, heads=heads, activation="tanh")
    assert any(name.startswith("given_") for name in model.input) == (heads == "chained")
    assert_reads_alike(network_from_bytes(network_to_bytes(stirred(model))))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_keras_own(activation: str) -> None:
    """The dense layer's function has Keras's very definition."""
    assert_reads_alike(spread(small_network(activation=activation, dense_width=9)))


@pytest.mark.parametrize("cell", CELLS)
def test_wide_and_deep_networks_read_as_keras_does(cell: str) -> None:
    """More columns than one block holds, in every layer."""
    assert_reads_alike(spread(small_network(cell=cell, width=130, depth=3, dense_width=70), by=1.5))


def test_a_network_without_a_dense_layer_or_from_a_file_reads_as_keras_does() -> None:
    """Heads may follow the recurrent layers, and a file keeps all that counts."""
    model = network_from_bytes(network_to_bytes(spread(small_network(dense_width=0, dropout=0.5))))
    assert_reads_alike(model)


def test_a_song_reads_to_the_bit_alone_as_among_others() -> None:
    """How many songs are read side by side rounds nothing otherwise."""
    model = spread(small_network(width=40, dense_width=9))
    together, alone = StepDecoder(read_plan(model), 2), StepDecoder(read_plan(model), 1)
    for pitch, duration in zip(SONGS[0]["pitch"], SONGS[0]["duration"], strict=True):
        together.read({"pitch": np.array([pitch, 3]), "duration": np.array([duration, 1])})
        alone.read({"pitch": np.array([pitch]), "duration": np.array([duration])})
        for name in SIZES:
            of_one, of_two = alone.logits(name, {}), together.logits(name, {})
            assert of_one.shape == (1, SIZES[name])
            assert np.array_equal(of_one[0], of_two[0])


def test_more_songs_than_a_small_product_holds_read_as_few_do() -> None:
    """Hundreds of songs take narrower blocks, and the same logits come out."""
    plan = read_plan(spread(small_network(width=64, depth=2)))
    few, many = StepDecoder(plan, 2), StepDecoder(plan, 600)
    tokens = {name: np.arange(600) % size for name, size in SIZES.items()}
    for _ in range(3):
        few.read({name: token[:2] for name, token in tokens.items()})
        many.read(tokens)
        for name in SIZES:
            assert np.allclose(few.logits(name, {}), many.logits(name, {})[:2], atol=1e-5)


def test_a_layer_that_it_does_not_know_is_named() -> None:
    """A network of another make is refused, saying which layer is strange."""
    model = small_network()
    strange = keras.layers.LayerNormalization(name="evened_out")(model.get_layer("recurrent_1").output[0])
    heads = {name: keras.layers.Dense(size, name=f"strange_{name}")(strange) for name, size in SIZES.items()}
    with pytest.raises(UnknownLayerError, match="evened_out is a LayerNormalization"):
        read_plan(keras.Model(model.input, heads))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (keras.layers.GRU(8, return_sequences=True, reset_after=False, name="old"), "old has reset_after False"),
        (keras.layers.LSTM(8, return_sequences=True, activation="relu", name="own"), "own has activation 'relu'"),
        (keras.layers.Dense(8, activation="relu6", name="capped"), "capped has activation 'relu6'"),
    ],
)
def test_a_layer_that_is_set_otherwise_is_named(layer: keras.Layer, message: str) -> None:
    """A layer of a known kind that computes something else is refused too."""
    model = small_network()
    strange = layer(model.get_layer("recurrent_1").output[0])
    heads = {name: keras.layers.Dense(size, name=f"strange_{name}")(strange) for name, size in SIZES.items()}
    with pytest.raises(UnknownLayerError, match=message):
        read_plan(keras.Model(model.input, heads))


@pytest.mark.parametrize(
    ("sizes", "context", "differs"),
    [
        ({**SIZES, "pitch": 13}, CONTEXT, "pitch"),
        ({"pitch": 12}, CONTEXT, "duration"),
        ({**SIZES, "loudness": 3}, CONTEXT, "loudness"),
        (SIZES, {}, "metre, place"),
    ],
)
def test_a_network_made_for_other_tokens_is_refused(
    sizes: dict[str, int], context: dict[str, int], differs: str
) -> None:
    """A network and a vocabulary that were put together by hand: what differs is named; a context need not be read."""
    network = network_from_bytes(network_to_bytes(small_network(context=CONTEXT, heads="chained")))
    check_fits(network, SIZES, CONTEXT)
    check_fits(small_network(), SIZES, CONTEXT)
    with pytest.raises(UnknownLayerError, match=f"what differs is {differs}$"):
        check_fits(network, sizes, context)


def test_a_sum_of_other_things_is_named() -> None:
    """Only what chosen tokens add is known to be added."""
    model = small_network(dense_width=6)
    dense = model.get_layer("dense").output
    doubled = keras.layers.Add(name="doubled")([dense, keras.layers.Dense(6, name="again")(dense)])
    heads = {name: keras.layers.Dense(size, name=f"strange_{name}")(doubled) for name, size in SIZES.items()}
    with pytest.raises(UnknownLayerError, match="doubled takes other things"):
        read_plan(keras.Model(model.input, heads))


pytestmark = pytest.mark.slow


def test_every_activation_gene_has_its_function() -> None:
    """A gene's value that could not compose would be found out too late."""
    assert set(NUMPY_ACTIVATIONS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_gives_what_keras_gives(name: str) -> None:
    """Near 0, far from it, and at 0 itself, in the type that came."""
    sums = np.concatenate([np.linspace(-8, 8, 3201), [-90, 0, 90]]).astype(np.float32)[None]
    ours = NUMPY_ACTIVATIONS[name](sums)
    assert ours.dtype == np.float32
    assert np.allclose(ours, np.asarray(keras.activations.get(name)(sums)), rtol=1e-5, atol=1e-6)
