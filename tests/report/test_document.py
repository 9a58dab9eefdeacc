"""The JSON document of a run."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from evolve.domains.music.facts.description import CopyIndex, SongFacts, describe
from evolve.domains.music.facts.figures import CorpusFigures
from evolve.domains.music.facts.set_figures import SetFigures
from evolve.domains.music.presentation import FEATURES as FACTS
from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.song import Note, Notes, Song, Track
from evolve.domains.music.tokenizers.steps import NoteStep
from evolve.records.run import RunRecord
from evolve.report.document import report_document
from evolve.search.reliability import Reliability
from tests.report.example_run import STAGES, example_run, fed_run

DOCS = Path(__file__).parents[2] / "docs" / "report-format.md"
FREE = {
    "set_figures",
    "settings",
    "corpus",
    "opening",
    "versions",
    "genome",
    "changed",
    "metrics",
    "facts",
    "files",
    "letters",
    "gene_shares",
}
"""Objects whose keys are a run's own names, not the format's."""


@pytest.fixture
def run() -> RunRecord:
    """A run whose last generation is half trained."""
    return example_run("training")


def individual(document: Mapping[str, Any], generation: int, id_: str) -> dict[str, Any]:
    """The entry of an individual in a generation."""
    (entry,) = [entry for entry in document["generations"][generation]["individuals"] if entry["id"] == id_]
    return dict(entry)


def format_keys(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Every key that belongs to the format, wherever it stands."""
    if isinstance(value, list):
        for item in value:
            yield from format_keys(item, path)
    elif isinstance(value, dict):
        own = path[-1:] in {(name,) for name in FREE | {"drift"}}
        for key, item in value.items():
            if not own:
                yield key
            yield from format_keys(item, (*path, key))


@pytest.mark.parametrize("stage", STAGES)
def test_is_plain_json_at_every_stage(stage: str) -> None:
    """The document survives a round trip through strict JSON, from a run just created to a finished one."""
    document = report_document(example_run(stage))
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_holds_the_promised_top_level(run: RunRecord) -> None:
    """Version, run, seed, space, corpus and generations are where the command line contract says."""
    document = report_document(run)
    assert document["version"] == 1
    assert (document["run"], document["seed"]) == ("night-owl", 7)
    assert document["space"]["name"] == "lstm.yaml"
    assert document["facts"]["corpus"]["names"] == ["fiddle-tunes"]
    assert [generation["index"] for generation in document["generations"]] == [0, 1, 2]
    assert [generation["status"] for generation in document["generations"]] == ["bred", "bred", "born"]


def test_tells_a_child_with_parents_changes_rank_and_letter(run: RunRecord) -> None:
    """Everything about one child stands in one entry."""
    child = individual(report_document(run), 1, "g1-4")
    assert child["parents"] == ["g0-5", "g0-2"]
    assert child["operators"] == ["crossover", "mutation"]
    assert child["changed"]["depth"] == [1, 2]
    assert child["changed"]["embedding_width"] == [None, 32]
    assert (child["rank"], child["letter"], child["origin"]) == (1, "B", "child")
    assert child["samples"][0]["index"] == 1
    assert child["samples"][0]["files"]["midi"] == "individuals/g1-4/song-1.mid"


def test_the_letter_is_that_of_the_first_ballot(run: RunRecord) -> None:
    """Two listeners saw other letters; the one who finished first counts, whatever the order of the record."""
    assert [ballot.listener for ballot in run.generations[0].ballots] == ["ben", "anna"]
    assert individual(report_document(run), 0, "g0-2")["letter"] == "F"


def test_an_elite_stands_in_each_of_its_generations(run: RunRecord) -> None:
    """It has a rank of its own in each, and is an elite only where it was carried over to."""
    document = report_document(run)
    born, again = individual(document, 0, "g0-2"), individual(document, 1, "g0-2")
    assert (born["elite"], born["rank"]) == (False, 1)
    assert (again["elite"], again["rank"], again["born_in"]) == (True, 2, 0)


def test_the_failed_stand_where_they_were_born(run: RunRecord) -> None:
    """Each tells why and who took its place; the members come first."""
    document = report_document(run)
    failed = individual(document, 1, "g1-5b")
    assert failed["failure"] == "the loss became NaN in epoch 1"
    assert failed["replaced_by"] == "g1-5c"
    assert (failed["status"], failed["rank"], failed["samples"]) == ("failed", None, [])
    ids = [entry["id"] for entry in document["generations"][1]["individuals"]]
    assert ids == ["g0-2", "g1-2", "g1-3b", "g1-4", "g1-5c", "g1-6", "g1-3", "g1-5", "g1-5b"]


