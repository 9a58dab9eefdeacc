"""Copies of the store: a damaged one is brought back from them, up to the last ballot and to what was made since."""

import contextlib
import errno
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evolve.errors import DamagedStoreError, RunError, StorageError
from evolve.records.individual import Individual, Origin
from evolve.records.run import RunRecord
from evolve.store import copies as module
from evolve.store import database
from evolve.store.copies import COPIES_KEPT, copies_of, whole_copies
from evolve.store.examination import examine, restore, told_from_copy
from evolve.store.paths import RunPaths
from evolve.store.run_store import RunStore
from tests.disks import fill, make_room, small_disk
from tests.store.damage import PAGE, alter, break_page_of, overwrite
from tests.store.runs import ballot_of, by_first_ballot, files, founders, new_run, result_of

TEARINGS = 200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with everything in it: ranked once, its second generation half trained."""
    folder = tmp_path_factory.mktemp("made") / "run"
    with new_run(folder, evaluated=True) as store:
        store.write_material(
            b"encoded", {"opening": files("opening", b"MThd")}, {"corpus": {}, "opening": {"notes": 5}}
        )
        store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3", favourites=[("g0-1", 2)]), by_first_ballot)
        child = Individual("g1-2", 1, 2, founders(1)[0].genome, Origin.CHILD, ("g0-1",))
        store.record_generation(1, [child], {"g1-2": {"width": (32, 64)}}, elites=["g0-1"], parents=["g0-1"])
        store.record_lost("g1-2", "its worker was killed")
        store.record_trial(result_of("g1-2"))
        store.record_evaluated(1)
        store.record_ballot(1, ballot_of("ann", "g1-2", "g0-1"), by_first_ballot)
        store.record_draft(1, "bob", [{"do": "up"}])
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A copy of the run."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def read(folder: Path) -> tuple[RunRecord, object]:
    """All that the store says."""
    with RunStore(folder, read_only=True) as store:
        return store.read(), store.draft_steps(1, "bob")


def torn(content: bytes, rng: random.Random) -> bytes:
    """The bytes of a store after one of the harms that disks and copies do."""
    place, data = rng.randrange(len(content)), bytearray(content)
    page = place // PAGE * PAGE
    match rng.choice(["zeroed page", "random page", "random bytes", "sector", "cut", "grown", "pages swapped"]):
        case "zeroed page":
            data[page : page + PAGE] = bytes(PAGE)
        case "random page":
            data[page : page + PAGE] = rng.randbytes(PAGE)
        case "random bytes":
            data[place : place + 200] = rng.randbytes(min(200, len(content) - place))
        case "sector":
            sector = place // 512 * 512
            data[sector : sector + 512] = bytes(512)
        case "cut":
            del data[place:]
        case "grown":
            data[place:place] = rng.randbytes(rng.randrange(1, PAGE))
        case "pages swapped":
            other = rng.randrange(len(content)) // PAGE * PAGE
            data[page : page + PAGE], data[other : other + PAGE] = (
                content[other : other + PAGE],
                content[page : page + PAGE],
            )
    return bytes(data)


def test_a_store_torn_anywhere_is_brought_back_to_the_last_ballot(made: Path, tmp_path: Path) -> None:
    """At 200 places, in seven ways: the run is as it was, songs and networks included, and can be gone on with."""
    run, restored = Path(shutil.copytree(made, tmp_path / "run")), 0
    content, expected = (made / "run.sqlite").read_bytes(), read(made)
    for seed in range(TEARINGS):
        (run / "run.sqlite").write_bytes(torn(content, random.Random(seed)))  # noqa: S311
        examination = examine(run)
        if examination.is_damaged:
            restored += 1
            _, kept = restore(run)
            assert kept is not None
            kept.unlink()
        assert read(run) == expected, f"torn with seed {seed}"
        assert examine(run).is_whole, f"torn with seed {seed}"
    assert restored > TEARINGS / 2  # the rest hit what no row lies in
    with RunStore(run) as store:
        for name, record in store.read().individuals.items():
            assert store.read_file(record.files["network"]) == f"network of {name}".encode()
        store.record_ballot(1, ballot_of("bob", "g0-1", "g1-2"), by_first_ballot)


def test_the_newest_whole_copy_is_taken_however_many_are_torn(run: Path) -> None:
    """And those that are torn give way, so that what is made next is the newest."""
    expected = read(run)
    paths = RunPaths(run)
    *_, oldest = copies_of(paths)
    with next(iter(whole_copies(paths))).copy.path.open("r+b") as file:
        file.seek(3 * PAGE)
        file.write(b"\xff" * 100)
    assert [finding.what for finding in examine(run).findings] == ["1 copy of the store is not what was written"]
    break_page_of(run, "sample")
    copy, kept = restore(run)
    assert kept == run / "run.sqlite.damaged-1"
    assert copies_of(paths)[0] == copy
    assert examine(run).is_whole
    assert read(run)[0] == expected[0]  # the draft alone came after it
    for other in copies_of(paths):
        if other != oldest:
            other.path.write_bytes(b"")
    break_page_of(run, "sample")
    assert restore(run)[0] == oldest


def test_without_a_whole_copy_nothing_is_touched(run: Path) -> None:
    """One line says so."""
    for copy in copies_of(RunPaths(run)):
        copy.path.write_bytes(copy.path.read_bytes()[:-1])
    overwrite(run, 0, bytes(PAGE))
    with pytest.raises(RunError, match=r"has no whole copy of its store; bring run\.sqlite back from a copy"):
        restore(run)
    assert told_from_copy(run, "torn") is None
    assert not list(run.glob("*damaged*"))


def test_a_lost_store_is_brought_back_too(run: Path) -> None:
    """And a journal that it has left is not undone in the copy."""
    expected = read(run)
    (run / "run.sqlite").unlink()
    (run / "run.sqlite-journal").write_bytes(b"left")
    assert examine(run).is_damaged
    assert restore(run)[1] is None
    assert read(run) == expected
    assert (run / "run.sqlite.damaged-1-journal").read_bytes() == b"left"


def test_each_damaged_store_is_kept_byte_for_byte(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a disk without links."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    for number in (1, 2):
        break_page_of(run, "draft")
        damaged = (run / "run.sqlite").read_bytes()
        assert restore(run)[1] == run / f"run.sqlite.damaged-{number}"
        assert (run / f"run.sqlite.damaged-{number}").read_bytes() == damaged
        monkeypatch.setattr(os, "link", refuse)


def test_a_run_at_work_is_not_restored(run: Path) -> None:
    """Its process goes on with the store that it has open."""
    with RunStore(run, read_only=True) as store, store.exclusively():
        break_page_of(run, "draft")
        with pytest.raises(RunError, match="another process is working on the run"):
            restore(run)


def test_a_disk_that_is_too_full_leaves_the_damaged_store_until_there_is_room(run: Path, tmp_path: Path) -> None:
    """And nothing half written."""
    break_page_of(run, "draft")
    with small_disk(tmp_path / "disk", 8) as disk:
        shutil.copytree(run, disk / "run")
        before = (disk / "run" / "run.sqlite").read_bytes()
        fill(disk)
        with pytest.raises(StorageError, match=r"the disk of .* is full"):
            restore(disk / "run")
        assert (disk / "run" / "run.sqlite").read_bytes() == before
        make_room(disk)
        restore(disk / "run")
        assert examine(disk / "run").is_whole


# --- when copies are made --------------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[RunStore], object]] = {
    "ballot": lambda store: store.record_ballot(0, ballot_of("ann", "g0-1", "g0-2 g0-3"), by_first_ballot),
    "birth": lambda store: store.record_generation(1, [], {}, elites=["g0-1"], parents=["g0-1"]),
    "trial": lambda store: store.record_trial(result_of("g0-1")),
    "draft": lambda store: store.record_draft(0, "ann", [{"do": "up"}]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_in_a_copy_as_soon_as_it_is_made(tmp_path: Path, name: str) -> None:
    """A few of them are kept, and each is the whole store as it was."""
    folder = tmp_path / "run"
    new_run(folder, evaluated=name != "trial").__exit__()
    with RunStore(folder) as store:
        CHANGES[name](store)
        newest, *others = whole_copies(store.paths)
        assert newest.content == (folder / "run.sqlite").read_bytes()
        assert newest.run == store.read()
        assert 1 <= len(others) < COPIES_KEPT == len(list(store.paths.copies.iterdir()))


def test_copying_takes_a_small_share_of_the_time_and_the_end_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a large store a copy takes long: not each trial has one then, but each ballot, and whatever was last."""
    monkeypatch.setattr(database, "_SHARE_OF_COPYING", 1e-9)
    with new_run(tmp_path / "run", evaluated=True) as store:
        before = copies_of(store.paths)
        store.record_lost("g0-1", "its worker was killed")
        assert copies_of(store.paths) == before
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        assert copies_of(store.paths)[0] > before[0]
        store.record_lost("g0-2", "its worker was killed")
        told = store.read()
    assert next(whole_copies(store.paths)).run == told


