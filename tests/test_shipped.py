"""Files that are named by a path, or by the name of one that ships."""

import os
from pathlib import Path

import pytest

from evolve.errors import SettingsError, SpaceError
from evolve.shipped import find_profile_text, find_space, shipped_spaces


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the user is in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_of_that_path_comes_before_a_shipped_space(here: Path) -> None:
    """`--space lstm.yaml` means the one that lies here, if one does."""
    shipped = shipped_spaces()["lstm.yaml"].read_text()
    assert find_space("lstm.yaml") == ("lstm.yaml", shipped)
    (here / "lstm.yaml").write_text("genes: {depth: 1}")
    assert find_space("lstm.yaml") == ("lstm.yaml", "genes: {depth: 1}")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["lstm.yaml", "lstm", "search_spaces/lstm.yaml", "search_spaces/lstm"])
def test_shipped_spaces_are_found_by_name_from_anywhere(name: str) -> None:
    """With or without suffix, and as the README writes it for a checkout."""
    assert find_space(name) == (name, shipped_spaces()["lstm.yaml"].read_text())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["my/lstm.yaml", "/nowhere/lstm.yaml", "../lstm.yaml"])
def test_a_path_that_is_not_there_does_not_become_a_shipped_space(name: str) -> None:
    """Whoever names a folder means a file of theirs."""
    with pytest.raises(SpaceError) as told:
        find_space(name)
    assert str(told.value) == (
        f"{name}: there is no such file; spaces that ship with evolve: {', '.join(shipped_spaces())}; "
        'did you mean "lstm.yaml"?'
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MThd\0\0\0\x06\xff\xfe", "is not a text file"),
        ("# Größe\ngenes: {depth: 1}".encode("latin-1"), "is not UTF-8 text: byte 0xf6 in line 1; save it as UTF-8"),
        (b"genes:\n  depth: 1\n# Gr\xfc\xdfe", "is not UTF-8 text: byte 0xfc in line 3; save it as UTF-8"),
        (b"\xff\xfea", "begins as UTF-16 text and is none: damaged at byte 0; save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_told_as_what_it_is(here: Path, data: bytes, said: str) -> None:
    """A file is there, so nobody meant another: no other name is offered, for a space nor for a profile."""
    (here / "lstm.yml").write_bytes(data)
    for find, trouble in ((find_space, SpaceError), (find_profile_text, SettingsError)):
        with pytest.raises(trouble) as told:
            find("lstm.yml")
        assert str(told.value) == f"lstm.yml: {said}"


def test_a_folder_is_no_space(here: Path) -> None:
    """And nothing is offered in its place."""
    (here / "spaces").mkdir()
    with pytest.raises(SpaceError) as told:
        find_space("spaces")
    assert str(told.value) == "spaces: is a directory"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_text_is_read_in_every_form_of_unicode_that_says_what_it_is(here: Path, encoding: str) -> None:
    """With a byte order mark, which is no part of the text."""
    text = "description: Größe 音\ngenes: {depth: 1}\n"
    (here / "mine.yaml").write_bytes(text.encode(encoding))
    assert find_space("mine.yaml") == ("mine.yaml", text)


def test_what_would_keep_us_waiting_is_no_space(here: Path) -> None:
    """A pipe, a device that never ends, and names that no file can have; of a huge file the beginning is enough."""
    os.mkfifo(here / "pipe.yaml")
    for name, said in (
        ("pipe.yaml", "pipe.yaml: not a file; spaces that ship"),
        ("/dev/zero", "/dev/zero: not a file; spaces that ship"),
        ("a" * 5000, "file name too long; spaces that ship"),
        ("a\0b", r"a\\x00b: is no file name; spaces that ship"),
    ):
        with pytest.raises(SpaceError, match=said):
            find_space(name)
    with (here / "large.yaml").open("w") as file:
        file.truncate(50_000_000)
    assert 200_000 < len(find_space("large.yaml")[1]) < 10_000_000


@pytest.mark.usefixtures("here")
def test_a_misspelt_space_is_told_with_the_nearest() -> None:
    """And with all there are."""
    with pytest.raises(SpaceError, match=r'did you mean "quick\.yaml"\?$'):
        find_space("quik.yaml")
