"""What was read is remembered by content, and losing it only costs time."""

from pathlib import Path

import pytest

from evolve.domains.music.cache import FOLDER_VARIABLE, Outcome, cache_folder, read_and_remember, recall_file
from evolve.domains.music.reading import Reading
from evolve.domains.music.tokenizers.steps import fold
from tests.domains.music.pieces import midi_of, tune


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A music file."""
    path = tmp_path / "tune.mid"
    path.write_bytes(midi_of(tune(20)))
    return path


def entries(cache: Path) -> list[Path]:
    """The files of a cache."""
    return [path for path in cache.rglob("*") if path.is_file()]


def steps_of(outcome: Outcome | None) -> object:
    """The steps of the only piece of an outcome."""
    assert isinstance(outcome, tuple)
    (reading,) = outcome
    assert isinstance(reading, Reading)
    return fold(reading.song)


def test_a_file_is_read_once(cache: Path, path: Path) -> None:
    """Nothing is known of a new file; once read, it is, under any name."""
    assert recall_file(path) is None
    assert steps_of(read_and_remember(path)) == tune(20)
    copy = path.rename(path.with_name("renamed.mid"))
    assert steps_of(recall_file(copy)) == tune(20)
    assert len(entries(cache)) == 1


def test_other_content_is_another_file(cache: Path, path: Path) -> None:
    """A file that was changed is not taken for what it was."""
    read_and_remember(path)
    path.write_bytes(midi_of(tune(30)))
    assert recall_file(path) is None
    assert cache.is_dir()


def test_reasons_are_remembered_too(cache: Path, path: Path) -> None:
    """A file that could not be read is not tried again."""
    path.write_bytes(b"MThd rubbish")
    reason = read_and_remember(path)
    assert isinstance(reason, str)
    assert recall_file(path) == reason
    assert len(entries(cache)) == 1


@pytest.mark.parametrize("damage", [b"", b"0123456789abcdef\n{}", b"\xff\xfe", b"{", b"[]" * 100])
def test_a_damaged_entry_is_read_again(cache: Path, path: Path, damage: bytes) -> None:
    """Whatever stands in a damaged entry, the file is read anew and the entry mended."""
    read_and_remember(path)
    (entry,) = entries(cache)
    entry.write_bytes(damage)
    assert recall_file(path) is None
    assert steps_of(read_and_remember(path)) == tune(20)
    assert steps_of(recall_file(path)) == tune(20)


def test_a_changed_digit_is_noticed(cache: Path, path: Path) -> None:
    """An entry whose content does not fit its digest is damaged, even where it still is JSON."""
    read_and_remember(path)
    (entry,) = entries(cache)
    entry.write_text(entry.read_text().replace("[60,", "[61,", 1).replace("[[60", "[[61", 1))
    assert recall_file(path) is None


def test_a_cache_that_cannot_be_written_is_no_error(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cache folder is a file, everything still works."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file"))
    assert steps_of(read_and_remember(path)) == tune(20)
    assert recall_file(path) is None


def test_the_cache_lies_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless told otherwise it is the platform's cache folder."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert cache_folder().name == "evolve"
