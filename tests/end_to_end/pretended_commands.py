"""Typing commands of the program with pretended trials, and whole runs that way."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evolve.records.run import RunRecord
from evolve.store.run_store import RunStore
from tests.end_to_end.commands import ROOT, Typed
from tests.end_to_end.forked_program import typed
from tests.pretended_trials import WORDS_ALONE
from tests.pseudo_terminal import Terminal

PROGRAM = (sys.executable, "-m", "tests.end_to_end.pretended_program")
ORDERS = ("A > B = C ! D", "C > A > ...")


def evolve(
    *arguments: str,
    folder: Path,
    expect: int = 0,
    before: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Typed:
    """Type a command in a folder, without a terminal; the exit code must be the expected one.

    Args:
        arguments: After the program's name.
        folder: Where it is typed.
        expect: The exit code.
        before: What stands before the command, such as `setpriv`.
        environ: What is added to the environment.
    """
    environment = environment_with(environ)
    if before or environ:
        ended = _from_scratch(*before, *PROGRAM, *arguments, folder=folder, environment=environment)
    else:
        ended = typed(*arguments, folder=folder, environment=environment)
    assert ended.code == expect, f"exit {ended.code}: {ended.out}\n{ended.err}"
    assert "Traceback" not in ended.err, ended.err
    return ended


def begun(*arguments: str, folder: Path, environ: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """A command that runs on while the test does something else."""
    return subprocess.Popen(
        [*PROGRAM, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, env=environment_with(environ),
    )  # fmt: skip


def at_a_terminal(*arguments: str, folder: Path, environ: Mapping[str, str] | None = None) -> Terminal:
    """A command at a pseudo-terminal, without sound."""
    more = {"EVOLVE_PLAYER": "", "PYTHONPATH": str(ROOT), **(environ or {})}
    return Terminal(*arguments, command=PROGRAM, folder=folder, columns=100, rows=32, environ=more)


def environment_with(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})}


def begin(name: str, tunes: Path) -> list[str]:
    """The command that begins a run of two generations of four; its search space must lie in the folder."""
    few = ("--corpus", str(tunes), "--generations", "2", "--seed", "11", "--judge", "none")
    return ["start", "--space", "words.yaml", "--name", name, *few]


def write_space(folder: Path) -> None:
    """Put a search space into a folder, with settings for small runs."""
    (folder / "words.yaml").write_text(f"{WORDS_ALONE}\nsettings: {{population: 4, songs: 2, notes: 5}}\n")


def finish(run: str, folder: Path) -> None:
    """Go on with a run to its end, with the same rankings each time."""
    evolve("resume", run, "--judge", "none", folder=folder)
    while (generation := len(read(folder / "runs" / run).generations)) and not is_ranked(folder / "runs" / run):
        evolve("rank", run, "--order", ORDERS[generation - 1], folder=folder)
        evolve("resume", run, "--judge", "none", folder=folder)


def read(folder: Path) -> RunRecord:
    """A run as its store has it."""
    with RunStore(folder, read_only=True) as store:
        return store.read()


def is_ranked(folder: Path) -> bool:
    """Whether the last generation of two is ranked."""
    generations = read(folder).generations
    return len(generations) == len(ORDERS) and generations[-1].status.is_ranked


def _from_scratch(*command: str, folder: Path, environment: Mapping[str, str]) -> Typed:
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
        env=environment,
    )  # fmt: skip
    return Typed(ended.returncode, ended.stdout, ended.stderr)
