"""Names, folders and files lead to music files."""

from pathlib import Path

import pytest

from evolve.errors import CorpusError
from evolve.music.sources import find_files


def names(source: Path | str) -> list[str]:
    """The names of the files that a source leads to."""
    return [file.name for file in find_files(str(source))]


def test_a_folder_is_searched_at_any_depth(tmp_path: Path) -> None:
    """Music files of every kind are found in all folders, by name; other files and hidden ones are ignored."""
    for name in ("b.MID", "a.abc", "deep/er/c.mxl", "README.md", ".hidden.mid", ".git/x.mid", "__MACOSX/b.mid"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert names(tmp_path) == ["a.abc", "b.MID", "deep/er/c.mxl"]


def test_a_link_that_leads_back_ends(tmp_path: Path) -> None:
    """A folder that contains itself through a link is entered once."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.mid").touch()
    (tmp_path / "inner" / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["inner/a.mid"]


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    """A music file can be given by itself."""
    (tmp_path / "a.mid").touch()
    assert names(tmp_path / "a.mid") == ["a.mid"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("bach-choral", 'did you mean "bach-chorales"'),
        ("fiddletunes", 'did you mean "fiddle-tunes"'),
        ("nowhere/at/all", "built in: bach-chorales, fiddle-tunes"),
        (__file__, "not a music file"),
        (str(Path(__file__).parent), "no music in"),
    ],
)
def test_what_cannot_be_a_source_is_explained(source: str, said: str) -> None:
    """A mistake is told in one line with what is allowed, and the nearest name."""
    with pytest.raises(CorpusError, match=said) as told:
        find_files(source)
    assert "\n" not in str(told.value)
    assert ".mid" in str(told.value)
