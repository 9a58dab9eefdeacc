"""The test kit for authors of domains: it lets good domains pass, and says what is wrong with others."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import field_serializer

from evolve.domain import Preparation, Trial
from evolve.domain_registry import named_domain
from evolve.errors import EvolveError
from evolve.function_domain import FunctionDomain, FunctionSettings
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.presentation import Column, Presentation, Rendering, ScreeningRule
from evolve.records.gene_rule import GeneRule
from evolve.records.individual import Individual
from evolve.records.run import Artifact, Sample
from evolve.settings import SettingsModel
from evolve.testing import check_domain
from tests.own_domains import hats_space

PICTURES = (Path(__file__).parents[1] / "search_spaces" / "pictures.yaml").read_text()


def draw(_: object, trial: Trial) -> None:
    """A hat that is always the same."""
    trial.sample({"text": "hat"}, facts={"height": 3})


class GoodHats(FunctionDomain):
    """A domain with which nothing is wrong."""

    name = "hats"

    def __init__(self) -> None:
        """Always the same hat."""
        self.function = draw


def test_pictures_are_a_good_domain() -> None:
    """With the space that ships."""
    pictures = named_domain("pictures")
    space = parse_space(PICTURES, "pictures.yaml", pictures.genes).space
    check_domain(pictures, space, {"pictures": 2, "size": 32})


@pytest.mark.slow
def test_music_is_a_good_domain(tunes: Path) -> None:
    """With real training, twice the same."""
    text = "genes: {width: 8, depth: {type: int, min_value: 1, max_value: 2}, temperature: 0.9}"
    settings = {"corpus": [str(tunes)], "epochs": 1, "songs": 2, "notes": 30, "soundfont": "none"}
    check_domain(named_domain("music"), parse_space(text, "small.yaml", GENES).space, settings, genomes=1)


def test_functions_and_classes_are_domains() -> None:
    """Whatever a user may name is checked."""
    check_domain(draw, hats_space())
    check_domain(GoodHats, hats_space())
    check_domain(GoodHats(), hats_space())


class PausingHats(GoodHats):
    """Hats whose trials pause at a rung."""

    halving_metric = "loss"

    def __init__(self, **measured: float) -> None:
        """They have measured so much by then."""
        super().__init__()
        self._measured = measured

    def evaluate(self, individual: Individual, material: object, trial: Trial) -> None:
        """Pause, or draw."""
        if trial.rung == 1:
            trial.measure(loss=1.0)
            super().evaluate(individual, material, trial)
        elif self._measured:
            trial.measure(**self._measured)
            trial.pause()


def test_a_trial_tells_its_loss_at_a_rung() -> None:
    """A run that is halved has nothing else to go by."""
    check_domain(PausingHats(loss=2.0), hats_space())
    for hats in (PausingHats(), PausingHats(height=3.0)):
        with pytest.raises(AssertionError, match="halving_metric is loss, which no trial has measured as a number"):
            check_domain(hats, hats_space())


COUNTER = itertools.count()


def drawing(**parts: Any) -> Callable[[object, Trial], None]:  # noqa: ANN401
    """A function that gives a sample in which these parts are otherwise."""

    def function(_: object, trial: Trial) -> None:
        files = parts.get("files", (Artifact("text", "hat-1.txt", b"hat"),))
        facts = parts["facts"]() if callable(parts.get("facts")) else parts.get("facts", {})
        trial.add(Sample(parts.get("index", 1), files, facts))
        trial.measure(**parts.get("metrics", {}))

    return function


def beyond_the_end(_: object, trial: Trial) -> None:
    """More epochs than there are."""
    trial.report(epoch=3, of=2)
    draw(_, trial)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda _, __: None, "gave no sample"),
        (drawing(index=2), r"samples are numbered from 1 in order, not \[2\]"),
        (drawing(files=()), "sample 1 has no file"),
        (drawing(files=(Artifact("text", "a.txt", b""),)), "a.txt is empty"),
        (drawing(files=(Artifact("a", "a.txt", b"a"), Artifact("b", "a.txt", b"b"))), "have the same name"),
        (drawing(files=(Artifact("hat", "hat.felt", b"a"),)), "nobody can tell what hat.felt is; give it a suffix"),
        (drawing(facts={"height": float("nan")}), "the facts of sample 1 are no JSON"),
        (drawing(metrics={"lock": threading.Lock()}), "is of the type lock"),
        (drawing(facts=lambda: {"n": next(COUNTER)}), "the same genome and seed give another n of sample 1"),
        (beyond_the_end, "went beyond its last epoch"),
    ],
)
def test_a_function_that_does_what_none_should_is_told(function: Callable[..., object], said: str) -> None:
    """Whoever runs its author's tests reads what is wrong."""
    with pytest.raises((AssertionError, EvolveError), match=said):
        check_domain(function, hats_space())


