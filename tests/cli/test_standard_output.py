"""`-o -` means standard output, as everywhere."""

from pathlib import Path

import pytest

from evolve.cli.app import run
from tests.cli.test_simulated_judge import START, in_process, told

__all__ = ["in_process"]


@pytest.mark.usefixtures("in_process")
def test_a_report_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """In every format, as it goes into a pipe; no file is made."""
    told(capsys, *START, "--generations", "1", "--judge", "simulated:peaks")
    for kind, begin in {"text": "night  begun", "html": "<!doctype html>", "json": "{", "csv": "generation,"}.items():
        out, err = told(capsys, "report", "night", "--format", kind, "-o", "-")
        assert out.lower().startswith(begin)
        assert "written" not in err
        assert out == told(capsys, "report", "night", "--format", kind)[0]
    assert [path.name for path in Path().iterdir()] == ["runs"]


@pytest.mark.slow
def test_a_space_goes_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The YAML that a build function asks for."""
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(
        "import keras\ndef build(hp):\n    hp.Int('width', 1, 9)\n    return keras.Sequential()\n"
    )
    out, _ = told(capsys, "space", "from", "mine.py:build", "--output", "-")
    assert "width:" in out
    assert [path.name for path in Path().iterdir()] == ["mine.py"]


def test_songs_do_not_fit_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """They are files: one line says so."""
    assert run(["compose", "somebody", "-o", "-"]) == 2
    assert "songs are files; give the name of a folder" in capsys.readouterr().err
