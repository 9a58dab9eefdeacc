"""Runs that simulated listeners judge, from the command line."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evolve.cli import running
from evolve.cli.app import run
from evolve.cli.sources import complete_judge
from evolve.domains.pictures import DOMAIN as PICTURES
from evolve.execution.in_process import InProcessExecution
from evolve.judging.simulated.description import parse_listener
from evolve.judging.simulated.listeners import KINDS
from evolve.search.simulated_listeners import drawn_for, member_of
from evolve.store.run_store import RunStore

START = (
    "start",
    "--space",
    "pictures.yaml",
    "--name",
    "night",
    "--population",
    "6",
    "--seed",
    "3",
    "--set",
    "size=32",
    "--set",
    "taste=off",
)


@pytest.fixture
def in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which commands evaluate in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(InProcessExecution()))


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Stdout and stderr of a command that ends with this code."""
    ended = run(list(arguments))
    out, err = capsys.readouterr()
    assert ended == code, err
    return out, err


@pytest.mark.slow
def test_a_script_breeds_pictures_that_its_listener_likes_more(tmp_path: Path) -> None:
    """On workers, without a terminal and a keyboard: the last champion is liked more than the first."""
    judge = "simulated:features"
    done = subprocess.run(
        [sys.executable, "-m", "evolve", *START, "--generations", "5", "--judge", judge],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with RunStore(tmp_path / "runs/night") as store:
        record = store.read()
    listener = drawn_for(parse_listener(judge), record, PICTURES)
    champions = [generation.champions[0] for generation in record.generations]
    liked = [
        listener.utility(member_of(parse_listener(judge), PICTURES.presentation, record.individuals[name]))
        for name in champions
    ]
    assert len(liked) == 5
    assert liked == sorted(liked)
    assert liked[-1] > liked[0]


@pytest.mark.usefixtures("in_process")
def test_a_simulated_listeners_ballots_are_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """In the report, on its page and as JSON, under a name of its own or one that is given."""
    out, _ = told(capsys, *START, "--generations", "1", "--judge", "simulated:peaks,noise=0.3")
    assert "ranked by simulated-peaks (simulated)" in out
    assert "ranked by simulated-peaks (simulated)" in told(capsys, "report", "night")[0]
    report = json.loads(told(capsys, "report", "night", "--format", "json")[0])
    [ballot] = report["generations"][0]["ballots"]
    assert (ballot["listener"], ballot["method"]) == ("simulated-peaks", "simulated")
    ann = ("--listener", "ann", "--judge", "simulated:additive")
    out, _ = told(capsys, "resume", "night", "--generations", "2", *ann)
    assert "ranked by ann (simulated)" in out
    told(capsys, "report", "night", "--format", "html", "-o", "night.html")
    assert "<bdi>ann (simulated)</bdi>" in Path("night.html").read_text()


@pytest.mark.parametrize(
    ("judge", "line"),
    [
        ("simulated:additve", 'there is no simulated listener "additve"; did you mean "additive"?; there are'),
        ("simulated:peaks,noise=-1", "noise=-1: must be at least 0"),
        ("simulated:peaks,noise=x", "noise=x: must be a number, such as 0.3"),
        ("simulated:peaks,loud=3", 'there is no parameter "loud"; there are noise, seed and rejects_below'),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("in_process")
def test_what_no_listener_can_be_is_told_before_anything_is_begun(
    capsys: pytest.CaptureFixture[str], judge: str, line: str
) -> None:
    """In one line, with what is allowed."""
    _, err = told(capsys, *START, "--judge", judge, code=1)
    assert err.startswith(f"evolve: --judge {judge}: {line}")
    assert len(err.splitlines()) == 1
    assert not Path("runs").exists()


@pytest.mark.usefixtures("in_process")
def test_the_command_that_goes_on_names_the_listener(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its parameters, as they were typed."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evolve.search.steps.advance", stopped)
    _, err = told(capsys, *START, "--judge", "simulated:peaks,noise=0.3", code=130)
    assert "Go on: evolve resume night --judge simulated:peaks,noise=0.3" in err


@pytest.mark.usefixtures("in_process")
def test_a_run_remembers_its_simulated_judge(capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken again, which one line tells, until another is named."""
    judge = "simulated:peaks,noise=0.3"
    _, err = told(capsys, *START, "--generations", "1", "--judge", judge)
    assert f"more generations: evolve resume night --judge {judge} --generations 2" in err
    assert json.loads(told(capsys, "report", "night", "--format", "json")[0])["judge"] == judge
    out, err = told(capsys, "resume", "night", "--generations", "2")
    assert out.startswith("generation 1, the last, is ranked by simulated-peaks (simulated); first came g")
    assert f"{judge} judges it, as before; to judge yourself: --judge terminal" in err
    _, err = told(capsys, "resume", "night", "--generations", "3", "--judge", "none")
    assert "Rank it: evolve rank night" in err
    report = json.loads(told(capsys, "report", "night", "--format", "json")[0])
    assert (report["judge"], report["stands"]["command"]) == (None, "evolve rank night")


@pytest.mark.usefixtures("in_process")
def test_options_of_the_page_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that goes on with one waits for them, although a simulated listener has judged it until then."""
    told(capsys, *START, "--generations", "1", "--judge", "simulated:peaks")
    _, err = told(capsys, "resume", "night", "--generations", "2", "--listeners", "ann,bob")
    assert "Rank it: evolve rank night" in err
    assert "judges it, as before" not in err
    assert json.loads(told(capsys, "report", "night", "--format", "json")[0])["judge"] is None


@pytest.mark.usefixtures("in_process")
def test_the_end_of_a_run_that_nobody_followed_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Who came first; the family story is a command away."""
    out, err = told(capsys, *START, "--generations", "1", "--judge", "simulated:peaks")
    assert len(out.splitlines()) == 1
    assert "the family story: evolve report night" in err


def test_help_and_completion_know_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the other judges."""
    out, _ = told(capsys, "start", "--help")
    plain = " ".join(out.replace("│", " ").split())
    assert all(kind in plain for kind in KINDS)
    assert [*complete_judge("simulated:")] == [f"simulated:{kind}" for kind in KINDS]
    assert [*complete_judge("")][:3] == ["terminal", "page", "none"]
