"""Before anybody listens it is told how much of what differs between songs is the networks'."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evolve.records.run import Json, RunRecord
from evolve.report.document import report_document
from evolve.report.text import render_text
from evolve.search.reliability import Reliability, reliability_of
from tests.report.silent import silent_run

FACTS = ("notes", "distinct_pitches", "highest", "lowest", "distance")

SENTENCE = (
    "A fifth of how songs differ is due to their networks, the rest is luck; taking 4 songs of each together, half."
)


def heard(folder: Path, spread: float, *, networks: int = 26, songs: int = 4, chosen: bool = False) -> RunRecord:
    """A run whose networks lie evenly, so that they have this variance in every fact beside the songs' 1."""
    even = np.linspace(-1, 1, networks)
    shifts = np.sqrt(spread) * even / even.std(ddof=1)
    places = [dict.fromkeys(FACTS, 60 + float(shift)) for shift in shifts]
    return silent_run(folder, [{"width": 64}] * networks, places, songs=songs, chosen=chosen).look()


def told(run: RunRecord) -> Reliability:
    """What is said of the first generation."""
    reliability = reliability_of(run, run.generations[0])
    assert reliability is not None
    return reliability


def with_songs(run: RunRecord, silent: Sequence[Json]) -> RunRecord:
    """The run with other silent songs, one for each individual."""
    changed = {
        name: replace(one, metrics={"silent_songs": songs})
        for (name, one), songs in zip(run.individuals.items(), silent, strict=True)
    }
    return replace(run, individuals=changed)


def test_the_share_and_what_four_songs_make_of_it_are_told(tmp_path: Path) -> None:
    """A variance of a quarter beside 1 is a fifth, which four songs each make a half."""
    reliability = told(heard(tmp_path / "run", 0.25))
    assert reliability.share == pytest.approx(0.2, abs=0.03)
    assert reliability.heard == pytest.approx(0.5, abs=0.05)
    assert reliability.interval[0] < 0.2 < reliability.interval[1]
    assert (reliability.individuals, reliability.samples, reliability.presented) == (26, 40, 4)
    assert reliability.in_words == SENTENCE


@pytest.mark.parametrize("chosen", [False, True])
def test_a_song_that_a_listener_asked_for_changes_nothing_of_it(tmp_path: Path, *, chosen: bool) -> None:
    """Neither how many are heard of each nor what those say that were chosen."""
    run = heard(tmp_path / "run", 0.25, networks=8, chosen=chosen)
    one = run.individuals["g0-1"]
    another = replace(one.samples[-1], index=5, facts=dict.fromkeys(FACTS, 1000.0))
    asked = {**run.individuals, "g0-1": replace(one, samples=(*one.samples, another))}
    assert told(replace(run, individuals=asked)) == told(run)


def test_a_fact_that_hardly_varies_is_no_fact_that_networks_differ_in(tmp_path: Path) -> None:
    """One chord in a song of one voice; a song that has no lowest pitch is passed by."""
    run = heard(tmp_path / "run", 0.25, networks=8)
    silent = [dict(one.metrics["silent_songs"]) for one in run.individuals.values()]
    for songs in silent:
        songs["polyphony"] = [1.0] * 39 + [1.1]
    assert set(told(with_songs(run, silent)).shares) == set(FACTS)


def test_of_songs_that_were_chosen_their_own_means_count(tmp_path: Path) -> None:
    """Here those of the heard songs are true: the rest of the error is that of forty silent ones."""
    reliability = told(heard(tmp_path / "run", 0.25, chosen=True))
    assert reliability.heard == pytest.approx(0.25 / (0.25 + 2 / 40), abs=0.05)
    assert reliability.in_words.endswith("; taking 4 chosen songs of each together, four fifths.")


def test_candidates_that_sound_alike_are_told_so(tmp_path: Path) -> None:
    """So that nobody looks for differences that are not there."""
    reliability = told(heard(tmp_path / "run", 0.0001))
    assert reliability.is_alike
    assert reliability.in_words == (
        "These sound much alike: almost nothing of how songs differ is due to their networks, the rest is "
        "luck. Ties do no harm."
    )


def test_of_one_song_each_nothing_more_is_said(tmp_path: Path) -> None:
    """There is no mean of it."""
    words = told(heard(tmp_path / "run", 1.0, songs=1)).in_words
    assert words == "Half of how songs differ is due to their networks, the rest is luck."


def test_every_generation_is_told_of_in_the_report(tmp_path: Path) -> None:
    """Under its title in the text, and in the document."""
    run = heard(tmp_path / "run", 0.25)
    assert SENTENCE in " ".join(render_text(run).split())
    (generation,) = report_document(run)["generations"]
    assert generation["reliability"] == told(run).to_json()
    assert generation["reliability"]["shares"].keys() == set(FACTS)


def test_the_same_run_is_told_the_same_again(tmp_path: Path) -> None:
    """Chance draws the interval from the run's seed."""
    run = heard(tmp_path / "run", 0.25)
    assert told(run) == told(run)


def test_two_networks_are_too_few_to_tell(tmp_path: Path) -> None:
    """And so are those of older runs, that have no silent songs."""
    two = heard(tmp_path / "two", 0.25, networks=2)
    older = silent_run(tmp_path / "older", [{"width": 64}] * 4, [{}] * 4).look()
    for run in (two, older):
        assert reliability_of(run, run.generations[0]) is None
        assert report_document(run)["generations"][0]["reliability"] is None
        assert "how songs differ" not in render_text(run)


@pytest.mark.parametrize(
    "songs",
    [
        None,
        3,
        [],
        "words",
        {"notes": "words"},
        {"notes": [None, "x", {}, 1e300, float("nan")]},
        {"notes": 3},
        {"x": [1]},
    ],
)
def test_silent_songs_of_another_kind_do_not_stop_a_report(tmp_path: Path, songs: Json) -> None:
    """A damaged store may say anything."""
    run = heard(tmp_path / "run", 0.25, networks=4)
    for damaged in ([songs] * 4, [songs, *[one.metrics["silent_songs"] for one in run.individuals.values()][1:]]):
        assert "Generation 0" in render_text(with_songs(run, damaged))
