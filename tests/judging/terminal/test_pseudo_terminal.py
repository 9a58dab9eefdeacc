"""The judge in a real terminal: what a listener sees, and what is left when it closes."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.judging.test_player import alive, install, wait_for
from tests.pseudo_terminal import Terminal

pytestmark = pytest.mark.slow

_PRETENDING = "tests.judging.terminal.pretending"
_LEAVE_FULL_SCREEN = "\x1b[?1049l"


def rows_of(text: str) -> list[str]:
    """The candidates' rows, each cut behind its letter."""
    return [line[:10] for line in text.split("\n") if line[8:10].strip().isalpha() and line[6:7] in "123456789=✗"]


def test_a_listener_orders_the_list_and_the_order_stays_on_the_screen(tmp_path: Path) -> None:
    """Moves, ties and rejections are seen at once, asked about in words, and answered for."""
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "4")
    terminal.until("How would you like to rank")
    terminal.type("\r")
    assert rows_of(terminal.until("enter done")) == ["» ╭   1  A", "  │   =  B", "  │   =  C", "  ╰   =  D"]

    terminal.type("jj\x1b[1;2A")
    terminal.until("»     1  C")
    terminal.type("jjjx")
    terminal.until("✗  D")
    terminal.type("kJ")
    text = terminal.until("»     3  B")
    assert rows_of(text) == ["      1  C", "      2  A", "»     3  B", "      ✗  D"]

    terminal.type("\r")
    terminal.until("C is best, then A, then B. D is rejected.")
    terminal.type("\r")
    assert terminal.end() == 0
    assert "? Your order C > A > B ! D" in terminal.text
    assert "THE END: (Ballot" in terminal.text


def test_a_listener_stops_and_comes_back_to_a_half_made_ballot(tmp_path: Path) -> None:
    """The steps are in the file, and the list stands as it was left."""
    kept = tmp_path / "steps"
    first = Terminal(_PRETENDING, str(kept), "3")
    first.until("How would you like to rank")
    first.type("\r")
    first.until("enter done")
    first.type("jK")
    first.until("»     1  B")
    first.type("q")
    first.end()
    assert "THE END: None" in first.text
    assert len(json.loads(kept.read_text())) == 1

    second = Terminal(_PRETENDING, str(kept), "3", columns=120, rows=40)
    second.until("(go on after 1 step)")
    second.type("\r")
    assert rows_of(second.until("enter done")) == ["»     1  B", "  ╭   2  A", "  ╰   =  C"]
    second.type("u")
    second.until("  ╭   1  A")
    assert json.loads(kept.read_text()) == []
    second.type("\x03")
    second.end()


def test_a_listener_loves_songs_in_the_list_and_over_the_roll(tmp_path: Path) -> None:
    """Hearts are seen at once, break a tie, are undone, and are said before they count."""
    kept = tmp_path / "steps"
    terminal = Terminal(_PRETENDING, str(kept), "3")
    terminal.until("How would you like to rank")
    terminal.type("\r")
    terminal.until("f ♥")
    terminal.type("jlf")
    assert rows_of(terminal.until("1 step kept")) == ["  ╭   2  A", "» │   1  B", "  ╰   2  C"]
    assert " ▸ 2♥ 500 notes" in terminal.text
    assert "○ ♥" in terminal.text
    terminal.type("jrf")
    terminal.until("C, song 2 ♥")
    terminal.type("r")
    assert rows_of(terminal.until("2 steps kept")) == ["  ╭   3  A", "  │   1  B", "» ╰   =  C"]
    terminal.type("u♥hf")
    terminal.until("3 steps kept")
    assert [step["do"] for step in json.loads(kept.read_text())] == ["heart"] * 3

    terminal.type("\r")
    terminal.until("C is best, then B, then A. You love song 2 of B and songs 1 and 2 of C.")
    terminal.type("y")
    assert terminal.end() == 0
    assert "? Your order A = B♥2 = C♥1♥2" in terminal.text


