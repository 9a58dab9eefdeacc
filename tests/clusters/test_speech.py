"""What a run and a cluster tell each other is understood as it was meant."""

import dataclasses
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.channels.message import Message, read_frames, to_frame
from evolve.clusters.speech import (
    Telling,
    finished,
    hear,
    order,
    understand_finished,
    understand_order,
    understand_space,
)
from evolve.execution.contract import Phase, TrialProgress
from evolve.genetics.breeding import found
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.store.records import Artifact, SongResult, TrialResult
from tests.execution.settings import Recorder, small_config, small_material, small_space
from tests.pretended_trials import WORDS_ALONE

FILES = st.lists(st.builds(Artifact, st.text(), st.text(), st.binary(max_size=40)), max_size=3).map(tuple)
SONGS = st.builds(SongResult, st.integers(1, 9), FILES, st.dictionaries(st.text(), st.integers(), max_size=2))
RESULTS = st.builds(
    TrialResult,
    st.text(),
    st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=3),
    st.lists(SONGS, max_size=3).map(tuple),
    FILES,
    st.none() | st.text(),
)


def over_the_wire(message: Message) -> Message:
    """The message after its journey."""
    ((arrived, _),) = read_frames(to_frame(message))
    return arrived


@given(RESULTS)
def test_a_result_arrives_as_it_was_made(result: TrialResult) -> None:
    """Every song, every file, every number."""
    assert understand_finished(over_the_wire(finished(result))) == result


@pytest.mark.slow
def test_an_order_arrives_as_it_was_given(tunes: Path) -> None:
    """Genomes and space are the same, and so is what a trial works from."""
    material = small_material(small_config(tunes))
    founders = found(small_space(), population=4, seed=3)
    individuals, arrived = understand_order(over_the_wire(order(founders, material, number=1)))
    assert individuals == tuple(founders)
    assert (arrived.space, arrived.config, arrived.opening) == (material.space, material.config, material.opening)
    assert arrived.encoded.to_bytes() == material.encoded.to_bytes()
    assert arrived.figures == material.figures


def test_a_space_with_conditions_arrives_whole() -> None:
    """Choices, booleans and genes that depend on others."""
    space = parse_space(WORDS_ALONE, "words.yaml", GENES).space
    founders = found(space, population=6, seed=1)
    arrived = understand_space(over_the_wire(Message("order", dataclasses.asdict(space))).facts)
    assert arrived == space
    assert all(one.genome in arrived for one in founders)


@pytest.mark.slow
def test_shares_arrive_as_they_were_given(tunes: Path) -> None:
    """The genes of an individual and of the space, whose groups the corpus has told."""
    material = small_material(small_config(tunes))
    diet = Gene("diet", GeneKind.SHARES, values=("jig", "reel"))
    material = dataclasses.replace(material, space=SearchSpace((diet,)))
    founders = found(material.space, population=3, seed=1)
    individuals, arrived = understand_order(over_the_wire(order(founders, material, number=1)))
    assert individuals == founders
    assert arrived.space == material.space
    assert all(one.genome in arrived.space for one in individuals)


def test_what_is_told_of_trials_is_heard_of_trials() -> None:
    """Each call at the cluster is the same call at home."""
    at_home = Recorder()
    telling = Telling(lambda message: hear(over_the_wire(message), at_home))
    progress = TrialProgress("g0-1", Phase.TRAINING, 2, 9, 3.5, 40.0)
    telling.trial_started("g0-1")
    telling.trial_progressed(progress)
    telling.trial_lost("g0-1", "its process died or was killed")
    telling.place_changed("2 hosts")
    telling.trial_finished(TrialResult("g0-1", {"epochs": 3}))
    assert (at_home.started, at_home.progress, at_home.places) == (["g0-1"], [progress], ["2 hosts"])
    assert at_home.lost == [("g0-1", "its process died or was killed")]
    assert at_home.results == {"g0-1": TrialResult("g0-1", {"epochs": 3})}


def test_what_cannot_be_sent_is_a_failure_of_its_trial() -> None:
    """A trial of somebody's own may make anything; the others go on."""
    at_home = Recorder()
    Telling(lambda message: hear(over_the_wire(message), at_home)).trial_finished(
        TrialResult("g0-1", {"lock": threading.Lock()})
    )
    assert "cannot be sent" in (at_home.results["g0-1"].failure or "")
