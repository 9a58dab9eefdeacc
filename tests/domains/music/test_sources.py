"""Names, folders and files lead to music files."""

import os
from pathlib import Path

import pytest

from evolve.domains.music.corpus import read_corpus
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.sources import find_files, source_names


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


def test_a_file_knows_its_source_and_the_folders_within_it(tmp_path: Path) -> None:
    """So that pieces can be told apart by them."""
    for name in ("a.abc", "deep/er/c.mxl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [(file.source, file.folders) for file in find_files(str(tmp_path))] == [
        (str(tmp_path), ()),
        (str(tmp_path), ("deep", "er")),
    ]


def test_sources_have_short_names_that_tell_them_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder's or a file's own, printable; two that would have the same stand as they were asked for."""
    (tmp_path / "music").mkdir()
    monkeypatch.chdir(tmp_path / "music")
    assert source_names(["fiddle-tunes", "../my\nmidi/", "old/book.ABC", "."]) == {
        "fiddle-tunes": "fiddle-tunes",
        "../my\nmidi/": r"my\nmidi",
        "old/book.ABC": "book",
        ".": "music",
    }
    assert source_names(["a/x", "b/x", "/"]) == {"a/x": "a/x", "b/x": "b/x", "/": "/"}


def test_a_link_that_leads_back_ends(tmp_path: Path) -> None:
    """A folder that contains itself through a link is entered once."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.mid").touch()
    (tmp_path / "inner" / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["inner/a.mid"]


def test_links_to_themselves_are_no_files(tmp_path: Path) -> None:
    """A link that leads nowhere but to itself is listed, and told as what cannot be opened."""
    (tmp_path / "a.mid").symlink_to(tmp_path / "a.mid")
    with pytest.raises(CorpusError, match=r"nothing usable in .*cannot be opened: Too many levels of symbolic links"):
        read_corpus([str(tmp_path)])


def test_names_are_shown_as_what_can_be_shown(tmp_path: Path) -> None:
    """Line ends, commands of a terminal and bytes that are no text stand as their codes; quotes and emoji do not."""
    for name in (b"\xff.mid", b"\x1b[2J.mid", b"a\nb.mid", "“🎵”.mid".encode()):
        (tmp_path / os.fsdecode(name)).touch()
    assert sorted(names(tmp_path)) == sorted([r"\udcff.mid", r"\x1b[2J.mid", r"a\nb.mid", "“🎵”.mid"])


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
        ("a" * 5000, "cannot be opened: File name too long"),
        ("~nobody-of-this-name/music", "no corpus, folder or file is called"),
        ("a\0b", r"no corpus, folder or file is called .a\\x00b"),
    ],
)
def test_what_cannot_be_a_source_is_explained(source: str, said: str) -> None:
    """A mistake is told in one line with what is allowed, and the nearest name."""
    with pytest.raises(CorpusError, match=said) as told:
        find_files(source)
    assert "\n" not in str(told.value)
    assert ".mid" in str(told.value) or "cannot be opened" in str(told.value)
