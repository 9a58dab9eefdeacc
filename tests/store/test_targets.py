"""Whether something can be written is found out before minutes are spent on it."""

from pathlib import Path

import pytest

from evolve.errors import RunError
from evolve.store.targets import check_file_can_be_written, check_folder_can_be_written
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
