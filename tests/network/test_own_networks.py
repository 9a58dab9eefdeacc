"""Networks of the user's own: read from a file, checked, trained, saved, loaded, and composing."""

import random
from collections.abc import Mapping
from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from evolve.errors import SpaceError
from evolve.genetics.hyperparameters import HyperParameters
from evolve.genetics.space_file import space_from_mapping
from evolve.network.checkpoint import training_fingerprint
from evolve.network.compose import FixedLength, compose
from evolve.network.files import NetworkFileError, network_from_bytes, network_to_bytes
from evolve.network.own_build import BuildError, OwnBuild, StreamSizes, check_genes, load_build, space_from_build
from evolve.network.own_network import own_network, try_build
from evolve.network.sampling import Sampling
from evolve.network.step_decoder import decoder_of
from evolve.network.step_runner import steps_at_once
from evolve.network.train import TrainingSettings, train
from evolve.network.windows import Pieces, validation_lanes
from evolve.user_code import UserCode, read_code
from tests.network.lines import CONTEXT, SIZES, line_in_bars, same_weights

pytestmark = pytest.mark.slow

EXAMPLES = "docs/examples/own_networks.py"
WINDOW = 8
STREAMS = StreamSizes(SIZES, CONTEXT, steps=2 * WINDOW)
UNIFORM_BITS = float(np.log2(SIZES["pitch"] * SIZES["duration"]))
GOOD = ("plain", "attention", "convolution", "transformer")


def example(name: str) -> OwnBuild:
    """One of the examples of the documentation."""
    return load_build(read_code(f"{EXAMPLES}:{name}"))


def written(body: str, name: str = "build") -> OwnBuild:
    """A build of a file that is nowhere."""
    return load_build(UserCode(f"mine.py:{name}", f"import keras\n{body}\n".encode()))


def network(build: OwnBuild, streams: StreamSizes = STREAMS, **genes: int) -> keras.Model:
    """The network of these genes."""
    hp = keras_tuner.HyperParameters()
    hp.values.update(genes)
    return own_network(build, hp, streams, seed=1)


def answers_to(model: keras.Model, piece: Mapping[str, np.ndarray], steps: int) -> dict[str, np.ndarray]:
    """What Keras says after the last of some steps, filled up with others after them."""
    end = len(piece["pitch"])
    tokens = {name: np.resize(piece[name][max(0, end - steps) :], (1, steps)) for name in model.input}
    return {name: np.asarray(answer)[0, min(end, steps) - 1] for name, answer in model(tokens).items()}


@pytest.mark.parametrize("name", GOOD)
def test_it_trains_is_saved_is_loaded_and_composes(name: str) -> None:
    """It learns a line in a few epochs, and writes the same songs from its file, also where the user's is not."""
    build = example(name)
    model = network(build)
    assert (steps_at_once(model) is None) == (name == "plain")
    pieces = [line_in_bars(60, seed) for seed in range(4)]
    settings = TrainingSettings(window=WINDOW, epochs=12, seconds=300, batch_size=4)
    history = train(model, pieces[:3], pieces[3:], settings)
    assert history.best_validation_loss < 0.75 * UNIFORM_BITS
    elsewhere = load_build(replace(build.code, folder=""))
    loaded = network_from_bytes(network_to_bytes(model), elsewhere.custom_objects)
    songs = []
    for one in (model, loaded):
        masks = [TellingPlaces(25), TellingPlaces(9)]
        rngs = [np.random.default_rng(song) for song in range(2)]
        songs.append(compose(one, line_in_bars(5, 9), masks, rngs, Sampling()))
    assert [len(song["pitch"]) for song in songs[0]] == [25, 9]
    for ours, theirs in zip(*songs, strict=True):
        assert all(np.array_equal(ours[stream], theirs[stream]) for stream in SIZES)


class TellingPlaces(FixedLength):
    """A song of so many steps, each in the same place of a bar."""

    def context(self) -> Mapping[str, int]:
        """That place."""
        return dict.fromkeys(CONTEXT, 1)


@pytest.mark.parametrize("name", GOOD)
def test_a_step_is_decoded_as_keras_answers(name: str) -> None:
    """Whatever came before within its window and the one before, and in each of the songs."""
    model = network(example(name))
    songs = [line_in_bars(40, seed) for seed in range(3)]
    decoder = decoder_of(model, len(songs))
    for step in range(40):
        decoder.read({stream: np.array([song[stream][step] for song in songs]) for stream in songs[0]})
        if step in (0, 5, 15, 16, 39):
            steps = steps_at_once(model) or step + 1
            for song, piece in enumerate(songs):
                wanted = answers_to(model, {key: stream[: step + 1] for key, stream in piece.items()}, steps)
                for stream in SIZES:
                    assert np.allclose(decoder.logits(stream, {})[song], wanted[stream], atol=1e-4)