def test_who_only_looks_copies_nothing(run: Path) -> None:
    """Nor is a copy made of what there is one of."""
    before = copies_of(RunPaths(run))
    with RunStore(run) as store:
        store.read()
        store._database.keep_copy()
    read(run)
    assert copies_of(RunPaths(run)) == before


def test_a_clock_that_is_set_back_does_not_make_older_copies_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last copy has the last name."""

    class Early(datetime):
        """A clock that stands far in the past."""

        @classmethod
        def now(cls, tz: object = None) -> "Early":  # noqa: ARG003
            return cls(2020, 1, 1, tzinfo=UTC)

    with new_run(tmp_path / "run", evaluated=True) as store:
        monkeypatch.setattr(module, "datetime", Early)
        store.record_ballot(0, ballot_of("ann", "g0-1"), by_first_ballot)
        newest = next(whole_copies(store.paths))
    assert [one.listener for one in newest.run.generations[0].ballots] == ["ann"]


def test_no_damaged_store_takes_the_place_of_whole_copies(run: Path) -> None:
    """A process at work that meets the damage says so, and the copies stay."""
    before = copies_of(RunPaths(run))
    store = RunStore(run)
    alter(run, "UPDATE individual SET genome = 'x' WHERE id = 'g0-2'")
    with pytest.raises(DamagedStoreError), store:
        store.record_ballot(1, ballot_of("carl", "g1-2", "g0-1"), by_first_ballot)
    assert copies_of(RunPaths(run)) == before


def test_a_full_disk_costs_a_copy_and_not_the_change(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next change is copied again."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = copies_of(RunPaths(run))
    with RunStore(run) as store:
        with monkeypatch.context() as patch:
            patch.setattr("evolve.store.database.write_whole", refuse)
            store.record_ballot(1, ballot_of("carl", "g1-2", "g0-1"), by_first_ballot)
        assert copies_of(RunPaths(run)) == before
        assert len(store.read().generations[1].ballots) == 2
    assert len(next(whole_copies(RunPaths(run))).run.generations[1].ballots) == 2


def test_an_endless_view_in_a_copy_and_a_pipe_are_not_waited_for(run: Path) -> None:
    """As somebody who sends a run folder may have put there."""
    paths = RunPaths(run)
    newest, *_ = copies_of(paths)
    alter(run, "DROP TABLE draft")
    endless = "WITH RECURSIVE more(x) AS (SELECT 1 UNION ALL SELECT x FROM more) SELECT x AS steps FROM more"
    alter(run, f"CREATE VIEW draft AS {endless}")
    content = (run / "run.sqlite").read_bytes()
    later = newest.path.name.split("Z")[0].replace("2", "3", 1)
    (paths.copies / f"{later}Z-{hashlib.sha256(content).hexdigest()[:16]}.sqlite").write_bytes(content)
    os.mkfifo(paths.copies / f"{later}Z-0123456789abcdef.sqlite")
    assert restore(run)[0] == newest


def test_copies_lead_nowhere_else(run: Path, tmp_path: Path) -> None:
    """A folder of copies that a stranger has made a link is not written through, and nothing behind it goes."""
    with contextlib.suppress(OSError):
        shutil.rmtree(run / "copies")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = [f"2020010{day}T000000000Z-0123456789abcdef.sqlite" for day in range(1, 9)]
    for name in names:
        (elsewhere / name).write_bytes(b"mine")
    (run / "copies").symlink_to(elsewhere)
    with RunStore(run) as store:
        store.record_ballot(1, ballot_of("carl", "g1-2", "g0-1"), by_first_ballot)
    assert sorted(path.name for path in elsewhere.iterdir()) == names
