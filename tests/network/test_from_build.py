"""Spaces that build functions in keras-tuner's convention ask for."""

from collections.abc import Callable
from typing import Any

import pytest

import evolve
from evolve.network.from_build import genes_from_build

pytestmark = pytest.mark.slow

Asks = Callable[[Any], Any]


def build(hp: Any) -> None:  # noqa: ANN401 - keras-tuner has no annotations
    """Asks for every kind of gene; for some only where others have a value."""
    cell = hp.Choice("cell", ["lstm", "gru", "cnn"])
    for layer in range(hp.Int("layers", 1, 3)):
        hp.Int(f"units_{layer}", 16, 128, step=16, default=32)
    hp.Float("rate", 1e-4, 1e-1, sampling="log")
    hp.Fixed("epochs", 20)
    if cell == "cnn":
        with hp.conditional_scope("cell", ["cnn"]):
            hp.Int("kernel", 2, 64, step=2, sampling="log")
            if hp.Boolean("dilated"):
                with hp.conditional_scope("dilated", [True]):
                    hp.Choice("dilation", [2, 4], ordered=True)
    with hp.conditional_scope("cell", ["lstm", "gru"]):
        hp.Float("recurrent_dropout", 0.0, 0.5, step=0.1, default=0.2)


class Model:
    """A hypermodel, as keras-tuner has them."""

    def build(self, hp: Any) -> None:  # noqa: ANN401
        """Asks for what the function asks for."""
        build(hp)


@pytest.mark.parametrize("asks", [build, Model()])
def test_everything_that_is_asked_for_is_a_gene(asks: Any) -> None:  # noqa: ANN401
    """Also what is asked for only with other values than the defaults, as the gene of that condition."""
    space = evolve.space_from(asks)
    assert repr(space).splitlines()[1:] == [
        "  cell               choice   lstm, gru, cnn",
        "  layers             int      1 … 3",
        "  units_0            int      16 … 128, step 16",
        "  rate               float    0.0001 … 0.1, log",
        "  epochs             fixed    20",
        "  recurrent_dropout  float    0 … 0.5, step 0.1 (with cell lstm or gru)",
        "  kernel             int      2 … 64, ×2, log (with cell cnn)",
        "  dilated            boolean  false, true (with cell cnn)",
        "  units_1            int      16 … 128, step 16",
        "  units_2            int      16 … 128, step 16",
        "  dilation           choice   2, 4 (with dilated true)",
    ]
    assert (space.genes["units_0"].default, space.genes["dilation"].ordered) == (32, True)
    assert evolve.load_space({"genes": genes_from_build(asks)}) == space


def test_what_is_bred_can_be_built() -> None:
    """keras-tuner takes each genome for the function's own answers."""
    from keras_tuner import HyperParameters  # noqa: PLC0415 - imports TensorFlow

    breeder = evolve.Breeder(evolve.space_from(build), population=20)
    for member in breeder.ask():
        hp = HyperParameters()
        hp.values.update(member.genome)
        build(hp)
        assert {name: hp.values[name] for name in member.genome} == member.genome
        assert {one.name for one in hp.space if hp.is_active(one)} <= set(member.genome)


def _in_two_ways(hp: Any) -> None:  # noqa: ANN401
    hp.Choice("cell", ["a", "b"])
    with hp.conditional_scope("cell", ["a"]):
        hp.Int("width", 1, 2)
    with hp.conditional_scope("cell", ["b"]):
        hp.Int("width", 1, 3)


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (lambda _: None, "the build function asks for no hyperparameter"),
        (_in_two_ways, '"width" is asked for in two ways; give each a name of its own'),
        (lambda hp: hp.Float("rate", 0.1, 1.0, sampling="reverse_log"), '"reverse_log" is no sampling'),
    ],
)
def test_what_no_space_can_say_is_told(asks: Asks, said: str) -> None:
    """With what to do about it."""
    with pytest.raises(evolve.EvolveError) as error:
        evolve.space_from(asks)
    assert said in str(error.value)


def test_the_function_s_own_error_keeps_its_traceback() -> None:
    """It is a bug of theirs, at a line of theirs."""
    with pytest.raises(ZeroDivisionError):
        evolve.space_from(lambda _: 1 / 0)
