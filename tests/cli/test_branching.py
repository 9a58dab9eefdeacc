"""`evolve branch` as it is typed: what it says, what it prints for programs, and how the new run goes on."""

import contextlib
import json
from pathlib import Path

import pytest

from evolve.cli import running
from evolve.execution.in_process import InProcessExecution
from tests.cli.test_own_code import told
from tests.own_domains import SPACE_TEXT, write_hats

START = "start --space pictures.yaml --name old --seed 7 --population 4 --generations 1 --set size=32 --set pictures=1"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a run of pictures that is ranked; commands evaluate in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(InProcessExecution()))
    told(capsys, *START.split(), "--judge", "none")
    told(capsys, "rank", "old", "--order", "g0-3 > g0-1 > g0-2 ! g0-4")
    return tmp_path


def test_it_says_what_the_new_run_begins_with_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Ancestors may stand behind one --from; the command that is told takes the run to its first ranking."""
    out, err = told(capsys, "branch", "old", "--from", "g0-3", "g0-2", "--name", "night", "--set", "exploration=0.9")
    assert out == "night begins with g0-3 (here g0-1) and g0-2 (here g0-2) of old, and 2 children of theirs\n"
    assert err == "go on: evolve resume night\n"
    _, err = told(capsys, "resume", "night", "--judge", "none")
    assert "Rank it: evolve rank night" in err
    waiting = json.loads(told(capsys, "rank", "night", "--json")[0])
    assert sorted(one["id"] for one in waiting["candidates"]) == ["g0-1", "g0-2", "g0-3", "g0-4"]


def test_for_programs_it_prints_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With the command; without a name the run is called after the old one, without --from it has its champion."""
    out, _ = told(capsys, "branch", "old", "--seed", "9", "--generations", "3", "--json")
    assert json.loads(out) == {
        "run": "old-branch-1",
        "folder": "runs/old-branch-1",
        "branched_from": "old",
        "founders": [{"id": "g0-1", "was": "g0-3"}],
        "children": ["g0-2", "g0-3", "g0-4"],
        "command": "evolve resume old-branch-1",
    }
    settings = json.loads(told(capsys, "report", "old-branch-1", "--format", "json")[0])["settings"]
    assert (settings["seed"], settings["generations"], settings["population"]) == (9, 3, 4)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("old", "--from", "g7-1"), "g7-1 of old is not there; give one of g0-1, g0-2, g0-3 and g0-4"),
        (("old", "--from", "g0-1", "--set", "size=64"), "--set size=64: a branch keeps size=32 of old"),
        (("old", "--from", "g0-1", "--name", "old"), "runs/old exists already; choose another --name"),
        (("old", "--from", "g0-1", "--set", "parents=9"), "--set parents=9: parents is 9, but at most 4 fit"),
        (("young", "--from", "g0-1"), 'there is no run "young"'),
    ],
)
def test_mistakes_are_told_in_a_line_and_leave_nothing(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    """No folder either, though none was named."""
    out, err = told(capsys, "branch", *arguments, code=1)
    assert out == ""
    assert err.startswith(f"evolve: {line}")
    assert [path.name for path in Path("runs").iterdir()] == ["old"]


def test_a_run_of_ones_own_domain_asks_for_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Code is run only when it is named; the command that goes on has it."""
    own = ("--domain", write_hats(Path()))
    Path("hats.yaml").write_text(SPACE_TEXT)
    told(capsys, "start", "--space", "hats.yaml", "--name", "hats", "--population", "3", *own, "--judge", "none")
    told(capsys, "rank", "hats", "--order", "A > B > C", *own)
    members = json.loads(told(capsys, "report", "hats", "--format", "json")[0])["generations"][0]["members"]
    _, err = told(capsys, "branch", "hats", "--from", members[0], code=1)
    assert "--domain" in err
    _, err = told(capsys, "branch", "hats", "--from", members[0], "--name", "more", "--set", "seconds=9", *own)
    assert err == "go on: evolve resume more --domain hats.py:evaluate\n"
    told(capsys, "resume", "more", *own, "--judge", "none")
    assert Path("runs/more/code/hats.py").read_text() == Path("hats.py").read_text()
