"""A damaged store of which enough can be read is made whole, and nothing is thrown away."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from evolve.errors import DamagedStoreError, RunError, StorageError
from evolve.search import Outcome
from evolve.store.examination import examine
from evolve.store.mending import mend
from evolve.store.records import RunRecord
from evolve.store.run_store import RunStore
from evolve.store.schema import SCHEMA_VERSION
from tests.disks import fill, make_room, small_disk
from tests.pretended_trials import PretendedExecution, copy_of, go, lineage, prepare_run, small_config
from tests.store.damage import PAGE, alter, break_page_of, overwrite
from tests.store.first_layout import layout_of_file, put_into_first_layout


@pytest.fixture(scope="module")
def prepared(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose founders are born."""
    return prepare_run(tmp_path_factory.mktemp("prepared") / "run", small_config(tunes))


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The whole run, in one go."""
    with copy_of(prepared, tmp_path_factory.mktemp("undisturbed")) as store:
        assert go(store) is Outcome.COMPLETE
        return store.read()


@pytest.fixture(scope="module")
def stopped(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run, stopped in the training of the second generation."""
    with copy_of(prepared, tmp_path_factory.mktemp("stopped")) as store, pytest.raises(KeyboardInterrupt):
        go(store, PretendedExecution(stop_after=6))
    return store.paths.folder


@pytest.fixture
def run(stopped: Path, tmp_path: Path) -> Path:
    """A copy of the stopped run."""
    return Path(shutil.copytree(stopped, tmp_path / "run"))


@pytest.mark.parametrize(
    "lost", ["sqlite_autoindex_member_1", "sqlite_autoindex_individual_1", "song", "file", "draft", "lost"]
)
def test_a_mended_run_is_gone_on_with_to_the_same_lineage(run: Path, undisturbed: RunRecord, lost: str) -> None:
    """Whatever is lost that the family does not depend on: whoever has lost its songs is trained again."""
    break_page_of(run, lost)
    damaged = (run / "run.sqlite").read_bytes()
    with pytest.raises(DamagedStoreError), RunStore(run):
        pass
    mended = mend(run)
    assert mended.kept == run / "run.sqlite.damaged-1"
    assert mended.kept.read_bytes() == damaged
    assert mended.lost
    assert [finding for finding in examine(run).findings if "SQLite" in finding.what] == []
    with RunStore(run) as store:
        assert go(store) is Outcome.COMPLETE
        told, expected = lineage(store.read()), lineage(undisturbed)
    if lost == "song":
        # The founders that nobody will hear again stay without songs.
        assert [one.members for one in told[0]] == [one.members for one in expected[0]]  # type: ignore[index]
        assert [one.standings for one in told[0]] == [one.standings for one in expected[0]]  # type: ignore[index]
    else:
        assert told == expected


def test_a_damaged_store_of_an_older_layout_is_mended_too(run: Path, undisturbed: RunRecord) -> None:
    """And has this layout then."""
    put_into_first_layout(run)
    break_page_of(run, "draft")
    assert mend(run).lost[1:] == ("some of the half-made ballots cannot be read",)
    assert layout_of_file(run) == SCHEMA_VERSION
    with RunStore(run) as store:
        assert go(store) is Outcome.COMPLETE
        assert lineage(store.read()) == lineage(undisturbed)


@pytest.mark.parametrize("lost", ["individual", "member", "generation", "fact"])
def test_a_store_of_which_too_much_is_lost_is_left_as_it_is(run: Path, lost: str) -> None:
    """With one line that says what is missing."""
    break_page_of(run, lost)
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    with pytest.raises(RunError, match=r"cannot be mended: .*; bring run\.sqlite back from a copy"):
        mend(run)
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_half_a_generation_is_too_little(run: Path) -> None:
    """A member whose place is lost is missing, though everything that is left fits together."""
    alter(run, "DELETE FROM member WHERE generation = 0 AND slot = 2")
    alter(run, "UPDATE song SET facts = ''")
    with pytest.raises(RunError, match="generation 0 has only 3 of its 4 members left"):
        mend(run)