def test_hearts_given_in_the_list_are_kept_where_the_order_is_typed(tmp_path: Path) -> None:
    """In another session, on a terminal that can do little: they are shown as pluses where it has no hearts."""
    kept = tmp_path / "steps"
    kept.write_text(json.dumps([{"do": "heart", "id": "g7-1", "sample": 2}]))
    poor = {"TERM": "dumb", "PYTHONIOENCODING": "ascii"}
    terminal = Terminal(_PRETENDING, str(kept), "2", columns=150, rows=40, environ=poor)
    terminal.until("Your order so far: A = B+2")
    terminal.until("Your order:")
    terminal.type("a+3 > b\r")
    terminal.until("a has no song 3; its songs are 1 and 2")
    terminal.type("a > b\r")
    terminal.until("A is best, then B. You love song 2 of B. Is this your order? (Y/n)")
    terminal.type("\r")
    terminal.end()
    assert "favourites=(('g7-1', 2),)" in terminal.text.replace("\n", "")
    assert json.loads(kept.read_text())[-1]["favourites"] == [["g7-1", 2]]


def test_a_listener_has_one_more_song_of_a_candidate(tmp_path: Path) -> None:
    """It is listed and chosen, another one's last song stands in for it, and it is told when there are no more."""
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "2", columns=100)
    terminal.until("How would you like to rank")
    terminal.type("\r")
    terminal.until("m more")
    terminal.type("jm")
    terminal.until(" ▸ 3  500 notes")
    terminal.type("f")
    terminal.until(" ▸ 3♥ 500 notes")
    terminal.type("m")
    terminal.until("B has no more songs")
    terminal.type("k")
    terminal.until(" ▸ 2  500 notes")
    terminal.type("f")
    terminal.until(" ▸ 2♥ 500 notes")
    terminal.type("9")
    terminal.until("A has no song 9 to play")
    terminal.type("\r")
    terminal.until("You love song 2 of A and song 3 of B.")
    terminal.type("y")
    assert terminal.end() == 0


def test_ctrl_c_restores_the_screen_and_stops_the_song(tmp_path: Path) -> None:
    """What was done is kept; no sound and no full screen stay behind."""
    (tmp_path / "bin").mkdir()
    log = tmp_path / "log"
    install(tmp_path / "bin", "mpv", f'echo "$$" >> "{log}"; exec sleep 60')
    path = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "3", environ=path)
    terminal.until("How would you like to rank")
    terminal.type("\r")
    terminal.until("enter done")
    terminal.type("jK2")
    terminal.until("♪ B, song 2")
    wait_for(lambda: log.exists() and log.read_text().strip())

    terminal.type("\x03")
    assert terminal.end() == 0
    assert "THE END: interrupted" in terminal.text
    assert _LEAVE_FULL_SCREEN in terminal.raw
    assert not alive(int(log.read_text()))
    assert len(json.loads((tmp_path / "steps").read_text())) == 1


def test_a_closed_terminal_stops_the_song(tmp_path: Path) -> None:
    """A lost connection leaves nothing sounding, and no step is lost."""
    (tmp_path / "bin").mkdir()
    log = tmp_path / "log"
    install(tmp_path / "bin", "mpv", f'echo "$$" >> "{log}"; exec sleep 60')
    path = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "3", environ=path)
    terminal.until("How would you like to rank")
    terminal.type("\r")
    terminal.until("enter done")
    terminal.type("jK2")
    terminal.until("♪ B, song 2")
    wait_for(lambda: log.exists() and log.read_text().strip())

    terminal.child.kill(signal.SIGHUP)
    terminal.end()
    assert terminal.child.signalstatus == signal.SIGHUP
    wait_for(lambda: not alive(int(log.read_text())))
    assert len(json.loads((tmp_path / "steps").read_text())) == 1


def test_without_a_player_the_path_is_shown(tmp_path: Path) -> None:
    """The listener can open the file with whatever there is."""
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "2", columns=130, environ={"EVOLVE_PLAYER": ""})
    terminal.until("How would you like to rank")
    terminal.type("\r")
    terminal.until("enter done")
    terminal.type(" ")
    assert "no player for .ogg files found" in terminal.until("/run/listening/A-song-1.ogg")
    terminal.type("\x03")
    terminal.end()


def test_a_dumb_terminal_is_asked_line_by_line(tmp_path: Path) -> None:
    """Facts, paths, a mistake explained, and the ballot."""
    terminal = Terminal(_PRETENDING, str(tmp_path / "steps"), "2", columns=150, rows=40, environ={"TERM": "dumb"})
    terminal.until("Your order:")
    terminal.type("b > x\r")
    terminal.until('no candidate is called "x"; allowed: A, B')
    terminal.type("b > a\r")
    terminal.until("B is best, then A. Is this your order? (Y/n)")
    terminal.type("\r")
    terminal.end()
    assert "THE END: (Ballot" in terminal.text
    assert json.loads((tmp_path / "steps").read_text())[-1]["do"] == "order"
