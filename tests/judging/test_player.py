"""Songs are played by what the machine has, and silenced for sure."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.judging.player import Player, player_command

_LONG = 'echo "$$ $@" >> "{log}"; exec sleep 60'


def install(folder: Path, name: str, script: str) -> None:
    """Puts an executable of this name on a PATH folder."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Until it holds, or the test fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A PATH with the shell's own tools and a folder of fake players first."""
    (tmp_path / "bin").mkdir()
    return {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}


def test_a_player_that_can_play_the_file_is_chosen(tmp_path: Path) -> None:
    """The player aplay knows no OGG, paplay does."""
    path = {"PATH": str(tmp_path)}
    install(tmp_path, "aplay", "")
    assert player_command(Path("a.ogg"), path) == ()
    assert player_command(Path("a.wav"), path) == (str(tmp_path / "aplay"), "-q", "a.wav")

    install(tmp_path, "paplay", "")
    assert player_command(Path("a.OGG"), path) == (str(tmp_path / "paplay"), "a.OGG")


def test_the_listener_may_name_a_player(tmp_path: Path) -> None:
    """The environment variable comes first, with its options; an empty one plays nothing."""
    install(tmp_path, "mpv", "")
    named = {"PATH": str(tmp_path), "EVOLVE_PLAYER": "beep --length '2 s'"}

    assert player_command(Path("a.ogg"), named) == ("beep", "--length", "2 s", "a.ogg")
    assert player_command(Path("a.ogg"), named | {"EVOLVE_PLAYER": " "}) == ()


def test_a_second_song_stops_the_first_and_leaving_stops_all(tmp_path: Path, environ: dict[str, str]) -> None:
    """Never two songs at once, and no sound outlives the screen."""
    log = tmp_path / "log"
    install(tmp_path / "bin", "mpv", _LONG.format(log=log))

    with Player(environ) as player:
        player.play(Path("one.ogg"))
        wait_for(lambda: log.exists() and "one.ogg" in log.read_text())
        assert player.playing == Path("one.ogg")
        player.play(Path("two.ogg"))
        wait_for(lambda: "two.ogg" in log.read_text())
        first, second = (int(line.split()[0]) for line in log.read_text().splitlines())
        assert not alive(first)
        assert (player.playing, player.trouble) == (Path("two.ogg"), "")
    wait_for(lambda: not alive(second))


def test_a_song_that_ends_is_no_longer_playing(tmp_path: Path, environ: dict[str, str]) -> None:
    """The screen sees that it is over."""
    install(tmp_path / "bin", "mpv", "true")

    with Player(environ) as player:
        player.play(Path("one.ogg"))
        wait_for(lambda: player.playing is None)
        assert player.trouble == ""


def test_a_player_that_fails_says_why(tmp_path: Path, environ: dict[str, str]) -> None:
    """Such as a machine without a sound device."""
    install(tmp_path / "bin", "mpv", 'echo "no audio device" >&2; echo >&2; exit 2')

    with Player(environ) as player:
        player.play(Path("one.ogg"))
        wait_for(lambda: player.playing is None)
        assert player.trouble == "mpv failed (no audio device)"


@pytest.mark.parametrize(
    ("environ", "says"),
    [({"PATH": ""}, "no player for .ogg files found"), ({"EVOLVE_PLAYER": "/no/such"}, "not start")],
)
def test_without_a_player_nothing_breaks(environ: dict[str, str], says: str) -> None:
    """The trouble is told, not raised, so that the path can be shown instead."""
    with Player(environ) as player:
        player.play(Path("one.ogg"))
        assert says in player.trouble
        assert player.playing is None
