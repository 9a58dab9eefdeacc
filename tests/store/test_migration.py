"""A run that an older evolve has begun is gone on with, and can be read where nothing can be written."""

import multiprocessing
import multiprocessing.synchronize
import shutil
import sqlite3
from pathlib import Path

import pytest

from evolve.errors import DamagedStoreError, RunError
from evolve.search import Outcome
from evolve.store.run_store import RunStore
from evolve.store.schema import SCHEMA_VERSION
from tests.disks import read_only, small_disk
from tests.pretended_trials import PretendedExecution, copy_of, go, lineage, prepare_run, small_config
from tests.store.damage import break_page_of
from tests.store.first_layout import layout_of_file, put_into_first_layout
from tests.store.runs import ballot_of, by_first_ballot, new_run, result_of


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An evaluated run with a ballot and a half-made one, in the first layout."""
    with new_run(tmp_path / "old", evaluated=True) as store:
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        store.record_draft(0, "bob", [{"do": "up", "id": "g0-2"}])
    return put_into_first_layout(tmp_path / "old")


def test_an_older_store_says_the_same_after_its_migration(tmp_path: Path) -> None:
    """Every record, every half-made ballot; the file has the new layout, and what is new can be recorded."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.record_draft(0, "bob", [{"do": "up", "id": "g0-2"}])
        before = store.read()
    put_into_first_layout(tmp_path / "run")
    with RunStore(tmp_path / "run") as store:
        assert layout_of_file(tmp_path / "run") == SCHEMA_VERSION
        assert store.read() == before
        assert store.draft_steps(0, "bob") == [{"do": "up", "id": "g0-2"}]
        store.record_lost("g0-1", "its worker was killed")
        assert store.read().individuals["g0-1"].lost == ("its worker was killed",)
        assert store.read_file("individuals/g0-1/song-1.mid") == b"g0-1 1 .mid"


def test_a_ballot_of_an_older_store_has_no_favourites_and_a_new_one_keeps_its(old: Path) -> None:
    """Beside each other in the same store."""
    with RunStore(old) as store:
        store.record_ballot(0, ballot_of("bob", "g0-2 g0-1", favourites=[("g0-1", 2)]), by_first_ballot)
        ballots = {record.listener: record.ballot for record in store.read().generations[0].ballots}
    assert (ballots["ann"].favourites, ballots["bob"].favourites) == ((), (("g0-1", 2),))


def test_looking_leaves_an_older_store_as_it_is(old: Path) -> None:
    """Whoever only reads migrates a copy in memory; not a byte of the file changes."""
    before = (old / "run.sqlite").read_bytes()
    with RunStore(old, read_only=True) as store:
        assert store.read().generations[0].ballots[0].listener == "ann"
        assert store.draft_steps(0, "bob") == [{"do": "up", "id": "g0-2"}]
        with pytest.raises(RunError):
            store.record_lost("g0-1", "never written")
    assert (old / "run.sqlite").read_bytes() == before
    assert sorted(path.name for path in old.iterdir()) == ["individuals", "run.sqlite"]


def test_an_older_store_that_cannot_be_written_can_be_read(old: Path, tmp_path: Path) -> None:
    """Also by a command that would write: it is told when it comes to that, and nothing is lost in memory."""
    with small_disk(tmp_path / "disk", 8) as disk:
        run = Path(shutil.copytree(old, disk / "old"))
        with read_only(disk), RunStore(run) as store:
            assert store.read().generations[0].ballots[0].listener == "ann"
            with pytest.raises(RunError, match="lies on a read-only disk"):
                store.record_draft(0, "bob", [])
        assert layout_of_file(run) == 1