def test_a_lost_ranking_is_too_much(run: Path) -> None:
    """The children were bred from it."""
    alter(run, "UPDATE member SET rank = NULL WHERE generation = 0")
    alter(run, "UPDATE song SET facts = ''")
    with pytest.raises(RunError, match="the ranking of generation 0 is lost"):
        mend(run)


def test_nothing_of_a_store_is_nothing_to_mend(run: Path) -> None:
    """Its first page is gone."""
    overwrite(run, 0, bytes(PAGE))
    with pytest.raises(RunError, match="cannot be mended: the facts of the run are lost"):
        mend(run)


def test_a_whole_store_is_not_mended(run: Path) -> None:
    """And what else is wrong with the run is told."""
    with pytest.raises(RunError, match=r"is whole: there is nothing to mend in it$"):
        mend(run)
    (run / "material.npz").unlink()
    with pytest.raises(RunError, match=r"nothing to mend in it; but material\.npz is lost: bring it back"):
        mend(run)
    assert not list(run.glob("*damaged*"))


def test_a_run_at_work_is_not_mended(run: Path) -> None:
    """Its process goes on with the store that it has open."""
    with RunStore(run) as store, store.exclusively():
        break_page_of(run, "draft")
        with pytest.raises(RunError, match="another process is working on the run"):
            mend(run)


def test_a_disk_without_links_keeps_a_copy(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the damaged store, byte for byte."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    break_page_of(run, "draft")
    damaged = (run / "run.sqlite").read_bytes()
    monkeypatch.setattr(os, "link", refuse)
    assert mend(run).kept.read_bytes() == damaged
    with RunStore(run) as store:
        assert len(store.read().generations) == 2


def test_a_disk_that_is_too_full_leaves_everything_as_it_is(run: Path, tmp_path: Path) -> None:
    """Until there is room."""
    break_page_of(run, "draft")
    with small_disk(tmp_path / "disk", 8) as disk:
        shutil.copytree(run, disk / "run")
        before = (disk / "run" / "run.sqlite").read_bytes()
        fill(disk)
        with pytest.raises(StorageError, match=r"the disk of .* is full"):
            mend(disk / "run")
        assert (disk / "run" / "run.sqlite").read_bytes() == before
        assert not [path.name for path in (disk / "run").iterdir() if "damaged" in path.name or ".new" in path.name]
        make_room(disk)
        mend(disk / "run")


def test_a_copy_that_finds_no_room_leaves_nothing(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk without links, where the new store finds room and the copy of the damaged one none."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    break_page_of(run, "draft")
    (run / "run.sqlite").write_bytes((run / "run.sqlite").read_bytes() + bytes(400_000))
    with small_disk(tmp_path / "disk", 8) as disk:
        shutil.copytree(run, disk / "run")
        before = {path: path.read_bytes() for path in (disk / "run").iterdir() if path.is_file()}
        fill(disk, leave=300_000)
        with pytest.raises(StorageError, match=r"the disk of .* is full"):
            mend(disk / "run")
        assert {path: path.read_bytes() for path in (disk / "run").iterdir() if path.is_file()} == before


def test_each_damaged_store_is_kept_with_its_journal(run: Path) -> None:
    """The second one beside the first; a journal of the damaged store must not be undone in the new one."""
    break_page_of(run, "draft")
    mend(run)
    break_page_of(run, "lost")
    (run / "run.sqlite-journal").write_bytes(b"")
    mended = mend(run)
    assert mended.kept == run / "run.sqlite.damaged-2"
    assert sorted(path.name for path in run.glob("run.sqlite*")) == [
        "run.sqlite",
        "run.sqlite.damaged-1",
        "run.sqlite.damaged-2",
        "run.sqlite.damaged-2-journal",
    ]
