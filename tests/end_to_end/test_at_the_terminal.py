"""A whole evening at a real pseudo-terminal: train, stop, go on, rank, stop, go on, and read the story."""

import re
from pathlib import Path

import pytest

from tests.end_to_end.commands import EVOLVE
from tests.end_to_end.conftest import SPACE
from tests.pseudo_terminal import Terminal
from tests.troubles import told

pytestmark = pytest.mark.slow

CTRL_C = "\x03"
ENTER = "\r"
PATIENCE_S = 240.0


def test_an_evening_with_interruptions(tunes: Path, tmp_path: Path) -> None:
    """Ctrl-C in training and in ranking ends with 130 and loses nothing; resume goes on to the report."""
    small = ("--population", "3", "--generations", "2", "--songs", "1", "--notes", "20", "--set", "epochs=2")
    start = _evolve("start", "--space", SPACE, "--corpus", str(tunes), "--name", "evening", *small, folder=tmp_path)
    start.until("training and composing", PATIENCE_S)
    start.type(CTRL_C)
    assert start.end() == 130
    told("ctrl-c", start.raw)
    assert "evolve resume evening" in start.raw

    resumed = _evolve("resume", "evening", folder=tmp_path)
    resumed.until("training and composing", PATIENCE_S)
    resumed.type("j" + 3 * ENTER)  # out of boredom: it must not answer what nobody has asked yet
    _open_the_list(resumed, 0)
    resumed.type("jK")
    order = _letters(resumed.until("1 step kept"))
    resumed.type(CTRL_C)
    assert resumed.end() == 130
    assert "evolve resume evening" in resumed.raw

    again = _evolve("resume", "evening", folder=tmp_path)
    _open_the_list(again, 0)
    assert _letters(again.text) == order
    _confirm(again)
    _open_the_list(again, 1)
    _confirm(again)
    assert again.end() == 0
    assert "Family tree" in again.raw
    assert "evolve compose evening" in again.raw


def _evolve(*arguments: str, folder: Path) -> Terminal:
    """The program at a terminal, without sound."""
    return Terminal(*arguments, command=(EVOLVE,), folder=folder, columns=100, rows=32, environ={"EVOLVE_PLAYER": ""})


def _open_the_list(terminal: Terminal, generation: int) -> None:
    terminal.until(f"candidates of generation {generation}", PATIENCE_S)
    terminal.type(ENTER)
    terminal.until(f"Rank generation {generation}")


def _confirm(terminal: Terminal) -> None:
    terminal.type(ENTER)
    terminal.until("Is this your order?")
    terminal.type("y")


def _letters(screen: str) -> list[str]:
    """The blind letters in the order of the list."""
    return re.findall(r"(?:\d+|=) +([A-C]) +20 ", screen)
