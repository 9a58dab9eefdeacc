"""What a run and a cluster tell each other is understood as it was meant."""

import dataclasses
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.clusters.channels.message import Message, read_frames, to_frame
from evolve.clusters.speech import (
    finished,
    forwarded,
    forwarding,
    job_message,
    read_finished,
    read_job,
    read_space,
)
from evolve.genetics.breeding import found
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.genetics.space_file import parse_space
from evolve.network.genes import GENES
from evolve.records.events import Event, EventKind, Progress
from evolve.records.run import Artifact, Sample, TrialResult
from tests.execution.settings import small_material, small_settings, small_space
from tests.pretended_trials import WORDS_ALONE

FILES = st.lists(st.builds(Artifact, st.text(), st.text(), st.binary(max_size=40)), max_size=3).map(tuple)
SONGS = st.builds(Sample, st.integers(1, 9), FILES, st.dictionaries(st.text(), st.integers(), max_size=2))
RESULTS = st.builds(
    TrialResult,
    st.text(),
    st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=3),
    st.lists(SONGS, max_size=3).map(tuple),
    FILES,
    st.none() | st.text(),
    st.none() | st.integers(0, 9),
    st.lists(st.text(), max_size=2).map(tuple),
    st.booleans(),
)


def over_the_wire(message: Message) -> Message:
    """The message after its journey."""
    ((arrived, _),) = read_frames(to_frame(message))
    return arrived


@given(RESULTS)
def test_a_result_arrives_as_it_was_made(result: TrialResult) -> None:
    """Every sample, every file, every number, every notice."""
    assert read_finished(over_the_wire(finished(result))) == result


@pytest.mark.slow
def test_a_job_arrives_as_it_was_given(tunes: Path) -> None:
    """Genomes and space are the same, and so is what a trial works from."""
    left = {"g0-2": b"what it has learned", "g0-3": b""}
    material = dataclasses.replace(small_material(small_settings(tunes)), rung=1 / 3, inherited=left)
    founders = found(small_space(), population=4, seed=3)
    individuals, arrived = read_job(over_the_wire(job_message(founders, material, number=1)))
    assert individuals == tuple(founders)
    assert (arrived.space, arrived.settings, arrived.data) == (material.space, material.settings, material.data)
    assert arrived.domain.reference == material.domain.reference
    assert (arrived.facts, arrived.rung, arrived.inherited) == (material.facts, material.rung, left)


def test_a_space_with_conditions_arrives_whole() -> None:
    """Choices, booleans and genes that depend on others."""
    space = parse_space(WORDS_ALONE, "words.yaml", GENES).space
    founders = found(space, population=6, seed=1)
    arrived = read_space(over_the_wire(Message("job", dataclasses.asdict(space))).facts)
    assert arrived == space
    assert all(one.genome in arrived for one in founders)


@pytest.mark.slow
def test_shares_arrive_as_they_were_given(tunes: Path) -> None:
    """The genes of an individual and of the space, whose groups the corpus has told."""
    material = small_material(small_settings(tunes))
    diet = Gene("diet", GeneKind.SHARES, values=("jig", "reel"))
    material = dataclasses.replace(material, space=SearchSpace((diet,)))
    founders = found(material.space, population=3, seed=1)
    individuals, arrived = read_job(over_the_wire(job_message(founders, material, number=1)))
    assert individuals == founders
    assert arrived.space == material.space
    assert all(one.genome in arrived.space for one in individuals)


def told_home(event: Event) -> Event | None:
    """The event as it arrives at home."""
    sent: list[Message] = []
    forwarding(lambda message: sent.append(over_the_wire(message)))(event)
    return forwarded(sent[0])


@pytest.mark.parametrize(
    "event",
    [
        Event(EventKind.STARTED, "g0-1"),
        Event(EventKind.PROGRESSED, "g0-1", progress=Progress("training", 2, 9, 3.5, 40.0)),
        Event(EventKind.LOST, "g0-1", text="its process died or was killed"),
        Event(EventKind.CAPACITY, text="2 hosts"),
        Event(EventKind.FINISHED, "g0-1", result=TrialResult("g0-1", {"epochs": 3})),
    ],
    ids=lambda event: event.kind,
)
def test_an_event_arrives_as_it_was_told(event: Event) -> None:
    """What happens at the cluster is heard at home; other messages are no events."""
    assert told_home(event) == event
    assert forwarded(Message("ready")) is None


def test_what_cannot_be_sent_is_a_failure_of_its_trial() -> None:
    """A trial of somebody's own may make anything; the others go on."""
    event = told_home(Event(EventKind.FINISHED, "g0-1", result=TrialResult("g0-1", {"lock": threading.Lock()})))
    assert event is not None
    assert event.result is not None
    assert "cannot be sent" in (event.result.failure or "")
