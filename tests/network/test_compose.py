"""Composing: what songs are, what masks allow, and what is refused."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.network.build import given_name
from evolve.network.compose import STEPS_DRAWN, AllowedTokens, FixedLength, MaskStack, StepMask, compose
from evolve.network.files import network_from_bytes, network_to_bytes
from evolve.network.genes import HEADS
from evolve.network.sampling import Guard, Pattern, Sampling, sampled
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
    """Token masks of songs of these lengths."""
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

    def allowed(self) -> AllowedTokens:
        """Only higher pitches than the last, any duration."""
        return {"pitch": np.arange(SIZES["pitch"]) >= self._lowest}

    def write(self, tokens: Mapping[str, int]) -> None:
        """Keep them."""
        self.written.append(dict(tokens))
        self._lowest = tokens["pitch"] + 1

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

    def write(self, tokens: Mapping[str, int]) -> None:
        """Go on by the duration."""
        super().write(tokens)
        self._place += tokens["duration"] + 1

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
    model: keras.Model, opening: Mapping[str, np.ndarray], mask: Placed, rng: np.random.Generator, steps: int
) -> dict[str, list[int]]:
    """The new steps of a song for each attribute of which Keras reads everything again."""
    written = {name: stream.tolist() for name, stream in opening.items()}
    for uniform in rng.random((steps, len(SIZES))):
        chosen: dict[str, int] = {}
        for place, name in enumerate(SIZES):
            given = {given_name(other): [*written[other][1:], chosen.get(other, 0)] for other in SIZES}
            tokens = {key: np.array([stream], np.int32) for key, stream in (written | given).items()}
            logits = np.asarray(model({key: tokens[key] for key in model.input})[name])[:, -1]
            chosen[name] = int(sampled(logits, uniform[place : place + 1], AS_PREDICTED)[0])
        mask.write(chosen)
        for name, token in (chosen | dict(mask.context())).items():
            written[name].append(token)
    return {name: written[name][len(opening[name]) :] for name in SIZES}


@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("dense_width", [0, 6])
def test_chained_heads_and_masks_contexts_write_what_the_plain_way_writes(dense_width: int, heads: str) -> None:
    """Attribute by attribute, each given those chosen before it, with the context that the mask tells of each step."""
    model = stirred(small_network(context=CONTEXT, heads=heads, dense_width=dense_width, activation="tanh"))
    opening = line_in_bars(6, seed=1)
    masks = [Placed(12), Placed(5), Placed(12)]
    songs = compose(model, opening, masks, generators(5, 6, 7), AS_PREDICTED)
    for song, mask, rng, steps in zip(songs, masks, generators(5, 6, 7), (12, 5, 12), strict=True):
        plain = Placed(steps)
        assert {name: stream.tolist() for name, stream in song.items()} == composed_plainly(
            model, opening, plain, rng, steps
        )
        assert mask.told[: steps - 1] == plain.told[: steps - 1]
    assert songs[0]["pitch"].tolist() != songs[2]["pitch"].tolist()


def test_a_network_that_reads_no_context_asks_for_none() -> None:
    """Nor minds that the opening has some."""
    model, mask = spread(small_network()), Placed(5)
    (song,) = compose(model, line_in_bars(6, seed=1), [mask], generators(1), AS_PREDICTED)
    (same,) = compose(model, OPENING, fixed(5), generators(1), AS_PREDICTED)
    assert mask.told == []
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
    masks: list[StepMask] = [FixedLength(90), Rising(0), FixedLength(120), Rising(5)]
    together = compose(model, OPENING, masks, generators(1, 2, 3, 4), sampling, pattern=PITCHES)
    alone: list[StepMask] = [FixedLength(90), Rising(0), FixedLength(120), Rising(5)]
    for song, mask, rng in zip(together, alone, generators(1, 2, 3, 4), strict=True):
        (wanted,) = compose(model, OPENING, [mask], [rng], sampling, pattern=PITCHES)
        assert {name: stream.tolist() for name, stream in song.items()} == {
            name: stream.tolist() for name, stream in wanted.items()
        }
    assert together[0]["pitch"].tolist() != together[2]["pitch"][:90].tolist()


def test_songs_end_by_themselves_and_keep_to_their_rules() -> None:
    """Each is as long as its mask wants, holds what it was told, and nothing that was not allowed."""
    masks = [Rising(0), Rising(11), Rising(3)]
    songs = compose(spread(small_network()), OPENING, masks, generators(1, 2, 3), AS_PREDICTED)
    for mask, song, lowest in zip(masks, songs, (0, 11, 3), strict=True):
        pitches = song["pitch"].tolist()
        assert pitches == sorted(set(pitches))
        assert pitches[0] >= lowest
        assert pitches[-1] == SIZES["pitch"] - 1
        assert [step["pitch"] for step in mask.written] == pitches
        assert [step["duration"] for step in mask.written] == song["duration"].tolist()
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
        ({"opening": OPENING | {"duration": OPENING["duration"] + 1}}, "tokens 0 to 3 of duration"),
        ({"rngs": generators(1)}, "2 masks and 1 generators"),
        ({"masks": [], "rngs": []}, "0 masks"),
        ({"sampling": Sampling(guard="gentle")}, "gentle guard needs a pattern"),
        ({"pattern": Pattern(("pitch",), np.ones(3, bool))}, r"counts must be bool \[12\]"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(wrong: dict[str, object], message: str) -> None:
    """What does not fit the network is named."""
    arguments: dict[str, Any] = {
        "opening": OPENING,
        "masks": fixed(3, 3),
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


FEW = {"pitch": 4, "duration": 2}
masks_of = {name: st.lists(st.booleans(), min_size=n, max_size=n).filter(any) for name, n in FEW.items()}
answers = st.fixed_dictionaries({}, optional=masks_of).map(
    lambda answer: {name: np.array(mask) for name, mask in answer.items()}
)


class Saying:
    """A mask that allows one thing after the other; the same mapping again where it is told to stay."""

    is_done = False

    def __init__(self, said: list[AllowedTokens]) -> None:
        self.said = said

    def allowed(self) -> AllowedTokens:
        """The next of them."""
        return self.said.pop(0)

    def write(self, tokens: Mapping[str, int]) -> None:
        """Nothing is taken down."""

    def context(self) -> Mapping[str, int]:
        """Nothing."""
        return {}


@given(st.lists(st.lists(answers, min_size=3, max_size=3), min_size=1, max_size=6), st.data())
def test_each_row_is_what_its_mask_said_last(steps: list[list[AllowedTokens]], data: st.DataObject) -> None:
    """Changed or kept, of one attribute or both, of all songs or some: what is absent may be anything."""
    masks = [Saying([step[song] for step in steps for _ in "ab"]) for song in range(3)]
    stack = MaskStack(FEW, 3)
    last: list[AllowedTokens] = [{}, {}, {}]
    for _ in steps * 2:
        songs = data.draw(st.lists(st.integers(0, 2), unique=True))
        last = [masks[song].said[0] if song in songs else answer for song, answer in enumerate(last)]
        allowed = stack.ask(masks, songs)
        for name, size in FEW.items():
            wanted = [answer.get(name, np.ones(size, bool)).tolist() for answer in last]
            assert allowed.get(name, np.ones((3, size), bool)).tolist() == wanted


def test_where_anything_may_come_there_is_no_mask() -> None:
    """An attribute that no mask limits costs nothing; one that is limited no more is free again."""
    masks: list[StepMask] = [Saying([{}, {"pitch": np.arange(4) < 2}, {}]), FixedLength(3)]
    stack = MaskStack(FEW, 2)
    assert [sorted(stack.ask(masks, [0, 1])) for _ in range(3)] == [[], ["pitch"], []]


def test_a_song_of_fixed_length_is_done_after_so_many_steps() -> None:
    """None at all is done from the start."""
    mask = FixedLength(2)
    done = []
    for _ in range(3):
        done.append(mask.is_done)
        mask.write({"pitch": 0})
    assert done == [False, False, True]
    assert FixedLength(0).is_done


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"pitch": np.zeros(4, bool)}, "of pitch that allows none"),
        ({"pitch": np.ones(3, bool)}, r"4 of pitch, 2 of duration\), got a mask \[3\] of pitch"),
        ({"colour": np.ones(4, bool)}, "of colour"),
    ],
)
def test_a_mask_that_allows_nothing_or_the_unknown_is_refused(answer: AllowedTokens, message: str) -> None:
    """The error says what the network knows."""
    with pytest.raises(ValueError, match=message):
        MaskStack(FEW, 1).ask([Saying([answer])], [0])
