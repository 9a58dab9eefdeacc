"""What judging has cost, how far listeners agree, and what they wrote."""

from dataclasses import replace

from evolve.records.ballot import ListeningLog, Playback
from evolve.records.run import RunRecord
from evolve.report.document import report_document
from evolve.report.questions import favourites_of
from evolve.report.text import render_text
from tests.report.example_run import example_run


def judged_run() -> RunRecord:
    """A run whose founders two listeners ranked: one wrote a comment, and took four minutes."""
    run = example_run("finished")
    first, *others = run.generations
    ben, anna = first.ballots
    log = ListeningLog(240.0, (Playback("g0-5", 1, 3, 61.5), Playback("g0-2", 1, 1, 20.0)))
    told = replace(ben, ballot=ben.ballot.commented("g0-5", "the bass walks"), listening=log)
    return replace(run, generations=(replace(first, ballots=(told, anna)), *others))


def test_the_document_has_it_all() -> None:
    """Comments and playbacks with their ballot, the agreement with the generation."""
    first, second, _ = report_document(judged_run())["generations"]

    assert first["agreement"]["listeners"] == 2
    assert 0 <= first["agreement"]["w"] <= 1
    assert second["agreement"] is None
    assert first["ballots"][0]["comments"] == {"g0-5": "the bass walks"}
    assert first["ballots"][0]["listening"] == {
        "active_s": 240.0,
        "plays": 4,
        "playbacks": [
            {"id": "g0-5", "sample": 1, "plays": 3, "seconds": 61.5},
            {"id": "g0-2", "sample": 1, "plays": 1, "seconds": 20.0},
        ],
    }
    assert first["ballots"][1]["listening"] == {"active_s": 0.0, "plays": 0, "playbacks": []}


def test_the_report_tells_it_beside_the_generation() -> None:
    """In a line each."""
    text = render_text(judged_run())

    assert "2 listeners place " in text
    assert "1 ballot took 4:00 and 4 plays" in text
    assert "ben on g0-5: the bass walks" in text


def test_ballots_of_a_generation_that_is_not_closed_are_left_out() -> None:
    """Who loves and wrote what, under which letters, and how far they agree so far, is told once it is ranked."""
    ballots = judged_run().generations[0].ballots
    waiting = example_run("heard")
    run = replace(waiting, generations=(replace(waiting.generations[0], ballots=ballots),))

    assert favourites_of(run) == ()
    assert render_text(run) == render_text(waiting)
