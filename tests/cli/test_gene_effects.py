"""`evolve space check SPACE --run RUN`, as it is typed."""

import json
import re
from pathlib import Path

import pytest

from evolve.cli.app import run
from tests.report.silent import SPACE, silent_run
from tests.report.test_gene_effects import genomes, moved

DOCS = Path(__file__).parents[2] / "docs" / "report-format.md"
PLAIN = "genes: {width: {type: int, min_value: 16, max_value: 512}, depth: 1}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a space and a run of sixty."""
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(SPACE)
    moved(tmp_path / "runs" / "mine")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Stdout and stderr of a command that ends with this code."""
    ended = run(["space", "check", *arguments])
    out, err = capsys.readouterr()
    assert ended == code, err
    return out, err


def test_clear_effects_are_told_strongest_first(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then what moves nothing, what cannot, and how much it would take."""
    lines = told(capsys, "own.yaml", "--run", "mine")[0].splitlines()
    assert lines[0].startswith("60 networks with 40 songs each: rank correlations")
    assert any(line.startswith("width: longer songs (0.9") for line in lines)
    assert any(line.startswith("optimizer adam: more like the corpus (-0.") for line in lines)
    assert "no clear effect: dropout" in lines
    assert "the same in all: depth" in lines
    assert "60 networks tell" in lines[-2] or "60 networks tell" in lines[-1]
    assert told(capsys, "own.yaml", "--run", str(here / "runs" / "mine"))[0].splitlines() == lines


@pytest.mark.usefixtures("here")
def test_programs_are_told_every_effect(capsys: pytest.CaptureFixture[str]) -> None:
    """With its interval, and whether it is clear."""
    document = json.loads(told(capsys, "own.yaml", "--run", "mine", "--json")[0])
    (width,) = [one for one in document["effects"] if (one["gene"], one["feature"]) == ("width", "notes")]
    assert width["clear"]
    assert width["interval"][0] < width["correlation"] < width["interval"][1]
    assert (document["run"], document["individuals"], document["samples"]) == ("mine", 60, 40)
    assert (document["unclear"], document["fixed"], document["not_in_run"]) == (["dropout"], ["depth"], [])


@pytest.mark.usefixtures("here")
def test_what_programs_are_told_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """Each key is in the tables of docs/report-format.md, and each key there is written."""
    document = json.loads(told(capsys, "own.yaml", "--run", "mine", "--json")[0])
    rows = re.findall(r"^\| (`.+?) \|", DOCS.read_text().split("## What `evolve space check")[1], flags=re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert documented == {*document, *document["effects"][0]}


@pytest.mark.usefixtures("here")
def test_a_space_that_is_not_the_runs_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It has not all genes; one with more says which of them the run has not."""
    Path("other.yaml").write_text(PLAIN)
    _, err = told(capsys, "other.yaml", "--run", "mine", code=1)
    assert "other.yaml: it has not all genes of mine, such as " in err
    assert err.rstrip().endswith("mine/space.yaml")
    Path("more.yaml").write_text(f"{SPACE}  batch_size: {{type: int, min_value: 16, max_value: 64}}\n")
    assert "not in the run: batch_size" in told(capsys, "more.yaml", "--run", "mine")[0].splitlines()


@pytest.mark.usefixtures("here")
def test_a_run_without_silent_songs_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It is older, or has not trained yet."""
    silent_run(Path("runs/older"), genomes(4), [{}] * 4)
    _, err = told(capsys, "own.yaml", "--run", "older", code=1)
    assert err.startswith("evolve: no network of older has songs to tell its genes by")
    assert len(err.splitlines()) == 1


@pytest.mark.usefixtures("here")
def test_few_networks_are_told_as_too_few(capsys: pytest.CaptureFixture[str]) -> None:
    """With how many it takes."""
    moved(Path("runs/few").absolute(), 6)
    out = " ".join(told(capsys, "own.yaml", "--run", "few")[0].split())
    assert "6 networks are too few to tell anything from chance; a correlation of 0.5 takes " in out
    assert "no clear effect: width, bar_position, optimizer, dropout" in out
