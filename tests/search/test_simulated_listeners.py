"""Searches that simulated listeners judge: what they like, and that interruptions change nothing."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.domains.music.presentation import PRESENTATION as MUSIC
from evolve.domains.pictures import DOMAIN as PICTURES
from evolve.judging.simulated.description import parse_listener
from evolve.judging.simulated.listeners import KINDS
from evolve.records.events import Event
from evolve.records.genome import Genome
from evolve.records.individual import Individual, Origin
from evolve.records.run import BallotRecord, IndividualRecord, IndividualStatus
from evolve.search import simulated_listeners
from evolve.search.simulated_listeners import drawn_for, feature_traits, member_of
from evolve.store.run_store import RunStore

SMALL: dict[str, Any] = {"population": 4, "parents": 2, "generations": 3, "seed": 7, "pictures": 2, "size": 32}

KILLED = """
import os, signal, sys, evolve
left = int(sys.argv[3])
def die(event):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
evolve.Search(
    sys.argv[1], "pictures.yaml", judge=sys.argv[2], engine="here", on_event=die,
    population=4, parents=2, generations=3, seed=7, pictures=2, size=32,
).run()
"""
"""A search that is killed at its n-th event."""


NOISY = "simulated:features,noise=0.8"


def quiet(_: Event) -> None:
    """Nobody looks on."""


def judged(folder: Path, judge: str, **settings: Any) -> evolve.Search:  # noqa: ANN401
    """A search of small pictures that a simulated listener has judged to its end."""
    search = evolve.Search(folder, "pictures.yaml", judge=judge, engine="here", on_event=quiet, **{**SMALL, **settings})
    search.run()
    return search


def ballots_in(folder: Path) -> list[list[tuple[Any, ...]]]:
    """All that is on the ballots of each generation."""
    with RunStore(folder) as store:
        generations = store.read().generations
    return [sorted(map(_told, generation.ballots), key=repr) for generation in generations]


def _told(record: BallotRecord) -> tuple[Any, ...]:
    return record.listener, record.method, record.ballot, record.letters, record.repeat


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_judges_a_search_to_its_end(tmp_path: Path, kind: str) -> None:
    """Its ballots are told as simulated, under its name; the order is that of its utilities."""
    search = judged(tmp_path / "run", f"simulated:{kind}")
    assert search.is_complete
    with RunStore(search.folder) as store:
        run = store.read()
    description = parse_listener(f"simulated:{kind}")
    listener = drawn_for(description, run, PICTURES)
    for generation in run.generations:
        record = generation.ballot_of(f"simulated-{kind}")
        assert record is not None
        assert record.is_simulated
        tiers = record.ballot.tiers[:2] if kind == "lazy" else record.ballot.tiers
        members = [member_of(description, PICTURES.presentation, run.individuals[tier[0]]) for tier in tiers]
        utilities = [listener.utility(member, generation.index) for member in members]
        assert utilities == sorted(utilities, reverse=True)


@pytest.fixture(scope="module")
def contrary(tmp_path_factory: pytest.TempPathFactory) -> evolve.Search:
    """A search that a contrary one has judged to its end."""
    return judged(tmp_path_factory.mktemp("contrary") / "run", "simulated:contrary")


def test_a_contrary_one_casts_two_ballots(contrary: evolve.Search) -> None:
    """The generation is ranked by both: without noise everyone is in the middle. Afterwards nobody waits for them."""
    assert RunStore(contrary.folder).fact("listeners") == []
    for first, second in ballots_in(contrary.folder):
        assert (first[0], second[0]) == ("simulated-contrary", "simulated-contrary-opposite")
        assert first[2].tiers == second[2].tiers[::-1]
    assert {one["rank"] for one in contrary.report()["generations"][0]["individuals"]} == {1}


@pytest.mark.parametrize("last_step", ["cast_ballot", "close_generation"])
def test_a_contrary_one_that_is_interrupted_between_its_ballots_casts_them_again(
    tmp_path: Path, contrary: evolve.Search, monkeypatch: pytest.MonkeyPatch, last_step: str
) -> None:
    """One of them alone ranks nothing."""
    done = getattr(simulated_listeners, last_step)
    calls: list[object] = []

    def interrupted(*given: Any) -> object:  # noqa: ANN401
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done(*given)

    monkeypatch.setattr(simulated_listeners, last_step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        judged(tmp_path / "run", "simulated:contrary")
    assert not evolve.Search(tmp_path / "run").is_complete
    judged(tmp_path / "run", "simulated:contrary")
    assert ballots_in(tmp_path / "run") == ballots_in(contrary.folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> evolve.Search:
    """A search that a noisy one has judged to its end, and that nobody killed."""
    return judged(tmp_path_factory.mktemp("undisturbed") / "run", NOISY)


@pytest.mark.slow
@pytest.mark.parametrize("event", [4, 6, 12])
def test_a_search_that_was_killed_has_the_ballots_that_it_would_have_had(
    tmp_path: Path, undisturbed: evolve.Search, event: int
) -> None:
    """Amid trials and right behind a ranking, by SIGKILL; the noise is the same too."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "run"), NOISY, str(event)], capture_output=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    assert len(ballots_in(tmp_path / "run")) < 3 or not evolve.Search(tmp_path / "run").is_complete
    judged(tmp_path / "run", NOISY)
    assert ballots_in(tmp_path / "run") == ballots_in(undisturbed.folder)


