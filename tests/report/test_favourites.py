"""The songs that listeners love, in every form of the report."""

import csv
import io
from dataclasses import replace

from evolve.report.document import report_document
from evolve.report.questions import FavouriteSample, favourites_of
from evolve.report.tables import to_csv
from evolve.report.text import render_text
from tests.report.example_run import example_run


def test_each_song_is_told_once_with_everyone_who_loves_it() -> None:
    """In order of birth, those of the rejected too; who handed in a ballot first is named first."""
    assert favourites_of(example_run("finished")) == (
        FavouriteSample("g0-3", 1, "individuals/g0-3/song-1.mid", ("anna",)),
        FavouriteSample("g0-5", 1, "individuals/g0-5/song-1.mid", ("anna",)),
        FavouriteSample("g0-5", 2, "individuals/g0-5/song-2.mid", ("anna", "ben")),
    )
    assert favourites_of(example_run("heard")) == ()


def test_the_story_names_the_file_and_the_command_that_goes_on_from_one() -> None:
    """Nothing is told where nobody loves a song."""
    lines = [line.strip() for line in render_text(example_run("finished")).splitlines()]
    at = lines.index("Favourite songs")
    assert lines[at + 1 : at + 7] == [
        "g0-3+1 is song 1 of g0-3 · files stay whatever becomes of the network",
        "g0-3+1  loved by anna          individuals/g0-3/song-1.mid",
        "g0-5+1  loved by anna          individuals/g0-5/song-1.mid",
        "g0-5+2  loved by anna and ben  individuals/g0-5/song-2.mid",
        "",
        "go on from one  evolve compose night-owl --from g0-3+1",
    ]
    assert "Favourite songs" not in render_text(example_run("heard"))


def test_the_document_has_them_together_and_on_each_ballot() -> None:
    """By id and number, with the file and the listeners."""
    document = report_document(example_run("finished"))
    assert document["favourites"][2] == {
        "id": "g0-5", "sample": 2, "file": "individuals/g0-5/song-2.mid", "listeners": ["anna", "ben"],
    }  # fmt: skip
    ben, anna = document["generations"][0]["ballots"]
    assert ben["favourites"] == [{"id": "g0-5", "sample": 2}]
    assert [tuple(loved.values()) for loved in anna["favourites"]] == [("g0-5", 1), ("g0-5", 2), ("g0-3", 1)]


def test_the_table_has_their_numbers() -> None:
    """Of the generation in which they were loved."""
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(to_csv(example_run("finished"))))}
    assert {name: row["favourites"] for name, row in rows.items() if row["favourites"]} == {"g0-3": "1", "g0-5": "1 2"}


def test_what_is_lost_of_a_damaged_run_is_left_out() -> None:
    """A song without its file is told so, and an individual that is gone is not named."""
    run = example_run("finished")
    people = {name: record for name, record in run.individuals.items() if name != "g0-3"}
    people["g0-5"] = replace(people["g0-5"], samples=people["g0-5"].samples[:1])
    songs = favourites_of(replace(run, individuals=people))
    assert [(song.name, song.file) for song in songs] == [("g0-5+1", "individuals/g0-5/song-1.mid"), ("g0-5+2", None)]
