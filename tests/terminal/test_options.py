"""Arguments that several commands share."""

import os
from pathlib import Path

import pytest

from evolve.domains.music.commands.options import complete_corpus
from evolve.domains.music.sources import BUILT_IN
from evolve.errors import RunError
from evolve.shipped import shipped_spaces
from evolve.store.paths import RunPaths
from evolve.terminal.console import is_interactive
from evolve.terminal.options import as_typed, complete_run, complete_space, run_folder
from tests.store.runs import new_run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the user is in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_that_of_the_name_else_the_newest(here: Path) -> None:
    """Of the folder of runs."""
    for age, name in ((20, "old"), (10, "new")):
        new_run(here / "runs" / name).__exit__()
        os.utime(here / "runs" / name / "run.sqlite", (1e9 - age, 1e9 - age))
    runs = Path("runs")
    assert run_folder("old", runs) == runs / "old"
    assert run_folder(None, runs) == runs / "new"
    with pytest.raises(RunError, match=r'there is no run "odl".*did you mean "old"'):
        run_folder("odl", runs)


@pytest.mark.parametrize(
    ("folder", "usual", "called"),
    [
        ("runs/a", "", "a"),
        ("/x/a", "", "/x/a"),
        ("other/a", "", "other/a"),
        ("a", "", "a"),
        ("my runs/a", "", "'my runs/a'"),
        ("other/a", "other", "a"),
        ("runs/a", "other", "runs/a"),
    ],
)
def test_a_run_is_called_by_what_finds_it_again(
    monkeypatch: pytest.MonkeyPatch, folder: str, usual: str, called: str
) -> None:
    """By its name where runs usually lie, else by its path: the commands we print can be typed as they are."""
    monkeypatch.setenv("EVOLVE_RUNS", usual)
    assert RunPaths(Path(folder)).reference == called


def test_the_shell_completes_spaces_corpora_and_runs(here: Path) -> None:
    """Each by its beginning."""
    new_run(here / "runs" / "night-owl").__exit__()
    assert list(complete_space("qu")) == ["quick.yaml"]
    assert list(complete_space("")) == list(shipped_spaces())
    assert list(complete_corpus("f")) == ["fiddle-tunes"]
    assert list(complete_corpus("")) == list(BUILT_IN)
    assert list(complete_run("n")) == ["night-owl"]
    assert list(complete_run("x")) == []


def test_tests_are_not_interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where both ends are a terminal does a person sit."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert not is_interactive()


def test_a_command_that_is_told_has_the_options_that_it_needs() -> None:
    """As a shell takes them; what is not set, and the listener that is usual, need not be typed."""
    told = as_typed("night", listener="listener", address=None, cluster="my profile.yaml", domain="f.py:evaluate")
    assert told == "night --cluster 'my profile.yaml' --domain f.py:evaluate"
    assert as_typed("night", listener="zoe") == "night --listener zoe"
