"""Looking at a run folder finds out whether it is whole, and changes nothing."""

import os
import sqlite3
from pathlib import Path

import pytest

from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from evolve.store.schema import SCHEMA_VERSION
from tests.store.damage import alter, break_page_of, killed_in_the_midst_of_writing, overwrite
from tests.store.runs import ballot_of, by_first_ballot, files, new_run

FILES = 3 * 7 + 1 + 3
"""Of three individuals, the material, and the opening's."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A ranked run with everything in it."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        facts = {"corpus": {"pieces": 3}, "opening": {"source": "tune 1", "notes": 50}}
        store.write_material(b"encoded", {"opening": files("opening", b"MThd")}, facts)
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot)
    return tmp_path / "run"


def found(folder: Path) -> list[str]:
    """What is wrong, line by line, after making sure that looking has changed nothing."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    examination = examine(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert all(finding.advice for finding in examination.findings)
    return [finding.what for finding in examination.findings]


def test_a_whole_run_is_found_whole(run: Path) -> None:
    """Every file that a row names was looked at."""
    with RunStore(run) as store:
        told = store.read()
    examination = examine(run)
    assert (examination.run, examination.files, len(examination.copies)) == (told, FILES, 3)
    assert (examination.leftovers, examination.is_worked_on, examination.is_damaged) == ((), False, False)
    assert examination.is_whole


def test_a_run_that_has_just_begun_is_whole(tmp_path: Path) -> None:
    """It has neither files nor generations yet."""
    with new_run(tmp_path / "run") as store:
        pass
    assert examine(store.paths.folder).is_whole


def test_files_that_are_lost_cut_off_or_changed_are_each_told(run: Path) -> None:
    """By their paths in the folder; a change that keeps the size is found by the digest."""
    (run / "individuals/g0-1/song-1.mid").unlink()
    (run / "individuals/g0-2/song-2.ogg").write_bytes(b"g0")
    (run / "individuals/g0-3/network.keras").write_bytes(b"network of g0-E")
    (run / "material.bin").unlink()
    (run / "material.bin").mkdir()
    assert found(run) == [
        "individuals/g0-1/song-1.mid is lost",
        "individuals/g0-2/song-2.ogg is not what was written (2 bytes)",
        "individuals/g0-3/network.keras is not what was written (15 bytes)",
        "material.bin is no file",
    ]


def test_a_pipe_in_place_of_a_file_is_not_waited_for(run: Path) -> None:
    """As somebody who sends a run folder may have put there."""
    (run / "material.bin").unlink()
    os.mkfifo(run / "material.bin")
    assert [finding.what for finding in examine(run).findings] == ["material.bin is no file"]


def test_what_cut_off_writes_have_left_is_listed(run: Path) -> None:
    """It does no harm, so it is no finding; what else lies in the folder is nobody's business."""
    cut_off = (
        ".run.sqlite.0a1b2c3d",
        ".run.sqlite.0a1b2c3d-journal",
        "individuals/g0-1/.song-1.mid.0a1b2c3d",
    )
    for name in (*cut_off, ".hidden", "notes.txt", ".a.12345"):
        (run / name).touch()
    examination = examine(run)
    assert examination.leftovers == cut_off
    assert examination.is_whole


def test_half_trained_networks_are_neither_damage_nor_left(run: Path) -> None:
    """They wait for whoever goes on with the run, who clears away what is left of one that was just being written."""
    folder = run / "checkpoints"
    folder.mkdir()
    for name in ("g0-1.checkpoint.npz", ".g0-1.checkpoint.npz.0a1b2c3d"):
        (folder / name).write_bytes(b"PK")
    examination = examine(run)
    assert examination.leftovers == ()
    assert examination.is_whole


def test_a_process_at_work_is_told(run: Path) -> None:
    """While it holds the run, and not afterwards."""
    with RunStore(run) as store, store.exclusively():
        assert examine(run).is_worked_on
    assert (run / "run.lock").exists()
    assert not examine(run).is_worked_on


@pytest.mark.parametrize("table", ["individual", "sample", "sqlite_autoindex_sample_1"])
def test_damaged_pages_are_found(run: Path, table: str) -> None:
    """Of a table or of an index; the files are looked at all the same, as the newest copy knows them."""
    break_page_of(run, table)
    (run / "individuals/g0-1/song-1.mid").unlink()
    line, lost = found(run)
    assert line.startswith("the store is damaged: ")
    assert lost == "individuals/g0-1/song-1.mid is lost"
    assert (examine(run).is_damaged, examine(run).files) == (True, FILES)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE fact SET value = '{broken' WHERE name = 'settings'", "'{broken' is no JSON"),
        ("DELETE FROM fact WHERE name = 'versions'", "the fact versions is missing"),
        ("UPDATE sample SET facts = '[1]' WHERE individual = 'g0-1' AND number = 2", "[1] is no object"),
        ("UPDATE ballot SET tiers = '5'", "5 is no array"),
        ("UPDATE member SET individual = 'g0-9' WHERE slot = 2", "generation 0 names g0-9, who is missing"),
    ],
)
def test_rows_that_no_evolve_has_written_are_found(run: Path, harm: str, told: str) -> None:
    """Sound for SQLite, and yet of no use: facts, genomes, members who are nobody, ballots."""
    alter(run, harm)
    assert found(run) == [f"the store is damaged: what stands in it makes no sense: {told}"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is damaged: it is empty"),
        (b"no database at all, though long enough for one" * 99, "is damaged: file is not a database"),
    ],
    ids=["empty", "no database"],
)
def test_a_store_that_is_none_is_told(run: Path, content: bytes, told: str) -> None:
    """In one finding, with what to do."""
    (run / "run.sqlite").write_bytes(content)
    (line,) = found(run)
    assert told in line


def test_a_folder_without_a_store_and_one_that_is_not_there_are_told(run: Path, tmp_path: Path) -> None:
    """Neither raises."""
    (run / "run.sqlite").unlink()
    for folder in (run, tmp_path / "nowhere"):
        (finding,) = examine(folder).findings
        assert finding.what == f"{folder} has no run.sqlite"


def test_stores_of_others_and_of_a_newer_evolve_are_told(run: Path) -> None:
    """Each with the line that every command has for it."""
    alter(run, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert "a newer evolve has made it" in found(run)[0]
    (run / "run.sqlite").unlink()
    connection = sqlite3.connect(run / "run.sqlite")
    connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    assert found(run) == [f"{run / 'run.sqlite'} is no store of evolve"]


def test_an_unfinished_transaction_is_no_damage_and_stays_as_it_is(run: Path) -> None:
    """A process was killed in its midst: whoever opens the run next undoes it, and looking does not."""
    killed_in_the_midst_of_writing(run)
    assert found(run) == []
    assert (run / "run.sqlite-journal").exists()


def test_a_damaged_first_page_is_damage_and_not_another_program(run: Path) -> None:
    """The mark of evolve is gone, and its tables are there."""
    overwrite(run, 68, bytes(4))
    assert "its first page is not as evolve writes it" in found(run)[0]
