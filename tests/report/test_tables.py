"""The flat table of a run."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from evolve.records.run import GenerationStatus
from evolve.records.shares import Shares
from evolve.report.tables import table_rows, to_csv
from tests.report.example_run import STAGES, example_run, fed_run

DOCS = Path(__file__).parents[2] / "docs" / "report-format.md"


def rows_of(stage: str) -> list[dict[str, str]]:
    """The rows of the example run at a stage, read back."""
    return list(csv.DictReader(io.StringIO(to_csv(example_run(stage)))))


def test_has_one_row_per_individual_per_generation() -> None:
    """Elites have a row in each of their generations, failed ones one in that of their birth."""
    rows = rows_of("finished")
    assert len(rows) == 3 * 6 + 5
    assert [row["generation"] for row in rows if row["id"] == "g0-2"] == ["0", "1"]
    assert [row["generation"] for row in rows if row["id"] == "g1-5b"] == ["1"]


def test_keeps_whole_numbers_whole_beside_gaps() -> None:
    """A column with empty cells does not turn 1 into 1.0, and an inactive gene is an empty cell."""
    by_id = {row["id"]: row for row in rows_of("training")}
    assert by_id["g1-4"]["rank"] == ""
    assert by_id["g1-2"]["rank"] == "2"
    assert by_id["g1-2"]["gene.width"] == "192"
    assert by_id["g1-2"]["gene.embedding_width"] == ""
    assert by_id["g1-4"]["gene.embedding_width"] == "32"
    assert by_id["g1-2"]["metric.epochs"] == "12"


def test_tells_parents_changes_and_failures_in_words() -> None:
    """What is a list in JSON is a short text here."""
    by_id = {row["id"]: row for row in rows_of("training")}
    assert by_id["g1-2"]["parents"] == "g0-2 g0-5"
    assert by_id["g1-2"]["changed"] == "width 128 -> 192; optimizer adam -> nadam"
    assert by_id["g1-3"]["failure"] == "out of memory: the network has 41,308,160 parameters"
    assert by_id["g1-3"]["replaced_by"] == "g1-3b"


def test_facts_of_songs_are_means_and_shares() -> None:
    """Numbers are averaged over an individual's songs, yes and no become shares, and what is not known is empty."""
    by_id = {row["id"]: row for row in rows_of("finished")}
    stuck = by_id["g2-3"]
    assert (stuck["sample.distance"], stuck["sample.ended"], stuck["sample.stuck"]) == ("1.2", "0.5", "0.5")
    assert (by_id["g2-2"]["sample.stuck"], by_id["g2-2"]["sample.notes"]) == ("0.0", "200.0")
    assert (by_id["g0-1"]["sample.notes"], by_id["g0-1"]["sample.distance"]) == ("200.0", "")
    assert "sample.range" not in stuck


def test_figures_of_a_set_of_songs_have_a_column_each() -> None:
    """A metric of parts is as flat as the others; what an older evolve did not know is an empty cell."""
    by_id = {row["id"]: row for row in rows_of("finished")}
    assert by_id["g2-3"]["metric.set_figures.on_beat"] == "0.244"
    assert by_id["g2-3"]["metric.set_figures.songs"] == "40"
    assert by_id["g0-1"]["metric.set_figures.on_beat"] == ""
    assert "metric.set_figures" not in by_id["g2-3"]


def test_a_diet_has_a_column_a_group() -> None:
    """Numbers that a notebook can calculate with; a change names the groups whose share is another."""
    by_id = {row["id"]: row for row in csv.DictReader(io.StringIO(to_csv(fed_run())))}
    assert (by_id["g1-2"]["gene.diet.jig"], by_id["g1-2"]["gene.diet.reel"]) == ("0.5", "0.3")
    assert "gene.diet" not in by_id["g1-2"]
    assert by_id["g1-2"]["changed"].startswith(
        "width 128 -> 192; optimizer adam -> nadam; diet.jig 0.25 -> 0.5; diet.reel "
    )
    assert "; diet.jig 0.5 -> 0.25; diet.reel 0.3 -> 0.7; diet.6/8" in by_id["g2-3"]["changed"]
    assert "diet" not in by_id["g2-2"]["changed"]


def test_a_diet_that_is_switched_off_is_told_group_by_group() -> None:
    """On either side of a change."""
    run = example_run("finished")
    record, diet = run.individuals["g1-2"], Shares((("jig", 0.4), ("reel", 0.6)))
    for change, told in (
        ((None, diet), "diet.jig off -> 0.4; diet.reel off -> 0.6"),
        ((diet, None), "diet.jig 0.4 -> off; diet.reel 0.6 -> off"),
    ):
        changed = replace(run, individuals={**run.individuals, "g1-2": replace(record, changed={"diet": change})})
        assert next(row["changed"] for row in table_rows(changed) if row["id"] == "g1-2") == told


def test_a_run_with_nobody_in_it_is_a_header() -> None:
    """The fixed columns stand there from the first moment on."""
    assert to_csv(example_run("created")).startswith("generation,id,origin,elite,status,heard,rank,")
    assert rows_of("created") == []


def test_every_column_is_documented() -> None:
    """Each column is named in docs/report-format.md, genes and metrics by their prefix."""
    section = DOCS.read_text().split("## CSV")[1]
    named = set(re.findall(r"`([a-z_.<>]+)`", section))
    for stage in STAGES:
        header = to_csv(example_run(stage)).splitlines()[0].split(",")
        assert {re.sub(r"^(gene|metric)\..*", r"\1.<name>", _any_fact(column)) for column in header} <= named


def _any_fact(column: str) -> str:
    return "sample.<fact>" if column.startswith("sample.") else column


def test_whoever_is_heard_is_told_from_the_others() -> None:
    """Of a large generation some are; nobody knows who while trials are to decide it."""
    run = example_run("heard")
    run = replace(run, settings={**run.settings, "heard": 2, "screening": "validation_loss"})
    rows = [row for row in table_rows(run) if row["id"] in run.generations[0].members]
    told = [row["id"] for row in rows if row["heard"]]
    assert len(told) == 2
    assert {row["heard"] for row in rows} == {True, False}
    training = replace(run.generations[0], status=GenerationStatus.BORN)
    assert {row["heard"] for row in table_rows(replace(run, generations=(training,)))} == {None}
