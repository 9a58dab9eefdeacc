"""Arguments that several commands share."""

import os
from pathlib import Path

import pytest

from evolve.cli.options import (
    complete_corpus,
    complete_run,
    complete_space,
    find_space,
    is_interactive,
    run_folder,
    shipped_spaces,
)
from evolve.errors import RunError, SpaceError
from evolve.music.builtin import BUILT_IN
from evolve.store.paths import RunPaths
from tests.store.runs import new_run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the user is in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_of_that_path_comes_before_a_shipped_space(here: Path) -> None:
    """`--space lstm.yaml` means the one that lies here, if one does."""
    shipped = shipped_spaces()["lstm.yaml"].read_text()
    assert find_space("lstm.yaml") == ("lstm.yaml", shipped)
    (here / "lstm.yaml").write_text("genes: {depth: 1}")
    assert find_space("lstm.yaml") == ("lstm.yaml", "genes: {depth: 1}")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["lstm.yaml", "lstm", "search_spaces/lstm.yaml", "search_spaces/lstm"])
def test_shipped_spaces_are_found_by_name_from_anywhere(name: str) -> None:
    """With or without suffix, and as the README writes it for a checkout."""
    assert find_space(name) == (name, shipped_spaces()["lstm.yaml"].read_text())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["my/lstm.yaml", "/nowhere/lstm.yaml", "../lstm.yaml"])
def test_a_path_that_is_not_there_does_not_become_a_shipped_space(name: str) -> None:
    """Whoever names a folder means a file of theirs."""
    with pytest.raises(SpaceError) as told:
        find_space(name)
    assert str(told.value) == (
        f"{name}: there is no such file; spaces that ship with evolve: {', '.join(shipped_spaces())}; "
        'did you mean "lstm.yaml"?'
    )


def test_a_space_that_is_no_text_is_told(here: Path) -> None:
    """Such as a MIDI file named by mistake; a folder is no file either."""
    (here / "song.mid").write_bytes(b"MThd\xff\xfe")
    with pytest.raises(SpaceError, match=r"song\.mid: is not a text file; spaces that ship with evolve: "):
        find_space("song.mid")
    with pytest.raises(SpaceError, match="is a directory"):
        find_space(".")


def test_what_would_keep_us_waiting_is_no_space(here: Path) -> None:
    """A pipe, a device that never ends, and names that no file can have; of a huge file the beginning is enough."""
    os.mkfifo(here / "pipe.yaml")
    for name, said in (
        ("pipe.yaml", "pipe.yaml: not a file; spaces that ship"),
        ("/dev/zero", "/dev/zero: not a file; spaces that ship"),
        ("a" * 5000, "file name too long; spaces that ship"),
        ("a\0b", r"a\\x00b: is no file name; spaces that ship"),
    ):
        with pytest.raises(SpaceError, match=said):
            find_space(name)
    with (here / "large.yaml").open("w") as file:
        file.truncate(50_000_000)
    assert 200_000 < len(find_space("large.yaml")[1]) < 10_000_000


@pytest.mark.usefixtures("here")
def test_a_misspelt_space_is_told_with_the_nearest() -> None:
    """And with all there are."""
    with pytest.raises(SpaceError, match=r'did you mean "quick\.yaml"\?$'):
        find_space("quik.yaml")


def test_a_run_is_that_of_the_name_else_the_newest(here: Path) -> None:
    """Of the folder of runs."""
    for age, name in ((20, "old"), (10, "new")):
        new_run(here / "runs" / name).__exit__()
        os.utime(here / "runs" / name / "run.sqlite", (1e9 - age, 1e9 - age))
    runs = Path("runs")
    assert run_folder("old", runs) == runs / "old"
    assert run_folder(None, runs) == runs / "new"
    with pytest.raises(RunError, match='there is no run "odl"'):
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
