"""Self-consistency as it is typed: one letter more to rank, and nothing that tells whose it is."""

import contextlib
import json
from pathlib import Path

import pytest

import evolve
from evolve.cli import running
from evolve.execution.in_process import InProcessExecution
from tests.cli.test_own_code import told

START = "start --space pictures.yaml --name twice --population 3 --generations 1 --set size=32 --set pictures=1"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with a run that presents one picture's network twice; commands evaluate in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(InProcessExecution()))
    told(capsys, *START.split(), "--set", "repeats=1", "--judge", "none")


def test_an_order_names_the_second_letter_too(capsys: pytest.CaptureFixture[str]) -> None:
    """It is wanted like any other; the ranking, its favourites and the report have everyone once."""
    _, err = told(capsys, "rank", "twice", "--order", "A > B > C", code=1)
    assert "the order leaves out D" in err
    out, err = told(capsys, "rank", "twice", "--order", "B♥1 > A♥1 > C♥1 > D♥1", "--json")
    assert "generation 0 is ranked: B♥1 > A♥1 > C♥1 > D♥1" in err
    assert sorted(json.loads(out)["ranking"]) == ["g0-1", "g0-2", "g0-3"]
    assert sorted(one["id"] for one in json.loads(out)["favourites"]) == ["g0-1", "g0-2", "g0-3"]
    assert " twice, at place " in told(capsys, "report", "twice")[0]


def test_from_python_it_is_a_candidate_like_any_other() -> None:
    """By letters or by the ids that the candidates have."""
    with evolve.Search("runs/twice", engine="here", on_event=lambda _: None) as search:
        for generation in search:
            assert [each.letter for each in generation.candidates] == ["A", "B", "C", "D"]
            generation.rank([[each.id] for each in generation.candidates])
        (told_of,) = search.report()["generations"]
    (ballot,) = told_of["ballots"]
    assert len(ballot["letters"]) == len(ballot["tiers"]) == 3
    assert ballot["repeat"]["of"] == 4
