"""However many runs begin at once, each has a folder and a store of its own."""

import errno
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.store.database import Database
from evolve.store.folders import free_folder
from evolve.store.run_store import RunStore
from tests.store.runs import FACTS

TOGETHER = 6


def at_once(work: Callable[[int], None]) -> list[int]:
    """Have processes do this work at the same instant; the numbers of those that were not refused."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(TOGETHER)

    def one(number: int) -> None:
        barrier.wait(60)
        try:
            work(number)
        except RunError as error:
            os._exit(9 if "exists already; choose another --name" in str(error) else 1)

    processes = [context.Process(target=one, args=(number,)) for number in range(TOGETHER)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert {process.exitcode for process in processes} <= {0, 9}
    return [number for number, process in enumerate(processes) if process.exitcode == 0]


def test_runs_without_a_name_that_begin_at_once_have_a_folder_each(tmp_path: Path) -> None:
    """None takes another's, and none is refused."""

    def begin(number: int) -> None:
        RunStore.create(free_folder(tmp_path / "runs", "quick"), {**FACTS, "number": number}).__exit__()

    for round_ in range(1, 4):
        assert at_once(begin) == list(range(TOGETHER))
        names = sorted((path.name for path in (tmp_path / "runs").iterdir()), key=lambda name: int(name[6:]))
        assert names == [f"quick-{number}" for number in range(1, TOGETHER * round_ + 1)]
    numbers = []
    for folder in (tmp_path / "runs").iterdir():
        with RunStore(folder) as store:
            numbers.append(store.fact("number"))
    assert sorted(numbers) == sorted(list(range(TOGETHER)) * 3)


def test_of_runs_that_begin_at_once_under_one_name_one_begins(tmp_path: Path) -> None:
    """The others are refused, and its store stays the one that it has made."""
    for round_ in range(5):
        folder = tmp_path / f"night-{round_}"
        folder.mkdir()
        (first,) = at_once(lambda number: Database.create(folder / "run.sqlite", {**FACTS, "number": number}))  # noqa: B023
        with RunStore(folder) as store:
            assert store.fact("number") == first
        assert [path.name for path in folder.iterdir()] == ["run.sqlite"]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_disk_without_links_gets_a_store_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    """Unless there is one."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    database = tmp_path / "run.sqlite"
    if is_there:
        Database.create(database, {**FACTS, "number": 1})
    monkeypatch.setattr(os, "link", refuse)
    if is_there:
        with pytest.raises(RunError, match="exists already"):
            Database.create(database, {**FACTS, "number": 2})
    else:
        Database.create(database, {**FACTS, "number": 1})
    with RunStore(tmp_path) as store:
        assert store.fact("number") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]


def test_a_place_for_runs_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With the reason of the operating system."""
    (tmp_path / "file").touch()
    for runs in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(RunError, match=r"cannot create the run folder .*; choose another folder with --runs"):
            free_folder(runs, "quick")
