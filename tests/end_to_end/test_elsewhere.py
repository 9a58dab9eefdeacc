"""Runs that lie elsewhere: every command that a line names can be typed as it is."""

import re
import shlex
from pathlib import Path

import pytest

from tests.end_to_end.commands import Typed, one_line
from tests.end_to_end.pretended_commands import begin, evolve, read, write_space
from tests.store.damage import alter

pytestmark = pytest.mark.slow

ELSEWHERE = ("--runs", "my runs")
NAMED = re.compile(r"evolve ((?:resume|rank|report|doctor|compose|export) .*?)(?=   |, and |; |$)", flags=re.MULTILINE)


def named(said: str) -> list[list[str]]:
    """The commands that lines name, as a shell would take them."""
    return [shlex.split(command) for command in NAMED.findall(said)]


def typed(*command: str, folder: Path, expect: int = 0) -> Typed:
    """Type a command as a line named it, where nobody is asked to rank."""
    return evolve(*command, *(("--judge", "none") if command[0] == "resume" else ()), folder=folder, expect=expect)


def test_commands_that_are_named_find_a_run_that_lies_elsewhere(tmp_path: Path, tunes: Path) -> None:
    """From its beginning to its end, in a folder whose name has a space, by typing nothing but what was said."""
    write_space(tmp_path)
    said = evolve(*begin("night", tunes), *ELSEWHERE, folder=tmp_path).err
    again = evolve(*begin("night", tunes), *ELSEWHERE, folder=tmp_path, expect=1)
    assert named(one_line(again)) == [["resume", "my runs/night"]]
    for generation in range(2):
        commands = named(said)
        assert [command[:2] for command in commands] == [[do, "my runs/night"] for do in ("rank", "rank", "resume")]
        for looking in ("list", "report --format"):
            told = evolve(*looking.split(), *(("json",) if "report" in looking else ("--json",)), *ELSEWHERE,
                          folder=tmp_path).json  # fmt: skip
            waits = told[0]["command"] if looking == "list" else told["stands"]["command"]
            assert named(waits) == [["rank", "my runs/night"]]
        (ranking,) = named(typed(*commands[0], folder=tmp_path).err)
        (going_on,) = named(typed(*ranking, folder=tmp_path).err)
        ended = typed(*going_on, folder=tmp_path)
        said = ended.err
        assert len(read(tmp_path / "my runs" / "night").generations) == min(generation + 2, 2)
    assert named(said)[:2] == [["resume", "my runs/night", "--generations", "3"], ["compose", "my runs/night"]]
    assert "evolve compose 'my runs/night' g1-" in ended.out


def test_commands_that_are_named_in_mistakes_find_a_run_that_lies_elsewhere(tmp_path: Path, tunes: Path) -> None:
    """When nobody can hear it yet, and when it is damaged."""
    write_space(tmp_path)
    evolve(*begin("night", tunes), *ELSEWHERE, folder=tmp_path)
    run = tmp_path / "my runs" / "night"
    alter(run, "UPDATE generation SET status = 'born'")
    (going_on,) = named(one_line(evolve("rank", *ELSEWHERE, "--order", "A > ...", folder=tmp_path, expect=1)))
    typed(*going_on, folder=tmp_path)
    alter(run, "UPDATE fact SET value = json_set(value, '$.seconds', -1) WHERE name = 'settings'")
    damaged = one_line(evolve("compose", "night", "g0-1", *ELSEWHERE, folder=tmp_path, expect=1))
    (doctor,) = named(damaged)
    assert "seconds" in typed(*doctor, folder=tmp_path, expect=1).out
