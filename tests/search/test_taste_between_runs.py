"""A run that begins with what another run's ballots say: it keeps all of that itself, and does without the other."""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import evolve
from evolve.cli import running
from evolve.errors import DamagedStoreError, RunError, SettingsError
from evolve.execution.in_process import InProcessExecution
from evolve.records.events import Event
from evolve.report.text import render_text
from evolve.search.branching import branch
from evolve.search.taste import EARLIER, heard_of
from evolve.store.examination import examine
from evolve.store.run_store import RunStore
from tests.cli.test_own_code import told
from tests.own_domains import SPACE_TEXT, write_hats

SMALL: dict[str, Any] = {"population": 4, "parents": 2, "generations": 2, "seed": 7, "pictures": 2, "size": 32}


def quiet(_: Event) -> None:
    """Nobody looks on."""


def pictures(folder: Path, **more: Any) -> evolve.Search:  # noqa: ANN401
    """A search of small pictures in this process."""
    return evolve.Search(folder, "pictures.yaml", engine="here", on_event=quiet, **{**SMALL, **more})


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was ranked to its end."""
    folder = tmp_path_factory.mktemp("old") / "old"
    with pictures(folder) as search:
        for generation in search:
            generation.rank("B♥2 > A > C ! D")
    return folder


def test_a_run_learns_from_the_ballots_of_another(old: Path, tmp_path: Path) -> None:
    """Half of its founders are chosen by them; the old folder is not needed afterwards."""
    shutil.copytree(old, tmp_path / "old")
    with pictures(tmp_path / "new", seed=8, taste_of=tmp_path / "old") as search:
        shutil.rmtree(tmp_path / "old")
        for generation in search:
            generation.rank("B > A > C > D")
        assert search.is_complete
    with pictures(tmp_path / "plain", seed=8) as search:
        next(iter(search))
    with RunStore(tmp_path / "new", read_only=True) as made, RunStore(tmp_path / "plain", read_only=True) as plain:
        run, other = made.read(), plain.read()
    assert {one.why != "" for name, one in run.generations[0].expected.items() if name in ("g0-3", "g0-4")} == {True}
    assert run.individuals["g0-4"].individual.genome != other.individuals["g0-4"].individual.genome
    assert len(run.fact(EARLIER)["heard"]["genomes"]) == len(heard_of(run).earlier.genomes) == 7  # type: ignore[union-attr]
    assert examine(tmp_path / "new").is_whole
    assert "begun with what 2 rankings of old say" in " ".join(render_text(run).split())


def test_the_same_arguments_go_on_with_a_run_that_was_begun(old: Path, tmp_path: Path) -> None:
    """Also when the old run is gone; another one is refused."""
    with pictures(tmp_path / "new", taste_of=old):
        pass
    with pictures(tmp_path / "new", taste_of=tmp_path / "elsewhere" / "old") as search:
        assert not search.is_complete
    with pytest.raises(SettingsError, match="new was begun with what old says of taste; leave taste_of out"):
        pictures(tmp_path / "new", taste_of="other")


def test_a_branch_keeps_what_its_run_began_with(old: Path, tmp_path: Path) -> None:
    """It is a fact of the run, as what its trials work from."""
    with pictures(tmp_path / "new", taste_of=old) as search:
        for generation in search:
            generation.rank("A > B > C > D")
    with RunStore(tmp_path / "new", read_only=True) as store:
        before = store.read().fact(EARLIER)
        with branch(store, (), tmp_path / "branch") as made:
            assert made.read().fact(EARLIER) == before


def test_what_says_nothing_of_taste_is_refused(old: Path, tmp_path: Path) -> None:
    """In one line, before there is a run."""
    with pictures(tmp_path / "young"):
        pass
    hats = write_hats(tmp_path)
    (tmp_path / "hats.yaml").write_text(SPACE_TEXT, encoding="utf-8")
    with pytest.raises(RunError, match="no ballot of young says what is liked; rank a generation first"):
        pictures(tmp_path / "new", taste_of=tmp_path / "young")
    with pytest.raises(RunError, match=r"there is no run|is no run"):
        pictures(tmp_path / "new", taste_of=tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="taste_of: with taste=off nothing is learned from ballots"):
        pictures(tmp_path / "new", taste_of=old, taste=False)
    with pytest.raises(RunError, match="old is of the domain pictures, whose taste says nothing about"):
        evolve.Search(tmp_path / "new", tmp_path / "hats.yaml", domain=hats, taste_of=old)
    assert not (tmp_path / "new").exists()


def test_what_is_kept_of_another_run_may_be_damaged(old: Path, tmp_path: Path) -> None:
    """That is told as damage of the store."""
    with pictures(tmp_path / "new", taste_of=old):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "new" / "run.sqlite")) as database, database:
        database.execute(
            """UPDATE fact SET value = replace(value, '"genomes"', '"gnomes"') WHERE name = ?""", (EARLIER,)
        )
    with RunStore(tmp_path / "new", read_only=True) as store, pytest.raises(DamagedStoreError):
        heard_of(store.read())


def test_the_command_line_has_it_too(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a word on what it begins with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "training_execution", lambda *_: contextlib.nullcontext(InProcessExecution()))
    shutil.copytree(old, tmp_path / "runs" / "old")
    small = "start --space pictures.yaml --population 4 --set size=32 --set pictures=1 --judge none"
    _, err = told(capsys, *small.split(), "--name", "new", "--taste", "old")
    assert "begins with what 2 rankings of old say is liked" in err
    with RunStore(tmp_path / "runs" / "new", read_only=True) as store:
        assert store.read().fact(EARLIER)["run"] == "old"
