"""Every path of a run folder, and files that are whole or not there."""

import errno
import os
import re
import threading
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.errors import RunError
from evolve.store.folders import find_run, newest_run, run_folders
from evolve.store.names import ALLOWED, checked_name
from evolve.store.paths import RunPaths, asides_of, write_whole, written_whole

BAD_NAMES = (
    "",
    ".",
    "..",
    "...",
    ".hidden",
    "../x",
    "a/b",
    "/etc",
    "a\\b",
    "-rf",
    " x",
    "a\nb",
    "a\0b",
    "x ",
    "~x",
    "a:b",
    "a\u202eb",
    "a\u200bb",
    "a\ud800b",
    "\u0301",
    "🎵",
    "x" * 101,
    "音" * 67,
)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs, of which ``second`` was written last, a folder that is no run, and a file."""
    for age, name in ((200, "first"), (100, "second")):
        database = RunPaths(tmp_path / name).database
        database.parent.mkdir()
        database.touch()
        os.utime(database, (1e9 - age, 1e9 - age))
    (tmp_path / "no run").mkdir()
    (tmp_path / "file").touch()
    return tmp_path


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_would_leave_the_folder_or_hide_are_refused(name: str) -> None:
    """And the error shows the name and what is allowed."""
    paths = RunPaths(Path("run"))
    ways = (checked_name, lambda bad: paths.artifact(bad, "a"), lambda bad: paths.artifact("a", bad),
            lambda bad: paths.fact_file("a", bad), lambda bad: paths.listening(0, bad))  # fmt: skip
    for way in ways:
        with pytest.raises(RunError) as told:
            way(name)
        assert re.fullmatch(
            r'[\'"].*[\'"] cannot be a name: it (is|has|begins|ends) .*; allowed: ' + re.escape(ALLOWED),
            str(told.value),
        )


@given(st.text(max_size=110))
def test_a_name_is_refused_or_stays_in_its_folder(name: str) -> None:
    """Whatever it is."""
    paths = RunPaths(Path("/runs/a"))
    try:
        path = paths.fact_file("opening", name)
    except RunError:
        return
    assert Path(os.path.normpath(path)) == path
    assert path.parent == Path("/runs/a/facts/opening")
    assert not path.name.startswith(".")


def test_everything_lies_beneath_the_run_folder_and_is_told_relative_to_it() -> None:
    """So that a run can be moved."""
    paths = RunPaths(Path("/runs/a"))
    every = (paths.database, paths.lock, paths.space, paths.settings, paths.material, paths.checkpoints, paths.copies,
             paths.fact_file("opening", "o.mid"), paths.artifact("g0-1b", "song-1.mid"),
             paths.listening(2, "Ann-Marie 2"))  # fmt: skip
    assert len(set(every)) == len(every)
    for path in every:
        relative = paths.relative(path)
        assert paths.folder / relative == path
        assert not relative.startswith(("/", "."))
    assert paths.relative(paths.artifact("g0-1b", "song-1.mid")) == "individuals/g0-1b/song-1.mid"


def test_a_file_is_written_with_its_folders_and_written_over(tmp_path: Path) -> None:
    """The second writing replaces the first, and nothing else is left in the folder."""
    path = tmp_path / "a" / "b" / "song.mid"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A full disk damages no file, and leaves no debris."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "song.mid"
    write_whole(path, b"first")
    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writing_that_ends_halfway_leaves_what_was_there(tmp_path: Path) -> None:
    """What is raised meanwhile goes on; only a process that is killed leaves a file aside, which can be found."""
    path = tmp_path / "song.mid"
    write_whole(path, b"first")

    def write_half() -> None:
        with written_whole(path) as file:
            file.write(b"sec")
            assert len(list(asides_of(path))) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
    others = (".song.mid.0a1b2c3", ".song.mid.0a1b2c3d-journal", ".song-mid.0a1b2c3d", "song.mid.0a1b2c3d")
    for name in (*others, ".song.mid.0a1b2c3d"):
        (tmp_path / name).touch()
    assert [aside.name for aside in asides_of(path)] == [".song.mid.0a1b2c3d"]


def test_the_names_of_new_folders_are_flushed_like_those_of_files(tmp_path: Path, flushed: list[Path]) -> None:
    """A power cut must not lose the folder of a file whose row is committed."""
    write_whole(tmp_path / "individuals" / "g0-1" / "song-1.mid", b"MThd")
    folders = {path for path in flushed if path.is_dir()}
    assert folders == {tmp_path, tmp_path / "individuals", tmp_path / "individuals" / "g0-1"}


def test_a_file_system_that_cannot_flush_folders_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network file systems."""
    flush = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir():
            raise OSError(errno.EINVAL, "Invalid argument")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    write_whole(tmp_path / "new" / "song.mid", b"MThd")
    assert (tmp_path / "new" / "song.mid").read_bytes() == b"MThd"


def test_a_reader_sees_all_of_one_writing_or_of_another(tmp_path: Path) -> None:
    """Never the beginning of a file."""
    path, contents = tmp_path / "song.mid", [bytes([k]) * 100_000 for k in range(30)]

    def write_all() -> None:
        for data in contents:
            write_whole(path, data)

    write_whole(path, contents[0])
    writer = threading.Thread(target=write_all)
    writer.start()
    while writer.is_alive():
        assert path.read_bytes() in contents
    writer.join()


def test_a_run_is_found_by_name_and_by_path(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by a path relative to where the user is."""
    assert find_run("first", runs) == runs / "first"
    assert find_run(str(runs / "first"), Path("elsewhere")) == runs / "first"
    monkeypatch.chdir(runs)
    assert find_run("./second", Path("elsewhere")) == Path("second")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_run_is_found_by_its_name_whatever_system_wrote_it(runs: Path, form: Literal["NFC", "NFD"]) -> None:
    """A folder that comes from a Mac may have its accents apart; the run's name has them together."""
    database = RunPaths(runs / unicodedata.normalize(form, "Übung")).database
    database.parent.mkdir()
    database.touch()
    for typed in ("Übung", unicodedata.normalize("NFD", "Übung")):
        found = find_run(typed, runs)
        assert found == database.parent
        assert RunPaths(found).name == "Übung"


@pytest.mark.parametrize("name", ["third", "no run", "file", ""])
def test_a_run_that_is_not_there_is_told_with_those_that_are(runs: Path, name: str) -> None:
    """A folder without a store is no run."""
    with pytest.raises(RunError) as told:
        find_run(name, runs)
    assert str(told.value) == (f'there is no run "{name}" in {runs}/ nor at that path; runs there: first, second')


def test_the_newest_run_is_the_one_written_last(runs: Path) -> None:
    """Whatever its name."""
    assert newest_run(runs).name == "second"
    os.utime(RunPaths(runs / "first").database)
    assert newest_run(runs).name == "first"


def test_without_any_run_the_first_command_is_told(tmp_path: Path) -> None:
    """Also where the folder of runs is not there yet."""
    for folder in (tmp_path, tmp_path / "missing"):
        assert list(run_folders(folder)) == []
        with pytest.raises(RunError, match=r"no run in .* begin one with: evolve start --space quick.yaml"):
            newest_run(folder)
