"""Composing from an opening."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.compose import compose, sampled
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.train import TrainingSettings, train
from tests.network.lines import SIZES, line, small_network, spread

pytestmark = pytest.mark.slow

OPENING = line(6, seed=1)
UNIFORMS = np.random.default_rng(5).random((3, 10, 2))


def test_songs_are_what_sliding_over_everything_would_have_sampled() -> None:
    """The plain way, which reads all notes again before each new one, writes the same songs."""
    model = spread(small_network())
    songs = compose(model, OPENING, length=10, uniforms=UNIFORMS)
    for song, uniforms in zip(songs, UNIFORMS, strict=True):
        notes = {name: list(stream) for name, stream in OPENING.items()}
        for uniform in uniforms:
            logits = model({name: np.array([stream], np.int32) for name, stream in notes.items()})
            for place, name in enumerate(SIZES):
                answer = np.asarray(logits[name])[:, -1]
                notes[name].append(sampled(answer, uniform[place : place + 1], 1.0)[0])
        assert {name: stream[len(OPENING[name]) :] for name, stream in notes.items()} == {
            name: stream.tolist() for name, stream in song.items()
        }


def test_the_same_numbers_give_the_same_songs_also_after_a_round_trip_through_a_file() -> None:
    """A network that was saved and loaded composes note for note what it did before."""
    model = spread(small_network(encoding="embedding", branches=True))
    loaded = network_from_bytes(network_to_bytes(model))
    first, again, from_file = (
        compose(network, OPENING, length=10, uniforms=UNIFORMS) for network in (model, model, loaded)
    )
    for one, two, three in zip(first, again, from_file, strict=True):
        for name in SIZES:
            assert one[name].tolist() == two[name].tolist() == three[name].tolist()
            assert one[name].dtype == np.dtype("int32")


def test_a_song_does_not_depend_on_its_neighbours() -> None:
    """Song k is the same alone and among others."""
    model = spread(small_network())
    together = compose(model, OPENING, length=10, uniforms=UNIFORMS)
    alone = compose(model, OPENING, length=10, uniforms=UNIFORMS[1:2])
    assert together[1]["pitch"].tolist() == alone[0]["pitch"].tolist()
    assert together[0]["pitch"].tolist() != together[1]["pitch"].tolist()


def test_a_trained_network_goes_on_with_the_pattern() -> None:
    """At temperature 0 the likeliest notes are the ones that the pattern asks for."""
    model = small_network(width=32)
    training = [line(90, seed, wrong_share=0.0) for seed in range(12)]
    train(model, training, training[:2], TrainingSettings(window=8, epochs=8, batch_size=16))
    opening = line(12, seed=50, wrong_share=0.0)
    song = compose(model, opening, length=20, uniforms=UNIFORMS[:1].repeat(2, axis=1), temperature=0.0)[0]
    assert song["pitch"].tolist() == [(int(opening["pitch"][-1]) + 5 * note) % 12 for note in range(1, 21)]


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=9), st.floats(0, 1, exclude_max=True))
def test_a_vanishing_temperature_takes_the_likeliest(logits: list[float], uniform: float) -> None:
    """Near 0 as at 0, whatever the random number."""
    row = np.array([logits])
    at_zero = sampled(row, np.array([uniform]), 0.0)[0]
    assert logits[at_zero] == max(logits)
    near = sampled(row, np.array([uniform]), 1e-9)[0]
    assert max(logits) - logits[near] < 1e-6


def test_samples_come_as_often_as_their_probability_says() -> None:
    """Evenly spread numbers meet each symbol in proportion; temperature 2 evens them out."""
    probabilities = np.array([0.5, 0.3, 0.2])
    evenly = (np.arange(10_000) + 0.5) / 10_000
    logits = np.log(probabilities)[None].repeat(10_000, axis=0)
    assert np.bincount(sampled(logits, evenly, 1.0)).tolist() == [5000, 3000, 2000]
    softened = np.sqrt(probabilities) / np.sqrt(probabilities).sum()
    assert np.allclose(np.bincount(sampled(logits, evenly, 2.0)) / 10_000, softened, atol=1e-3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"opening": {"pitch": OPENING["pitch"]}}, "the opening has"),
        ({"opening": {name: stream[:0] for name, stream in OPENING.items()}}, "at least one note"),
        ({"opening": OPENING | {"duration": OPENING["duration"] + 1}}, "symbols 0 to 3 of duration"),
        ({"uniforms": UNIFORMS[:, :9]}, "uniforms must be"),
        ({"temperature": -1.0}, "temperature"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(wrong: dict[str, object], message: str) -> None:
    """What does not fit the network is named."""
    arguments: dict[str, object] = {"opening": OPENING, "length": 10, "uniforms": UNIFORMS} | wrong
    with pytest.raises(ValueError, match=message):
        compose(small_network(), **arguments)  # type: ignore[arg-type]
