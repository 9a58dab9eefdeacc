"""A whole run without a terminal: start, then rank and resume, to the report."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import soundfile

from evolve.cli.app import run
from evolve.domains.music.midi import read_midi
from evolve.domains.music.reshaping import until
from tests.end_to_end.commands import evolve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(finished: Path) -> Any:  # noqa: ANN401 - JSON
    """The JSON report of run a."""
    return evolve("report", "a", "--format", "json", folder=finished).json


@pytest.fixture(scope="module")
def longer(finished: Path) -> Any:  # noqa: ANN401 - JSON
    """That of run b, whose trials are pretended."""
    return evolve("report", "b", "--format", "json", folder=finished).json


def test_the_report_holds_every_generation_with_ranks_parents_and_changes(longer: Any) -> None:  # noqa: ANN401
    """Three generations of four, all ranked; every child names its parents, its operators and what changed."""
    assert [generation["index"] for generation in longer["generations"]] == [0, 1, 2]
    genomes = {one["id"]: one["genome"] for generation in longer["generations"] for one in generation["individuals"]}
    for generation in longer["generations"]:
        members = [one for one in generation["individuals"] if one["status"] == "evaluated"]
        assert len(members) == 4
        assert all(one["rank"] in (1, 2, 3, 4) for one in members)
        for one in members:
            if one["origin"] == "child":
                assert one["parents"]
                assert "mutation" in one["operators"]
                parent = genomes[one["parents"][0]]
                genes = {*parent, *one["genome"]}
                expected = {
                    gene: [parent.get(gene), one["genome"].get(gene)]
                    for gene in genes
                    if parent.get(gene) != one["genome"].get(gene)
                }
                assert one["changed"] == expected
                assert expected


def test_the_same_seed_gives_the_same_genomes(report: Any, longer: Any) -> None:  # noqa: ANN401
    """Runs a and b, made by the same commands, have the same individuals, genome by genome and parent by parent.

    Whatever was learned: the networks of b have learned nothing; and however many generations are to come.
    """

    def families(document: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        individuals = [one for generation in document["generations"][:2] for one in generation["individuals"]]
        return [(one["id"], one["genome"], one["parents"], one["rank"], one["changed"]) for one in individuals]

    assert len(report["generations"]) == 2
    assert families(report) == families(longer)


def test_the_rejected_have_no_children_and_the_best_comes_back(report: Any) -> None:  # noqa: ANN401
    """Generation 0 was ranked A > B = C ! D: D is nobody's parent, A is heard again as an elite."""
    first, second = report["generations"][:2]
    letters = {one["letter"]: one["id"] for one in first["individuals"]}
    parents = {parent for one in second["individuals"] if one["origin"] == "child" for parent in one["parents"]}
    assert letters["D"] not in parents
    assert [one["id"] for one in second["individuals"] if one["elite"]] == [letters["A"]]


def test_every_song_can_be_read_heard_and_seen(finished: Path, report: Any) -> None:  # noqa: ANN401
    """Each song is a MIDI file of 60 notes after the opening, sound that neither clips nor is silent, and a picture."""
    for generation in report["generations"]:
        for one in generation["individuals"]:
            assert [song["index"] for song in one["samples"]] == [1, 2]
            for song in one["samples"]:
                folder = finished / "runs" / "a"
                assert read_midi((folder / song["files"]["midi"]).read_bytes(), "song").notes
                samples, rate = soundfile.read(folder / song["files"]["audio"])
                assert 0.05 < abs(samples).max() < 0.999
                roll = ElementTree.fromstring((folder / song["files"]["roll"]).read_bytes())  # noqa: S314 - our own
                assert float(roll.attrib["data-seconds"]) == pytest.approx(len(samples) / rate, rel=0.2)


def test_every_network_has_its_songs_measured_as_a_set(finished: Path, report: Any) -> None:  # noqa: ANN401
    """Forty songs of which some are heard, told in JSON, in CSV and in the story, beside the corpus."""
    assert report["facts"]["corpus"]["set_figures"]["notes_median"] == 120
    members = [one for generation in report["generations"] for one in generation["individuals"]]
    assert {one["metrics"]["set_figures"]["songs"] for one in members} == {40}
    assert all(0 <= one["metrics"]["set_figures"]["on_beat"] <= 1 for one in members)
    table = csv.DictReader(io.StringIO(evolve("report", "a", "--format", "csv", folder=finished).out))
    told = [float(row["metric.set_figures.returning_bars"]) for row in table]
    assert told == [one["metrics"]["set_figures"]["returning_bars"] for one in members]
    story = evolve("report", "a", folder=finished).out
    assert "The songs of generation 1 beside the corpus" in story
    assert "(corpus 120–120)" in story


