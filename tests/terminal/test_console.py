"""How wide tables are printed, whatever the environment and the terminal claim, and closed standard streams."""

import inspect
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from evolve.terminal.console import sensible
from tests.end_to_end.commands import EVOLVE, evolve
from tests.end_to_end.pretended_commands import environment_with
from tests.pseudo_terminal import Terminal, without_escapes

USUAL = 80


@pytest.mark.parametrize("claimed", ["0", "-5", "abc", "", "1", "39", "100000", "²", "9" * 5000])
def test_a_width_that_no_terminal_has_is_not_believed(claimed: str, tmp_path: Path) -> None:
    """Then 80 columns are assumed where no terminal says otherwise, and all is printed."""
    assert sensible({"COLUMNS": claimed, "LINES": "0", "TERM": "xterm"}) == {"TERM": "xterm"}
    if len(claimed) > 1 and claimed != "abc":
        return  # each process takes a second
    usual = evolve(
        "space", "check", "quick.yaml", folder=tmp_path, environment=environment_with({"COLUMNS": f"{USUAL}"})
    )
    typed = evolve("space", "check", "quick.yaml", folder=tmp_path, environment=environment_with({"COLUMNS": claimed}))
    assert typed.out == usual.out
    assert "learning_rate" in typed.out


def test_a_width_that_is_asked_for_is_kept() -> None:
    """From 40 columns to 1,000."""
    assert sensible({"COLUMNS": "40", "LINES": "24"}) == {"COLUMNS": "40", "LINES": "24"}
    assert sensible({"COLUMNS": "1000"}) == {"COLUMNS": "1000"}


def test_rich_still_takes_an_environment() -> None:
    """The parameter is private: if rich drops it, find another way to keep it from believing COLUMNS=0."""
    assert "_environ" in inspect.signature(Console.__init__).parameters, "rich's Console has no _environ any more"


@pytest.mark.slow
def test_a_terminal_of_one_column_gets_whole_words(tmp_path: Path) -> None:
    """The terminal breaks the lines itself: nothing is left out."""
    terminal = Terminal("space", "check", "quick.yaml", command=(EVOLVE,), folder=tmp_path, columns=1, rows=24)
    assert terminal.end() == 0
    assert "learning_rate" in without_escapes(terminal.raw)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_mistake(closed: str, tmp_path: Path) -> None:
    """What is printed there is lost, and no file that is opened gets in its place."""
    (tmp_path / "kept").touch()
    command = f"'{EVOLVE}' rank --runs . kept {closed}"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "kept").read_bytes() == b""
