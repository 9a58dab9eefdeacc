"""Whatever asks the program to stop, it stops in order: 130, 143 or 129, the terminal as before, and how to go on."""

import os
import signal
import subprocess
import termios
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.commands import EVOLVE
from tests.end_to_end.conftest import SPACE
from tests.end_to_end.test_lost_workers import training_workers
from tests.pretended_trials import copy_of, go, prepare_run, small_settings
from tests.pseudo_terminal import Terminal, as_a_shell_does
from tests.troubles import told

pytestmark = pytest.mark.slow

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
PROMPT_S = 30.0


@pytest.fixture(scope="module")
def waiting(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose first generation waits to be heard, in a folder of runs."""
    folder = tmp_path_factory.mktemp("waiting")
    prepared = prepare_run(folder / "prepared" / "night", small_settings(tunes))
    with copy_of(prepared, folder / "runs") as store:
        go(store, judge=None)
    return folder


@pytest.fixture
def ranking(waiting: Path) -> Terminal:
    """The list of candidates in a terminal, with one step made."""
    environ = {"EVOLVE_PLAYER": ""}
    terminal = Terminal("rank", "night", command=(EVOLVE,), folder=waiting, columns=100, rows=32, environ=environ)
    terminal.until("candidates of generation 0", PROMPT_S)
    terminal.type("\r")
    terminal.until("Rank generation 0")
    terminal.type("jK")
    terminal.until("kept")
    return terminal


def begun(command: list[str], folder: Path) -> "subprocess.Popen[str]":
    """The program as a shell starts it, whatever signals those who run the tests have ignored."""
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_a_shell_does,  # noqa: PLW1509 - no other thread runs here
    )


def check_words(number: signal.Signals, said: str) -> None:
    """What is said after Ctrl-C, and after any other request to stop."""
    if number is signal.SIGINT:
        told("ctrl-c", said)
    else:
        told("terminated", said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_ranking_that_is_stopped_leaves_the_terminal_as_it_was(ranking: Terminal, number: signal.Signals) -> None:
    """Echo and line editing are back, the full screen is gone, the ballot so far is kept."""
    during = termios.tcgetattr(ranking.child.child_fd)[3]
    assert not during & termios.ECHO
    ranking.child.kill(number)
    limit = time.monotonic() + 20
    while not (after := termios.tcgetattr(ranking.child.child_fd)[3]) & termios.ECHO:
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert after & termios.ICANON
    assert ranking.end() == CODES[number]
    check_words(number, ranking.raw)


def test_a_terminal_that_is_closed_ends_the_program_and_keeps_the_ballot(ranking: Terminal, waiting: Path) -> None:
    """As when the connection breaks: nothing stays behind, and the next ranking goes on where this one was."""
    ranking.child.ptyproc.fileobj.close()  # by its owner, else it would close the number again, whosever it is then
    ended = os.waitpid(ranking.child.pid, 0)[1]
    assert os.waitstatus_to_exitcode(ended) == CODES[signal.SIGHUP]
    again = Terminal("rank", "night", command=(EVOLVE,), folder=waiting, columns=100, rows=32)
    again.until("(go on after", PROMPT_S)
    again.type("\x03")
    assert again.end() == CODES[signal.SIGINT]


def test_a_second_ctrl_c_does_not_interrupt_the_leaving(tunes: Path, tmp_path: Path) -> None:
    """Whoever is impatient is told how to go on all the same, with the same exit code."""
    long = ("--set", "epochs=100000", "--set", "patience=100000", "--set", "seconds=60", "--population", "2")
    command = [EVOLVE, "start", "--space", SPACE, "--corpus", str(tunes), "--name", "twice", "--judge", "none", *long]
    with begun(command, tmp_path) as program:
        limit = time.monotonic() + 120
        while not training_workers(psutil.Process(program.pid)):
            assert time.monotonic() < limit
            time.sleep(0.2)
        for pause_s in (0.3, 0.3, 0.6):
            program.send_signal(signal.SIGINT)
            time.sleep(pause_s)
        _, said = program.communicate(timeout=30)
    assert program.returncode == CODES[signal.SIGINT]
    told("ctrl-c", said)
    assert "evolve resume twice" in said


@pytest.mark.parametrize("number", CODES)
def test_a_start_that_is_stopped_while_ray_starts_ends_at_once(
    tunes: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Not when Ray has started; the run is there, and the line says how to go on."""
    command = [EVOLVE, "start", "--space", SPACE, "--corpus", str(tunes), "--name", "early", "--judge", "none"]
    with begun(command, tmp_path) as program:
        assert program.stderr is not None
        while "training and composing" not in program.stderr.readline():
            assert program.poll() is None
        time.sleep(1.5)
        program.send_signal(number)
        _, said = program.communicate(timeout=90)
    assert program.returncode == CODES[number]
    check_words(number, said)
    assert (tmp_path / "runs" / "early" / "run.sqlite").is_file()