def test_a_window_is_read_after_the_one_before_it() -> None:
    """The loss of each step is that of reading its window and the one before in one go, from the piece's start on."""
    from evolve.network.step_runner import step_runner_of  # noqa: PLC0415

    model = network(example("convolution"))
    pieces = Pieces.laid_end_to_end([line_in_bars(30, 1), line_in_bars(11, 2)])
    lanes = validation_lanes(pieces, WINDOW, 2, most_steps=1000)
    batches = list(lanes.batches(pieces))
    runner = step_runner_of(model)
    nats = np.concatenate([runner.evaluation_steps(batches[:1]), runner.evaluation_steps(batches[1:])])
    for window, row, step in np.argwhere(lanes.counted).tolist():
        place = lanes.places[window, row, step]
        first = pieces.first[pieces.piece_of(place)]
        began = max(first, place - step - WINDOW)
        seen = {key: stream[began : place + 1] for key, stream in pieces.streams.items()}
        wanted = sum(
            np.log(np.exp(logits.astype(float)).sum()) - logits[pieces.streams[stream][place + 1]]
            for stream, logits in answers_to(model, seen, 2 * WINDOW).items()
        )
        assert nats[window, row, step] == pytest.approx(wanted, abs=1e-4)
    means = [losses[counted].mean() for losses, counted in zip(nats, lanes.counted, strict=True)]
    model.optimizer.learning_rate = 0.0
    assert np.allclose(step_runner_of(model).train_steps(batches), means, atol=1e-4)


def test_equal_seeds_give_equal_networks_and_disturb_nobody() -> None:
    """Layers without a seed have one that derives from the individual's."""
    random.seed(5)
    expected = random.random()  # noqa: S311
    random.seed(5)
    assert same_weights(network(example("transformer")), network(example("transformer")))
    assert random.random() == expected  # noqa: S311
    hp = keras_tuner.HyperParameters()
    assert not same_weights(network(example("plain")), own_network(example("plain"), hp, STREAMS, seed=2))


def test_a_hyper_model_builds_by_itself_as_a_class_or_as_one() -> None:
    """As keras-tuner takes them, here for a single stream."""
    body = """
import keras_tuner
class Mine(keras_tuner.HyperModel):
    def build(self, hp):
        tokens = keras.Input((None,), name='event')
        steps = keras.layers.GRU(hp.Int("width", 4, 8), return_sequences=True)(keras.layers.Embedding(5, 3)(tokens))
        return keras.Model(tokens, keras.layers.Dense(5)(steps))
mine = Mine()
"""
    for name in ("Mine", "mine"):
        model = network(written(body, name), StreamSizes({"event": 5}, steps=8), width=6)
        assert list(model.input) == list(model.output) == ["event"]
        assert steps_at_once(model) is None
        assert model.get_layer(index=2).units == 6


MODEL = "inputs = streams.inputs(); steps = keras.layers.Embedding(12, 8)(inputs['pitch'])"
HEADS = (
    "return keras.Model(inputs, {name: keras.layers.Dense(size)(steps) for name, size in streams.predicted.items()})"
)

NOISE = """
class Noise(keras.layers.Layer):
    def build(self, shape):
        self.seeds = keras.random.SeedGenerator(1)
    def call(self, values):
        return values + keras.random.normal(keras.ops.shape(values), seed=self.seeds)
"""


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("steps = keras.layers.Bidirectional(keras.layers.LSTM(8, return_sequences=True))(steps)", "still to come"),
        ("steps = keras.layers.Conv1D(8, 3, padding='same')(steps)", "answers before step 1 change"),
        ("steps = steps + keras.layers.Attention()([steps, steps])", "use_causal_mask"),
        ("steps = keras.layers.Conv1D(8, 3, padding='same', kernel_initializer='zeros')(steps)", "still to come"),
        ("steps = steps + keras.ops.mean(steps, axis=0, keepdims=True)", "mixes the pieces of a batch"),
        ("steps = Noise()(steps)", "differently the second time"),
        ("steps = keras.layers.LSTM(8)(steps)", r"must give logits of pitch \[batch, steps, 12\], .*; it gives pitch"),
        ("return keras.Model(inputs, keras.layers.Dense(12)(steps))", "it gives 1 tensors"),
        (
            "inputs = {'pitch': inputs['pitch'], 'velocity': keras.Input((None,), name='velocity')}",
            "has the input velocity; streams are",
        ),
        ("return 5", "must return a keras.Model, not int"),
        ("steps = keras.layers.Dense(0)(steps)", r"ValueError: Received an invalid value .* \(mine.py, line 5\)"),
    ],
)
def test_a_network_that_cannot_be_used_is_refused_with_the_reason(layers: str, message: str) -> None:
    """Before anything is trained, in one line."""
    build = written(f"\ndef build(hp, streams):\n    {MODEL}\n    {layers}\n    {HEADS}\n{NOISE}")
    with pytest.raises(BuildError, match=message):
        network(build)


