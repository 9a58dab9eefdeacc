"""What genes say of learning and playing is heard in the songs: real networks, trained on a few real tunes."""

from functools import partial
from typing import Final

import numpy as np
import pytest

from evolve.domains.music.composing import compose
from evolve.domains.music.corpus import read_corpus
from evolve.domains.music.facts.figures import figures_of
from evolve.domains.music.material import Material
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.sources import FIDDLE_TUNES
from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.genetics.space_file import parse_space
from evolve.network.files import network_from_bytes
from evolve.network.genes import GENES
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin
from evolve.records.run import TrialResult
from evolve.records.shares import Shares
from evolve.settings import settings_from
from tests.execution.settings import small_material

pytestmark = pytest.mark.slow

OF_EACH: Final = 20
"""Jigs and reels that are learned from."""

KINDS: Final = {"jig": "M:6/8", "reel": "M:2/4"}
"""Of a jig's notes two make a beat, of a reel's four."""

EPOCHS: Final = 20

SPACE: Final = "genes: {width: 48, heads: chained, diet: {type: shares}}"
NETWORK: Final[dict[str, Value]] = {"width": 48, "heads": "chained"}


def tunes_of(kind: str) -> list[str]:
    """The first tunes of a kind that are in its usual metre."""
    named = (path for path in FIDDLE_TUNES.files() if path.stem.endswith(kind.title()))
    return [str(path) for path in named if KINDS[kind] in path.read_text("latin-1").replace("M: ", "M:")][:OF_EACH]


@pytest.fixture(scope="module")
def run() -> RunMaterial:
    """What the trials work from; budgets in epochs alone, so that a busy machine changes nothing."""
    few = {"epochs": EPOCHS, "seconds": 1e6, "patience": 99, "songs": 1, "notes": 80, "opening_notes": 8, "seed": 1}
    corpus = tuple(path for kind in KINDS for path in tunes_of(kind))
    material = small_material(
        settings_from({**few, "corpus": corpus}, MusicSettings), parse_space(SPACE, "few.yaml", GENES).space
    )
    assert sorted(map(str, material.space.gene("diet").values)) == sorted(KINDS)
    return material


@pytest.fixture(scope="module")
def material(run: RunMaterial) -> Material:
    """The same, read."""
    loaded: Material = run.load()
    return loaded


def trial_of(run: RunMaterial, **genes: Value) -> TrialResult:
    """What the network does that has these genes of its own, and all its chance in common with the others."""
    genome = Genome.from_dict(NETWORK | genes)
    result = run_trial(Individual("g0-1", 0, 1, genome, Origin.FOUNDER), run, lambda _: None)
    assert result.failure is None
    return result


@pytest.fixture(scope="module")
def usual(run: RunMaterial) -> TrialResult:
    """The network that learns from all tunes alike, with all of the budget."""
    return trial_of(run)


def mean_of(fact: str, songs: dict[str, list[float | None]]) -> float:
    """Over the forty songs of a network."""
    return float(np.mean([value for value in songs[fact] if value is not None]))


def test_the_same_network_dares_more_at_a_higher_temperature(material: Material, usual: TrialResult) -> None:
    """Its songs have more pitches, more evenly, and more kinds of lengths."""
    network = network_from_bytes(next(file.data for file in usual.artifacts if file.kind == "network"))
    tame, wild = (
        compose(network, material, Genome.from_dict(NETWORK | {"temperature": temperature})).metrics["silent_songs"]
        for temperature in (0.5, 1.3)
    )
    more = {
        fact: mean_of(fact, wild) - mean_of(fact, tame)
        for fact in ("distinct_pitches", "pitch_class_entropy_bits", "duration_entropy_bits")
    }
    assert more["distinct_pitches"] > 1.5
    assert more["pitch_class_entropy_bits"] > 0.15
    assert more["duration_entropy_bits"] > 0.3


def test_songs_are_like_what_their_network_learned_from(run: RunMaterial, material: Material) -> None:
    """As many notes to a beat as jigs have after a diet of jigs, and twice as many after one of reels."""
    pieces = read_corpus(material.settings.corpus, roles=material.settings.roles).pieces
    learned_from = {
        kind: float(np.mean([figures_of(one.song).notes_per_beat for one in pieces if one.group == kind]))
        for kind in KINDS
    }
    between = learned_from["reel"] - learned_from["jig"]
    assert between > 1.5
    for kind, own in learned_from.items():
        diet = Shares(tuple((each, float(each == kind)) for each in KINDS))
        songs = trial_of(run, diet=diet).metrics["silent_songs"]
        assert mean_of("notes_per_beat", songs) == pytest.approx(own, abs=between / 4)


def test_a_tenth_of_the_budget_is_heard(run: RunMaterial, usual: TrialResult) -> None:
    """Whoever learned for two epochs expects less of what comes, and plays what is unlike the tunes."""
    hasty = trial_of(run, budget=0.1)
    assert (hasty.metrics["epochs"], usual.metrics["epochs"]) == (EPOCHS // 10, EPOCHS)
    assert hasty.metrics["validation_loss"] > usual.metrics["validation_loss"] + 0.5
    distance = partial(mean_of, "distance")
    assert distance(hasty.metrics["silent_songs"]) > distance(usual.metrics["silent_songs"]) + 0.08
    leap = partial(mean_of, "leap_semitones")
    assert leap(hasty.metrics["silent_songs"]) > 1.5 * leap(usual.metrics["silent_songs"])
