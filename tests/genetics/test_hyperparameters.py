"""A genome as code in keras-tuner's convention reads it."""

from collections.abc import Callable
from typing import Any

import pytest

from evolve.genetics.hyperparameters import HyperParameters
from evolve.genetics.space_file import parse_space
from evolve.randomness import derive_rng
from evolve.records.genome import Genome

GENOME = Genome.from_dict({"depth": 3, "rate": 0.5, "hat": "tall", "plume": True, "inner/height": 33})


def build(hp: Any) -> dict[str, object]:  # noqa: ANN401 - ours, or keras-tuner's
    """What code of a user's reads."""
    read: dict[str, object] = {
        "depth": hp.Int("depth", 1, 9, step=2),
        "rate": hp.Float("rate", 1e-4, 1.0, sampling="log"),
        "hat": hp.Choice("hat", ["tall", "wide"], ordered=False),
        "plume": hp.Boolean("plume"),
        "brim": hp.Fixed("brim", 7),
    }
    with hp.conditional_scope("hat", ["tall"]), hp.name_scope("inner"):
        read["height"] = hp.Int("height", 10, 40, default=20)
        read["band"] = hp.Fixed("band", 2)
    return read


def test_a_genome_is_read_by_name() -> None:
    """Each value as its kind has it; what the genome lacks is the default that is asked for with it."""
    hp = HyperParameters(GENOME)
    assert build(hp) == {"depth": 3, "rate": 0.5, "hat": "tall", "plume": True, "brim": 7, "height": 33, "band": 2}
    assert list(hp.asked_for) == ["depth", "rate", "hat", "plume", "inner/height"]  # fixed values are none
    assert (hp.get("depth"), hp["hat"], "inner/height" in hp, "shoes" in hp) == (3, "tall", True, False)
    with pytest.raises(KeyError):
        hp.get("shoes")
    assert hp.values == {**GENOME.as_dict(), "brim": 7, "inner/band": 2}
    assert len(GENOME.as_dict()) == 5


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (lambda hp: hp.Int("a", 2, 9), 2),
        (lambda hp: hp.Int("a", 2, 9, default=5), 5),
        (lambda hp: hp.Float("a", 0.5, 9), 0.5),
        (lambda hp: hp.Choice("a", ["x", "y"]), "x"),
        (lambda hp: hp.Choice("a", ["x", "y"], default="y"), "y"),
        (lambda hp: hp.Boolean("a"), False),
        (lambda hp: hp.Boolean("a", default=True), True),
        (lambda hp: hp.Fixed("a", "x"), "x"),
    ],
)
def test_defaults_are_those_of_keras_tuner(ask: Callable[[HyperParameters], object], value: object) -> None:
    """The smallest, the first, or the one that is named; and it stays the value from then on."""
    hp = HyperParameters(Genome(()))
    assert ask(hp) == hp["a"] == value


@pytest.mark.slow
def test_the_same_code_reads_keras_tuners_own() -> None:
    """Genomes of a space give it the same values either way."""
    text = """
    genes:
      depth: {type: int, min_value: 1, max_value: 9, step: 2}
      rate: {type: float, min_value: 1e-4, max_value: 1.0, sampling: log}
      hat: {type: choice, values: [tall, wide]}
      plume: {type: boolean}
      inner/height: {type: int, min_value: 10, max_value: 40, default: 20, parent_name: hat, parent_values: [tall]}
    """
    space = parse_space(text, "hats.yaml", None).space
    for number in range(5):
        genome = space.sample(derive_rng(number, "hats"))
        ours, theirs = build(HyperParameters(genome)), build(space.hyperparameters(genome))
        if genome["hat"] == "wide":  # keras-tuner gives what is inactive, ours its default
            theirs |= {name: ours[name] for name in ("height", "band")}
        assert ours == theirs