def test_a_layer_that_cannot_be_saved_is_told_before_the_run() -> None:
    """Code inside a file of a network is never run."""
    build = written(f"def build(hp, streams):\n    {MODEL}; steps = keras.layers.Lambda(abs)(steps)\n    {HEADS}")
    hp = keras_tuner.HyperParameters()
    with pytest.raises(BuildError, match="cannot be saved and loaded again"):
        try_build(build, hp, STREAMS)
    for name in GOOD:
        assert try_build(example(name), hp, STREAMS) > 100


def test_a_network_of_somebody_elses_layers_is_not_read_without_their_build() -> None:
    """Files may come from anywhere."""
    data = network_to_bytes(network(example("attention")))
    with pytest.raises(NetworkFileError, match="which no network of evolve has"):
        network_from_bytes(data)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("build = 5", "mine.py:build is neither a function nor a HyperModel"),
        ("def build():\n    pass", r"must take \(hp\) or \(hp, streams\), not \(\)"),
        ("def build(hp, sizes):\n    pass", r"not \(hp, sizes\)"),
        ("class build:\n    def __init__(self):\n        1 / 0", "cannot be made: ZeroDivisionError"),
    ],
)
def test_what_builds_nothing_is_refused(source: str, message: str) -> None:
    """With what it must be."""
    with pytest.raises(BuildError, match=message):
        written(source)


def test_a_space_is_what_the_build_asks_for() -> None:
    """With conditions, and with what loops over a number of layers ask for."""
    genes = space_from_build(example("transformer"))["genes"]
    assert list(genes) == ["embedding", "kind", "blocks", "units", "learning_rate"]
    assert genes["units"] == {
        "type": "int", "min_value": 8, "max_value": 64, "sampling": "log", "default": 8,
        "parent_name": "kind", "parent_values": ["gru"],
    }  # fmt: skip
    genes = space_from_build(example("convolution"))["genes"]
    assert set(genes) == {"embedding", "levels", "filters_0", "filters_1", "filters_2"}


@pytest.mark.parametrize("name", GOOD)
def test_a_space_of_a_build_gives_genomes_of_its_networks(name: str) -> None:
    """Read as a space file is."""
    build = example(name)
    space = space_from_mapping(space_from_build(build), None, "mine.yaml").space
    genome = space.sample(np.random.default_rng(3))
    assert check_genes([gene.name for gene in space.genes], build) == ()
    assert own_network(build, HyperParameters(genome), STREAMS, seed=1).count_params() > 0


def test_genes_that_a_build_does_not_know_are_told_by_name() -> None:
    """Those that it asks for beyond the space are named too, and stay at their default."""
    build = example("plain")
    assert check_genes(["depth", "batch_size", "temperature"], build, ["temperature"]) == ("embedding",)
    with pytest.raises(SpaceError, match="never asks for dept; it asks for depth, embedding"):
        check_genes(["dept"], build)


def test_a_checkpoint_is_known_again_whatever_was_built_before() -> None:
    """Keras counts the names of layers up over all networks of a process."""
    pieces = (Pieces.laid_end_to_end([line_in_bars(9, 1)]),)
    one, other, another = (network(example(name)) for name in ("transformer", "transformer", "attention"))
    assert training_fingerprint(one, pieces, {}) == training_fingerprint(other, pieces, {})
    assert training_fingerprint(one, pieces, {}) != training_fingerprint(another, pieces, {})


@pytest.mark.parametrize(
    "layers",
    [
        "steps = keras.layers.Embedding(12, 8, mask_zero=True)(inputs['pitch'])",
        "steps = keras.layers.Rescaling(2.0)(keras.layers.Dense(8)(steps))",
        "steps = keras.layers.Add()([keras.layers.Dense(8)(steps), steps])",
        "steps = keras.layers.GRU(8, return_sequences=True, reset_after=False)(steps)",
        "steps = keras.layers.Dense(8, use_bias=False)(steps)",
        "twice = keras.layers.Dense(8); steps = twice(twice(steps))",
        "steps = keras.layers.Dense(8, activation='exponential')(steps)",
        "steps = 2 * steps",
    ],
)
def test_layers_that_the_step_wise_decoder_would_misread_are_read_over_a_window(layers: str) -> None:
    """It takes only what it computes to the letter."""
    both = "steps = keras.layers.Concatenate()([steps, keras.layers.Embedding(4, 3)(inputs['duration'])])"
    build = written(f"def build(hp, streams):\n    {MODEL}\n    {layers}; {both}\n    {HEADS}")
    assert steps_at_once(network(build)) == STREAMS.steps
    plain = written(f"def build(hp, streams):\n    {MODEL}\n    {both}\n    {HEADS}")
    assert steps_at_once(network(plain)) is None
