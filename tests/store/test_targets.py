"""Whether something can be written is found out before minutes are spent on it."""

import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.store.files import check_file_can_be_written, check_folder_can_be_written, write_target
from tests.disks import fill, read_only, small_disk


@pytest.mark.parametrize("where", ["", "there", "not/there/yet"])
def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path, where: str) -> None:
    """Whether it is there or will be made; no trace of the question stays."""
    (tmp_path / "there").mkdir()
    before = sorted(tmp_path.rglob("*"))
    check_folder_can_be_written(tmp_path / where)
    check_file_can_be_written(tmp_path / where / "report.txt")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_where_one_is_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As people give it."""
    monkeypatch.chdir(tmp_path)
    check_folder_can_be_written(Path("songs"))
    check_file_can_be_written(Path("report.txt"))


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path: Path) -> None:
    """Each is told with what is wanted there."""
    (tmp_path / "file").write_text("kept")
    for folder in (tmp_path / "file", tmp_path / "file" / "songs"):
        with pytest.raises(
            RunError, match=r"file is a file, and a folder is wanted there; give another name|Not a dir"
        ):
            check_folder_can_be_written(folder)
    with pytest.raises(RunError, match=r"is a folder; give a file's name with -o, such as .*report\.txt"):
        check_file_can_be_written(tmp_path)
    check_file_can_be_written(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_full_and_read_only_disks_are_told(tmp_path: Path) -> None:
    """With the reason, and no trace."""
    with small_disk(tmp_path / "disk", 1) as disk:
        with (
            read_only(disk),
            pytest.raises(RunError, match=r"nothing can be written to .*songs: Read-only file system; choose another"),
        ):
            check_folder_can_be_written(disk / "songs")
        fill(disk)
        with pytest.raises(
            RunError, match=r"nothing can be written to .*disk: No space left on device; choose another"
        ):
            check_file_can_be_written(disk / "report.txt")
        assert [path.name for path in disk.iterdir()] == [".ballast"]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    """Also where nothing lies there yet, and in a folder other than the link's."""
    (tmp_path / "elsewhere").mkdir()
    for name in ("there", "new"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere" / name)
    (tmp_path / "elsewhere" / "there").write_text("before")
    for name in ("there", "new"):
        check_file_can_be_written(tmp_path / name)
        write_target(tmp_path / name, b"after")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "elsewhere" / name).read_text() == "after"
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    """In one line, before anything is made."""
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(RunError, match=r"nothing can be written to .*circle: .*; choose another place"):
        check_file_can_be_written(tmp_path / "circle")


def test_a_pipe_gets_what_is_written_and_stays_one(tmp_path: Path) -> None:
    """Whoever reads from it gets all of it."""
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    check_file_can_be_written(pipe)
    reader.start()
    write_target(pipe, b"a report")
    reader.join(60)
    assert got == [b"a report"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    """Whoever is root could put a file in its place, and the machine would need a restart."""
    for device in (Path("/dev/null"), tmp_path / "link"):
        if device.parent == tmp_path:
            device.symlink_to("/dev/null")
        check_file_can_be_written(device)
        write_target(device, b"nobody reads this")
        assert stat.S_ISCHR(device.stat().st_mode)


def test_what_takes_nothing_is_told(tmp_path: Path) -> None:
    """A socket, and a device that is always full; they stay what they are."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "socket", Path("/dev/full")):
            with pytest.raises(RunError, match=r"nothing can be written to .*: No s.*; choose another place"):
                write_target(path, b"nobody reads this")
            assert not path.is_file()


def test_standard_output_is_written_behind_what_is_there(tmp_path: Path) -> None:
    """As the shell has opened it, so that what it appends to is kept."""
    program = """
from pathlib import Path
from evolve.store.files import check_file_can_be_written, write_target
check_file_can_be_written(Path("/dev/stdout"))
write_target(Path("/dev/stdout"), b"after")
"""
    (tmp_path / "file").write_text("before, ")
    with (tmp_path / "file").open("ab") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True)
    assert (tmp_path / "file").read_text() == "before, after"
    piped = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert piped.stdout == b"after"