def test_a_migration_takes_place_as_a_whole(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that fails in its last statement leaves the older layout, with which it can be tried again."""
    monkeypatch.setattr("evolve.store.schema._STEPS", ((), ("CREATE TABLE more (x)", "CREATE TABLE fact (x)")))
    with pytest.raises(RunError, match="table fact already exists"):
        RunStore(old)
    assert layout_of_file(old) == 1
    monkeypatch.undo()
    with RunStore(old) as store:
        assert store.read().generations[0].ballots[0].listener == "ann"


def test_a_damaged_older_store_is_left_as_it_was_found(old: Path) -> None:
    """It is looked at whole before it is migrated: a damaged one is written to by nobody."""
    break_page_of(old, "draft")
    before = (old / "run.sqlite").read_bytes()
    for only_looking in (False, True):
        with pytest.raises(DamagedStoreError):
            RunStore(old, read_only=only_looking)
    assert (old / "run.sqlite").read_bytes() == before


def open_at_once(folder: Path, barrier: multiprocessing.synchronize.Barrier, listener: str) -> None:
    """Open an older store at the same instant as others do, and hand in a ballot."""
    barrier.wait(60)
    with RunStore(folder) as store:
        store.record_ballot(0, ballot_of(listener, "g0-1"), by_first_ballot)


def test_processes_that_open_an_older_store_at_once_all_go_on(old: Path) -> None:
    """One of them migrates it, the others find that done; nobody's ballot is lost."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    listeners = [f"listener-{number}" for number in range(4)]
    processes = [context.Process(target=open_at_once, args=(old, barrier, listener)) for listener in listeners]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    with RunStore(old) as store:
        assert {ballot.listener for ballot in store.read().generations[0].ballots} == {"ann", *listeners}


@pytest.mark.parametrize("after", [1, 2, 5])
def test_an_older_run_in_mid_generation_is_gone_on_with_to_the_same_lineage(
    tunes: Path, tmp_path: Path, after: int
) -> None:
    """Stopped after a few trials, migrated, gone on with: everyone descends from whom they would have."""
    prepared = prepare_run(tmp_path / "prepared" / "run", small_config(tunes))
    (tmp_path / "undisturbed").mkdir()
    with copy_of(prepared, tmp_path / "undisturbed") as store:
        assert go(store) is Outcome.COMPLETE
        undisturbed = store.read()
    (tmp_path / "stopped").mkdir()
    with copy_of(prepared, tmp_path / "stopped") as store, pytest.raises(KeyboardInterrupt):
        go(store, PretendedExecution(stop_after=after, stop_in_the_middle=True))
    put_into_first_layout(store.paths.folder)
    with RunStore(store.paths.folder) as migrated:
        assert layout_of_file(migrated.paths.folder) == SCHEMA_VERSION
        assert go(migrated) is Outcome.COMPLETE
        assert lineage(migrated.read()) == lineage(undisturbed)


def test_what_rows_name_is_known_by_size_and_digest(tmp_path: Path) -> None:
    """Each file of an individual, of its songs, of the opening, and the material, in the transaction of its row."""
    with new_run(tmp_path / "run") as store:
        store.write_material(b"encoded", result_of("g0-1").artifacts, {"opening": {}})
        store.record_trial(result_of("g0-1"))
        paths = store.paths
    connection = sqlite3.connect(paths.database)
    kept = {path: (size, digest) for path, size, digest in connection.execute("SELECT path, bytes, sha256 FROM file")}
    connection.close()
    found = {paths.relative(path) for path in paths.folder.rglob("*") if path.is_file()} - {"run.sqlite"}
    assert set(kept) == found
    assert kept["material.npz"] == (7, "766adc67b02bf315b9b5057994bfe6cfbd9354c433f259b29ba415dbe0f7afa5")


def test_a_file_that_is_no_longer_what_was_written_is_told(tmp_path: Path) -> None:
    """As after a bad copy: it is not composed from, and the other files still are."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        store.paths.artifact("g0-1", "network.keras").write_bytes(b"network of g0-I")
        with pytest.raises(RunError, match=r"individuals/g0-1/network\.keras of run is damaged.*evolve doctor"):
            store.read_file("individuals/g0-1/network.keras")
        assert store.read_file("individuals/g0-2/network.keras") == b"network of g0-2"


def test_lost_attempts_are_kept_oldest_first(tmp_path: Path) -> None:
    """They change nothing else of the individual, and a copy of the folder has them too."""
    with new_run(tmp_path / "run", evaluated=True) as store:
        before = store.read().individuals
        for reason in ("its worker was killed", "it gave no sign of life", "its worker was killed"):
            store.record_lost("g0-2", reason)
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    with RunStore(tmp_path / "copy") as store:
        after = store.read().individuals
    assert after["g0-2"].lost == ("its worker was killed", "it gave no sign of life", "its worker was killed")
    assert (after["g0-1"], after["g0-3"]) == (before["g0-1"], before["g0-3"])
    assert (after["g0-2"].status, after["g0-2"].songs) == (before["g0-2"].status, before["g0-2"].songs)