def test_what_differs_by_intention_may_differ() -> None:
    """A domain may say that it is not repeatable."""
    check_domain(drawing(facts=lambda: {"n": next(COUNTER)}), hats_space(), is_repeatable=False)


class CoresSettings(SettingsModel):
    """A setting that the core has already."""

    population: int = 4


class ForgetfulSettings(FunctionSettings):
    """What is set comes back otherwise."""

    colour: str = "red"

    @field_serializer("colour")
    def _told(self, _: str) -> str:
        return "black"


def misread(*given: Any) -> Preparation:  # noqa: ANN401
    """More files are read than there are."""
    given[-1](3, 2)
    return Preparation()


def rendering(name: str, label: str, media_type: str, made: bytes) -> Presentation:
    """A domain's way of telling, which makes something of its samples on demand."""
    return Presentation(renderings={name: Rendering(label, media_type, lambda _: made)})


WORD: Any = "high"
NO_TEXT: Any = b"hat"
SCREENED_BY_WORDS = ScreeningRule("{heard} {are}", lambda _, __: WORD)
OTHER_GENES = {
    "height": GeneRule("int", 99, "as high", minimum=1, maximum=9),
    "colour": GeneRule("choice", "black", "of the felt", allowed=("black", "red")),
}


class DemandingSettings(FunctionSettings):
    """What everybody must say."""

    size: int


class StrictSettings(FunctionSettings):
    """What is set comes back as what it cannot be."""

    size: int = 3

    @field_serializer("size")
    def _told(self, _: int) -> str:
        return "large"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seconds": "long"}, "seconds='long': seconds must be a number; it is 'long'"),
        ({"secnds": 3}, 'there is no setting "secnds"; .*did you mean "seconds"'),
    ],
)
def test_settings_that_are_none_are_told_in_one_line(settings: dict[str, Any], said: str) -> None:
    """Not in pydantic's words."""
    with pytest.raises(EvolveError, match=said):
        check_domain(GoodHats, hats_space(), settings)


def test_members_that_a_domain_lacks_are_named() -> None:
    """Beside all ten."""

    class Bare:
        name = "bare"

        def prepare(self) -> None: ...

        def evaluate(self) -> None: ...

    with pytest.raises(
        AssertionError, match="has no presentation, settings, genes, warm_up, load, cost, more; it needs"
    ):
        check_domain(Bare, hats_space())


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"settings": DemandingSettings}, "each setting needs a default; size has none"),
        ({"settings": StrictSettings}, "settings must come back from JSON: size must be a whole number"),
        ({"settings": {"seconds": 3}}, "settings must be a pydantic model, not {'seconds': 3}"),
        ({"presentation": "hats"}, "presentation must be a Presentation, not 'hats'"),
        ({"name": ""}, "a domain needs a name"),
        ({"settings": CoresSettings}, "the core has settings called population already"),
        ({"settings": ForgetfulSettings}, "settings must be the same when they come back"),
        ({"genes": {"height": GENES["width"]}}, "the domain knows no gene colour"),
        ({"genes": OTHER_GENES}, "the default of gene height is not among its own values"),
        ({"prepare": misread}, r"prepare told of \[\(3, 2\)\]: done must not pass total"),
        ({"prepare": lambda *_: Preparation(facts={"felts": {1, 2}})}, "the facts of prepare are no JSON"),
        ({"cost": lambda *_: None}, "cost gave None; it must be a Cost"),
        (
            {"presentation": Presentation(columns=(Column("hat", lambda _: "a\nb"),))},
            "column hat gave 'a.nb', no line of text",
        ),
        ({"presentation": Presentation(describe=lambda _: "a\nb")}, "describe gave 'a.nb', no line of text"),
        (
            {"presentation": Presentation(screening={"hat": SCREENED_BY_WORDS})},
            "a rule of screening gave 'high', no number",
        ),
        ({"presentation": Presentation(features=lambda _, __: [{"height": WORD}])}, "features must be numbers"),
        ({"presentation": Presentation(preview=lambda *_: NO_TEXT)}, "preview must give text, or None"),
        (
            {"presentation": rendering("a score", "score", "text/plain", b"hat")},
            "'a score' has no plain word as its name",
        ),
        ({"presentation": rendering("score", "", "text/plain", b"hat")}, "rendering score needs a label of one line"),
        ({"presentation": rendering("score", "score", "SVG", b"hat")}, "is 'SVG'; it must be such as image/png"),
        (
            {"presentation": rendering("score", "score", "text/plain", b"")},
            "rendering score gave .*; it must give bytes",
        ),
        ({"presentation": rendering("score", "score", "text/plain", WORD)}, "gave 'high'; it must give bytes"),
    ],
)
def test_a_domain_that_is_none_is_told(members: dict[str, Any], said: str) -> None:
    """One line for each thing that evolve expects of a domain."""
    with pytest.raises(AssertionError, match=said):
        check_domain(type("Hats", (GoodHats,), members), hats_space())
