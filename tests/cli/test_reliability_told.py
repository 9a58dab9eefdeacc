"""Whoever is to rank is told how much of what differs between songs is the networks': on paper, in JSON, in lines."""

import json
from pathlib import Path

import numpy as np
import pytest

from evolve.cli.app import run
from evolve.domains.music.presentation import PRESENTATION
from evolve.judging.draft import BallotDraft
from evolve.judging.terminal.plain import judge_by_lines
from evolve.judging.terminal.view import View
from tests.judging.terminal.pretending import candidates
from tests.report.silent import silent_run

SENTENCE = (
    "Half of how songs differ is due to their networks, the rest is luck; taking 5 songs of each together, four fifths."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of twelve whose songs differ by network as much as by chance, and that waits for a ranking."""
    even = np.linspace(-1, 1, 12)
    places = [{"notes": 50 + float(place), "highest": 70 - float(place)} for place in even / even.std(ddof=1)]
    silent_run(tmp_path / "run", [{"width": 64}] * 12, places)
    return tmp_path / "run"


def test_candidates_on_paper_are_told_of_on_stderr(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Between the songs and the command that ranks them."""
    assert run(["rank", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines()[-2] == f"note: {SENTENCE}"
    assert "differ" not in out


def test_candidates_in_json_have_the_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as in the report."""
    assert run(["rank", str(folder), "--json"]) == 0
    reliability = json.loads(capsys.readouterr().out)["reliability"]
    assert reliability["words"] == SENTENCE
    assert reliability["share"] == pytest.approx(0.5, abs=0.05)
    assert run(["report", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["generations"][0]["reliability"] == reliability


def test_runs_without_silent_songs_are_ranked_as_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of an older evolve."""
    silent_run(tmp_path / "run", [{"width": 64}] * 4, [{}] * 4)
    assert run(["rank", str(tmp_path / "run"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reliability"] is None
    assert run(["rank", str(tmp_path / "run")]) == 0
    assert "differ" not in capsys.readouterr().err


def test_whoever_types_the_order_is_told_first() -> None:
    """Line by line."""
    shown: list[str] = []
    cast = {each.id: each for each in candidates(3)}
    view = View(cast, "generation 7", "", BallotDraft.begin(list(cast)), PRESENTATION, SENTENCE)
    judge_by_lines(view, more=lambda _: None, read_line=lambda _: "", write=shown.append)
    assert shown[:2] == ["Rank generation 7: 3 candidates.", SENTENCE]
