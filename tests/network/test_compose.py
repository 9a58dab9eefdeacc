"""Composing from an opening."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pytest

from evolve.network.build import given_name
from evolve.network.compose import STEPS_DRAWN, compose
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import HEADS
from evolve.network.loop_guard import Pattern
from evolve.network.pen import AllowedSymbols, FixedLength, Pen
from evolve.network.sampling import Guard, Sampling, sampled
from evolve.network.train import TrainingSettings, train
from tests.network.lines import (
    CONTEXT,
    SIZES,
    constant_network,
    cycling_network,
    line,
    line_in_bars,
    small_network,
    spread,
    stirred,
)
from tests.network.overruns import longest_overrun

pytestmark = pytest.mark.slow

OPENING = line(6, seed=1)
AS_PREDICTED = Sampling()
PITCHES = Pattern(("pitch",), np.ones(SIZES["pitch"], bool))


def generators(*songs: int) -> list[np.random.Generator]:
    """Of each song its own."""
    return [np.random.default_rng(song) for song in songs]


def pitches(model: keras.Model, steps: int, sampling: Sampling) -> list[int]:
    """Of one song; a guard watches them."""
    (song,) = compose(model, OPENING, fixed(steps), generators(1), sampling, pattern=PITCHES)
    return [int(pitch) for pitch in song["pitch"]]


def fixed(*lengths: int) -> list[FixedLength]:
    """Pens of songs of these lengths."""
    return [FixedLength(length) for length in lengths]


class Rising:
    """A song that rises step by step, from a lowest pitch, and is over where it has reached the top.

    Attributes:
        written: What it took down.
    """

    def __init__(self, lowest: int) -> None:
        self.written: list[dict[str, int]] = []
        self._lowest = lowest

    @property
    def is_done(self) -> bool:
        """Whether the highest pitch has come."""
        return bool(self.written) and self.written[-1]["pitch"] == SIZES["pitch"] - 1

    def allowed(self) -> AllowedSymbols:
        """Only higher pitches than the last, any duration."""
        return {"pitch": np.arange(SIZES["pitch"]) >= self._lowest}

    def write(self, symbols: Mapping[str, int]) -> None:
        """Keep them."""
        self.written.append(dict(symbols))
        self._lowest = symbols["pitch"] + 1

    def context(self) -> Mapping[str, int]:
        """Nothing."""
        return {}


class Placed(FixedLength):
    """A song whose context follows from what was written last.

    Attributes:
        told: What was read beside each step, as often as it was asked for.
    """

    def __init__(self, steps: int) -> None:
        super().__init__(steps)
        self.told: list[Mapping[str, int]] = []
        self._place = 0

    def write(self, symbols: Mapping[str, int]) -> None:
        """Go on by the duration."""
        super().write(symbols)
        self._place += symbols["duration"] + 1

    def context(self) -> Mapping[str, int]:
        """Where the step lies, in a metre that changes with it."""
        self.told.append({"place": self._place % CONTEXT["place"], "metre": self._place % CONTEXT["metre"]})
        return self.told[-1]


def test_songs_are_what_sliding_over_everything_would_have_sampled() -> None:
    """The plain way, which reads all steps again before each new one, writes the same songs with the same numbers."""
    model = spread(small_network())
    songs = compose(model, OPENING, fixed(10, 10, 10), generators(5, 6, 7), AS_PREDICTED)
    for song, rng in zip(songs, generators(5, 6, 7), strict=True):
        notes = {name: list(stream) for name, stream in OPENING.items()}
        for uniform in rng.random((10, 2)):
            logits = model({name: np.array([stream], np.int32) for name, stream in notes.items()})
            for place, name in enumerate(SIZES):
                answer = np.asarray(logits[name])[:, -1]
                notes[name].append(sampled(answer, uniform[place : place + 1], AS_PREDICTED)[0])
        assert {name: stream[len(OPENING[name]) :] for name, stream in notes.items()} == {
            name: stream.tolist() for name, stream in song.items()
        }


def composed_plainly(
    model: keras.Model, opening: Mapping[str, np.ndarray], pen: Placed, rng: np.random.Generator, steps: int
) -> dict[str, list[int]]:
    """The new steps of a song for each attribute of which Keras reads everything again."""
    written = {name: stream.tolist() for name, stream in opening.items()}
    for uniform in rng.random((steps, len(SIZES))):
        chosen: dict[str, int] = {}
        for place, name in enumerate(SIZES):
            given = {given_name(other): [*written[other][1:], chosen.get(other, 0)] for other in SIZES}
            symbols = {key: np.array([stream], np.int32) for key, stream in (written | given).items()}
            logits = np.asarray(model({key: symbols[key] for key in model.input})[name])[:, -1]
            chosen[name] = int(sampled(logits, uniform[place : place + 1], AS_PREDICTED)[0])
        pen.write(chosen)
        for name, symbol in (chosen | dict(pen.context())).items():
            written[name].append(symbol)
    return {name: written[name][len(opening[name]) :] for name in SIZES}


@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("dense_width", [0, 6])
def test_chained_heads_and_pens_contexts_write_what_the_plain_way_writes(dense_width: int, heads: str) -> None:
    """Attribute by attribute, each given those chosen before it, with the context that the pen tells of each step."""
    model = stirred(small_network(context=CONTEXT, heads=heads, dense_width=dense_width, activation="tanh"))
    opening = line_in_bars(6, seed=1)
    pens = [Placed(12), Placed(5), Placed(12)]
    songs = compose(model, opening, pens, generators(5, 6, 7), AS_PREDICTED)
    for song, pen, rng, steps in zip(songs, pens, generators(5, 6, 7), (12, 5, 12), strict=True):
        plain = Placed(steps)
        assert {name: stream.tolist() for name, stream in song.items()} == composed_plainly(
            model, opening, plain, rng, steps
        )
        assert pen.told[: steps - 1] == plain.told[: steps - 1]
    assert songs[0]["pitch"].tolist() != songs[2]["pitch"].tolist()


def test_a_network_that_reads_no_context_asks_for_none() -> None:
    """Nor minds that the opening has some."""
    model, pen = spread(small_network()), Placed(5)
    (song,) = compose(model, line_in_bars(6, seed=1), [pen], generators(1), AS_PREDICTED)
    (same,) = compose(model, OPENING, fixed(5), generators(1), AS_PREDICTED)
    assert pen.told == []
    assert song.keys() == same.keys()
    assert song["pitch"].tolist() == same["pitch"].tolist()


def test_each_step_takes_a_number_of_its_song_for_each_attribute() -> None:
    """As one draw for the whole song would give them, however many are drawn at once."""
    steps = 2 * STEPS_DRAWN + 3
    logits = {name: np.random.default_rng(size).normal(size=size) for name, size in SIZES.items()}
    songs = compose(constant_network(logits), OPENING, fixed(steps, 4), generators(8, 9), AS_PREDICTED)
    for song, rng, length in zip(songs, generators(8, 9), (steps, 4), strict=True):
        numbers = rng.random((length, len(SIZES)))
        for place, (name, answer) in enumerate(logits.items()):
            wanted = sampled(np.tile(answer.astype(np.float32), (length, 1)), numbers[:, place], AS_PREDICTED)
            assert song[name].tolist() == wanted.tolist()


def test_the_same_numbers_give_the_same_songs_also_after_a_round_trip_through_a_file() -> None:
    """A network that was saved and loaded composes note for note what it did before."""
    model = spread(small_network(encoding="embedding", branches=True))
    loaded = network_from_bytes(network_to_bytes(model))
    first, again, from_file = (
        compose(network, OPENING, fixed(10, 10), generators(1, 2), AS_PREDICTED) for network in (model, model, loaded)
    )
    for one, two, three in zip(first, again, from_file, strict=True):
        for name in SIZES:
            assert one[name].tolist() == two[name].tolist() == three[name].tolist()
            assert one[name].dtype == np.dtype("int32")


@pytest.mark.parametrize("guard", ["off", "gentle", "strict"])
def test_a_song_does_not_depend_on_its_neighbours(guard: Guard) -> None:
    """Song k is the same alone and among others, whatever they may write, and however long they are."""
    model = spread(small_network(width=40))
    sampling = Sampling(0.4, 0.9, guard)
    pens: list[Pen] = [FixedLength(90), Rising(0), FixedLength(120), Rising(5)]
    together = compose(model, OPENING, pens, generators(1, 2, 3, 4), sampling, pattern=PITCHES)
    alone: list[Pen] = [FixedLength(90), Rising(0), FixedLength(120), Rising(5)]
    for song, pen, rng in zip(together, alone, generators(1, 2, 3, 4), strict=True):
        (wanted,) = compose(model, OPENING, [pen], [rng], sampling, pattern=PITCHES)
        assert {name: stream.tolist() for name, stream in song.items()} == {
            name: stream.tolist() for name, stream in wanted.items()
        }
    assert together[0]["pitch"].tolist() != together[2]["pitch"][:90].tolist()


def test_songs_end_by_themselves_and_keep_to_their_rules() -> None:
    """Each is as long as its pen wants, holds what it was told, and nothing that was not allowed."""
    pens = [Rising(0), Rising(11), Rising(3)]
    songs = compose(spread(small_network()), OPENING, pens, generators(1, 2, 3), AS_PREDICTED)
    for pen, song, lowest in zip(pens, songs, (0, 11, 3), strict=True):
        pitches = song["pitch"].tolist()
        assert pitches == sorted(set(pitches))
        assert pitches[0] >= lowest
        assert pitches[-1] == SIZES["pitch"] - 1
        assert [step["pitch"] for step in pen.written] == pitches
        assert [step["duration"] for step in pen.written] == song["duration"].tolist()
    assert len(songs[1]["pitch"]) == 1


def test_a_song_that_is_over_from_the_start_is_empty() -> None:
    """Beside one that is not, and when all are."""
    model = small_network()
    empty, other = compose(model, OPENING, fixed(0, 3), generators(1, 2), AS_PREDICTED)
    assert [len(empty["pitch"]), len(other["pitch"])] == [0, 3]
    (empty,) = compose(model, OPENING, fixed(0), generators(1), AS_PREDICTED)
    assert [(name, len(stream)) for name, stream in empty.items()] == [("pitch", 0), ("duration", 0)]


def test_a_trained_network_goes_on_with_the_pattern() -> None:
    """At temperature 0 the likeliest notes are the ones that the pattern asks for."""
    model = small_network(width=32)
    training = [line(90, seed, wrong_share=0.0) for seed in range(12)]
    train(model, training, training[:2], TrainingSettings(window=8, epochs=8, batch_size=16))
    opening = line(12, seed=50, wrong_share=0.0)
    (song,) = compose(model, opening, fixed(20), generators(1), Sampling(temperature=0.0))
    assert song["pitch"].tolist() == [(int(opening["pitch"][-1]) + 5 * note) % 12 for note in range(1, 21)]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("lead", [8.0, 1000.0])
def test_a_network_that_says_one_thing_is_held_to_other_things(lead: float, temperature: float) -> None:
    """It repeats a pitch without end by itself; under a strict guard no pattern goes on once it is a loop."""
    model = constant_network({"pitch": lead * np.eye(SIZES["pitch"])[4]})
    guards: tuple[Guard, ...] = ("off", "strict")
    stuck, let_go = (pitches(model, 300, Sampling(temperature, guard=guard)) for guard in guards)
    assert longest_overrun(stuck) > 100
    assert longest_overrun(let_go) == 0
    assert let_go[:9] != [4] * 9
    assert let_go[:8] == stuck[:8]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_network_that_goes_round_is_led_out_of_the_circle(temperature: float) -> None:
    """Twelve pitches in a circle: three times round when the guard is strict, a little farther when it is gentle."""
    model = cycling_network(sureness=14.0)
    guards: tuple[Guard, ...] = ("off", "gentle", "strict")
    off, gentle, strict = (pitches(model, 400, Sampling(temperature, guard=guard)) for guard in guards)
    assert longest_overrun(off) > 100
    assert longest_overrun(strict) == 0
    assert 0 < longest_overrun(gentle) <= np.ceil(14.0 / np.log(2))
    assert off[:36] == gentle[:36] == strict[:36]


@pytest.mark.parametrize("guard", ["gentle", "strict"])
def test_a_guard_changes_nothing_in_a_song_without_loops(guard: Guard) -> None:
    """Even distributions of twelve pitches are never held back."""
    model = constant_network({})
    assert pitches(model, 300, Sampling(guard=guard)) == pitches(model, 300, AS_PREDICTED)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"opening": {"pitch": OPENING["pitch"]}}, "the opening has"),
        ({"opening": {name: stream[:0] for name, stream in OPENING.items()}}, "at least one step"),
        ({"opening": OPENING | {"duration": OPENING["duration"] + 1}}, "symbols 0 to 3 of duration"),
        ({"rngs": generators(1)}, "2 pens and 1 generators"),
        ({"pens": [], "rngs": []}, "0 pens"),
        ({"sampling": Sampling(guard="gentle")}, "gentle guard needs a pattern"),
        ({"pattern": Pattern(("pitch",), np.ones(3, bool))}, r"counts must be bool \[12\]"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(wrong: dict[str, object], message: str) -> None:
    """What does not fit the network is named."""
    arguments: dict[str, Any] = {
        "opening": OPENING,
        "pens": fixed(3, 3),
        "rngs": generators(1, 2),
        "sampling": AS_PREDICTED,
    } | wrong
    with pytest.raises(ValueError, match=message):
        compose(small_network(), **arguments)


def test_chained_heads_choose_in_their_own_order() -> None:
    """An opening whose attributes come in another one is refused, since a head could not be told of those before it."""
    model = network_from_bytes(network_to_bytes(small_network(heads="chained")))
    turned = {name: OPENING[name] for name in reversed(OPENING)}
    with pytest.raises(ValueError, match="chooses pitch, duration in this order, the opening has duration, pitch"):
        compose(model, turned, fixed(3), generators(1), AS_PREDICTED)
    assert compose(model, OPENING, fixed(3), generators(1), AS_PREDICTED)
    assert compose(small_network(), turned, fixed(3), generators(1), AS_PREDICTED)