def test_a_run_folder_names_no_place_outside_itself(finished: Path) -> None:
    """No file of the run folder but the corpus setting holds a path of the machine that made it."""
    for path in (finished / "runs" / "a").rglob("*"):
        if path.is_file() and path.name not in ("settings.yaml", "run.sqlite"):
            assert str(finished).encode() not in path.read_bytes(), path


def test_a_moved_run_is_read_and_composed_from(finished: Path, tmp_path: Path) -> None:
    """A run folder that was renamed and lies elsewhere tells its story and composes, without the corpus."""
    moved = tmp_path / "another place" / "c"
    moved.parent.mkdir()
    (finished / "runs" / "a").rename(moved)
    try:
        assert evolve("report", str(moved), "--format", "json", folder=tmp_path).json["run"] == "c"
        songs = evolve("compose", str(moved), "--songs", "1", "--notes", "10", "--json", folder=tmp_path).json
        assert Path(songs[0]["midi"]).name == "song-3.mid"
        assert (tmp_path / songs[0]["midi"]).is_file()
    finally:
        moved.rename(finished / "runs" / "a")


def test_a_song_of_the_run_is_gone_on_from(
    finished: Path,
    report: Any,  # noqa: ANN401
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By its own network, or by that of another who is named; it is the beginning of what is composed."""
    first, *_, last = report["generations"][0]["individuals"]
    heard = read_midi((finished / "runs" / "a" / first["samples"][1]["files"]["midi"]).read_bytes(), "")
    for another in ((), (last["id"],)):
        folder = tmp_path / "songs" / str(len(another))
        bred = ("a", *another, "--runs", str(finished / "runs"))
        few = ("--songs", "1", "--notes", "10", "-o", str(folder), "--json")
        out, err = typed_here(capsys, "compose", *bred, "--from", f"{first['id']}+2", *few)
        assert err.startswith(f"{another[0] if another else first['id']} of a: composing 1 song")
        (song,) = json.loads(out)
        composed = read_midi(Path(song["midi"]).read_bytes(), "")
        assert song["facts"]["opening_ticks"] == heard.length_ticks
        assert until(composed, heard.length_ticks).tracks == heard.tracks


def test_an_exported_network_composes_without_its_run(
    finished: Path,
    report: Any,  # noqa: ANN401
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What export writes is enough for compose, from the run's opening and from a file of one's own."""
    champion = report["generations"][-1]["individuals"][0]["id"]
    evolve("export", "a", champion, str(tmp_path / "kept"), folder=finished)
    songs = evolve("compose", "kept", "--songs", "2", "--notes", "10", "-o", "songs", folder=tmp_path)
    assert sum(line.startswith("songs/") for line in songs.out.splitlines()) == 2
    assert sorted(path.name for path in (tmp_path / "songs").glob("*.mid")) == ["song-1.mid", "song-2.mid"]
    opening = ("--opening", str(tmp_path / "songs" / "song-1.mid"))
    typed_here(capsys, "compose", str(tmp_path / "kept"), *opening, "--songs", "1", "--notes", "5")
    assert [path.name for path in (tmp_path / "kept" / "composed").glob("*.mid")] == ["song-1.mid"]


def typed_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """What a command says that is run in this process, which has loaded TensorFlow already."""
    assert run(list(arguments)) == 0
    out, err = capsys.readouterr()
    return out, err


def test_the_table_of_individuals_opens_in_pandas(finished: Path) -> None:
    """The CSV report has a row for each individual of each generation."""
    rows = list(csv.DictReader(io.StringIO(evolve("report", "a", "--format", "csv", folder=finished).out)))
    assert len(rows) == 8
    assert {row["generation"] for row in rows} == {"0", "1"}


def test_a_finished_run_goes_on_with_more_generations(finished: Path) -> None:
    """A run whose generations are all ranked is finished; resume says so by telling the story, and exits well."""
    assert "Family tree" in evolve("resume", "a", folder=finished).out
    listed = evolve("list", "--json", folder=finished).json
    assert {run["name"]: run["finished"] for run in listed} == {"a": True, "b": True}