def test_lost_attempts_stand_with_their_individual(run: RunRecord) -> None:
    """Oldest first; mostly there are none."""
    lost = replace(run.individuals["g1-4"], lost=("its worker was killed", "it ran out of memory"))
    document = report_document(replace(run, individuals={**run.individuals, "g1-4": lost}))
    assert individual(document, 1, "g1-4")["lost"] == ["its worker was killed", "it ran out of memory"]
    assert individual(document, 1, "g1-2")["lost"] == []


def test_what_is_not_ranked_has_no_rank(run: RunRecord) -> None:
    """In a generation still in training, rank, utility and letter are null."""
    entry = individual(report_document(run), 2, "g2-2")
    assert (entry["rank"], entry["utility"], entry["letter"], entry["rejected"]) == (None, None, None, False)


def test_champions_have_a_line_and_founders(run: RunRecord) -> None:
    """The line goes from a founder to the champion; the shares of its genes sum to one."""
    champion = report_document(run)["champions"][-1]
    assert (champion["generation"], champion["id"]) == (1, "g1-4")
    assert champion["line"] == ["g0-5", "g1-4"]
    assert champion["founders"] == ["g0-2", "g0-5"]
    assert sum(champion["gene_shares"].values()) == pytest.approx(1)


def test_a_diet_is_an_object_by_group() -> None:
    """In a genome, in what changed, and in the drift, where each group has a range; the document is plain JSON."""
    document = report_document(fed_run())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    child = individual(document, 1, "g1-2")
    assert child["genome"]["diet"] == {"jig": 0.5, "reel": 0.3, "6/8 & \x1b[31mred": 0.2}
    assert child["changed"]["diet"][0] == {"jig": 0.25, "reel": 0.7, "6/8 & \x1b[31mred": 0.05}
    spread = document["drift"]["diet"][0]
    assert (spread["count"], list(spread["groups"])) == (6, ["jig", "reel", "6/8 & \x1b[31mred"])
    assert spread["groups"]["jig"] == {"minimum": 0.25, "median": 0.5, "maximum": 0.6}


def test_drift_has_one_entry_per_generation(run: RunRecord) -> None:
    """Numbers have a range, words are counted, and only members with songs count."""
    drift = report_document(run)["drift"]
    assert drift["width"][0] == {"count": 6, "minimum": 32, "median": pytest.approx(90.5, abs=0.1), "maximum": 256}
    assert drift["optimizer"][2] == {"count": 2, "counts": [["nadam", 2]]}
    assert {len(spreads) for spreads in drift.values()} == {3}


def test_numbers_that_json_cannot_hold_become_null(run: RunRecord) -> None:
    """A NaN metric must not make the whole document unreadable elsewhere."""
    record = replace(run.individuals["g0-1"], metrics={"validation_loss": float("nan")})
    document = report_document(replace(run, individuals={**run.individuals, "g0-1": record}))
    assert individual(document, 0, "g0-1")["metrics"] == {"validation_loss": None}


def test_every_field_is_documented(run: RunRecord) -> None:
    """Each key of the format is named, in backticks, in docs/report-format.md."""
    named = set(re.findall(r"`([a-z_0-9]+)`", DOCS.read_text()))
    assert (set(format_keys(report_document(run))) | reliability_fields() | set(FACTS)) - named == set()


def test_every_documented_field_exists(run: RunRecord) -> None:
    """Each field in the first column of the JSON tables is a key that some run has."""
    text = DOCS.read_text().split("## CSV")[0]
    rows = re.findall(r"^\| (`.+?) \|", text, flags=re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    keys = set(format_keys(report_document(run))) | {"minimum", "median", "maximum", "count", "counts", "groups"}
    assert documented - keys - set(song_facts()) - figures_of_sets() - reliability_fields() == set()


def test_every_fact_of_a_song_is_documented() -> None:
    """Each fact that a song can have is named in docs/report-format.md, and so is each figure that has a distance."""
    named = set(re.findall(r"`([a-z_0-9]+)`", DOCS.read_text()))
    assert {fact.removeprefix("distance_") for fact in song_facts()} <= named
    assert figures_of_sets() <= named


def reliability_fields() -> set[str]:
    """Every field of what is told of a generation whose networks have silent songs."""
    told = Reliability(PRESENTATION, 3, 40, 5, is_chosen=False, shares={}, share=0.2, interval=(0.1, 0.3), heard=0.5)
    return set(told.to_json())


def figures_of_sets() -> set[str]:
    """All figures that a set of songs has."""
    return {field.name for field in fields(SetFigures)}


def song_facts() -> SongFacts:
    """All facts that a song can have."""
    song = Song((Track(Notes.of([Note(60, 0, 24)])),))
    copies = CopyIndex.build(["tune"], [[NoteStep((60,), 24)]])
    return describe(song, opening_ticks=0, copies=copies, corpus=CorpusFigures.of([song]), ended=True)