def test_the_seed_of_the_run_is_the_listeners_unless_it_has_its_own(tmp_path: Path) -> None:
    """So that one listener can judge runs of many seeds."""
    run = RunStore(judged(tmp_path / "run", "simulated:additive", generations=1).folder).read()
    genome = run.individuals["g0-1"].individual.genome.as_dict()
    own, same, other = (
        drawn_for(parse_listener(f"simulated:additive{seed}"), run, PICTURES).utility(genome)
        for seed in ("", ",seed=7", ",seed=8")
    )
    assert own == same != other


def test_a_candidate_that_is_presented_twice_is_heard_with_other_noise(tmp_path: Path) -> None:
    """How far apart the two come is kept, as of a person."""
    search = judged(tmp_path / "run", "simulated:additive,noise=3", repeats=True, population=8, generations=1)
    [ballot] = search.report()["generations"][0]["ballots"]
    assert ballot["repeat"]["places"][0] != ballot["repeat"]["places"][1]


def test_a_domain_without_features_has_no_listener_of_samples(tmp_path: Path) -> None:
    """It is told; the run waits for another judge."""

    def plain(hp: Any, trial: evolve.Trial) -> None:  # noqa: ANN401
        trial.sample({"text.txt": str(hp.Int("sides", 3, 40))})

    space = {"genes": {"sides": {"type": "int", "min_value": 3, "max_value": 40}}}
    search = evolve.Search(
        tmp_path / "run", space, domain=plain, judge="simulated:features", engine="here", on_event=quiet, generations=1
    )
    with pytest.raises(evolve.EvolveError, match="has nothing to like; give it a gene or a feature"):
        search.run()
    assert evolve.Search(tmp_path / "run", domain=plain).report()["generations"][0]["status"] == "evaluated"


def test_features_of_songs_can_be_liked() -> None:
    """Of all that a network composed, not of the few that are heard; what all founders share is left out."""
    lengths = ([10.0, 20.0, 30.0], [40.0, 50.0, 60.0], [70.0, 80.0, 90.0])
    founders = [_composer(slot, seconds) for slot, seconds in enumerate(lengths, start=1)]
    [trait] = feature_traits(MUSIC, founders)
    assert trait.name == "notes"
    heard = member_of(parse_listener("simulated:features"), MUSIC, founders[0])
    assert heard == {"notes": 20.0, "polyphony": 1.5}


def _composer(slot: int, notes: Sequence[float]) -> IndividualRecord:
    individual = Individual(f"g0-{slot}", 0, slot, Genome(()), Origin.FOUNDER)
    metrics = {"silent_songs": {"notes": [*notes], "polyphony": [1.5] * len(notes)}}
    return IndividualRecord(individual, IndividualStatus.EVALUATED, {}, metrics, (), {}, None, None)
